#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The console with -F: only what passes is there to be scrolled, and it says that there is more.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

open_console 100x30 "$UTF8 '$TOP' -r '$CAPTURE' -F 'n % 10 == 3 && CPU != 2'"
see "a filter is on" '^filter: n % 10 == 3 .* of 5,313 shown'
see "the first row that passes is on the first screen" ' n=3 '
gone "others are not" ' n=[0-9]*[0-24-9] '
key m
title "m merges" '\[merged\]'
key g
see "the first row of all" ' n=3 '
gone "no other passes on any CPU" ' n=[0-9]*[0-24-9] '
key G
see "the last row that passes" ' n=[0-9]*3 '
gone "nor at the end" ' n=[0-9]*[0-24-9] '
key C-b
see "and back" ' n=[0-9]*3 '
key q
see "q leaves" 'ended with 0'

open_console 100x30 "$UTF8 '$TOP' -r '$CAPTURE' -F 'tick: m == 3'"
see "a filter that is refused is told" "no event of 'tick' has a field 'm'"
see "and all is shown" ' n=0 '
key q
see "q leaves that one too" 'ended with 0'

open_console 100x30 "$UTF8 '$TOP' -r '$CAPTURE' -F 'tick: n == 1000000'"
see "that nothing passes is told" 'the filter lets no event of CPU0 pass: 5,310 of 5,313 rows are hidden'
key q
see "q leaves that one as well" 'ended with 0'
tap_end
