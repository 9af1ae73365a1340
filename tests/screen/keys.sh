#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every row of the console's key table, each key of it pressed and its effect seen. A test is
# named after its row: the keys, what they do, and then what this one looks at.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

ROW=

# row KEYS SENTENCE: what follows is of that row.
row()
{
	ROW="$1: $2"
}

sees()
{
	see "$ROW - $1" "$2"
}

titled()
{
	title "$ROW - $1" "$2"
}

goes()
{
	gone "$ROW - $1" "$2"
}

footer()
{
	screen | tail -n 1 | grep -qE -- "$1"
}

last_line()
{
	wait_for "$ROW - $1" footer "$2"
}

untitled()
{
	! line 1 "$1"
}

# not_titled NAME REGEX
not_titled()
{
	wait_for "$ROW - $1" untitled "$2"
}

# The cursor's row, which is in reverse video.
at_cursor()
{
	in_tmux capture-pane -p -e -t console | grep -E $'\e\\[[0-9;]*7[;m]' | grep -v vtrace-top |
		sed 's/\x1b\[[0-9;]*m//g' | grep -qE -- "$1"
}

cursor()
{
	wait_for "$ROW - $1" at_cursor "$2"
}

# The time of the newest row on the screen.
newest()
{
	screen | grep -oE '^[0-9]+\.[0-9]{6} ' | sort -n | tail -n 1
}

moved_from()
{
	[ "$(newest)" != "$1" ]
}

# holds NAME: no row of the screen changes while events go on coming; the meters show that they do.
holds()
{
	local rows

	rows=$(newest)
	wait_for "$ROW - $1: events go on coming" lacks "mem $(screen | grep -oE 'mem [0-9.]+[KM]' | cut -d ' ' -f 2)/"
	is "$ROW - $1" "$(newest)" "$rows"
}

# ---- a capture: what moves, searches and shows ----

open_console 100x30 "$UTF8 LIBVIRT_DEFAULT_URI=test:///default '$TOP' -r '$CAPTURE'"
see "the first screen" 'n=0 '

row '? h F1' 'help, made from the key table, context-aware'
for k in '?' h F1; do
	key "$k"
	titled "$k shows it" '\[help\]'
	sees "$k: of the view it was asked in" 'keys of the events view'
	key Escape
	not_titled "and it goes" '\[help\]'
done

row 'm 1' 'per-CPU panes / one merged timeline'
key m
titled "m merges" '\[merged\]'
key m
titled "m again: a pane for each CPU" '\[per CPU\]'
key 1
titled "1 merges" '\[merged\]'
key 1
titled "1 again: a pane for each CPU" '\[per CPU\]'

row 'Tab S-Tab' 'next / previous CPU pane'
key Tab
sees "Tab, to CPU 1" '^> CPU1 '
key BTab
sees "S-Tab, back to CPU 0" '^> CPU0 '

row 'c' 'choose CPUs: Space toggles, or type 0-3,8'
key c
titled "c shows a box for each" '\[CPUs\]  4 of 4 chosen'
key Space
titled "Space toggles" '3 of 4 chosen'
key Enter
titled "Enter shows the chosen ones" 'CPUs 1-3'
key c 0
sees "a digit begins to type a list" 'CPUs to show, of 0-3; empty for all: 0'
typed -2
key Enter
titled "which is taken" 'CPUs 0-2'
key c a Enter
not_titled "all of them again" 'CPUs'

key m
title "merged, for what follows" '\[merged\]'
row '/ F3 n N' 'search (regex), next, previous; wraps with a message'
key /
typed 'n=1[02] '
key Enter
cursor "/ finds the next one" 'n=10 '
key n
cursor "n the one after it" 'n=12 '
key N
cursor "N the one before" 'n=10 '
key N
sees "it wraps with a message" 'wrapped: on from the newest'
key F3
sees "F3 asks as well" '^/ *$'
typed 'n=7 '
key Enter
cursor "and finds" 'n=7 '
key Escape

row 'f F4 \' 'filter events: validity shown while typing, completion of events and fields'
for k in f F4 '\'; do
	key "$k"
	sees "$k asks" 'filter:'
	key C-u
	typed 'ti'
	key Tab
	sees "$k: Tab completes the event" 'tick'
	key C-u
	typed 'tick: com'
	key Tab
	sees "$k: and the field" 'tick: comm'
	key C-u
	typed 'tick: n >'
	sees "$k: what is no filter is told while typing" 'but the end comes at position'
	key C-u
	typed 'tick: n % 100 == 3'
	key Enter
	sees "$k: a filter in force, with its counts" 'filter: tick: n % 100 == 3 .* of 5,313 shown'
	key "$k" C-u Enter
	goes "$k: an empty one shows all" 'filter: tick'
