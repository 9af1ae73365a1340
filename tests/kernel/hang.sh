#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest that hangs, its CPUs halted with interrupts off: no panic, no event of libvirt's, no agent that
# answers. What it did last is in its memory.
# shellcheck source=tests/kernel/kernel
. "$(dirname "$0")/kernel"
[ "$KERNEL" != 6.1 ] || skip_all "Linux before 6.12 puts no rings into reserved memory"

INSTANCE=$TRACEFS/instances/vtrace

hangs()
{
	! in_guest -t 3 true 2> /dev/null
}

own_guest vtrace-test-hang --kernel "$KERNEL" --ring 2M,sched,timer --no-agent
if ! insert_module "$KERNEL" "$ROOT/tests/kernel/hang"; then
	[ -z "$MODULE_LACKS" ] || skip_all "$MODULE_LACKS"
	fail "the module that hangs it is loaded"
	tap_end
fi
in_guest "trace-agent -i vtrace > /dev/null 2>&1 &"
ok "the agent writes its formats" within "$PATIENCE" [ -s "$STATE/$DOMAIN/share/formats" ]

batch_start --ram "$DOMAIN"
ok "events come" within "$PATIENCE" some_events 100 || diag_run
in_guest "echo before-the-hang > $INSTANCE/trace_marker
	(sleep 1; echo 1 > /sys/module/vtrace_hang/parameters/halt) > /dev/null 2>&1 &"
ok "its shell has hanged, too" within "$PATIENCE" hangs
is "libvirt knows nothing of it" "$(virsh -q -c "$URI" domstate "$DOMAIN")" running
kill -INT "$(top_pid)"
batch_end
is "who watched it ends as ever" "$STATUS" 0 || diag_run
ok "and has seen what was before" in_out before-the-hang
cp "$OUT" "$WORK/watched"

batch --post-mortem "$DOMAIN" --stats
is "post-mortem: status 0" "$STATUS" 0 || diag_run
is "post-mortem: no bad pages" "$(value bad_pages)" 0
ok "post-mortem: what was before" in_out before-the-hang
is "post-mortem: the last events are those that were seen last" "$(tail -n 20 "$OUT")" \
	"$(tail -n 20 "$WORK/watched")"
# The last that a CPU did was to take the word of the parameter, or the interrupt that told it.
is "post-mortem: each CPU has its last moment" \
	"$(LC_ALL=C grep -aoE '\[00[01]\]' "$OUT" | sort -u | wc -l)" 2
virsh -q -c "$URI" dump --memory-only --live "$DOMAIN" "$WORK/core" > "$WORK/dump" 2>&1
cp "$OUT" "$WORK/last"
batch --post-mortem "$WORK/core" --formats "$STATE/$DOMAIN/share/formats"
ok "a core of it has the same events" cmp -s "$OUT" "$WORK/last" || {
	diag_run
	diag "$(cat "$WORK/dump")"
}
tap_end
