#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Pages recorded from the demo guest read the same here and in "trace-cmd report".
. "$(dirname "$0")/../tap.sh"
capture=$ROOT/tests/engine/demo-6.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The name before -PID. trace-cmd learns names only while it prints sched_switch, and never forgets
# the first one; all else must be equal to the letter.
without_names() {
	perl -pe 's/^ *\S.*?-(\d+ +\[\d+\])/$1/'
}

ok "trace-cmd makes a trace.dat of the capture" \
	"$ROOT/tests/engine/trace-dat" "$capture" "$work/x.dat"
trace-cmd report "$work/x.dat" 2> /dev/null | grep -v '^cpus=' > "$work/theirs"
"$BUILD/vtrace-top" -b -r "$capture" > "$work/ours" 2> "$work/err"
is "batch succeeds" $? 0
is "as many lines" "$(wc -l < "$work/ours")" "$(wc -l < "$work/theirs")"
is "more than 3000 of them" "$(($(wc -l < "$work/ours") > 3000))" 1
ok "the same lines, task names apart" \
	diff <(without_names < "$work/theirs") <(without_names < "$work/ours")
is "no task is nameless where sched_switch has named it" "$(grep -c '<\.\.\.>' "$work/ours")" 0

for cpu in 0 1; do
	trace-cmd report --cpu $cpu "$work/x.dat" 2> /dev/null | grep -v '^cpus=' |
		without_names > "$work/theirs.$cpu"
	"$BUILD/vtrace-top" -b -r "$capture" -C $cpu 2> /dev/null | without_names > "$work/ours.$cpu"
	ok "CPU $cpu alone" cmp "$work/theirs.$cpu" "$work/ours.$cpu"
done
is "-n stops after so many lines" \
	"$("$BUILD/vtrace-top" -b -r "$capture" -n 17 2> /dev/null | wc -l)" 17
tap_end
