#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Pages that somebody else has as well: by tee(), for which stealing was switched off in 2019, and by
# mmap() of the ring buffer (Linux 6.10 and later).
# shellcheck source=tests/kernel/kernel
. "$(dirname "$0")/kernel"

PAGES=20000

kernel_guest sharing --load full
agent_away

# Both ways out of a tee, each with its own reader.
reader trace-path-cpu0
reader trace-path-cpu1
ok "tee: the guest sends" in_guest -t 100 "ring-test tee 0 trace-path-cpu0 trace-path-cpu1 $PAGES"
bytes=$((PAGES * 4096))
ok "tee: the first reader has all" within 20 received trace-path-cpu0 $bytes
ok "tee: the second reader has all" within 20 received trace-path-cpu1 $bytes
ok "tee: both have the same" cmp "$WORK/trace-path-cpu0.raw" "$WORK/trace-path-cpu1.raw"
is "tee: one of the two is copied, the other is not" \
	"$(port_counter pages_copied) $(port_counter pages_stolen)" "$PAGES $PAGES"

# What was in the pages is not only the same but right: each is newer than the one before.
timestamps()
{
	od -An -v -t u8 -w4096 "$1" | awk '$1 < last { print "page " NR } { last = $1 }' | head -n 3
}
end_readers
is "tee: the pages are in order of time" "$(timestamps "$WORK/trace-path-cpu1.raw")" ""

# trace_pipe_raw takes mmap() since 6.10. While it is mapped, pages are copied in the ring buffer,
# and the copies go on as they are.
in_guest "ring-test map 0 > /run/mapped 2>&1 &"
ok "mapped or refused" within 20 in_guest "test -s /run/mapped"
if in_guest "grep -qx mapped /run/mapped"; then
	in_guest "rm /run/vtrace/no-agent"
	batch "$DOMAIN" -d 5 --stats
	is "mapped: status 0" "$STATUS" 0 || diag_run
	ok "mapped: events come" some_events 1000
	events_add_up "mapped"
	in_guest "killall ring-test"
	channels_empty
	batch "$DOMAIN" -d 3 --stats
	is "no longer mapped: status 0" "$STATUS" 0 || diag_run
	events_add_up "no longer mapped"
	is "mapped or not: nothing is copied on the way" "$(port_counter pages_copied)" "$PAGES"
else
	like "this kernel cannot map a ring buffer" "$KERNEL" '^6\.1(-|$)'
fi
no_complaints "in the end"

tap_end
