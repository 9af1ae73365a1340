#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What happens on a CPU that has nothing else to do is shown within a second: nothing fills its
# page, so the agent has to flush it.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"

own_guest vtrace-test-idle --load idle
batch_start "$DOMAIN" -C 1 -d 60 --stats
if ! within "$PATIENCE" some_events; then
	fail "tracing starts"
	diag_run
	tap_end
fi
pass "tracing starts"

# How long each takes is told and not judged: that is a matter of the machine as well.
took=()
for number in 1 2 3 4 5 6 7 8 9; do
	mark="mark-$number-$RANDOM"
	in_guest "taskset -c 1 sh -c 'echo $mark > $TRACEFS/trace_marker'" > /dev/null
	since=$(date +%s%3N)
	ok "mark $number on an idle CPU is shown within a second" \
		within 1 in_out "\[001\].*: tracing_mark_write|print: .*$mark"
	took+=($(($(date +%s%3N) - since)))
	sleep 1
done
diag "ms until it was shown: $(printf '%s\n' "${took[@]}" | sort -n | tr '\n' ' ')"
is "each once" "$(grep -c 'mark-[1-9]-' "$OUT")" 9
kill -INT "$(top_pid)"
batch_end
is "status 0" "$STATUS" 0
is "nothing was lost" "$(value lost)" 0

tap_end