done

row 'x X' 'next / previous lost-event gap or bad page'
key g x
cursor "x, to the lost events of CPU 2" 'CPU2: events lost, count unknown'
key x
cursor "x, to those of CPU 1" 'CPU1: 41 events lost'
key x
cursor "x, to the bad page of CPU 3" 'CPU3: bad page'
key X
cursor "X, back to CPU 1" 'CPU1: 41 events lost'

row 'Enter Backspace' 'fields, raw hex and format of the event under the cursor; back'
key g
cursor "the first row" 'n=0 '
key Enter
titled "Enter shows the event" '\[detail\]'
sees "its fields" 'comm .*worker0'
sees "its bytes" '^ *0000 +f4 01'
sees "its format" 'print fmt:'
key BSpace
titled "Backspace goes back" '\[merged\]'

row 'T' 'time: absolute, since start, delta to the row above, wall clock'
key T
sees "since the start" '^SINCE START +CPU '
key T
sees "delta to the row above" '^DELTA +CPU '
key T
sees "wall clock, which this capture does not know" 'the time of day is not known: the file does not tell'
sees "absolute" '^TIME +CPU '

row 'v' 'views: events, statistics, latency, log'
key v
titled "statistics" '\[statistics: events\]'
key v
titled "latency" '\[latency'
key v
titled "log" '\[log\]'
key v
titled "events" '\[merged\]'

row 'arrows, j k' 'move'
key g
cursor "the first row has the cursor" 'n=0 '
key Down
cursor "Down" 'n=1 '
key j
cursor "j" 'n=2 '
key Up
cursor "Up" 'n=1 '
key k
cursor "k" 'n=0 '

row 'PgUp, PgDn, Space, b' 'move by pages'
key PageDown
goes "PgDn" ' n=0 '
key PageUp
sees "PgUp" ' n=0 '
key Space
goes "Space" ' n=0 '
key b
sees "b" ' n=0 '

row '^D ^U' 'move by half a page'
key C-d
goes "^D" ' n=0 '
sees "^D: half of the rows stay" ' n=18 '
key C-u
sees "^U" ' n=0 '

row 'g Home' 'move to the first row'
key PageDown PageDown
goes "elsewhere" ' n=0 '
key g
sees "g" ' n=0 '
key PageDown PageDown
goes "elsewhere again" ' n=0 '
key Home
sees "Home" ' n=0 '

row '[ ] Left Right' 'left/right scroll long rows'
key ']'
sees "]" 'DETAIL from column 9'
key '['
goes "[" 'DETAIL from'
key Right
sees "Right" 'DETAIL from column 9'
key Left
goes "Left" 'DETAIL from'

row 'F F8 G End' 'follow; moving up drops it, the title says so'
for k in F F8 G End; do
	key "$k"
	titled "$k follows" 'FOLLOW'
	sees "$k: the newest row is there" ' n=5423 '
	key Up
	titled "$k: moving up drops it" '\+1 newer'
	not_titled "$k: and the title says so" 'FOLLOW'
done

row ':' 'command line with history and completion'
key :
typed 'merg'
key Tab
sees "Tab completes" '^:merge'
key C-u
typed 'merge off'
key Enter
titled "it is carried out" '\[per CPU\]'
key : Up
sees "Up has the one before" '^:merge off'
key C-u
typed 'merge on'
key Enter
titled "and another one" '\[merged\]'

row '# ^L W' 'hide meters; redraw; write settings'
key '#'
goes "# hides the meters" 'CPU1 .*lost 41'
key '#'
sees "# shows them" 'CPU1 .*lost 41'
# What another program wrote over the screen is painted over.
printf '\e[5;1HTORN BY ANOTHER' > "$(in_tmux list-panes -t console -F '#{pane_tty}')"
sees "something tore the screen" 'TORN BY ANOTHER'
key C-l
goes "^L paints it again" 'TORN BY ANOTHER'
key W
wait_for "$ROW - W writes them" grep -q '^merged' "$XDG_CONFIG_HOME/vtrace/vtrace-top.conf"

