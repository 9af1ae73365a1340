#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vtrace-setup --memory on a guest that libvirt boots with our kernel, and --remove; then what is said of
# guests and files in which there is no ring to read.
# shellcheck source=tests/kernel/kernel
. "$(dirname "$0")/kernel"
[ "$KERNEL" != 6.1 ] || skip_all "Linux before 6.12 puts no rings into reserved memory"

SETUP=$BUILD/vtrace-setup
WORDS='reserve_mem=2M:64K:vtrace trace_instance=vtrace@vtrace,sched'

leave_nothing()
{
	virsh -q -c "$URI" destroy "$DEFINED" > /dev/null 2>&1
	virsh -q -c "$URI" undefine "$DEFINED" > /dev/null 2>&1
	tidy_up
}

# setup ARGUMENTS...: run it to its end; text in OUT and ERR, status in STATUS.
setup()
{
	STATUS=0
	timeout -k 5 60 "$SETUP" "$@" > "$OUT" 2> "$ERR" < /dev/null || STATUS=$?
}

next_xml()
{
	virsh -q -c "$URI" dumpxml --inactive "$DOMAIN"
}

# A domain that is shut off is started, and has booted when this returns.
start_again()
{
	virsh -q -c "$URI" destroy "$DOMAIN" > /dev/null
	: > "$STATE/$DOMAIN/console.log"
	virsh -q -c "$URI" start "$DOMAIN" > /dev/null
	wait_until 90 grep -aq '^vtrace-demo: ready' "$STATE/$DOMAIN/console.log"
}

# ram_file: what QEMU keeps the guest's memory in.
ram_file()
{
	sed -n 's/^[^ ]* rw-s [^/]*//p' "/proc/$(cat "/run/libvirt/qemu/$DOMAIN.pid")/maps" | head -n 1
}

# ---- a ring for a running domain, from its next start on ----

own_guest vt-ring --kernel "$KERNEL" --no-agent
DEFINED=$DOMAIN
trap leave_nothing EXIT
setup --memory 2M,sched -y "$DOMAIN"
is "a transient domain: status 1" "$STATUS" 1
like "a transient domain: the sentence" "$(cat "$ERR")" 'a transient domain has none: define it first'
virsh -q -c "$URI" dumpxml --inactive "$DOMAIN" > "$WORK/defined.xml"
ok "the guest is defined" virsh -q -c "$URI" define "$WORK/defined.xml"
before=$(next_xml)
setup --memory 2M,sched "$DOMAIN"
is "nobody says yes: status 1" "$STATUS" 1
like "the plan: memory" "$(cat "$OUT")" '^  - share its memory with the host, from its next start on$'
like "the plan: command line" "$(cat "$OUT")" "^  - add to its kernel's command line: $WORDS\$"
like "the plan: the running guest waits" "$(cat "$OUT")" \
	'the running guest does not have it: shut it down and start it .*a reboot from inside is not enough'
is "nothing was done" "$(next_xml)" "$before"
setup --memory 2M,sched -y "$DOMAIN"
is "--memory: status 0" "$STATUS" 0 || diag_run
like "--memory: the command line has it" "$(next_xml)" "<cmdline>.* $WORDS</cmdline>"
like "--memory: the memory is shared" "$(next_xml | tr -d '\n')" "<source type='file'/> *<access mode='shared'/>"
refused "not started anew: its memory is not shared" 'not shared with the host' --ram "$DOMAIN"
prepared=$(next_xml)
setup --memory 2M,sched -y "$DOMAIN"
is "again: status 0" "$STATUS" 0
like "again: nothing to do" "$(cat "$OUT")" "^$DOMAIN is prepared already; nothing to do"
like "again: the running guest still waits" "$(cat "$OUT")" 'the running guest does not have it'
is "again: nothing is changed" "$(next_xml)" "$prepared"

ok "it starts" start_again
setup --memory 2M,sched -y "$DOMAIN"
like "started: nothing to do" "$(cat "$OUT")" 'prepared already; nothing to do'
fails "started: nothing waits" grep -q 'does not have it' "$OUT"
in_guest "trace-agent -i vtrace > /dev/null 2>&1 &"
ok "the agent writes its formats" within "$PATIENCE" [ -s "$STATE/$DOMAIN/share/formats" ]
batch --ram "$DOMAIN" -n 200 --stats
is "vtrace-top --ram: status 0" "$STATUS" 0 || diag_run
is "vtrace-top --ram: events are seen" "$(events_out)" 200
is "vtrace-top --ram: with their names" "$(value unknown_events)" 0
is "vtrace-top --ram: of the system that was asked for" \
	"$(LC_ALL=C grep -aE "$EVENT_LINE" "$OUT" | grep -vcE ': sched_[a-z_]+:')" 0

# ---- another size, and back ----

setup --memory 4M -y "$DOMAIN"
like "another size: in the place of the first" "$(next_xml)" \
	'<cmdline>[^<]* reserve_mem=4M:64K:vtrace trace_instance=vtrace@vtrace</cmdline>'
