#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is pasted goes into the line that is asked for, and never presses keys; the terminal is told
# so, and told otherwise when it is given back.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

# pasted TEXT: as a terminal sends it that was asked for marks; tmux knows whether it was.
pasted()
{
	printf '%s' "$1" | in_tmux load-buffer -
	in_tmux paste-buffer -p -t console
}

open_console 100x24 "$UTF8 '$TOP' -r '$CAPTURE'"
see "rows" 'n=0 '
pasted 'mpCy?'
see "without a line, it is ignored" 'what was pasted is ignored'
ok "no key was pressed" line 1 '\[per CPU\]'
key :
pasted $'merge on\n'
see "in a line, it is text" '^:merge on'
ok "which waits for Enter" line 1 '\[per CPU\]'
key Enter
title "and is taken by it" '\[merged\]'
key f
pasted $'tick:n\t<\n10'
see "line ends and tabs are blanks" '^filter: tick:n < 10'
key Enter
see "the filter is in force" '^filter: tick:n < 10 .* shown .*all is recorded'
key =
key M
see "a question" 'by a letter'
pasted 'a'
see "is not answered by a paste" 'what was pasted is ignored'
ok "no row has a letter" lacks 'this row is a'
key Escape
key ':'
pasted "$(printf 'x%.0s' $(seq 3000))"
see "a long one is cut" '^:.*x'
key C-g
see "the console goes on" 'n=0 '
# Without marks they are keys; get_wch(3X) would lose those behind the bytes that are none.
printf '\377\376:q9' | in_tmux load-buffer -
in_tmux paste-buffer -t console
see "keys behind bytes that are no characters are taken" '^:q9'
key C-g
see "the line is left" 'n=0 '
key C-z
sleep 0.1
key q
see "q leaves" 'ended with 0'
pasted 'of somebody else'
see "then the terminal echoes a paste" 'of somebody else'
ok "which has no marks any more" lacks '200~'

tap_end
