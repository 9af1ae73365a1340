#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The console on a capture: moving, panes, CPUs, saving, help.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

open_console 100x30 "$UTF8 '$TOP' -r '$CAPTURE'"
title "the title names the capture and says that it is one" "vtrace-top $CAPTURE +REPLAY"
see "the first event is on the first screen" '^1063\.900000 +000 worker0-1000 +tick +n=0 '
see "every CPU has a pane" '^  CPU3 '
see "the first pane has the focus" '^> CPU0 '
see "meters count what was lost" 'CPU1 .*lost 41'
see "meters tell of losses without a count" 'CPU2 .*lost 0\+\?'
see "meters tell of bad pages" 'CPU3 .*bad 1'
title "the title says how much is below" '\+[0-9,]+ newer'

key Tab
see "Tab moves the focus" '^> CPU1 '
key BTab
see "S-Tab moves it back" '^> CPU0 '
key j j j j j
see "j scrolls the focused pane at its end" '^1063\.905000 +000 '
see "and no other" '^1063\.900250 +001 '

key m
title "m merges" '\[merged\]'
see "at the time that one was looking at" '^1063\.901000 +000 worker0-1000 +tick +n=4 '
gone "and not before it" ' n=3 '
key T
see "T counts times from the first event" '^SINCE START +CPU '
see "of any CPU" '^0\.001000 +000 worker0-1000 +tick +n=4 '
key T
see "and from the row above" '^DELTA +CPU '
see "which may be off the screen" '^\+0\.000250 +000 worker0-1000 +tick +n=4 '
key T
see "and as the clock has them" '^TIME +CPU '
key m
gone "m splits again" '\[merged\]'
see "and stays at that time" '^1063\.901250 +001 '
gone "in every pane" ' n=1 '
key m
title "m merges again" '\[merged\]'
key g
see "g goes to the first row" ' n=0 '
merged=$(screen | grep -oE ' n=[0-9]+ ' | tr -dc '0-9\n' | tr '\n' ' ')
like "no row is missing between them" "$merged" '^0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 '
key C-d C-d
see "an event without a format is shown raw" ' 000 worker0-1000 +\(no format\) +.*501'
see "control characters of the guest are shown as text" 'comm=a\\x1b\[2Jb'
key g
see "g goes back to the first row" ' n=0 '

key PageDown
gone "PgDn turns the page" ' n=0 '
key b
see "b turns it back" ' n=0 '
key F
title "F follows" 'FOLLOW'
see "the last event is on the screen" ' n=5423 '
key Up
title "moving up ends it" '\+1 newer'
fails "the title says so" line 1 'FOLLOW'
key G
title "G follows again" 'FOLLOW'
key p
title "p freezes" 'FROZEN'
key p
gone "p again ends it" 'FROZEN'

see "at the start, details are seen from their start" ' n=5420 comm='
key Right
key ']'
see "Right and ] show more of long rows" 'DETAIL from column 17'
gone "their start is gone" ' n=5420 comm='
key Left
key '['
see "Left and [ go back" ' n=5420 comm='

key '?'
see "? shows help" 'keys of the events view'
see "help is made of the key table" 't F9 +trace +start or stop'
see "with the arguments of commands" 'c +cpus LIST +choose'
key q
gone "q leaves help" 'keys of the events view'

key '#'
gone "# hides the meters" 'CPU1 .*lost 41'
key '#'
see "# shows them again" 'CPU1 .*lost 41'

key v
title "v shows the statistics" '\[statistics'
key v
title "and then latencies" '\[latency'
key v
title "and then the log" '\[log\]'
key q
title "q goes back" '\[merged\]'

tap_end
