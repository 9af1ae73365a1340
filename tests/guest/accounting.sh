#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every event that the guest's ring buffers took in is accounted for, whatever happens meanwhile:
# received, overwritten in the guest, lost on the way, or still there. Prints a table, of which
# migration.sh has the rows of a guest that has no share.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"
# shellcheck source=tests/guest/sums
. "$ROOT/tests/guest/sums"

agent_restarted()
{
	# shellcheck disable=SC2016
	in_guest 'kill $(pidof trace-agent)' && within 30 in_err 'restarted; tracing again'
}

agent_killed()
{
	# shellcheck disable=SC2016
	in_guest 'kill -KILL $(pidof trace-agent)' && within 30 in_err 'restarted; tracing again'
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
	in_guest '(sleep 1; reboot -f) > /dev/null 2>&1 &' && within 60 in_err 'guest was rebooted'
}

paused_and_undefined()
{
	virsh -q -c "$URI" suspend "$DOMAIN"
	virsh -q -c "$URI" undefine "$DOMAIN"
	sleep 1
	virsh -q -c "$URI" resume "$DOMAIN"
}

# In hundredths of a second: CPU time that the agent has taken, and that the guest had to give.
# (proc(5), /proc/PID/stat and /proc/uptime)
agent_time()
{
	# shellcheck disable=SC2016
	in_guest 'cat /proc/$(pidof trace-agent)/stat' | awk '{ print $14 + $15 }'
}

guest_time()
{
	in_guest "cat /proc/uptime; cat /sys/devices/system/cpu/online" |
		awk 'NR == 1 { up = $1 * 100 } NR == 2 { split($1, cpus, "-"); print up * (cpus[2] + 1) }'
}

# Somebody who writes to the control port meanwhile is heard.
agent_obeys()
{
	local file=events/alarmtimer/alarmtimer_fired/enable verb state=0

	for verb in add remove; do
		state=$((1 - state))
		echo "events $verb alarmtimer:alarmtimer_fired" > "$STATE/$DOMAIN/agent-ctl-path.in"
		within 10 test_in_guest "$file" "$state" || return 1
	done
}

test_in_guest()
{
	[ "$(in_guest "cat $TRACEFS/$1")" = "$2" ]
}

# Neither console nor engine reads for a minute, and the guest goes on.
reader_stopped()
{
	local top engine written taken given

	top=$(top_pid) engine=$(engine_pid)
	kill -STOP "$top" "$engine"
	written=$(guest_written) taken=$(agent_time) given=$(guest_time)
	sleep 60
	echo $(($(guest_written) - written)) > "$WORK/meanwhile"
	echo "$(($(agent_time) - taken)) $(($(guest_time) - given))" > "$WORK/share"
	agent_obeys && echo yes > "$WORK/obeyed"
	kill -CONT "$top" "$engine"
}

CPU_off_and_on()
{
	in_guest "echo 0 > /sys/devices/system/cpu/cpu1/online; sleep 1
		echo 1 > /sys/devices/system/cpu/cpu1/online"
}

CPU_plugged_in()
{
	virsh -q -c "$URI" setvcpus "$DOMAIN" 2 --live
	within 10 in_guest "[ -e /sys/devices/system/cpu/cpu1 ] &&
		echo 1 > /sys/devices/system/cpu/cpu1/online" && within 20 comes_of_cpu1 &&
		in_guest "taskset -c 1 dd if=/dev/zero of=/dev/null bs=1 > /dev/null 2>&1 &"
}

comes_of_cpu1()
{
	in_guest "taskset -c 1 sh -c 'echo $MARK > $TRACEFS/trace_marker'" > /dev/null
	within 3 in_out "\\[001\\] .*$MARK"
}

console_killed()
{
	begin console_killed
	kill -KILL "$(top_pid)"
	batch_end 2> /dev/null
	go_on console_killed "$(events_out)"
}

guest_destroyed()
{
	begin guest_destroyed
	virsh -q -c "$URI" destroy "$DOMAIN"
	batch_end
	is "guest destroyed: what it wrote is unknown" "$(value guest_written)" unknown
	is "guest destroyed: what it left is unknown" "$(value guest_left)" unknown
	is "guest destroyed: what was received is printed" "$(value events)" "$(events_out)"
	row guest_destroyed unknown unknown
}

# FIFOs, a share, and as many events as a CPU can write.
own_guest vtrace-test-sums --load full --vcpus 2 --vcpus-now 1 --on-crash restart
virsh -q -c "$URI" dumpxml --inactive "$DOMAIN" > "$WORK/domain.xml"
virsh -q -c "$URI" define "$WORK/domain.xml"
for fault in CPU_plugged_in agent_restarted paused_and_undefined CPU_off_and_on guest_rebooted; do
	run "$fault"
	nothing_lost_on_the_way
done
stopped_and_started
nothing_lost_on_the_way
run agent_killed
console_killed
run reader_stopped
nothing_lost_on_the_way
ok "reader stopped: what is lost is overwritten in the guest" test "$(value guest_overrun)" -gt 0
ok "reader stopped: the guest went on writing" test "$(cat "$WORK/meanwhile")" -gt 1000
ok "reader stopped: the agent obeyed" test -e "$WORK/obeyed"
read -r taken given < "$WORK/share"
ok "reader stopped: 99 % of the guest's CPU time stay for its load ($taken of $given went to the agent)" \
	test "$((taken * 100))" -le "$given"
guest_destroyed

print_table
tap_end
