#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vtrace-top and vtrace-engine run out of memory at their first allocation, or at a later one: they
# end with a sentence or go on, they never die of it, and what is said to be saved is. The programs
# are the ones that are shipped, linked with tests/unit/failing_memory.c.
# VTRACE_LONG=1: at thousands of allocations.
. "$(dirname "$0")/../tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
capture=$ROOT/tests/engine/demo-6.1
top=$BUILD/tests/no-memory/vtrace-top
most=400   # the highest that is tried
fraction=1 # how much further the next one is
if [ -n "${VTRACE_LONG:-}" ]; then
	most=1000000
	fraction=200
fi

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

# each NAME PROGRAM CHECK ARGUMENTS...: run vtrace-top again and again until nothing is left to fail.
each() {
	local name=$1 program=$2 check=$3 n=1 runs=0 bad=0 status

	shift 3
	while :; do
		rm -rf "$work/made"
		VTRACE_FAIL_MEMORY=$program:$n timeout 60 "$top" "$@" < /dev/null \
			> "$work/lines" 2> "$work/err"
		status=$?
		runs=$((runs + 1))
		if ! good $status || ! $check $status; then
			bad=$((bad + 1))
			[ $bad -gt 3 ] || diag "$program, $n: status $status: $(head -n 20 "$work/err")"
		fi
		grep -q '^failing memory' "$work/err" && [ $n -lt "$most" ] || break
		n=$((n + 1 + n / fraction)) # close to each other at first, where all else is made
	done
	ok "$name: $runs ways to run out, each told" [ $bad = 0 ]
	ok "$name: more than one" [ $runs -gt 1 ]
}

# Lines are whole, whatever became of the others.
lines_are_whole() {
	! grep -qvE '^CPU:|^ *[^ ].*-[0-9]+ +\[[0-9]+\] +[0-9]+\.[0-9]+: .' "$work/lines"
}

each "the console reads a capture" vtrace-top lines_are_whole -b -r "$capture"
each "an engine reads a capture, with a filter" vtrace-engine lines_are_whole \
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

# At length only: of a console that records, the n-th allocation is another one in each run, and some
# of them leave it waiting for an answer for a minute.
[ -z "${VTRACE_LONG:-}" ] || each "the console records a guest" vtrace-top saved_is_whole \
	-b --dir "$work/fed" --start -n 50 -w "$work/made"
each "an engine records a guest" vtrace-engine saved_is_whole \
	-b --dir "$work/fed" --start -n 50 -w "$work/made"

tap_end
