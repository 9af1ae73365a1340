#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest with more CPUs than a screen has room for.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

"$ROOT/tests/screen/make-capture" "$WORK/cap64" 64 || exit 1
"$ROOT/tests/screen/make-capture" "$WORK/cap256" 256 || exit 1

# panes NUMBER...: the screen has the panes of these CPUs, and no other ones.
panes()
{
	[ "$(screen | grep -oE '^[> ] CPU[0-9]+' | tr -dc '0-9\n' | tr '\n' ' ')" = "$* " ]
}

# marked N: the pane with the focus is that of CPU N.
marked()
{
	[ "$(screen | grep -oE '^> CPU[0-9]+')" = "> CPU$1" ]
}

open_console 80x24 "$UTF8 '$TOP' -r cap64"
wait_for "the panes that fit are shown" panes 0 1 2 3
title "the title says which, and of how many" 'panes 1-4 of 64'
see "a bar stands for each CPU" '^CPU0    [▁▂▃▄▅▆▇█]{64}$'
see "a line has what they have together" '^64 CPUs +65\.9k events 2\.3M +lost 41\+\?: CPU 1-2 +bad 1'
see "rows are there" '^1063\.900000 +000 .* n=0 '
key Tab Tab Tab
wait_for "Tab marks the next pane" marked 3
key Tab
wait_for "and the next one that was not on the screen" panes 1 2 3 4
ok "which is the marked one" marked 4
title "the title follows" 'panes 2-5 of 64'
key PgDn
see "PgDn turns the marked pane" '^1063\.903062 +004 .* n=196 '
see "and no other one" '^1063\.900015 +001 .* n=1 '
key "}"
wait_for "} shows the next screenful" panes 5 6 7 8
ok "with the mark where it was on the screen" marked 8
see "a CPU without events says so" '^no events held'
key "{" "{"
wait_for "{ goes back" panes 0 1 2 3
key BTab
wait_for "S-Tab goes around to the last one" marked 63
wait_for "which comes to the screen" panes 60 61 62 63
title "with the others at the end" 'panes 61-64 of 64'

resize 60x10
wait_for "on a small screen the marked one stays" panes 63
title "the title says so" 'pane 64 of 64'
see "bars share" '^CPU0    [▁▂▃▄▅▆▇█]{32}$'
key "#"
see "without meters there is room for more rows" '^1063\.904984 +063 '
key "#"
resize 200x60
wait_for "on a large one there are more" panes 51 52 53 54 55 56 57 58 59 60 61 62 63
see "and all bars" '^CPU0    [▁▂▃▄▅▆▇█]{64}$'
see "with the CPU that has most" 'most: CPU0 1\.4k'
key m
see "merged, all are one timeline" '^1063\.900984 +063 .* n=63 |^1063\.900093 +006|^1063\.900015 +001 .* n=1 '
title "in which there are no panes" '\[merged\] +[^p]|\[merged\]$'
key q
see "it ends well" 'ended with 0'

open_console 80x24 "LC_ALL=C '$TOP' -r cap256"
wait_for "256 CPUs" panes 0 1 2 3
title "all are counted" 'panes 1-4 of 256'
see "each bar is of two" '^256 CPUs .* 2 CPUs a bar'
see "in ASCII" '^CPU144  [_.:=+*#-]{56}$'
key BTab
wait_for "the last one can be reached" marked 255
see "with its rows" '^1063\.900996 +255 .* n=255 '
key q
see "it ends well, too" 'ended with 0'
tap_end
