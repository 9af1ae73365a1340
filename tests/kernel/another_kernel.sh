#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest that comes back with another kernel, while the console is open: its rows are decoded with
# formats of its own, and those of before with theirs.
# shellcheck source=tests/kernel/kernel
. "$(dirname "$0")/kernel"
[ "$VTRACE_KERNEL" = 6.12 ] || skip_all "one change of kernels is enough, from 6.12"
# shellcheck source=tests/screen/console
. "$ROOT/tests/screen/console"
# shellcheck source=tests/guest/watching
. "$ROOT/tests/guest/watching"

# Of an event's format, which is another one in each kernel.
has_ids()
{
	in_guest "cat $TRACEFS/events/sched/sched_switch/id"
}

own_guest vtrace-test-kernels --kernel "$VTRACE_KERNEL" --vcpus 1
virsh -q -c "$URI" dumpxml --inactive "$DOMAIN" > "$WORK/domain.xml"
virsh -q -c "$URI" define "$WORK/domain.xml"
before=$(in_guest "uname -r") id=$(has_ids)
open_console 140x40 "$UTF8 '$TOP' -c $URI '$DOMAIN'"
title "it is open" "vtrace-top $DOMAIN $URI +STOPPED"
key t
title "t starts" TRACING
mark_comes "at first"

virsh -q -c "$URI" destroy "$DOMAIN"
title "it is gone" GONE
"$ROOT/tests/demo/image" --kernel debian "$STATE/$DOMAIN" 2> /dev/null
virsh -q -c "$URI" start "$DOMAIN"
ok "it is there again, and records" within 60 is_tracing
ok "with another kernel than $before" test "$(in_guest "uname -r")" != "$before"
ok "in which an event has another number than $id" test "$(has_ids)" != "$id"
mark_comes "with another kernel"
note "with another kernel" 'CPU0: guest rebooted, its agent answers since [0-9:]+ '
typed "/sched_switch"
key Enter
see "its rows are decoded" '^ *[0-9.]+ +000 .* sched_switch +[^ ]+:[0-9]+ \[[0-9]+\] [A-Z]+ ==> '
key g
typed "/sched_switch"
key Enter
see "those of before are, too" '^ *[0-9.]+ +000 .* sched_switch +[^ ]+:[0-9]+ \[[0-9]+\] [A-Z]+ ==> '
key Q
see "it ends well" 'ended with 0'
virsh -q -c "$URI" undefine "$DOMAIN"
tap_end
