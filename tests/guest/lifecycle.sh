#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What happens to a guest while the console is open: it says so, and traces on with what was chosen
# as soon as the guest is there again. One CPU, for the reason that is told in events.sh.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"
# shellcheck source=tests/screen/console
. "$ROOT/tests/screen/console"
# shellcheck source=tests/guest/watching
. "$ROOT/tests/guest/watching"

CHOSEN="sched:sched_process_exit sched:sched_switch "

has_chosen()
{
	[ "$(in_guest "cat $TRACEFS/set_event" | sort | tr '\n' ' ')" = "$CHOSEN" ] &&
		[ "$(in_guest "cat $TRACEFS/events/sched/sched_switch/filter")" = "prev_pid == 0" ]
}

# traces_on NAME: the guest is told what was chosen, and what it records comes to the screen.
traces_on()
{
	ok "$1: it has the events that were chosen" within "$PATIENCE" has_chosen
	ok "$1: it records" within "$PATIENCE" is_tracing
	title "$1: the console knows" TRACING
	mark_comes "$1"
}

# client_of PID: its number among libvirtd's clients.
client_of()
{
	local id

	for id in $(virt-admin srv-clients-list libvirtd 2> /dev/null | awk '$1 ~ /^[0-9]+$/ { print $1 }'); do
		virt-admin client-info libvirtd "$id" 2> /dev/null |
			grep -qE "^unix_process_id *: $1$" && echo "$id"
	done
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

note "guest rebooted" 'CPU0: guest rebooted, its agent answers since [0-9:]+ '

virsh -q -c "$URI" suspend "$DOMAIN"
see "guest paused: it is said" "domain $DOMAIN: paused"
virsh -q -c "$URI" resume "$DOMAIN"
see "guest resumed: it is said" "domain $DOMAIN: resumed"
traces_on "guest resumed"
note "guest resumed" 'CPU0: guest paused for [0-9.]+ s until [0-9:]+ '

# The streams are QEMU's, and libvirt is not asked for anything that comes over them.
if command -v virt-admin > /dev/null && [ -n "$(client_of "$(console_pid)")" ]; then
	virt-admin -q client-disconnect libvirtd "$(client_of "$(console_pid)")" > /dev/null
	see "libvirt away: it is said" 'connection to libvirt was lost'
	key F
	see "libvirt back: it is said" 'connected to libvirt again'
	traces_on "libvirt back"
fi

virsh -q -c "$URI" dumpxml --inactive "$DOMAIN" > "$WORK/domain.xml"
virsh -q -c "$URI" define "$WORK/domain.xml"
virsh -q -c "$URI" destroy "$DOMAIN"
title "guest destroyed: it is gone" GONE
see "guest destroyed: a row says it" 'CPU0: guest stopped \(destroyed from the host\) at [0-9:]+ '
virsh -q -c "$URI" start "$DOMAIN"
traces_on "guest started"
note "guest started" 'CPU0: guest rebooted, its agent answers since [0-9:]+ '
key F
virsh -q -c "$URI" undefine "$DOMAIN"
see "guest undefined: it is said" "domain $DOMAIN: undefined"

key Q
see "it ends well" 'ended with 0'
tap_end
