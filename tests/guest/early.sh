#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The agent of an initramfs: it answers also when the initramfs is left, and hands over to the
# service's agent.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"

# early_agent: it runs.
early_agent()
{
	in_guest "grep -qx trace-agent /proc/$number/comm"
}

boot_id()
{
	in_guest "cat /proc/sys/kernel/random/boot_id"
}

share=$STATE/vtrace-test-early-$$/share/formats
own_guest vtrace-test-early --no-agent --append "vtrace.early=yes"
number=$(in_guest "cat /run/vtrace/early.pid")
ok "it outlives the initramfs" early_agent
is "which is left" "$(in_guest "ls -d /new 2>&1")" "ls: /new: No such file or directory"

batch_start "$DOMAIN" -d 60 --stats
ok "it answers and sends" within "$PATIENCE" some_events 100 || diag_run
is "it is in the system's root now" "$(in_guest "stat -Lc %d:%i /proc/$number/root/")" \
	"$(in_guest "stat -Lc %d:%i /")"
ok "the formats it wrote are of this boot" within "$PATIENCE" grep -aqm 1 "^boot-id $(boot_id)" "$share"
refuse_old()
{
	! in_err 'earlier boot|cannot mount'
}
ok "and the host takes them for such" refuse_old || diag "$(cat "$ERR")"

in_guest "rm /run/vtrace/no-agent" > /dev/null
gone()
{
	! early_agent > /dev/null
}
ok "it leaves for the service's agent" within "$PATIENCE" gone
ok "its number is forgotten" in_guest "! test -e /run/vtrace/early.pid"
ok "the host says so" within "$PATIENCE" in_err 'agent .*(restarted|started|came)|tracing again' ||
	diag "$(cat "$ERR")"
mark=after-$RANDOM
traced()
{
	in_guest "echo $mark > $TRACEFS/trace_marker" > /dev/null
	in_out "(print|tracing_mark_write): .*$mark"
}
ok "and traces on with the new one" within "$PATIENCE" traced
kill -INT "$(top_pid)"
batch_end
is "status 0" "$STATUS" 0
is "nothing was lost" "$(value lost)" 0

tap_end
