#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Agent, engine and guest die in the middle; vtrace-top says so and keeps what it has.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"

own_guest vtrace-test-deaths

start()
{
	rm -rf "$WORK/capture"
	batch_start "$DOMAIN" -d "$1" --stats -w "$WORK/capture"
	if ! within "$PATIENCE" some_events 50; then
		fail "tracing starts"
		diag_run
		tap_end
	fi
}

# The agent. The guest's init starts another one within two seconds.
start 15
# shellcheck disable=SC2016
in_guest 'kill -KILL $(pidof trace-agent)' > /dev/null
ok "agent killed: it is said" within "$PATIENCE" in_err 'agent.*(restarted|does not answer)'
mark=after-$RANDOM
ok "agent killed: another one traces" within "$PATIENCE" in_guest "pidof trace-agent &&
	[ \$(cat $TRACEFS/tracing_on) = 1 ]"
in_guest "echo $mark > $TRACEFS/trace_marker" > /dev/null
ok "agent killed: events come again" within 5 in_out "$mark"
batch_end
is "agent killed: status 0" "$STATUS" 0 || diag_run
is "agent killed: no bad pages" "$(value bad_pages)" 0
is "agent killed: tracing is off afterwards" "$(tracing_on)" 0

# The engine.
start 15
shown=$(events_out)
kill -KILL "$(engine_pid)"
batch_end
is "engine killed: status 1" "$STATUS" 1
like "engine killed: the sentence" "$(cat "$ERR")" 'engine.*(signal 9|[Kk]illed)'
ok "engine killed: what was shown stays" some_events "$shown"
is "engine killed: tracing is off afterwards" "$(tracing_on)" 0
batch -r "$WORK/capture"
ok "engine killed: saved pages are there" some_events "$((shown / 2))"

# The guest.
start 30
shown=$(events_out)
virsh -q -c "$URI" destroy "$DOMAIN" > /dev/null
batch_end
is "guest destroyed: status 1" "$STATUS" 1
like "guest destroyed: the sentence" "$(cat "$ERR")" "$DOMAIN.*(destroyed|stopped|gone|shut)"
ok "guest destroyed: what was received is shown" some_events "$shown"
is "guest destroyed: still a summary" "$(value events)" "$(events_out)"
is "guest destroyed: each CPU's rows end with it" \
	"$(tail -n 2 "$OUT" | grep -c '^CPU:[01] \[NOTE: guest stopped (destroyed from the host)')" 2
# What the host noted is not in a capture, whose pages are the guest's.
grep -av '^CPU:[0-9]* \[NOTE: ' "$OUT" > "$WORK/live"
batch -r "$WORK/capture"
ok "guest destroyed: saved pages give the same lines" cmp "$WORK/live" "$OUT"

tap_end
