#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Pages recorded from the demo guest read the same here and in "trace-cmd report".
. "$(dirname "$0")/../tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The name before -PID. trace-cmd learns names only while it prints sched_switch, and never forgets
# the first one; all else must be equal to the letter.
without_names() {
	perl -pe 's/^ *\S.*?-(\d+ +\[\d+\])/$1/'
}

# compare CAPTURE LINES: read the capture both ways, alone and by CPU; more than LINES lines.
compare() {
	local capture=$ROOT/tests/engine/$1 cpu

	ok "$1: trace-cmd makes a trace.dat of it" \
		"$ROOT/tests/engine/trace-dat" "$capture" "$work/x.dat"
	trace-cmd report "$work/x.dat" 2> /dev/null | grep -v '^cpus=' > "$work/theirs"
	"$BUILD/vtrace-top" -b -r "$capture" > "$work/ours" 2> "$work/err"
	is "$1: batch succeeds" $? 0
	is "$1: as many lines" "$(wc -l < "$work/ours")" "$(wc -l < "$work/theirs")"
	is "$1: more than $2 of them" "$(($(wc -l < "$work/ours") > $2))" 1
	ok "$1: the same lines, task names apart" \
		diff <(without_names < "$work/theirs") <(without_names < "$work/ours")
	for cpu in 0 1; do
		trace-cmd report --cpu $cpu "$work/x.dat" 2> /dev/null | grep -v '^cpus=' |
			without_names > "$work/theirs.$cpu"
		"$BUILD/vtrace-top" -b -r "$capture" -C $cpu 2> /dev/null |
			without_names > "$work/ours.$cpu"
		ok "$1: CPU $cpu alone" cmp "$work/theirs.$cpu" "$work/ours.$cpu"
	done
}

compare demo-6.1 3000
is "no task is nameless where sched_switch has named it" "$(grep -c '<\.\.\.>' "$work/ours")" 0
# A guest at full rate that overwrote events before they were read.
compare lost-6.1 500
is "lost events are told" "$(grep -cE '^CPU:[01] \[[0-9]+ EVENTS DROPPED\]$' "$work/ours")" 2

is "-n stops after so many lines" \
	"$("$BUILD/vtrace-top" -b -r "$ROOT/tests/engine/demo-6.1" -n 17 2> /dev/null | wc -l)" 17
tap_end
