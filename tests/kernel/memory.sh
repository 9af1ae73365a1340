#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A ring in memory that the host reads: live beside the channels, while it is overwritten, after a panic,
# out of a core, after a reboot; and guests that have no such ring.
# shellcheck source=tests/kernel/kernel
. "$(dirname "$0")/kernel"
[ "$KERNEL" != 6.1 ] || skip_all "Linux before 6.12 puts no rings into reserved memory"

INSTANCE=$TRACEFS/instances/vtrace

# What the instance's rings have taken in since the boot.
ring_written()
{
	in_guest "cat $INSTANCE/per_cpu/cpu*/stats" |
		awk '/^(entries|overrun|read events):/ { sum += $NF } END { print sum + 0 }'
}

ring_entries()
{
	in_guest "cat $INSTANCE/per_cpu/cpu*/stats" | awk '/^entries:/ { sum += $NF } END { print sum + 0 }'
}

# moments FILE: CPU, time and name of each event, by CPU. The guest's own text has flags between.
moments()
{
	LC_ALL=C sed -nE 's/.*(\[[0-9]{3}\]) +([^ ]{5} +)?([0-9]+\.[0-9]{6}: [A-Za-z0-9_]+).*/\1 \3/p' "$1" |
		sort -s -k 1,1
}

# in_order FILE: no CPU's time goes back.
in_order()
{
	LC_ALL=C grep -aoE '\[[0-9]{3}\] +[0-9]+\.[0-9]{6}:' "$1" |
		awk '{ if ($2 + 0 < last[$1]) exit 1; last[$1] = $2 + 0 }'
}

mark_shows()
{
	in_guest "echo $1 > $INSTANCE/trace_marker" > /dev/null
	within 3 in_out "$1"
}

ring_off()
{
	in_guest "echo 0 > $INSTANCE/tracing_on; sync" > /dev/null
}

ring_on()
{
	in_guest "echo 1 > $INSTANCE/tracing_on" > /dev/null
}

own_guest vtrace-test-memory --kernel "$KERNEL" --ring 2M,sched,timer --on-crash preserve --no-agent \
	--append unknown_nmi_panic
in_guest "trace-agent -i vtrace > /dev/null 2>&1 &"
SHARED=$STATE/$DOMAIN/share/formats
ok "the agent writes its formats" within "$PATIENCE" [ -s "$SHARED" ]
cp "$SHARED" "$WORK/formats"

# ---- live ----

batch_start --ram "$DOMAIN" --stats
ok "live: events come" within "$PATIENCE" some_events 1000 || diag_run
ok "live: an event is shown soon after it" mark_shows mark-live
kill -INT "$(top_pid)"
batch_end
is "live: status 0" "$STATUS" 0 || diag_run
ok "live: times go forward" in_order "$OUT"
is "live: no bad pages" "$(value bad_pages)" 0
is "live: no unknown events" "$(value unknown_events)" 0

# The same events by both ways: first out of memory, then the agent sends them and what comes after them.
in_guest "echo > $INSTANCE/trace"
sleep 1
ring_off
batch --post-mortem "$DOMAIN"
moments "$OUT" | LC_ALL=C sort > "$WORK/seen"
batch "$DOMAIN" --start -d 2
is "both ways: status 0" "$STATUS" 0 || diag_run
moments "$OUT" | LC_ALL=C sort > "$WORK/sent"
ok "both ways: events came" test "$(wc -l < "$WORK/seen")" -ge 100
is "both ways: what was seen in memory has been sent" \
	"$(LC_ALL=C comm -23 "$WORK/seen" "$WORK/sent" | wc -l)" 0 ||
	diag "$(LC_ALL=C comm -23 "$WORK/seen" "$WORK/sent" | head)"

# ---- once, beside the guest's own words ----

in_guest "echo 0 > $INSTANCE/events/enable; echo > $INSTANCE/trace; echo 1 > $INSTANCE/events/sched/enable"
ring_on
sleep 1
ring_off
in_guest "cat $INSTANCE/trace" > "$WORK/theirs"
batch --post-mortem "$DOMAIN" --stats
is "once: status 0" "$STATUS" 0 || diag_run
is "once: as many events as the guest has" "$(value events)" "$(ring_entries)"
is "once: the events that the guest shows" "$(moments "$OUT" | LC_ALL=C sort | md5sum)" \
	"$(moments "$WORK/theirs" | LC_ALL=C sort | md5sum)"
cp "$OUT" "$WORK/once"

# ---- overwritten while it is read ----

in_guest "echo 1 > $INSTANCE/events/enable"
before=$(ring_written)
batch_start --ram "$DOMAIN" --stats
within "$PATIENCE" some_events 10
ring_on
in_guest 'for i in 1 2; do dd if=/dev/zero of=/dev/null bs=1 count=100000 2> /dev/null & done; wait'
ring_off
sleep 1
kill -INT "$(top_pid)"
batch_end
after=$(ring_written)
ok "overwritten: times go forward" in_order "$OUT"
is "overwritten: no bad pages" "$(value bad_pages)" 0 || diag_run
seen=$(($(value events) - $(grep -c . "$WORK/once")))
if [ "$(value lost_unknown)" = 0 ]; then
	is "overwritten: nothing was lost, and nothing is missing" "$seen" "$((after - before))" || diag_run
else
	ok "overwritten: that some were lost is told, and not more seen than were written" \
		test "$seen" -lt "$((after - before))" || diag_run
