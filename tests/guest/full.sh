#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# As many events as the guest's CPUs can write: the sums still hold, the memory is bounded.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"

MEMORY_LIMIT=$((400 * 1024)) # KiB of vtrace-top and its engine together

# Peak resident set of a process in KiB; 0 when it has ended.
peak()
{
	local size

	size=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status" 2> /dev/null)
	echo "${size:-0}"
}

own_guest vtrace-test-full --load full
before=$(guest_written)
batch_start "$DOMAIN" -d 20 --stats
ok "events come" within "$PATIENCE" some_events 10000
top=$(top_pid)
engine=$(engine_pid)
used=0
while [ -n "$engine" ] && [ -e "/proc/$engine" ]; do
	now=$(($(peak "$top") + $(peak "$engine")))
	[ "$now" -le "$used" ] || used=$now
	sleep 0.5
done
batch_end
ok "their memory was seen" test "$used" -gt 0
is "status 0" "$STATUS" 0 || diag_run
ok "vtrace-top and engine stay under 400 MiB: $((used / 1024)) MiB" \
	test "$used" -lt "$MEMORY_LIMIT"
after=$(guest_written)
is "shown + overwritten = written" "$(($(value events) + $(value guest_overrun)))" \
	"$((after - before))" || diag_run
# A full page has no room for the number of events that were lost before it, and says only that some were.
if [ "$(value lost_unknown)" = 0 ]; then
	is "lost by the pages = overwritten" "$(value lost)" "$(value guest_overrun)" || diag_run
else
	ok "lost by the pages < overwritten" test "$(value lost)" -lt "$(value guest_overrun)"
fi
# Rows are events and what is told between them, and one as well as the other is skipped.
is "every row received is a line" "$(($(events_out) + $(grep -ac '^CPU:' "$OUT") + $(value skipped_rows)))" \
	"$(value rows)"
is "no bad pages" "$(value bad_pages)" 0
is "no unknown events" "$(value unknown_events)" 0
diag "$(value events) events shown, $(value lost) lost, of $((after - before))"

tap_end