is "another size: words of one ring" "$(next_xml | grep -o 'reserve_mem=' | wc -l)" 1
setup --remove -y "$DOMAIN"
is "--remove: status 0" "$STATUS" 0 || diag_run
like "--remove: what it did" "$(cat "$OUT")" 'back its memory as before, from its next start on'
like "--remove: the running guest keeps it" "$(cat "$OUT")" 'keeps its shared memory and its ring until it is shut down'
is "--remove: its configuration is as it was" "$(next_xml)" "$before" ||
	diag "$(diff <(echo "$before") <(next_xml))"
batch --ram "$DOMAIN" -n 10
is "--remove: the running guest is read on" "$STATUS" 0 || diag_run
setup --remove -y "$DOMAIN"
like "--remove again: nothing to do" "$(cat "$OUT")" 'nothing that vtrace-setup added; nothing to do'

# ---- cores of the running guest, of each kind that QEMU writes ----

# core_is_same FORMAT: the core has the events that the memory has.
core_is_same()
{
	if ! virsh -q -c "$URI" dump --memory-only --format "$1" "$DOMAIN" "$WORK/core" > "$WORK/dump" 2>&1; then
		if grep -qE "not supported|isn't supported|unsupported" "$WORK/dump"; then
			skip "virsh dump --format $1" "this QEMU is built without: $(tr '\n' ' ' < "$WORK/dump")"
		else
			fail "virsh dump --format $1"
			diag "$(cat "$WORK/dump")"
		fi
		return
	fi
	batch --post-mortem "$WORK/core" --formats "$STATE/$DOMAIN/share/formats"
	ok "virsh dump --format $1: the events of the memory" cmp "$OUT" "$WORK/quiet" || diag_run
	rm -f "$WORK/core"
}

in_guest "echo 0 > $TRACEFS/instances/vtrace/tracing_on; sync" > /dev/null
batch --post-mortem "$DOMAIN"
cp "$OUT" "$WORK/quiet"
ok "the ring has events" some_events 100
for format in elf kdump-zlib kdump-lzo kdump-snappy; do
	core_is_same "$format"
done

# ---- a file that ends while it is read ----

# A copy of the running guest's memory is a file that nobody writes to; read live it waits for more.
cp --sparse=always "$(ram_file)" "$WORK/copy"
batch_start --ram "$WORK/copy" --formats "$STATE/$DOMAIN/share/formats"
ok "a copy: its events come" within "$PATIENCE" some_events 100 || diag_run
truncate -s 1M "$WORK/copy"
ok "cut off: it is told" within "$PATIENCE" in_err 'the memory file ends at byte [0-9]+: it was cut off, or its guest is gone' ||
	diag_run
kill -INT "$(top_pid)" 2> /dev/null
batch_end
ok "cut off: what came before is printed" some_events 100
refused "cut off: it has no ring" 'no ring buffer in this memory' --post-mortem "$WORK/copy"
: > "$WORK/copy"
refused "an empty file" 'is empty, and so no guest.s memory' --ram "$WORK/copy"
refused "a directory" 'no regular file' --ram "$WORK/"
mkfifo "$WORK/pipe"
refused "a FIFO" 'no regular file' --ram "$WORK/pipe"
rm "$WORK/copy"
refused "a file that is gone" 'cannot open .*No such file' --ram "$WORK/copy"

# ---- a boot loader's command line, by the XML alone ----

next_xml | sed -e '/<kernel>/d;/<initrd>/d;/<cmdline>/d' -e "s/<on_crash>/<description>its own disk<\/description>&/" \
	> "$WORK/disk.xml"
ok "the domain boots from its disk now" virsh -q -c "$URI" define "$WORK/disk.xml"
before=$(next_xml)
setup --memory 2M,sched -y "$DOMAIN"
is "its own disk: status 0" "$STATUS" 0 || diag_run
like "its own disk: the words are printed" "$(cat "$OUT")" "its boot loader has the kernel's command line: .*: $WORDS\$"
fails "its own disk: the XML has none of them" grep -q reserve_mem <(next_xml)
setup --remove -y "$DOMAIN"
like "its own disk: what is to be taken out in the guest" "$(cat "$OUT")" 'its boot loader .* take out there'
is "its own disk: its configuration is as it was" "$(next_xml)" "$before"

# ---- shared memory without a ring ----

own_guest vt-noring --kernel "$KERNEL" --vcpus 1 --no-agent --ring 0
refused "no such range" 'no ring buffer in this memory: .*reserve_mem=16M:64K:vtrace' --ram "$DOMAIN"
own_guest vt-old --kernel debian --vcpus 1 --no-agent --ring 2M,sched
refused "a kernel without the feature" 'no ring buffer in this memory: .*Linux 6\.12 or later' --ram "$DOMAIN"
tap_end
