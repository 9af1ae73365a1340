#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Terminals: sizes, character sets, colours, types, and how they are given back.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

colours()
{
	in_tmux capture-pane -p -e -t console | grep -qE $'\e\\[[0-9;]*(3[0-7]|38)[;m]'
}

no_colours()
{
	! colours
}

alternate()
{
	[ "$(in_tmux display-message -p -t console '#{alternate_on}')" = "$1" ]
}

cursor_visible()
{
	[ "$(in_tmux display-message -p -t console '#{cursor_flag}')" = 1 ]
}

# clean WHAT: after the console has ended, the terminal is as it was before.
clean()
{
	ok "$1: the alternate screen is left" within "$PATIENCE" alternate 0
	ok "$1: the cursor is visible" within "$PATIENCE" cursor_visible
	is "$1: the line settings are as before" "$(cat "$WORK/after")" "$(cat "$WORK/before")"
}

open_console 100x30 "$UTF8 '$TOP' -r '$CAPTURE'"
see "the first screen" 'n=0 '
wait_for "it is on the alternate screen" alternate 1
wait_for "it has colours" colours
see "it has line drawing" '─'

resize 59x20
see "too narrow is told" 'too small: 60x10 needed, now 59x20'
resize 100x9
see "too low is told" 'too small: 60x10 needed, now 100x9'
resize 60x10
see "the smallest screen shows events" 'n=0|tick'
see "and the key to help" '\? Help'
key '?'
see "help fits into it" 'keys of the events view; more below'
key q
resize 170x50
see "a large one shows all of a row" 'to its end=0$'
key q
see "q leaves" 'ended with 0'
clean "after q"

open_console 80x24 "NO_COLOR=1 $UTF8 '$TOP' -r '$CAPTURE'"
see "NO_COLOR: the first screen" 'n=0 '
ok "NO_COLOR: no colours" no_colours
see "NO_COLOR: the focus is marked all the same" '^> CPU0 '
key Q
see "NO_COLOR: Q leaves" 'ended with 0'

open_console 80x24 "LC_ALL=C '$TOP' -r '$CAPTURE'"
see "LC_ALL=C: the first screen" 'n=0 '
see "LC_ALL=C: rules are made of -" '^> CPU0 .*----'
is "LC_ALL=C: nothing but ASCII" "$(screen | LC_ALL=C tr -d '\000-\177')" ""
key C-c
see "LC_ALL=C: ^C leaves" 'ended with 0'

for type in vt100 linux screen; do
	open_console 80x24 "TERM=$type $UTF8 '$TOP' -r '$CAPTURE'"
	see "TERM=$type: the first screen" 'n=0 '
	key j
	key q
	see "TERM=$type: q leaves" 'ended with 0'
	is "TERM=$type: the line settings are as before" "$(cat "$WORK/after")" \
		"$(cat "$WORK/before")"
done

open_console 80x24 "TERM=no-such-terminal '$TOP' -r '$CAPTURE'"
see "an unknown terminal type is told" 'vtrace-top: .*"no-such-terminal"'
see "with status 1" 'ended with 1'

open_console 80x24 "$UTF8 '$TOP' -r '$WORK/nothing'"
see "a capture that is not there is told on the normal screen" 'vtrace-top: .*nothing'
see "with status 1" 'ended with 1'
clean "after an error"

open_console 80x24 "$UTF8 '$TOP' -r '$CAPTURE'"
see "before SIGTERM" 'n=0 '
kill -TERM "$(console_pid)"
see "SIGTERM ends it" 'ended with 0'
clean "after SIGTERM"

open_console 80x24 "$UTF8 '$TOP' -r '$CAPTURE'"
see "before a crash" 'n=0 '
if grep -q __asan_init "$TOP" || under_valgrind; then
	skip "a crash is told" "sanitizers and valgrind report crashes in their own way"
else
	kill -SEGV "$(console_pid)"
	see "a crash is told" 'vtrace-top: crashed'
	clean "after a crash"
fi

if under_valgrind; then
	skip "^Z gives the terminal back" "valgrind stops no process at SIGTSTP"
else
	open_console 80x24 "$UTF8 bash --norc --noprofile -c 'set -m; \"$TOP\" -r \"$CAPTURE\"; echo slept; read -r; fg'"
	see "before ^Z" 'n=0 '
	key C-z
	see "^Z gives the terminal back" 'slept'
	key Enter
	see "fg brings the screen again" 'n=0 '
	key q
	see "and q leaves" 'ended with 0'
fi

tap_end
