#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# UNIX sockets in the place of FIFOs, four CPUs, one of them without a channel, and no share, so that
# the agent sends the formats over the control port.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"

own_guest vtrace-test-sockets --no-share --unix --vcpus 4 --no-cpu-channel 2
kept=0
for round in first second; do
	before=$(guest_written)
	batch "$DOMAIN" -d 4 --stats
	after=$(guest_written)
	is "$round: status 0" "$STATUS" 0 || diag_run
	for cpu in 0 1 3; do
		like "$round: CPU $cpu delivers" "$(cat "$OUT")" "^ *[^ ].*-[0-9]+ +\[00$cpu\] "
	done
	like "$round: CPU 2 is said to be missing" "$(cat "$ERR")" 'channel|port'
	is "$round: nothing of CPU 2" "$(grep -cE '\[002\] ' "$OUT")" 0
	is "$round: all events have their format" "$(value unknown_events)" 0
	is "$round: nobody asks for a share" "$(grep -c '9p share' "$ERR")" 0
	is "$round: no bad pages" "$(value bad_pages)" 0
	is "$round: no gaps" "$(value gaps)" 0 || diag_run
	# CPU 2 has no way out: what it wrote is still in the guest.
	left=$(in_guest "cat $TRACEFS/per_cpu/cpu2/stats" | awk '/^(entries|overrun|read)/ { s += $NF }
		END { print s }')
	is "$round: shown + lost = written on the others" \
		"$(($(value events) + $(value lost)))" "$((after - before - (left - kept)))" || diag_run
	kept=$left
done

tap_end
