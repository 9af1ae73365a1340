#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every event that the guest's ring buffers took in is accounted for, whatever happens meanwhile:
# received, overwritten in the guest, lost on the way, or still there. The guest's own counters,
# read by its shell, are the witness. Prints a table.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"

TABLE=("$(printf '%-22s %9s %9s %11s %7s %7s %4s %5s' fault written received overwritten dropped \
	channel bad left)")

own_guest vtrace-test-sums --load full

# run FAULT: traces, lets the function FAULT happen in the middle, and goes on until events have come
# for a while after it.
run()
{
	local fault=$1 before after

	before=$(guest_written)
	batch_start "$DOMAIN" -d 150 --stats
	if ! within 20 some_events 5000; then
		fail "$fault: events come"
		diag_run
		return
	fi
	ok "$fault: it happens" "$fault"
	ok "$fault: events come after it" within 30 mark_comes
	kill -INT "$(top_pid)"
	batch_end
	within 10 tracing_is_off
	after=$(guest_written)
	is "$fault: status 0" "$STATUS" 0 || diag_run
	is "$fault: what the guest wrote, as it says itself" "$(value guest_written)" "$((after - before))" ||
		diag_run
	is "$fault: received, overwritten, lost on the way and left are all there is" \
		"$(($(value events) - $(value received_early) + $(value guest_overrun) + \
		$(value lost_channel) + $(value guest_left)))" \
		"$(($(value guest_before) + after - before))" || diag_run
	TABLE+=("$(printf '%-22s %9s %9s %11s %7s %7s %4s %5s' "${fault//_/ }" "$((after - before))" \
		"$(value events)" "$(value guest_overrun)" "$(value guest_dropped)" \
		"$(value lost_channel)" "$(value bad_pages)" "$(value guest_left)")")
}

MARK=mark-$RANDOM
marks=0
mark_comes()
{
	marks=$((marks + 1))
	in_guest "echo $MARK-$marks > $TRACEFS/trace_marker" > /dev/null
	within 3 grep -aqF "$MARK-$marks" "$OUT"
}

no_fault()
{
	:
}

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

guest_paused()
{
	virsh -q -c "$URI" suspend "$DOMAIN"
	sleep 2
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

run no_fault
is "no fault: nothing is lost on the way" "$(value lost_channel)" 0
run agent_restarted
is "agent restarted: nothing is lost on the way" "$(value lost_channel)" 0
run agent_killed
run guest_paused
is "guest paused: nothing is lost on the way" "$(value lost_channel)" 0
run reader_stopped
is "reader stopped: nothing is lost on the way" "$(value lost_channel)" 0
ok "reader stopped: what is lost is overwritten in the guest" test "$(value guest_overrun)" -gt 0
ok "reader stopped: the guest went on writing" test "$(cat "$WORK/meanwhile")" -gt 1000
ok "reader stopped: the agent obeyed" test -e "$WORK/obeyed"
read -r taken given < "$WORK/share"
ok "reader stopped: 99 % of the guest's CPU time stay for its load ($taken of $given went to the agent)" \
	test "$((taken * 100))" -le "$given"
run CPU_off_and_on
is "CPU off and on: nothing is lost on the way" "$(value lost_channel)" 0

for line in "${TABLE[@]}"; do
	echo "# $line"
done
tap_end
