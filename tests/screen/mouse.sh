#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# --mouse: what wheel and clicks do, and that without it the terminal is not asked for them.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

LEFT=0
WHEEL_UP=64
WHEEL_DOWN=65

# Does the terminal report clicks now?
reported()
{
	[ "$(in_tmux display-message -p -t console '#{mouse_standard_flag}')" = "$1" ]
}

# mouse BUTTON COLUMN LINE: it goes down there, and up; both from 1 on.
mouse()
{
	in_tmux send-keys -t console -l $'\e['"<$1;$2;$3M"$'\e['"<$1;$2;$3m"
}

# double_click COLUMN LINE: both at once, however busy the machine is.
double_click()
{
	local click=$'\e['"<$LEFT;$1;$2M"$'\e['"<$LEFT;$1;$2m"

	in_tmux send-keys -t console -l "$click$click"
}

# The line of the screen, from 1, on which REGEX is first.
line_of()
{
	screen | grep -nE -- "$1" | head -n 1 | cut -d : -f 1
}

# click_footer LABEL: on the label in the last line.
click_footer()
{
	local before

	before=$(screen | tail -n 1)
	before=${before%%"$1"*}
	mouse $LEFT $((${#before} + 1)) 24
}

open_console 100x24 "$UTF8 '$TOP' -r '$CAPTURE'"
see "a console" 'n=0 '
ok "without --mouse the terminal selects text as ever" reported 0
key :
typed 'set mouse on'
key Enter
wait_for "the setting asks for it" reported 1
key :
typed 'mouse off'
key Enter
wait_for "and :mouse off gives it back" reported 0
key q
see "it leaves" 'ended with 0'

open_console 100x24 "$UTF8 '$TOP' -r '$CAPTURE' --mouse"
see "a console with --mouse" 'n=0 '
wait_for "is told of clicks" reported 1
# Panes move while the engine tells of one CPU after the other.
panes_have()
{
	[ "$(screen | grep -cE '^[> ] CPU[0-3] .* rows held')" = 4 ] && shows "$1"
}
click_name()
{
	mouse $LEFT 5 "$(line_of '^[> ] CPU2 ')"
	within 2 shows '^> CPU2 '
}
ok "a click on a pane's name chooses the pane" within 20 click_name
wait_for "panes have their rows" panes_have ' 001 worker1-1001 +tick +n=5 '
at=$(line_of ' 001 worker1-1001 +tick +n=5 ')
mouse $LEFT 30 "$at"
see "a click on a row chooses its pane" '^> CPU1 '
key Enter
see "and the row" '^1063\.901250000 +CPU 1 '
key BSpace
see "back" '^> CPU1 '

mouse $WHEEL_DOWN 20 "$(line_of '^  CPU3 ')"
see "the wheel goes to the pane under it" '^> CPU3 '
see "and scrolls it, three rows" ' n=19 '
gone "so that its first rows are gone" ' n=3 '
see "and no other" ' n=0 '
mouse $WHEEL_UP 20 "$(line_of '^> CPU3 ')"
see "up, too" ' n=3 '

click_footer 'm Merge'
title "a click on a label of the last line presses it" '\[merged\]'
click_footer 'm Panes'
title "whatever it is called now" '\[per CPU\]'
wait_for "panes have their rows again" panes_have ' 000 worker0-1000 +tick +n=4 '
at=$(line_of ' 000 worker0-1000 +tick +n=4 ')
double_click 30 "$at"
see "two clicks are Enter" '^1063\.901000000 +CPU 0 '
key BSpace
see "back again" '^> CPU0 '

key v Tab
title "a list" '\[statistics: tasks\]'
at=$(($(line_of '^> ') + 2))
third=$(screen | sed -n "${at}p" | grep -oE 'worker[0-9]-[0-9]+')
mouse $LEFT 10 "$at"
see "a click puts the cursor on a line" "^> $third "
mouse $WHEEL_UP 10 "$at"
gone "the wheel moves it" "^> $third "
double_click 12 "$at"
see "two clicks are Enter there as well" "filter: .*common_pid == ${third#*-}"

key f
see "a question" '^filter: '
click_footer 'filter'
mouse $WHEEL_DOWN 20 10
key Escape
see "is not clicked away" '^1063\.9'
key q
see "it leaves" 'ended with'
ok "and the terminal is as it was" reported 0
tap_end
