#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What happens to a guest while the console is open: it says so, and traces on with what was chosen
# as soon as the guest is there again. One CPU, for the reason that is told in events.sh.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"
# shellcheck source=tests/screen/console
. "$ROOT/tests/screen/console"

CHOSEN="sched:sched_process_exit sched:sched_switch "

has_chosen()
{
	[ "$(in_guest "cat $TRACEFS/set_event" | sort | tr '\n' ' ')" = "$CHOSEN" ] &&
		[ "$(in_guest "cat $TRACEFS/events/sched/sched_switch/filter")" = "prev_pid == 0" ]
}

is_tracing()
{
	[ "$(tracing_on)" = 1 ]
}

# traces_on NAME: the guest is told what was chosen, and what it records comes to the screen.
traces_on()
{
	local mark=mark-$RANDOM

	ok "$1: it has the events that were chosen" within 40 has_chosen
	ok "$1: it records" within 20 is_tracing
	title "$1: the console knows" TRACING
	in_guest "echo $mark > $TRACEFS/trace_marker" > /dev/null
	typed "/$mark"
	key Enter
	see "$1: what is recorded comes" "print .*$mark"
	key F
}

own_guest vtrace-test-life --vcpus 1

open_console 140x40 "$UTF8 '$TOP' -c $URI '$DOMAIN'"
title "it is open" "vtrace-top $DOMAIN $URI +STOPPED"
typed ":events sched:sched_switch,sched:sched_process_exit"
key Enter
see "two events are chosen" '2 of [0-9],[0-9]{3} events are enabled'
key E
title "the list of events comes" "\[guest's events\] +2 of [0-9],"
typed "/sched:sched_switch"
key Enter
see "one of them" '^>     \[.\] sched_switch'
key f
see "gets a filter" 'record sched:sched_switch only if:'
typed "prev_pid == 0"
key Enter
see "the kernel takes it" 'filters sched:sched_switch: prev_pid == 0'
key E
gone "back to the events" "guest's events"
key t
title "t starts" TRACING
traces_on "at first"

# shellcheck disable=SC2016
in_guest 'kill -KILL $(pidof trace-agent)' > /dev/null
see "agent killed: it is said" 'agent.*(restarted|does not answer)'
traces_on "agent killed"
# One that is told to end puts back what was changed by it.
# shellcheck disable=SC2016
in_guest 'kill -TERM $(pidof trace-agent)' > /dev/null
see "agent ended: it is said" 'agent.*(restarted|does not answer)'
traces_on "agent ended"

in_guest '(sleep 1; echo b > /proc/sysrq-trigger) > /dev/null 2>&1 &'
see "guest rebooted: it is said" 'the guest was rebooted'
traces_on "guest rebooted"

key Q
see "it ends well" 'ended with 0'
tap_end