row 'd F2' 'domains: state, vCPUs, channels, agent, share'
for k in d F2; do
	key "$k"
	titled "$k shows them" '\[domains\]'
	sees "$k: with state and vCPUs" '^. test +running +2 '
	key Escape
	titled "and back" '\[merged\]'
done
key d i
# libvirt's test driver has no domain that it could be done to: tests/guest/setup.sh has one.
sees "i would prepare the one under the cursor, were it QEMU's" 'only domains of QEMU can be traced'
key Escape
titled "and back from there" '\[merged\]'

row 'q F10 Q' 'back / quit at the root; quit all'
key v q
titled "q, back" '\[merged\]'
key v F10
titled "F10, back" '\[merged\]'
key q
sees "q at the root" 'ended with 0'
open_console 80x20 "$UTF8 '$TOP' -r '$CAPTURE'"
sees "again" 'n=0 '
key F10
sees "F10 at the root" 'ended with 0'

# ---- a guest: what starts, stops, freezes and saves ----

feed -r 3000
open_console 100x30 "$UTF8 '$TOP' --dir '$FED'"
title "a guest that does not trace" 'STOPPED'

row 't F9' 'start / stop tracing in the guest; the footer label follows'
last_line "the footer offers to start" '^t Start'
key t
titled "t starts" 'TRACING'
last_line "the footer offers to stop" '^t Stop'
key F9
titled "F9 stops" 'STOPPED'
last_line "the footer offers to start again" '^t Start'
key F9
titled "F9 starts" 'TRACING'
sees "events come" '^[0-9]+\.[0-9]{6} +00[01] '

row 'T' 'time: absolute, since start, delta to the row above, wall clock'
key T T T
sees "wall clock: the day, and whose clock it is" 'by the host.s clock'
sees "with the hour of each row" '^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} +00[01] '
key T
sees "and absolute again" '^[0-9]+\.[0-9]{6} +00[01] '

row 'p' 'freeze the view, never the drain; title says FROZEN'
key p
titled "p freezes" 'FROZEN'
holds "rows stay"
key p
not_titled "p again goes on" 'FROZEN'
wait_for "$ROW - and rows move" moved_from "$(newest)"

row 'E' 'events of the guest: enable and disable, by system, with search'
key E
titled "E shows them, of the guest's kernel" "\[guest's events\] +6 of 9 enabled"
sees "by system" '^  \[-\] \+ timer +1 of 3'
key /
typed "cancel"
sees "with search" '^>     \[ \] hrtimer_cancel'
key Enter Space
titled "enable" '7 of 9 enabled'
key k Space
titled "and disable" '6 of 9 enabled'
key Escape E
titled "E again leaves" 'TRACING.*FOLLOW|FOLLOW.*\[merged\]|TRACING.*\[per CPU\]|TRACING.*\[merged\]'

row 'R F5' 'pull the formats again'
key R
sees "R asks for them" 'asking the guest for its event formats'
key v v v
sees "which is in the log" '\[log\]'
key q F5
sees "F5 asks for them" 'asking the guest for its event formats'
key Escape

row 's' 'save what is held (path prefilled, size shown)'
key s
sees "s has a path filled in, and the size" 'save .*[0-9][KM].* to: vtrace-fed-'
key C-u
typed "$WORK/held"
key Enter
sees "it is told what was saved" 'saved .*/held: [0-9,]+ pages'
ok "$ROW - the capture is there" test -s "$WORK/held/cpu0.raw"

row 'S' 'keep recording until S again (path prefilled, size shown)'
key S
sees "S has a path filled in" 'record from now on to: vtrace-fed-'
key C-u
typed "$WORK/kept"
key Enter
titled "the title shows its size" 'rec [0-9.]+[KM]?'
key S
sees "S again ends it" 'saved .*/kept: [0-9,]+ pages'

row 'C' 'clear the view (memory only, never a saved file)'
key t
titled "stopped, so that nothing comes" 'STOPPED'
key C
sees "C asks" 'forget the .* held\?.*\(y/n\)'
key y
goes "the rows are gone" '^[0-9]+\.[0-9]{6} +00[01] '
ok "$ROW - what was saved is not" test -s "$WORK/held/cpu0.raw"

row 'q F10 Q' 'back / quit at the root; quit all'
key v Q
sees "Q quits from any view" 'ended with 0'
tap_end
