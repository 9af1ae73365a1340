#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Choosing CPUs: boxes, or a list that is typed.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

"$ROOT/tests/screen/make-capture" "$WORK/cap64" 64 || exit 1

open_console 90x24 "$UTF8 '$TOP' -r capture"
see "the first screen" 'n=0 '
key Tab c
see "c shows a box for each CPU" '^  \[x\] CPU0 +1\.4k events +48\.0K lost 0'
see "with what it has lost" '^> \[x\] CPU1 .* lost 41'
see "and what was bad" '^  \[x\] CPU3 .* bad 1'
title "all are chosen" '\[CPUs\] +4 of 4 chosen'
key Space
title "Space takes the one under the cursor out" '3 of 4 chosen'
see "its box is empty" '^  \[ \] CPU1 '
see "the cursor goes on" '^> \[x\] CPU2 '
key Space
title "so that the next one can be taken out" '2 of 4 chosen'
key Escape
see "Esc leaves all as it was" '^> CPU1 +1,356 rows'
gone "no CPU is hidden" ' CPUs [0-9]'
key c
title "what was chosen then is forgotten" '4 of 4 chosen'
key a
title "a takes all out" '0 of 4 chosen'
key Enter
see "none is no choice" 'no CPU is chosen: Space chooses one'
key g Space G Space Enter
title "Enter shows the chosen ones" 'CPUs 0,3 *$'
see "and only them" '^  CPU3 +1,244 rows|^> CPU3 +1,244 rows'
gone "the others are gone" 'CPU[12] +[0-9,]+ rows'
key c
title "they are chosen the next time" '2 of 4 chosen'
key a
title "a takes all in" '4 of 4 chosen'
key 1
see "a digit begins a list" '^CPUs to show, of 0-3; empty for all: 1 *$'
typed "-9"
key Enter
title "which Enter shows" 'CPUs 1-3 *$'
key c e
see "e edits the present one" '^CPUs to show, of 0-3; empty for all: 1-3 *$'
key Escape
see "Esc leads back to the boxes" '^  \[ \] CPU0 '
typed "?"
see "which have help of their own" 'keys of the cpus view'
key q Escape
title "and out of them, with what was shown" 'CPUs 1-3 *$'
typed ":cpus 2"
key Enter
title "the command does without boxes" 'CPUs 2 *$'
key q
see "it ends well" 'ended with 0'

open_console 60x10 "$UTF8 '$TOP' -r cap64"
see "a guest with 64 CPUs" 'n=0 '
key c
title "on a small screen" '64 of 64 chosen'
key G
see "the last one can be reached" '^> \[x\] CPU63 '
key a Space Enter
title "and shown alone" 'CPUs 63 *$'
see "with its rows" ' 063 worker63-1063'
key q
see "it ends well, too" 'ended with 0'
tap_end
