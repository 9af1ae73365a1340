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

# by_libtraceevent SYSTEM/EVENT PRINT: so --stats names timer_cancel when its format says that it is that
# event, printed so.
by_libtraceevent() {
	rm -rf "$work/a"
	cp -r "$ROOT/tests/engine/demo-6.1" "$work/a"
	SYSTEM=${1%/*} EVENT=${1#*/} PRINT=$2 perl -0pi -e '
		s{section events/timer/timer_cancel \d+\nname: timer_cancel(\n.*?print fmt: )[^\n]*\n}{
			my $text = "name: $ENV{EVENT}$1$ENV{PRINT}\n";
			"section events/$ENV{SYSTEM}/$ENV{EVENT} " . length($text) . "\n$text";
		}es' "$work/a/formats"
	"$BUILD/vtrace-top" -b --stats -r "$work/a" > /dev/null 2> "$work/by"
	is "$1 $2: has no program, as often as it came" "$(grep '^by_libtraceevent' "$work/by")" \
		"by_libtraceevent $1: $cancelled"
}

cancelled=$(grep -c ': timer_cancel: ' "$work/out")
ok "timers are cancelled" test "$cancelled" -gt 0
# libtraceevent takes a %a for an error in the format, and so is asked to say it.
by_libtraceevent timer/timer_cancel '"timer=%a", REC->timer'
by_libtraceevent timer/timer_cancel '"timer=%pISpc", REC->timer'
# Plugins that are libtraceevent's alone.
by_libtraceevent syscalls/sys_enter_futex '"timer=%p", REC->timer'
by_libtraceevent tlb/tlb_flush '"timer=%p", REC->timer'

# Without formats there are still ids.
cp -r "$ROOT/tests/engine/demo-6.1" "$work/c"
rm "$work/c/formats"
"$BUILD/vtrace-top" -b --stats -r "$work/c" > /dev/null 2> "$work/raw"
is "without formats: as many of each id" "$(sed -n 's/^event id [0-9]*: //p' "$work/raw")" \
	"$(sed -n 's/^event .*: //p' "$work/err")"
tap_end
