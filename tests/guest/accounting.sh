#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every event that the guest's ring buffers took in is accounted for, whatever happens meanwhile:
# received, overwritten in the guest, lost on the way, or still there. Prints a table, of which
# reading.sh and domain_events.sh have the rows of the host, and migration.sh those of a guest that has no
# share.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"
# shellcheck source=tests/guest/sums
. "$ROOT/tests/guest/sums"

agent_restarted()
{
	# shellcheck disable=SC2016
	in_guest 'kill $(pidof trace-agent)' && within 60 in_err 'restarted; tracing again'
}

agent_killed()
{
	# shellcheck disable=SC2016
	in_guest 'kill -KILL $(pidof trace-agent)' && within 60 in_err 'restarted; tracing again'
}

# Whoever starts it again has to stop it as well.
stopped_and_started()
{
	begin stopped_and_started
	stop_by_hand
	echo 1 > "$STATE/$DOMAIN/agent-ctl-path.in"
	ok "stopped and started: events come after it" within 60 mark_is_printed
	stop_by_hand
	finish
}

guest_rebooted()
{
	in_guest '(sleep 1; reboot -f) > /dev/null 2>&1 &' && within 120 in_err 'guest was rebooted'
}

guest_panicked()
{
	in_guest '(sleep 1; echo c > /proc/sysrq-trigger) > /dev/null 2>&1 &' &&
		within 120 in_err 'guest was rebooted'
}

paused_and_undefined()
{
	virsh -q -c "$URI" suspend "$DOMAIN"
	virsh -q -c "$URI" undefine "$DOMAIN"
	sleep 1
	virsh -q -c "$URI" resume "$DOMAIN"
}

CPU_off_and_on()
{
	in_guest "echo 0 > /sys/devices/system/cpu/cpu1/online; sleep 1
		echo 1 > /sys/devices/system/cpu/cpu1/online"
}

CPU_plugged_in()
{
	virsh -q -c "$URI" setvcpus "$DOMAIN" 2 --live
	within "$PATIENCE" in_guest "[ -e /sys/devices/system/cpu/cpu1 ] &&
		echo 1 > /sys/devices/system/cpu/cpu1/online" && within "$PATIENCE" comes_of_cpu1 &&
		in_guest "taskset -c 1 dd if=/dev/zero of=/dev/null bs=1 > /dev/null 2>&1 &"
}

comes_of_cpu1()
{
	in_guest "taskset -c 1 sh -c 'echo $MARK > $TRACEFS/trace_marker'" > /dev/null
	within 3 in_out "\\[001\\] .*$MARK"
}

# FIFOs, a share, and as many events as a CPU can write.
own_guest vtrace-test-sums --load full --vcpus 2 --vcpus-now 1 --on-crash restart
virsh -q -c "$URI" dumpxml --inactive "$DOMAIN" > "$WORK/domain.xml"
virsh -q -c "$URI" define "$WORK/domain.xml"
for fault in CPU_plugged_in agent_restarted paused_and_undefined CPU_off_and_on guest_rebooted \
	guest_panicked; do
	run "$fault"
	nothing_lost_on_the_way
done
stopped_and_started
nothing_lost_on_the_way
run agent_killed

print_table
tap_end
