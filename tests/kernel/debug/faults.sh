#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Nothing is lost on the way while the guest's kernel is refused memory: a part of the allocations of the
# agent's pumps fails, small ones and whole pages, those that may wait and those that may not.
# shellcheck source=tests/kernel/kernel
. "$(dirname "$0")/../kernel"

BYTES=40000000
FAULTS="failslab fail_page_alloc"

# faults PERCENT WAIT: of the marked tasks' allocations fail PERCENT; with WAIT N also those that may
# wait. verbose=0 keeps their stack traces off the console, which is searched for complaints.
faults()
{
	in_guest "cd /sys/kernel/debug
		for fault in $FAULTS; do
			echo Y > \$fault/task-filter
			echo 0 > \$fault/verbose
			echo 1 > \$fault/interval
			echo -1 > \$fault/times
			echo 0 > \$fault/space
			echo $2 > \$fault/ignore-gfp-wait
			echo $1 > \$fault/probability
		done
		echo 0 > fail_page_alloc/min-order" || fail "faults are injected"
}

kernel_guest faults --load full --mem 768

# The agent's pumps, and nothing else of the guest.
mark_pumps()
{
	in_guest 'for task in /proc/$(pidof trace-agent)/task/*; do
		case $(cat $task/comm) in pump*) echo 1 > $task/make-it-fail && echo marked ;; esac
	done' | grep -c marked
}

# With checkers in the kernel an export of its formats may take longer than vtrace-top waits for it.
traced_once()
{
	batch "$DOMAIN" -d 1
	[ "$STATUS" = 0 ]
}
ok "the guest is traced" within 240 traced_once || diag_run

for wait in N Y; do
	name="ignore-gfp-wait $wait"
	# Pumps begin with the first start, and have to be there to be marked.
	batch "$DOMAIN" -d 1
	channels_empty
	is "$name: both pumps are marked" "$(mark_pumps)" 2
	faults 20 $wait
	batch "$DOMAIN" -d 15 --stats
	faults 0 $wait
	is "$name: status 0" "$STATUS" 0 || diag_run
	ok "$name: events come" some_events 1000 || diag_run
	events_add_up "$name"
	diag "$name: $(value events) events, $(port_counter add_failures) add failures"
done
no_complaints "traced"

agent_away
in_guest "echo 0 > $TRACEFS/tracing_on; killall dd"
for wait in N Y; do
	faults 50 $wait
	pattern "pattern, ignore-gfp-wait $wait" trace-path-cpu0 $BYTES fail
	# With the queue nearly full, what needs a table of descriptors and gets none does not fit.
	REST=5 pattern "pattern, ignore-gfp-wait $wait, a reader that rests" trace-path-cpu1 \
		$BYTES fail
	faults 0 $wait
	# Those that may not wait have the queue's own descriptors to fall back to.
	[ $wait = Y ] || like "pattern: memory lacked indeed" "$SENT" ' starved [1-9]'
done
diag "$(port_counter add_failures) add failures"
no_complaints "in the end"

tap_end
