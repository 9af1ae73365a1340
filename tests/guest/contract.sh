#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The agent under the hands of a shell, as in the README of 2012: echo to the control FIFO, cat
# from a CPU's. And a reader that does not come: the guest must not stall.
# shellcheck source=tests/guest/domain disable=SC2317
. "$(dirname "$0")/domain"

own_guest vtrace-test-contract --load full
DIR=$STATE/$DOMAIN

# ask LINE: what the agent answers within a second, blanks in the place of newlines.
ask()
{
	exec 5<> "$DIR/agent-ctl-path.out"
	timeout 0.2 cat <&5 > /dev/null
	printf '%b' "$1" > "$DIR/agent-ctl-path.in"
	timeout 2 cat <&5 | tr '\n' ' '
	exec 5>&-
}

exported()
{
	[ -s "$DIR/share/formats" ]
}
ok "the agent exports its formats when it starts" within "$PATIENCE" exported

like "hello" "$(ask 'hello 1\n')" '^ok hello version=1 .*boot-id=[0-9a-f-]{36} .*state=stopped'
like "hello of a version to come" "$(ask 'hello 99\n')" '^error hello '
like "an unknown verb" "$(ask 'dance\n')" '^error dance '
like "a verb in two pieces" "$(printf 'hel' > "$DIR/agent-ctl-path.in"; ask 'lo 1\n')" '^ok hello '
like "a line that is too long" \
	"$(ask "$(printf '%05000d' 0)\nstats\n")" '^error .* ok stats cpus=2 '
like "stats of no CPU" "$(ask 'stats 77\n')" '^error stats '

like "1 twice at once" "$(ask '1\n1\n')" '^ok 1 ok 1'
timeout 2 cat "$DIR/trace-path-cpu0.out" > "$WORK/cpu0.raw"
ok "pages come" test "$(stat -c %s "$WORK/cpu0.raw")" -ge 65536

# Nobody reads for a while, at full rate: the ring buffer overwrites, and everything else lives.
overrun()
{
	in_guest "cat $TRACEFS/per_cpu/cpu0/stats" | sed -n 's/^overrun: //p'
}

more_overrun()
{
	[ "$(overrun)" -gt "$1" ]
}

before=$(overrun)
ok "nobody reads: the guest overwrites" within "$PATIENCE" more_overrun "$before"
like "nobody reads: the agent answers" "$(ask 'hello 1\n')" 'state=tracing'
ok "nobody reads: stop is taken" stop_by_hand
cat "$DIR"/trace-path-cpu0.out > /dev/null &
JOBS+=($!)
cat "$DIR"/trace-path-cpu1.out > /dev/null &
JOBS+=($!)
stopped()
{
	grep -q 'state=stopped' <<< "$(ask 'hello 1\n')"
}
ok "read at last, the agent comes to its end" within "$PATIENCE" stopped

# Of a guest whose memory is all that the host has: with the kernel's addresses in it.
is "--export writes formats that nobody else may read" "$(in_guest 'umask 0; trace-agent --export /run/formats &&
	stat -c %a /run/formats && head -n 1 /run/formats')" "600
$(head -n 1 "$DIR/share/formats")"

tap_end
