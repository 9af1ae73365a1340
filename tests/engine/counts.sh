#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What --stats says came how often is what the lines say.
. "$(dirname "$0")/../tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$BUILD/vtrace-top" -b --stats -r "$ROOT/tests/engine/demo-6.1" > "$work/out" 2> "$work/err"
is "status" $? 0

# Of the layout "TASK-PID [CPU] TIME: EVENT: ...", in which a task's name may hold anything but "-PID [".
perl -ne 'print "$2\n" if /-(\d+) +\[\d+\] +[\d.]+: +(\S+): /' "$work/out" | sort | uniq -c |
	awk '{ print $2, $1 }' | sort > "$work/events"
perl -ne 'print "$1\n" if /-(\d+) +\[\d+\] +[\d.]+: +(\S+): /' "$work/out" | sort | uniq -c |
	awk '{ print $2, $1 }' | sort > "$work/tasks"
ok "there are events of some kinds" test "$(wc -l < "$work/events")" -gt 5
ok "there are tasks" test "$(wc -l < "$work/tasks")" -gt 3
is "events, each kind" \
	"$(sed -n 's,^event [^/]*/\(.*\): \([0-9]*\)$,\1 \2,p' "$work/err" | sort)" "$(cat "$work/events")"
is "events, each task" \
	"$(sed -n 's/^task .*-\([0-9]*\): \([0-9]*\)$/\1 \2/p' "$work/err" | sort)" "$(cat "$work/tasks")"
is "the most frequent first" "$(sed -n 's/^event .*: //p' "$work/err")" \
	"$(sed -n 's/^event .*: //p' "$work/err" | sort -rn)"
like "a task has its name" "$(grep '^task ' "$work/err")" 'task <idle>-0: [0-9]'

fails "every event has a program" grep '^by_libtraceevent' "$work/err"

# libtraceevent takes a %a for an error in the format, and so is asked to say it.
cp -r "$ROOT/tests/engine/demo-6.1" "$work/a"
perl -0pi -e 's/(name: timer_cancel\n.*?print fmt: "timer=%)p/$1a/s' "$work/a/formats"
"$BUILD/vtrace-top" -b --stats -r "$work/a" > /dev/null 2> "$work/by"
is "an event that has no program, as often as it came" \
	"$(grep '^by_libtraceevent' "$work/by")" \
	"by_libtraceevent timer/timer_cancel: $(grep -c ': timer_cancel: ' "$work/out")"
like "and it came" "$(grep '^by_libtraceevent' "$work/by")" ': [1-9]'

# Without formats there are still ids.
cp -r "$ROOT/tests/engine/demo-6.1" "$work/c"
rm "$work/c/formats"
"$BUILD/vtrace-top" -b --stats -r "$work/c" > /dev/null 2> "$work/raw"
is "without formats: as many of each id" "$(sed -n 's/^event id [0-9]*: //p' "$work/raw")" \
	"$(sed -n 's/^event .*: //p' "$work/err")"
tap_end
