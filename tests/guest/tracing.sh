#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Start, stop, every CPU, and the sums.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"

# exact NAME: everything that the guest wrote since BEFORE was shown or is said to be lost.
exact()
{
	local after

	after=$(guest_written)
	is "$1: shown + lost = written by the guest's buffer" \
		"$(($(value events) + $(value lost)))" "$((after - BEFORE))" || diag_run
}

is "tracing is off before" "$(tracing_on)" 0

BEFORE=$(guest_written)
batch "$DOMAIN" -d 5 --stats
is "five seconds: status 0" "$STATUS" 0
is "tracing is off afterwards" "$(tracing_on)" 0
exact "five seconds"
is "the agent's count agrees" "$(value guest_written)" "$(($(value events) + $(value lost)))"
for cpu in 0 1; do
	like "CPU $cpu delivers" "$(cat "$OUT")" "^ *[^ ].*-[0-9]+ +\[00$cpu\] "
done
is "every line is an event or a loss" \
	"$(grep -cvE "$EVENT_LINE|^CPU:[0-9]+ \[([0-9]+ )?EVENTS DROPPED\]$" "$OUT")" 0
is "a line an event" "$(events_out)" "$(value events)"
is "no bad pages" "$(value bad_pages)" 0
is "no unknown events" "$(value unknown_events)" 0
is "no gaps" "$(value gaps)" 0
is "no loss without a count" "$(value lost_unknown)" 0
like "switches are decoded" "$(grep -m 1 -E ' sched_switch: ' "$OUT")" \
	'sched_switch: +.*:[0-9]+ \[[0-9]+\] [A-Z]\S* ==> .*:[0-9]+ \[[0-9]+\]'
is "in order of time" "$(grep -E "$EVENT_LINE" "$OUT" |
	sed -E 's/.*\[[0-9]{3}\] +([0-9]+\.[0-9]{6}): .*/\1/' |
	awk '$1 + 0 < last { bad++ } { last = $1 + 0 } END { print bad + 0 }')" 0

BEFORE=$(guest_written)
batch "$DOMAIN" -d 2 --stats
is "again: status 0" "$STATUS" 0
exact "again"

batch "$DOMAIN" -n 10
is "ten events: status 0" "$STATUS" 0
is "ten events" "$(events_out)" 10
is "ten events: tracing is off afterwards" "$(tracing_on)" 0

batch "$DOMAIN" -C 1 -d 2
is "one CPU: status 0" "$STATUS" 0
is "one CPU: no other" "$(grep -E "$EVENT_LINE" "$OUT" | grep -cvE '\[001\]')" 0
ok "one CPU: some" some_events

# Interrupted by hand, it stops the guest as well.
batch_start "$DOMAIN"
ok "without a limit: events come" within "$PATIENCE" some_events
kill -INT "$(top_pid)"
batch_end
is "SIGINT: status 0" "$STATUS" 0
is "SIGINT: tracing is off afterwards" "$(tracing_on)" 0

batch_start "$DOMAIN" --keep-running
ok "--keep-running: events come" within "$PATIENCE" some_events
kill -TERM "$(top_pid)"
batch_end
is "--keep-running: tracing stays on" "$(tracing_on)" 1
batch "$DOMAIN" -d 3
ok "attached in the middle: events" some_events || diag_run
ok "'0' on the control port stops" stop_by_hand

tap_end
