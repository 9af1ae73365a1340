#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What -F and -e let pass, against "trace-cmd report -F" on the same pages.
. "$(dirname "$0")/../tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
capture=$ROOT/tests/engine/demo-6.1

ours() {
	"$BUILD/vtrace-top" -b -r "$capture" "$@" 2> "$work/err"
}

# The name before -PID, which trace-cmd learns while it prints; and what a filter never hides.
comparable() {
	grep -v 'EVENTS DROPPED' | perl -pe 's/^ *\S.*?-(\d+ +\[\d+\])/$1/'
}

ok "trace-cmd makes a trace.dat of the capture" \
	"$ROOT/tests/engine/trace-dat" "$capture" "$work/x.dat"

# same FILTER LEAST: as many lines as LEAST or more, and the same ones as trace-cmd.
same() {
	trace-cmd report -F "$1" "$work/x.dat" 2> /dev/null | grep -v '^cpus=' | comparable \
		> "$work/theirs"
	ours -F "$1" | comparable > "$work/ours"
	ok "-F '$1': the same lines" cmp "$work/theirs" "$work/ours"
	is "-F '$1': $2 of them at least" "$(($(wc -l < "$work/ours") >= $2))" 1
}

same 'sched_switch' 300
same 'sched' 700
same 'sched/sched_wakeup' 50
same 'SCHED/.*' 700
same 'sched_switch, sched_waking' 400
same 'sched_switch: prev_prio == 120' 10
same 'sched_switch: prev_prio > 100 && next_comm == "rcu_preempt"' 10
same 'sched_switch: next_comm =~ "^kwork" || next_comm =~ "LOAD$"' 10
same 'sched_switch: next_comm !~ "swapper" && !(prev_pid == 0)' 10
same 'sched_switch: (prev_state & 1) && prev_prio != 97' 10
same 'sched_switch: prev_pid == 0 || next_pid == 0 && prev_prio == 120' 10
same 'sched : prev_pid == 0 || common_pid == 15' 10
same '.*: CPU == 1' 300
same '.*: common_pid == 0' 300
same '.*: common_pid != 0 && common_flags & 4' 10
same 'softirq_raise: vec == 7' 10
same 'timer: expires > 11988589850' 10
same 'hrtimer_start: function == "tick_sched_timer"' 0
same 'sched_switch: prev_prio == 3000' 0

is "without events all are asked that have the field" \
	"$(ours -F 'common_pid == 15' | wc -l)" "$(ours -F '.*: common_pid == 15' | wc -l)"
is "which may be a few" \
	"$(ours -F 'next_prio < 200' | grep -vc ' sched_switch: ')" 0
is "several filters let pass what one of them does" \
	"$(ours -F 'sched_waking: pid == 15, softirq_raise: vec == 7' | wc -l)" \
	"$(($(ours -F 'sched_waking: pid == 15' | wc -l) +
	    $(ours -F 'softirq_raise: vec == 7' | wc -l)))"
is "so do several -F" \
	"$(ours -F 'sched_waking: pid == 15' -F softirq_raise | wc -l)" \
	"$(ours -F 'sched_waking: pid == 15, softirq_raise' | wc -l)"
is "COMM is the task that the line is of" \
	"$(ours -F 'COMM == "usleep"')" "$(ours | grep '^ *usleep-')"

is "-e takes globs of events and systems" \
	"$(ours -e 'sched,timer:hrtimer_*')" \
	"$(ours | grep -E ' (sched|hrtimer)_[a-z_]+: ')"
is "-e and -F both must be met" \
	"$(ours -e 'timer,irq' -F 'common_pid == 0')" \
	"$(ours -F 'timer, irq: common_pid == 0')"
is "-n counts what is printed" "$(ours -F sched_switch -n 7 | grep -c ' sched_switch: ')" 7

capture=$ROOT/tests/engine/lost-6.1
is "lost events are told all the same" \
	"$(ours -F 'sched_switch: prev_prio == 3000' | grep -c 'EVENTS DROPPED')" 2
capture=$ROOT/tests/engine/demo-6.1

ours --stats -F 'sched_switch' > "$work/ours"
is "--stats: what is hidden and what is not are all rows" \
	"$(awk '/^(printed|hidden):/ { n += $2 } END { print n }' "$work/err")" \
	"$(awk '/^rows:/ { print $2 }' "$work/err")"

ours --stats -e sched,timer -F 'prev_prio < 50, softirq_raise, timer' > /dev/null
is "--stats: how many kinds of events can pass, and how many are looked into" \
	"$(awk '/^filter_(events|tested):/ { printf "%s ", $2 }' "$work/err")" \
	"$(($(ours -e timer --stats 2> /dev/null > /dev/null
	      awk '/^filter_events:/ { print $2 }' "$work/err") + 1)) 1 "

# refused FILTER TEXT: nothing is printed, and TEXT is in the complaint.
refused() {
	ours -F "$1" > "$work/ours"
	is "-F '$1' fails" $? 1
	is "-F '$1' prints nothing" "$(wc -c < "$work/ours")" 0
	ok "-F '$1': $2" grep -qF -- "$2" "$work/err"
}

# The first three end trace-cmd by a signal.
refused 'sched_switch: prev_prio < 50 &&' "the end comes at position 32"
refused 'sched_switch: prev_prio == 1 && !' "the end comes at position 34"
refused 'sched_switch: prev_prio ==' "the end comes at position 27"
refused 'sched_switch: prev_pri < 50' "has a field 'prev_pri'"
refused 'sched_swich' "is called 'sched_swich'"
refused 'sched_switch: prev_prio < "x"' "has no order"
refused 'sched_switch: prev_comm == 5' "'prev_comm' is no number"
refused 'sched_switch: next_comm =~ "["' "is no regular expression"
refused 'sched_switch: "x" == next_comm' "wants a field and == before"
tap_end
