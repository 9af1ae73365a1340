#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A trace.dat recorded on the spot from this machine's own kernel, all events on:
# "vtrace-top -b -r" and "trace-cmd report" print the same lines. See doc/REFERENCE.md.
. "$(dirname "$0")/../tap.sh"

tracefs=/sys/kernel/tracing
instance=$tracefs/instances/vtrace-test-$$
megabytes=16 # to record; that records what it writes itself: some hundred thousand lines
work=$(mktemp -d)
mounted=
clean() {
	[ ! -d "$instance" ] || rmdir "$instance"
	[ -z "$mounted" ] || umount "$tracefs"
	rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM

[ "$(id -u)" = 0 ] || skip_all "tracefs is root's"
command -v trace-cmd > /dev/null || skip_all "there is no trace-cmd to compare with"
if [ ! -e "$tracefs/events/header_page" ]; then
	mount -t tracefs nodev "$tracefs" 2> /dev/null || skip_all "tracefs cannot be mounted here"
	mounted=yes
fi
mkdir "$instance" 2> /dev/null || skip_all "no instance can be made in $tracefs"
echo 1 2> /dev/null > "$instance/events/enable" || skip_all "events cannot be switched on here"
echo 0 > "$instance/events/enable"
echo > "$instance/trace"

# What runs meanwhile, until enough is read: a reader waits for half a full buffer, and what the
# readers do themselves does not always fill one.
load() {
	while [ -e "$work/more" ]; do
		ls -lR "$ROOT" > /dev/null
		bash -c 'for i in 1 2 3 4 5 6 7 8 9; do (cat /proc/self/status > /dev/null); done'
	done
}

# Before all else, and read before all else: a busy machine overwrites what it does not read at once.
marks() {
	echo "a mark" > "$instance/trace_marker"
	printf 'two\nlines\n' > "$instance/trace_marker"
	printf '\1\0\0\0raw data' > "$instance/trace_marker_raw"
}
all_is_read() {
	! cat "$instance"/per_cpu/cpu*/stats | grep -q '^entries: [1-9]'
}
enough_is_read() {
	stat -c %s "${files[@]}" | awk -v enough=$megabytes '{ sum += $1 } END { exit sum < enough * 1e6 }'
}

files=() readers=()
for cpu in "$instance"/per_cpu/cpu*; do
	file=$work/${cpu##*/}
	files+=("$file")
	cat "$cpu/trace_pipe_raw" > "$file" 2> /dev/null &
	readers+=($!)
done
marks
ok "marks are read" within 20 all_is_read
# Events are switched on one by one, which takes longer than to record so much.
echo 0 > "$instance/tracing_on"
echo 1 > "$instance/events/enable"
echo 1 > "$instance/tracing_on"
touch "$work/more"
load &
ok "$megabytes MB are read" within 60 enough_is_read || diag "$(stat -c '%n %s' "${files[@]}")"
rm "$work/more"
kill "${readers[@]}" && wait "${readers[@]}" 2> /dev/null
echo 0 > "$instance/tracing_on"
echo 0 > "$instance/events/enable"
wait
sorted() {
	printf '%s\n' "${files[@]}" | sort -V
}
mapfile -t files < <(sorted)
ok "trace-cmd makes the head of a trace.dat" trace-cmd restore -c -o "$work/head.dat"
ok "trace-cmd makes a trace.dat of the pages" \
	trace-cmd restore -i "$work/head.dat" -o "$work/x.dat" "${files[@]}"
rm "${files[@]}"

trace-cmd report -i "$work/x.dat" 2> "$work/report" | grep -av '^cpus=' > "$work/theirs"
"$BUILD/vtrace-top" -b -r "$work/x.dat" > "$work/ours" 2> "$work/err"
is "it is read" $? 0 || diag "$(cat "$work/err")"
for event in sched_switch sys_enter_read print raw_data; do
	ok "it has $event" grep -aqm 1 ": $event: " "$work/ours"
done
ok "$(wc -l < "$work/ours") lines, the same" \
	"$ROOT/tests/engine/same-lines" -v 5 -k "$ROOT/doc/REFERENCE.md" "$work/ours" "$work/theirs"
tap_end
