#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The rows of accounting.sh's table that are the host's doing: whoever reads the guest's pages is
# held up or killed, or the guest is destroyed.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"
# shellcheck source=tests/guest/sums
. "$ROOT/tests/guest/sums"

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
		within "$PATIENCE" test_in_guest "$file" "$state" || return 1
	done
}

test_in_guest()
{
	[ "$(in_guest "cat $TRACEFS/$1")" = "$2" ]
}

# All that is between it and the reader is full.
agent_rests()
{
	local before

	before=$(agent_time)
	[ "$(agent_time)" = "$before" ]
}

# Neither console nor engine reads for a minute, and the guest goes on.
reader_stopped()
{
	local top engine written taken given

	top=$(top_pid) engine=$(engine_pid)
	kill -STOP "$top" "$engine"
	within "$PATIENCE" agent_rests
	written=$(guest_written) taken=$(agent_time) given=$(guest_time)
	sleep 60
	echo $(($(guest_written) - written)) > "$WORK/meanwhile"
	echo "$(($(agent_time) - taken)) $(($(guest_time) - given))" > "$WORK/share"
	agent_obeys && echo yes > "$WORK/obeyed"
	kill -CONT "$top" "$engine"
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

own_guest vtrace-test-reading --load full --vcpus 2
run reader_stopped
nothing_lost_on_the_way
ok "reader stopped: what is lost is overwritten in the guest" test "$(value guest_overrun)" -gt 0
ok "reader stopped: the guest went on writing" test "$(cat "$WORK/meanwhile")" -gt 1000
ok "reader stopped: the agent obeyed" test -e "$WORK/obeyed"
read -r taken given < "$WORK/share"
ok "reader stopped: 99 % of the guest's CPU time stay for its load ($taken of $given went to the agent)" \
	test "$((taken * 100))" -le "$given"
console_killed
guest_destroyed

print_table
tap_end
