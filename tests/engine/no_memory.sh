#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vtrace-top and vtrace-engine run out of memory at one allocation: they end with a sentence or go
# on, they never die of it nor wait for what won't come, and what is said to be saved is. The
# programs are the ones that are shipped, linked with tests/unit/failing_memory.c. Each way to get to
# an allocation fails once, the first time it is taken; of an engine that records, some of them.
# VTRACE_LONG=1: all of them, and at thousands of allocations, however they are got to.
. "$(dirname "$0")/../tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
capture=$ROOT/tests/engine/demo-6.1
top=$BUILD/tests/no-memory/vtrace-top

# A sentence of ours says what there was no memory for, or which rows are lost.
sentence() {
	grep -qE '^vtrace-top: .*([Mm]emory|the engine .* ended)' "$work/err"
}

# good STATUS: is this a way to end?
good() {
	! grep -qE 'killed by signal|Sanitizer|runtime error' "$work/err" || return 1
	case $1 in
	0) true ;;
	1) sentence ;;
	*) false ;;
	esac
}

# run_out NAME WHAT FRACTION PROGRAM CHECK ARGUMENTS...: run vtrace-top again and again until nothing
# is left to fail. WHAT is counted, as tests/unit/failing_memory.c says; the next one is by a
# FRACTION further than the last.
run_out() {
	local name=$1 what=$2 fraction=$3 program=$4 check=$5 n=1 runs=0 bad=0 status

	shift 5
	while :; do
		rm -rf "$work/made"
		VTRACE_FAIL_MEMORY=$program:$what$n timeout 60 "$top" "$@" < /dev/null \
			> "$work/lines" 2> "$work/err"
		status=$?
		runs=$((runs + 1))
		if ! good $status || ! $check $status; then
			bad=$((bad + 1))
			[ $bad -gt 3 ] || diag "$program, $what$n: status $status: $(head -n 20 "$work/err")"
		fi
		grep -q '^failing memory' "$work/err" || break
		n=$((n + 1 + n / fraction)) # close to each other at first, where all else is made
	done
	ok "$name: $runs ways to run out, each told" [ $bad = 0 ]
	ok "$name: more than one" [ $runs -gt 1 ]
}

# each FRACTION NAME PROGRAM CHECK ARGUMENTS...
each() {
	local fraction=$1 name=$2

	shift 2
	[ -z "${VTRACE_LONG:-}" ] || fraction=1000
	run_out "$name" @ "$fraction" "$@"
	[ -z "${VTRACE_LONG:-}" ] || run_out "$name, at length" "" 200 "$@"
}

# Lines are whole, whatever became of the others.
lines_are_whole() {
	! grep -qvE '^CPU:|^ *[^ ].*-[0-9]+ +\[[0-9]+\] +[0-9]+\.[0-9]+: .' "$work/lines"
}

each 1000 "the console reads a capture" vtrace-top lines_are_whole -b -r "$capture"
each 1000 "an engine reads a capture, with a filter" vtrace-engine lines_are_whole \
	-b -r "$capture" -e sched -F 'sched_switch:prev_pid==0'

"$BUILD/tests/screen/feed" "$work/fed" "$capture" -r 20000 < /dev/null > /dev/null 2>&1 &
feed=$!
trap 'kill $feed; rm -rf "$work"' EXIT
within 20 test -p "$work/fed/agent-ctl-path.in"

# A recording that is said to be saved is whole; any other one can be read as far as it goes.
saved_is_whole() {
	lines_are_whole || return 1
	[ -e "$work/made/manifest" ] || return 0
	if grep -q 'has no event formats' "$work/err"; then
		# There was no memory for them, and who reads it is told so once more.
		"$BUILD/vtrace-top" -b -r "$work/made" 2>&1 > /dev/null | grep -q formats
	elif grep -q '^complete yes' "$work/made/manifest"; then
		[ -z "$("$BUILD/vtrace-top" -b -r "$work/made" 2>&1 > /dev/null)" ]
	else
		grep -qE 'not complete|not saved|ended|memory' "$work/err"
	fi
}

each 1000 "the console records a guest" vtrace-top saved_is_whole \
	-b --dir "$work/fed" --start -n 50 -w "$work/made"
each 3 "an engine records a guest" vtrace-engine saved_is_whole \
	-b --dir "$work/fed" --start -n 50 -w "$work/made"

tap_end
