#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# M names a row, ' goes to it and back; in panes and merged, on the time line, and where it can not.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

REPLAY="$UTF8 '$TOP' -r '$CAPTURE'"

# focus CPU: Tab until its pane is the marked one.
focus()
{
	for _ in 1 2 3 4; do
		within 2 shows "^> CPU$1 " && return
		key Tab
	done
}

open_console 100x40 "$REPLAY"
see "rows" 'n=0 '
key "'"
see "without one, it is told what sets one" 'no bookmark is set: M sets one'
key m
title "merged" '\[merged\]'
key j j j M
see "M asks for a letter" 'name the row at the cursor by a letter \(a-z\)'
key Escape
gone "Esc leaves" 'by a letter'
key M a
see "it is told" "this row is a: 'a goes to it"
see "the time line has it" '^1063\.9.* a'
key G
title "at the end" 'FOLLOW|newest|\[merged\]'
see "other rows" 'n=5[0-9]+ '
key M b
see "another one" 'this row is b'
see "the time line has both" '^1063\.9.* a.*b'
key "'"
see "' lists those that are set" 'go to one of ab'
key a
see "and goes there" 'n=3 '
key "'"
see "the place before is offered" "go to one of ab' \(' is where you were\)"
key "'"
see "'' goes back" 'n=5[0-9]+ '
key "'" "'"
see "and back again" 'n=3 '
key :
typed 'jump b'
key Enter
see ":jump" 'n=5[0-9]+ '
key :
typed 'jump z'
see "one that is not set" 'that bookmark is not set'
key C-u
typed 'bookmark 7'
see "no letter" 'a bookmark is a letter, a to z'
key C-u
typed 'bookmark c'
key Enter
see ":bookmark" 'this row is c'

key m
title "panes again" '\[per CPU\]'
focus 2
see "the pane of CPU 2 has the focus" '^> CPU2 '
key g j j M d
see "one in its pane" 'this row is d'
key Tab
see "another pane has the focus" '^> CPU3 '
key "'" d
see "a jump gives it to the row's pane" '^> CPU2 '
key :
typed 'cpus 0-1'
key Enter
gone "CPU 2 is not shown" 'CPU2 .* rows held'
key "'" d
see "a row of a CPU that is not shown: it is told" 'CPU2, where that row is, is not among those shown'
key :
typed 'cpus 0-3'
key Enter
key m C-g
see "^G asks" 'go to'
key C-u
typed '100%'
key Enter
see "the end" 'n=5[0-9]+ '
key "'" a
see "a" 'n=3 '
key "'" "'"
see "and back" 'n=5[0-9]+ '
key q
see "q leaves" 'ended with 0'

feed -r 200000
open_console 100x24 "$UTF8 '$TOP' --dir '$FED' --start --memory 1M"
title "a guest" 'TRACING'
see "rows" '^[0-9]+\.[0-9]{6} +001 '
key m p
title "frozen" 'FROZEN'
key M x
key "'"
see "a row of it" 'go to one of x'
key Escape
key p
title "going on" 'FOLLOW'
within "$PATIENCE" line 1 'TRACING 00:00:0[4-9]'
key "'" x
# Other messages may come at the same time.
key :
typed 'view log'
key Enter
see "what is overwritten is told" 'that row was overwritten'
key q
key q
see "q leaves" 'ended with 0'

open_console 60x10 "$REPLAY"
see "a small screen" 'n=0 '
key j M a
see "has them, too" 'this row is a'
key G
title "at the end" 'FOLLOW'
key "'"
see "' asks" 'go to one of a'
key a
see "and goes" 'n=4 |n=0 '
key q

tap_end
