#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What options set in the guest before tracing starts, in batch and at a console's start, and that it is
# put back. The guest is fed; tests/guest/events.sh has a real one.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

# batch NAME STATUS ARGUMENTS...: text in $WORK/out and $WORK/err.
batch()
{
	local name=$1 status=$2 got=0

	shift 2
	timeout -k 5 60 "$TOP" -b --dir "$FED" "$@" < /dev/null > "$WORK/out" 2> "$WORK/err" || got=$?
	is "$name" "$got" "$status"
}

says()
{
	like "$1" "$(cat "$WORK/err")" "$2"
}

# ask LINE: what the agent answers, once no console reads it.
ask()
{
	local answer

	exec {answers}<> "$FED/agent-ctl-path.out"
	echo "$1" > "$FED/agent-ctl-path.in"
	# What a console asked for last may still lie there.
	while read -r -t 10 answer <&"$answers"; do
		[[ $answer =~ ^(ok|error)\ ${1%% *}(\ |$) ]] && break
	done
	exec {answers}<&-
	echo "$answer"
}

feed
batch "-e enables what is off and shows nothing else" 0 -e timer_init,sched_switch -n 20
ok "only these" test "$(grep -cvE ' (timer_init|sched_switch): ' "$WORK/out")" = 0
is "it is put back" "$(ask events)" "ok events total=9 enabled=6 changed=0"
is "tracing is off" "$(ask 'hello 1' | grep -o 'state=[a-z]*')" state=stopped
batch "a name of no event" 1 -e sched_switch,timer_start -n 2
says "is told, though there is a format" "--events 'sched_switch,timer_start': no event of the guest is called timer_start"
is "nothing was printed" "$(wc -c < "$WORK/out")" 0
is "nor left" "$(ask events)" "ok events total=9 enabled=6 changed=0"
batch "a filter that the guest's kernel refuses" 1 --guest-filter 'sched:sched_switch nosuch > 1' -n 2
says "is told in its words" "--guest-filter 'sched:sched_switch nosuch > 1': Field not found, at character 1"
batch "a tracer that there is not" 1 --tracer nosuch -n 2
says "is told with those there are" "the kernel does not take it; there are function_graph,function,nop"
batch "a probe of nothing" 1 --kprobe 'p:x nosuch' -n 2
says "is told" "--kprobe 'p:x nosuch': Failed to look up the symbol"
batch "several at once" 0 --tracer function --clock mono --buffer-kb 3000 --pid 1 -n 2
is "all are put back" "$(ask clock | grep -o 'name=[a-z]*') $(ask tracer | grep -o 'name=[a-z]*')" \
	"name=local name=nop"
is "all of them" "$(ask buffer-kb) $(ask pid)" "ok buffer-kb kb=1408 ok pid count=0 list=none"
batch "a display filter that is none is refused with them, too" 1 --clock mono -F 'nosuch > 1' -n 2
says "before anything is traced" 'the filter \(-F, -e\): '
is "it is put back as well" "$(ask clock | grep -o 'name=[a-z]*')" name=local
batch "--keep-running" 0 --keep-running --clock mono -e timer_init -n 2
is "leaves it" "$(ask clock | grep -o 'name=[a-z]*') $(ask events)" \
	"name=mono ok events total=9 enabled=7 changed=1"

feed
open_console 100x24 "$UTF8 '$TOP' --dir '$FED' -e timer_init,hrtimer_cancel --tracer function --start"
title "a console takes them as well, then --start" TRACING
key E
title "its events are enabled" '8 of 9 enabled'
key Q
see "it ends well" 'ended with 0'
is "all is put back" "$(ask events) $(ask tracer | grep -o 'name=[a-z]*')" \
	"ok events total=9 enabled=6 changed=0 name=nop"
open_console 100x24 "$UTF8 '$TOP' --dir '$FED' -e timer_start --start"
see "what a console's guest does not have is told" 'no event is called timer_start'
ok "and nothing was started" line 1 STOPPED
key Q

feed -o
cp "$ROOT/tests/engine/demo-6.1/formats" "$FED/share/formats"
batch "an agent of 2012 enables nothing: -e shows only these" 0 -e sched_switch -n 5
ok "only these" test "$(grep -cv ' sched_switch: ' "$WORK/out")" = 0
batch "but it has no tracer" 1 --tracer nop -n 1
says "which is told" "--tracer 'nop': no agent answers in the guest, or it is that of 2012"

tap_end
