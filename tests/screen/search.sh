#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Searching: a regular expression both ways, wrapping, marks, mistakes, cancelling, the next loss.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

# The line with the cursor: the only one below the headers that is all reverse.
cursor_line()
{
	in_tmux capture-pane -p -e -t console | sed -n '3,$p' | grep -E $'^\e\\[(0;)?7m' |
		sed 's/\x1b\[[0-9;]*m//g' | grep -E '^[0-9─-]'
}

cursor_on()
{
	cursor_line | grep -qE -- "$1"
}

# search TEXT: type it behind a slash, and Enter.
search()
{
	key /
	typed "$1"
	key Enter
}

open_console 100x30 "$UTF8 '$TOP' -r '$CAPTURE'"
see "the first screen" 'n=0 '
key m '#'
title "merged" '\[merged\]'
wait_for "the cursor is on the first row" cursor_on ' n=0 '
key j j
wait_for "j moves it" cursor_on ' n=2 '
see "and not the rows, while there are some" ' n=0 '
key k
wait_for "k moves it back" cursor_on ' n=1 '

search 'n=2345 '
wait_for "a search moves the cursor to what it finds" cursor_on ' n=2345 '
see "with rows before it on the screen" ' n=2342 '
search 'n=3.00 .*to its end'
wait_for "as a regular expression" cursor_on ' n=3000 '
key n
wait_for "n is the next one" cursor_on ' n=3100 '
key N
wait_for "N the one before" cursor_on ' n=3000 '
key N
wait_for "it wraps" cursor_on ' n=3900 '
see "and says so" 'wrapped: on from the newest'
key n
wait_for "in the other way, too" cursor_on ' n=3000 '
see "and says that" 'wrapped: on from the oldest'
search 'WORKER1'
see "a capital letter means what it says" "'WORKER1' is nowhere in what is shown"
search 'tick n=4.*worker2'
wait_for "small ones match both; task, event and detail are one text" cursor_on ' n=4[0-9]*2 '
search '^worker3-1003 tick n=11 '
wait_for "^ is the start of the task" cursor_on ' n=11 '
marked()
{
	in_tmux capture-pane -p -e -t console | grep -qF $'\e[33m'"$1"$'\e['
}
search 'n=12 com'
wait_for "what was found is marked" marked 'n=12 com'
key /
see "/ shows an empty line" '^/ *$'
key Enter
see "an empty one means what was looked for before" 'wrapped'
key /
typed 'a(b'
see "a bad expression is told while typing, and where" "a '\(' that no '\)' closes \(character 2\)"
key Enter
see "and is not taken" '^/a\(b$'
typed '\'
see "Enter goes to the fault" '^/a\\\(b$'
key C-u
typed 'x{3'
see "so is a bad repetition" 'a repetition looks like'
key C-u
typed '(a)\1'
see "what would take for ever is refused" 'back-references'
key C-u Up
see "Up has earlier ones" '^/n=12 com$'
key Escape
gone "Esc leaves" '^/n=12'

key x
wait_for "x goes to the next loss" cursor_on 'CPU2: events lost, count unknown'
key x
wait_for "and the next" cursor_on 'CPU1: 41 events lost'
key x
wait_for "a bad page is one" cursor_on 'CPU3: bad page'
key X X
wait_for "X goes to those before" cursor_on 'CPU2: events lost, count unknown'
key m
title "per CPU" '\[per CPU\]'
key Tab
see "Tab, to CPU 1" '^> CPU1'
key g
search 'n=4[0-9] '
wait_for "a pane searches its CPU" cursor_on ' n=41 '
key n
wait_for "and goes on in it" cursor_on ' n=45 '
search 'worker0'
see "what another CPU has is not found" "'worker0' is nowhere in what is shown of CPU1"

key F
title "F follows" 'FOLLOW'
search 'n=54[0-9]1 '
title "from there it looks to older rows" '\+[0-9,]+ newer|END'
wait_for "for the newest" cursor_on ' n=5421 '
key ':'
typed 'search n=5409 '
key Enter
wait_for "the command does the same" cursor_on ' n=5409 '
key q
see "q leaves" 'ended with 0'
open_console 60x10 "$UTF8 '$TOP' -r '$CAPTURE'"
see "a small screen" 'n=0 '
key Tab n
see "n knows what the console before looked for" 'n=[0-9]*5409'
key q
see "q leaves" 'ended with 0'
tap_end
