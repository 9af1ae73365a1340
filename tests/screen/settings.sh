#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The settings: read at the start, changed with :set, written with W; and colours.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

CONFIG=$XDG_CONFIG_HOME/vtrace/vtrace-top.conf

# settings LINE...: the file has these.
settings()
{
	mkdir -p "${CONFIG%/*}"
	printf '%s\n' "$@" > "$CONFIG"
	chmod 600 "$CONFIG"
}

# coloured REGEX: on the screen with its escape sequences, in which ^ stands for Esc.
coloured()
{
	in_tmux capture-pane -e -p -t console | tr '\033' '^' | grep -qE -- "$1"
}

# say TEXT: on the command line.
say()
{
	typed ":$1"
	key Enter
}

open_console 100x30 "$UTF8 TERM=xterm-256color '$TOP' -r capture"
see "without a file nothing is said" 'comm=worker0'
lacks 'settings|warning' && pass "not even that there is none" || fail "not even that there is none"
key W
see "W says what it has written" "the settings are written to $CONFIG"
is "to a file of its owner's alone" "$(stat -c %a "$CONFIG" "${CONFIG%/*}" | tr '\n' ' ')" "600 700 "
is "in which nothing is set" "$(cat "$CONFIG")" "# Settings of vtrace-top(1)."

typed ":set mer"
key Tab
see "Tab completes a setting's name" '^:set merged *$'
see "and what it is, is told" 'merged \(on\|off\) is off: one merged timeline'
typed "o"
key Tab
see "Tab lists its values" '^on +off|^off +on'
typed "x"
see "a wrong value is told while one types" 'one of these is expected: on\|off'
key BSpace
typed "n"
gone "a right one is not complained of" 'is expected'
key Enter
title "and is obeyed at once" '\[merged\]'
say "set merged?"
see "a setting can be asked for" '^merged \(on\|off\) is on: '
typed ":set nothing 3"
see "one that is not there is told" "there is no setting 'nothing'"
key Escape Escape
say "set times delta"
see "times too" '^DELTA '
key "#"
gone "the meters are hidden" '^CPU0 .*events'
key W
see "W writes again" 'are written to'
is "what was set, and what keys have changed" "$(cat "$CONFIG")" "# Settings of vtrace-top(1).
merged = on
meters = off
times = delta"

say "set"
see "all settings are shown" '^SETTING +VALUE +WHAT IT IS'
title "in a view" '\[settings\]'
key G k
key Enter
see "Enter asks for the one under the cursor" '^:set colour-event cyan$'
key C-w
typed "201 on 17 underline"
key Enter
wait_for "a colour is shown as it is" coloured '4m\^\[38;5;201m\^\[48;5;17m201 on 17 underline'
typed ":set colour-event pink"
see "a colour that is none is told" 'this is no colour'
key Escape q
wait_for "rows have it" coloured '38;5;201m\^\[48;5;17mtick'
key q
see "it ends well" 'ended with 0'

open_console 100x30 "$UTF8 TERM=xterm-256color '$TOP' -r capture"
title "the next console begins with what was written" '\[merged\]'
gone "without meters" '^CPU0 .*events'
see "and with its times" '^DELTA '
ok "but not with what was not written" lacks 201
key q

settings "# mine" "merged = sometimes" "colour-lost = white on 1" "from-tomorrow = 7" "times = start"
open_console 100x30 "$UTF8 TERM=xterm-256color '$TOP' -r capture"
see "a wrong line is told" "line 4 is passed over: there is no setting 'from-tomorrow'"
see "and how many more there are" '1 more: v'
title "it does nothing" '\[per CPU\]'
see "those behind it do" '^SINCE START '
say "view log"
see "the log has the others" 'line 2 is passed over: merged = sometimes: one of these'
key Escape x
wait_for "lost events have their colour" coloured '\^\[37m\^\[41m lost 41|\^\[37m\^\[41mlost 41'
key m W
see "written again" 'are written to'
is "what was not understood is still there" "$(cat "$CONFIG")" "# mine
merged = on
colour-lost = white on 1
from-tomorrow = 7
times = start"
key q

settings "colour-time = 196 on 17" "colour-event = 22"
open_console 100x30 "$UTF8 TERM=xterm '$TOP' -r capture"
wait_for "8 colours show the ones that come closest" coloured '\^\[1m\^\[31m\^\[44m1063\.9'
ok "dark ones too" coloured '\^\[32m(\^\[[0-9;]*m)?tick'
key q
open_console 100x30 "$UTF8 NO_COLOR=1 TERM=xterm-256color '$TOP' -r capture"
see "with NO_COLOR it runs" '1063\.9'
fails "without a colour" coloured '\^\[[34][0-7]'
key q
open_console 100x30 "$UTF8 TERM=vt100 '$TOP' -r capture"
see "and on a terminal that has none" '1063\.9'
key q

open_console 100x30 "$UTF8 '$TOP' -r capture --no-config"
see "--no-config reads none" '1063\.9'
key W
see "and writes none" 'none are written'
key q
printf 'merged = on\n' > "$WORK/other"
open_console 100x30 "$UTF8 '$TOP' -r capture --config other"
title "--config reads another one" '\[merged\]'
key m W
see "and writes it" 'are written to other'
is "nothing else" "$(cat "$WORK/other")" "merged = off"
key q
open_console 100x30 "$UTF8 '$TOP' -r capture --config missing"
see "one that is not there is told" 'there is no settings file missing'
key q

rm -rf "$XDG_CONFIG_HOME"
: > "$XDG_CONFIG_HOME"
open_console 100x30 "$UTF8 '$TOP' -r capture"
see "where no file can be, the console runs" '1063\.9'
key W
see "W says why nothing was written" 'error: the settings are not written: Not a directory'
key q
see "it ends well, too" 'ended with 0'
tap_end