fi
diag "$seen of $((after - before)) events seen, $(value lost_unknown) gaps"

# ---- refusals ----

cp "$ROOT/tests/engine/demo-6.1/formats" "$SHARED"
batch --post-mortem "$DOMAIN"
is "formats of another kernel: status 1" "$STATUS" 1
like "formats of another kernel: are refused" "$(cat "$ERR")" 'are of another kernel than the guest.s memory'
like "formats of another kernel: events are shown raw" "$(head -n 1 "$OUT")" 'event id [0-9]+ without a format'
batch --post-mortem "$DOMAIN" --formats "$ROOT/tests/engine/demo-6.1/formats"
is "formats of another kernel that are named: status 0" "$STATUS" 0
like "formats of another kernel that are named: a warning" "$(cat "$ERR")" 'rows may be wrong'
rm "$SHARED"
batch --post-mortem "$DOMAIN"
like "no formats: what to do" "$(cat "$ERR")" 'no event formats of the kernel 6\.12[^ ]* .*trace-agent --export'
build_id=$(sed -n 's/^build-id //p;/^$/q' "$WORK/formats")
mkdir -p "$WORK/data/vtrace/formats"
cp "$WORK/formats" "$WORK/data/vtrace/formats/$build_id"
XDG_DATA_HOME=$WORK/data batch --post-mortem "$DOMAIN"
is "formats kept for the build: status 0" "$STATUS" 0 || diag_run
ok "formats kept for the build: events are decoded" in_out 'sched_switch: '
cp "$WORK/formats" "$SHARED"
refused "a file that is no memory" 'no ring buffer' --post-mortem "$ROOT/tests/guest/domain"
refused "no such domain" 'no domain|no such|not found' --ram no-such-domain

# ---- dead ----

ring_on
batch_start --ram "$DOMAIN" --stats
within "$PATIENCE" some_events 100
virsh -q -c "$URI" inject-nmi "$DOMAIN"
ok "panic: it is told" within "$PATIENCE" in_err 'panicked|crashed'
kill -INT "$(top_pid)"
batch_end
is "panic: what came is printed" "$STATUS" 0 || diag_run
cp "$OUT" "$WORK/watched"
batch --post-mortem "$DOMAIN" --stats
is "panic: its last events are there" "$STATUS" 0 || diag_run
is "panic: no bad pages" "$(value bad_pages)" 0
cp "$OUT" "$WORK/last"
is "panic: who watched it has seen the last one" "$(moments "$WORK/last" | tail -n 1)" \
	"$(moments "$WORK/watched" | tail -n 1)"
virsh -q -c "$URI" dump --memory-only "$DOMAIN" "$WORK/core" > "$WORK/dump" 2>&1
batch --post-mortem "$WORK/core" --formats "$WORK/formats"
ok "panic: a core has the same events" cmp -s "$OUT" "$WORK/last" || {
	diag_run
	diag "$(cat "$WORK/dump")"
}
batch --post-mortem "$DOMAIN" -w "$WORK/last.dat"
batch -r "$WORK/last.dat"
is "panic: so has a trace.dat of it" "$(moments "$OUT" | md5sum)" "$(moments "$WORK/last" | md5sum)"

# ---- booted anew ----

batch_start --ram "$DOMAIN" --stats
within "$PATIENCE" some_events 100
virsh -q -c "$URI" reset "$DOMAIN"
virsh -q -c "$URI" resume "$DOMAIN" 2> /dev/null
ok "reboot: it is told" within 120 in_err 'booted anew' || diag_run
ok "reboot: a row is between" within "$PATIENCE" in_out 'previous boot' || diag_run
ok "reboot: events come after it" within "$PATIENCE" mark_shows mark-anew || diag_run

# ---- memory that lies ----

# What a hostile kernel could write into its ring while it is read is written there from here. Linux,
# kernel/trace/ring_buffer.c: RING_BUFFER_META_MAGIC, then the size of the description, 56.
ram=$(sed -n 's/^[^ ]* rw-s [^/]*//p' "/proc/$(cat "/run/libvirt/qemu/$DOMAIN.pid")/maps" | head -n 1)
start=$(LC_ALL=C grep -obUaP -m 1 '\xed\xfe\xad\x0b\x38\x00\x00\x00' "$ram" | head -n 1 | cut -d : -f 1)
engine=$(engine_pid)
for ((i = 0; i < 300; i++)); do
	dd if=/dev/urandom of="$ram" bs=4096 count=1 seek=$((start / 4096 + RANDOM % 512)) conv=notrunc 2> /dev/null
done
ok "random pages in the ring: where it begins was found" test -n "$start"
sleep 1
is "random pages in the ring: the engine lives" "$(engine_pid)" "$engine"
ok "random pages in the ring: nothing reaches stdout that is no text" \
	test -z "$(LC_ALL=C tr -d '[:print:]\n\t' < "$OUT" | head -c 1)"

virsh -q -c "$URI" destroy "$DOMAIN"
ok "destroyed: it is told" within "$PATIENCE" in_err 'destroyed|stopped'
batch_end
ok "destroyed: what came before is printed" in_out mark-anew

# ---- a guest without ----

own_guest vtrace-test-private --kernel "$KERNEL" --vcpus 1
refused "memory that is not shared" 'not shared with the host' --ram "$DOMAIN"
tap_end
