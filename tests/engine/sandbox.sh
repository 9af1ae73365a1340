#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How little vtrace-top and its engine are allowed to do, seen from outside in /proc, and by their own word.
. "$(dirname "$0")/../tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
capture=$ROOT/tests/engine/demo-6.1

# of PID KEY: a line of proc(5)'s status, without its name.
of() {
	awk -v key="$2:" '$1 == key { $1 = ""; print substr($0, 2) }' "/proc/$1/status"
}

"$BUILD/vtrace-top" -b -r "$capture" --stats > /dev/null 2> "$work/err"
like "--stats says how the engine is locked down" "$(grep ^sandbox: "$work/err")" \
	'^sandbox: uid [0-9]+.*no capabilities, no new privileges.*, rlimits, seccomp'

if [ "$(id -u)" = 0 ]; then
	"$BUILD/vtrace-top" -b -r "$capture" --stats --engine-user daemon > /dev/null 2> "$work/other"
	like "--engine-user says as whom" "$(grep ^sandbox: "$work/other")" "^sandbox: uid $(id -u daemon)[,;]"
	"$BUILD/vtrace-top" -b -r "$capture" --engine-user root > /dev/null 2> "$work/other"
	is "--engine-user root: wrong usage" $? 2
	like "--engine-user root: why" "$(cat "$work/other")" 'is root, whose rights engines are to give up'
else
	skip "--engine-user says as whom" "vtrace-top was not started by root"
fi
"$BUILD/vtrace-top" -b -r "$capture" --engine-user nosuch-account > /dev/null 2> "$work/other"
is "--engine-user without an account: wrong usage" $? 2
like "--engine-user without an account: why" "$(cat "$work/other")" 'there is no such account'

# Nobody reads the lines, so that both are still there to be looked at.
mkfifo "$work/lines"
exec 8<> "$work/lines"
"$BUILD/vtrace-top" -b -r "$capture" > "$work/lines" 2> /dev/null 8<&- &
top=$!
within 10 eval 'engine=$(pgrep -P $top)'
within 10 [ "$(head -c 1 <&8)" ]
is "the engine has no capability" "$(of "$engine" CapEff)$(of "$engine" CapPrm)" \
	00000000000000000000000000000000
is "and can not have one again" "$(of "$engine" NoNewPrivs)" 1
is "its system calls are filtered" "$(of "$engine" Seccomp)" 2
is "it leaves no core" "$(awk '/core file size/ { print $5 $6 }' "/proc/$engine/limits")" 00
is "it can start nothing" "$(awk '/Max processes/ { print $3 $4 }' "/proc/$engine/limits")" 00
if [ "$(id -u)" = 0 ]; then
	ok "its uid is not root's" [ "$(of "$engine" Uid | cut -f1)" != 0 ]
	# Capabilities 0 to 8 of capabilities(7), CHOWN to SETPCAP, and 19, SYS_PTRACE.
	is "vtrace-top may read others' files and chown, but not mount, load, configure" \
		$((0x$(of $top CapEff) & ~0x801ff)) 0
	is "what it starts may do even less" $((0x$(of $top CapBnd) & ~0x1ff)) 0
else
	skip "its uid is not root's" "vtrace-top was not started by root"
fi
if grep -q '^sandbox:.*missing:.*empty root' "$work/err"; then
	skip "its root directory is empty" "$(sed -n 's/^sandbox:.*missing: /missing: /p' "$work/err")"
else
	is "its root directory is empty" "$(ls -A "/proc/$engine/root/" 2>&1)" ""
fi
kill $top
wait $top 2> /dev/null

tap_end
