#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the control port's verbs do in a living guest, by what its tracefs says and what arrives. One
# CPU: an emulator that translates an instruction while another CPU patches it can hang, see
# emulator_hung in tests/demo/up.
# shellcheck source=tests/guest/domain disable=SC2317
. "$(dirname "$0")/domain"

own_guest vtrace-test-verbs --vcpus 1 --load idle
DIR=$STATE/$DOMAIN

# A reader of the agent's answers, as long as no console is one.
listen()
{
	: > "$WORK/heard"
	cat "$DIR/agent-ctl-path.out" >> "$WORK/heard" &
	LISTENER=$!
	JOBS+=("$LISTENER")
}

listen_no_more()
{
	kill "$LISTENER"
	wait "$LISTENER" 2> /dev/null
}

answered()
{
	tail -n "+$(($1 + 1))" "$WORK/heard" | grep -E "^(ok|error) $2( |\$)"
}

# ask LINE: its answer.
ask()
{
	local before

	before=$(wc -l < "$WORK/heard")
	echo "$1" > "$DIR/agent-ctl-path.in"
	within "$PATIENCE" answered "$before" "${1%% *}" | head -n 1
}

# has FILE TEXT: a file of the guest's tracefs, blanks for line feeds.
has()
{
	[ "$(in_guest "cat $TRACEFS/$1" | tr '\n' ' ' | sed 's/ $//')" = "$2" ]
}

kernel_has()
{
	in_guest "test -e $TRACEFS/$1"
}

clock()
{
	in_guest "cat $TRACEFS/trace_clock" | sed 's/.*\[\(.*\)\].*/\1/'
}

listen
is "ping" "$(ask 'ping are you there')" "ok ping text=are you there"
like "without recording there is no mark" "$(ask 'mark x')" "^error mark the ring buffer does not record"
like "and nothing to sync" "$(ask sync)" "^error sync nothing is being sent"

# Settings, each by what the kernel has then.
clock_before=$(clock)
kb_before=$(in_guest "cat $TRACEFS/buffer_size_kb" | sed 's/.*expanded: \([0-9]*\).*/\1/')
like "clock" "$(ask 'clock mono')" "^ok clock name=mono reset=yes available=.*$clock_before"
is "the kernel has it" "$(clock)" mono
like "a clock that is none" "$(ask 'clock sundial')" "^error clock .*there are local,"
is "leaves the one there was" "$(clock)" mono
like "hello tells of it" "$(ask 'hello 1')" " clock=mono "
like "buffer-kb" "$(ask 'buffer-kb 3000')" "^ok buffer-kb kb=3[0-9]{3}$"
ok "the kernel has it" has buffer_size_kb "$(ask buffer-kb | sed 's/.*kb=//')"
like "more than the guest has" "$(ask 'buffer-kb 90000000')" "^error buffer-kb .* each has 3[0-9]{3} KiB"
like "leaves what there was" "$(ask buffer-kb)" "^ok buffer-kb kb=3[0-9]{3}$"
is "pid" "$(ask 'pid 1,2')" "ok pid count=2 list=1,2"
ok "the kernel has it" has set_event_pid "1 2"
is "pid none" "$(ask 'pid none')" "ok pid count=0 list=none"
is "pid again" "$(ask 'pid 1')" "ok pid count=1 list=1"
if kernel_has buffer_subbuf_size_kb; then
	is "subbuf-kb" "$(ask 'subbuf-kb 8')" "ok subbuf-kb kb=8 subbuf-size=8192"
	ok "the kernel has it" has buffer_subbuf_size_kb 8
else
	is "subbuf-kb, where the kernel lacks it" "$(ask 'subbuf-kb 8')" \
		"error subbuf-kb this guest's kernel has no buffer_subbuf_size_kb"
	skip "subbuf-kb" "Linux before 6.8 has no buffer_subbuf_size_kb"
fi

# Triggers: the host's, and one of the guest's owner.
OWNERS=$TRACEFS/events/sched/sched_waking/trigger
in_guest "echo stacktrace > $OWNERS"
is "trigger" "$(ask 'trigger sched:sched_switch stacktrace:3 if prev_pid == 99999')" \
	"ok trigger event=sched:sched_switch count=1 text=stacktrace:count=3 if prev_pid == 99999"
ok "the kernel has it" has events/sched/sched_switch/trigger "stacktrace:count=3 if prev_pid == 99999"
is "another of the kind" "$(ask 'trigger sched:sched_switch stacktrace')" \
	"error trigger the event has one of that kind already"
like "of a field that is none" "$(ask 'trigger sched:sched_wakeup traceoff if nosuch == 1')" \
	"^error trigger (Field not found, at character [0-9]+|the kernel does not take what stands behind traceoff)$"
like "that is none" "$(ask 'trigger sched:sched_wakeup frob')" \
	"^error trigger the kernel does not take it; there are .*stacktrace"
is "of an event that is none" "$(ask 'trigger sched:nosuch stacktrace')" \
	"error trigger there is no event sched:nosuch"
is "the owner's is not the host's" "$(ask 'trigger sched:sched_waking !stacktrace')" \
	"error trigger the host has not added it"
like "a histogram" "$(ask 'trigger sched:sched_waking hist:keys=pid')" "count=2 text="
is "one goes again" "$(ask 'trigger sched:sched_waking !hist')" \
	"ok trigger event=sched:sched_waking count=1 text=stacktrace:unlimited"
freed=none
if kernel_has snapshot; then
	is "no snapshot" "$(ask snapshot)" "ok snapshot state=free"
	is "a snapshot" "$(ask 'snapshot take')" "ok snapshot state=allocated"
	ok "the kernel has it" in_guest "grep -q 'Snapshot is allocated' $TRACEFS/snapshot"
	is "freed" "$(ask 'snapshot free')" "ok snapshot state=free"
	is "and again one" "$(ask 'snapshot take')" "ok snapshot state=allocated"
	freed=freed
else
	is "snapshot, where the kernel lacks it" "$(ask 'snapshot take')" \
		"error snapshot this guest's kernel has no snapshot (CONFIG_TRACER_SNAPSHOT)"
	skip "snapshot" "this kernel has none"
fi

like "restore" "$(ask restore)" \
	"^ok restore events=0 settings=[34] kprobes=0 triggers=1 snapshot=$freed$"
like "the trigger is gone" "$(in_guest "cat $TRACEFS/events/sched/sched_switch/trigger")" '^#'
ok "the owner's is there" has events/sched/sched_waking/trigger "stacktrace:unlimited"
in_guest "echo '!stacktrace' > $OWNERS"
if kernel_has snapshot; then
	ok "so is the snapshot" in_guest "grep -q 'Snapshot is freed' $TRACEFS/snapshot"
fi
is "the clock is back" "$(clock)" "$clock_before"
ok "the buffer is" has buffer_size_kb "$kb_before"
ok "the list of tasks is" has set_event_pid ""

if kernel_has set_ftrace_filter && in_guest "grep -qw function $TRACEFS/available_tracers"; then
	is "ftrace-filter" "$(ask 'ftrace-filter vfs_read')" "ok ftrace-filter count=1 list=vfs_read"
	like "tracer, while the agent has the rings open" "$(ask 'tracer function')" \
		"^ok tracer name=function available="
	ok "the kernel has it" has current_tracer function
	ok "with its filter" has set_ftrace_filter vfs_read
	like "functions that are none" "$(ask 'ftrace-filter nosuch_function')" "^error ftrace-filter "
	ok "leave the filter there was" has set_ftrace_filter vfs_read
else
	skip "tracer" "this kernel has no function tracer"
fi

# A single event of a CPU that has no other: it fills no page.
like "no events" "$(ask 'events set')" "^ok events .*enabled=0"
cat "$DIR/trace-path-cpu0.out" > "$WORK/cpu0.raw" &
JOBS+=($!)
READER=$!
is "start" "$(ask 1)" "ok 1"
is "mark" "$(ask 'mark a lonely event')" "ok mark bytes=14"
is "sync while tracing" "$(ask sync)" "ok sync"
arrived()
{
	grep -qa 'a lonely event' "$WORK/cpu0.raw"
}
ok "it has arrived" within "$PATIENCE" arrived
like "tracing goes on" "$(ask 'hello 1')" "state=tracing"
like "a tracer does not change now" "$(ask 'tracer nop')" "^error tracer pages are being sent"
is "stop" "$(ask 0)" "ok 0"
kill "$READER"

# A probe, by the console.
if kernel_has kprobe_events; then
	like "a probe of nothing" "$(ask 'kprobe add p:lost no_such_symbol')" "^error kprobe .+"
	is "a probe" "$(ask 'kprobe add p:opened do_sys_openat2')" "ok kprobe added=vtrace:opened"
	like "twice is once too often" "$(ask 'kprobe add p:opened do_sys_openat2')" \
		"^error kprobe there is an event vtrace:opened already"
	is "it is listed" "$(ask kprobe)" "ok kprobe count=1 list=vtrace:opened added=vtrace:opened"
	is "another" "$(ask 'kprobe add r:read_done vfs_read')" "ok kprobe added=vtrace:read_done"
	is "which goes again" "$(ask 'kprobe remove read_done')" "ok kprobe removed=vtrace:read_done"
	like "its event" "$(ask 'events add vtrace:opened')" "^ok events matched=1 .*enabled=1$"
	like "formats of it" "$(ask export)" "^ok export "
	listen_no_more
	batch_start "$DOMAIN"
	ok "tracing" within "$PATIENCE" eval '[ "$(tracing_on)" = 1 ]'
	in_guest 'cat /etc/hostname /proc/version > /dev/null 2>&1; true'
	ok "the probe's event arrives" within "$PATIENCE" in_out ' opened: '
	echo 'mark here it is' > "$DIR/agent-ctl-path.in"
	ok "a mark arrives as text" within "$PATIENCE" in_out ' print: .*here it is'
	kill -INT "$(top_pid)"
	batch_end
else
	skip "kprobe" "this kernel has no kprobe_events"
	listen_no_more
fi

# All that is left of it goes with the agent. What its owner allows is misspelt then, so that no other
# one comes.
listen
in_guest 'mkdir -p /etc/vtrace && echo "allow events:sched,filer" > /etc/vtrace/agent.conf'
like "another clock" "$(ask 'clock boot')" "^ok clock name=boot"
# shellcheck disable=SC2016
in_guest 'kill -TERM $(pidof trace-agent)' > /dev/null
gone()
{
	! in_guest 'pidof trace-agent' > /dev/null
}
ok "the agent is gone" within "$PATIENCE" gone
is "the clock is back" "$(clock)" "$clock_before"
if kernel_has kprobe_events; then
	ok "no probe is left" has kprobe_events ""
fi
ok "no tracer" has current_tracer nop
if kernel_has set_ftrace_filter; then
	ok "no filter of it" has set_ftrace_filter "#### all functions enabled ####"
fi

# The veto of the guest's owner.
like "an agent does not start with a list that is misspelt" "$(in_guest 'trace-agent 2>&1')" \
	'^trace-agent: /etc/vtrace/agent.conf:1: "filer" is nothing that can be allowed; there are '
# In one step: an agent that finds the file empty has no limits.
in_guest 'cd /etc/vtrace && echo "allow events:sched,filter" > right && mv right agent.conf'
ok "it starts with a right one" within "$PATIENCE" in_guest 'pidof trace-agent > /dev/null'
like "hello tells of what is allowed" "$(ask 'hello 1')" \
	" verbs=1,0,hello,export,stats,events,filter,formats,ping,sync,restore,memory$"
is "not a probe" "$(ask 'kprobe add p:opened do_sys_openat2')" \
	"error kprobe not allowed by the guest's owner (--allow)"
like "nor a clock" "$(ask 'clock mono')" "^error clock not allowed"
like "but a question" "$(ask clock)" "^ok clock name=$clock_before"
in_guest "echo > $TRACEFS/set_event" # those that the guest began with
like "not other events" "$(ask 'events add irq:irq_handler_entry')" \
	"^error events not allowed by the guest's owner \(--allow\); nothing was changed: irq:irq_h"
like "but its own" "$(ask 'events add sched:sched_switch,irq:irq_handler_*')" \
	"^ok events matched=3 .*enabled=1 vetoed=2 refused=irq:irq_handler_e[a-z]+,irq:irq_handler_e[a-z]+$"
ok "the kernel has these" has instances/vtrace/set_event sched:sched_switch
like "no filter of others" "$(ask 'filter irq:irq_handler_entry irq == 1')" \
	"^error filter irq:irq_handler_entry is not among the events"
like "restore" "$(ask restore)" "^ok restore events=1 "

# An instance of the agent's own, while nobody in the guest uses the top buffer.
OWN=instances/vtrace
# written: events that the rings of both have taken in; counted: by the agent.
written()
{
	in_guest "cat $TRACEFS/per_cpu/cpu0/stats $TRACEFS/$OWN/per_cpu/cpu0/stats" |
		awk '/^(entries|overrun|read events):/ { sum += $NF } END { print sum + 0 }'
}

counted()
{
	ask stats | tr ' ' '\n' | awk -F = '/^(entries|overrun|read)=/ { sum += $2 } END { print sum }'
}

no_own()
{
	! kernel_has $OWN
}

agent_is()
{
	[ "$(in_guest 'pidof trace-agent')" ] && [ "$(in_guest 'pidof trace-agent')" != "$1" ]
}

# begin_anew SIGNAL
begin_anew()
{
	local pid

	pid=$(in_guest 'pidof trace-agent')
	in_guest "kill -$1 $pid" > /dev/null
	within 20 agent_is "$pid"
}

marks()
{
	[ "$(grep -aoE 'the (first|second|third)' "$WORK/cpu0.raw" | tr '\n' ' ')" = "$1" ]
}

in_guest 'rm /etc/vtrace/agent.conf'
ok "an agent without a veto" begin_anew TERM
cat "$DIR/trace-path-cpu0.out" > "$WORK/cpu0.raw" &
JOBS+=($!)
READER=$!
is "start" "$(ask 1)" "ok 1"
in_guest "sort $TRACEFS/set_event_notrace_pid > /run/not_traced"
is "a mark in the top buffer" "$(ask 'mark the first')" "ok mark bytes=9"
like "events while it traces" "$(ask 'events add sched:sched_switch')" "^ok events .*enabled=1$"
ok "they are in an instance" has $OWN/set_event sched:sched_switch
ok "which does not trace the agent" in_guest "sort $TRACEFS/$OWN/set_event_notrace_pid |
	cmp -s - /run/not_traced"
ok "nor does the top buffer, whose list is not touched" in_guest \
	"sort $TRACEFS/set_event_notrace_pid | cmp -s - /run/not_traced"
ok "and not in the top buffer" has set_event ""
ok "which does not record" has tracing_on 0
ok "the instance does" has $OWN/tracing_on 1
is "a mark in the instance" "$(ask 'mark the second')" "ok mark bytes=10"
is "sync" "$(ask sync)" "ok sync"
ok "both have come, in their order" within 10 marks "the first the second "
is "stop" "$(ask 0)" "ok 0"
is "the counters are those of both buffers" "$(counted)" "$(written)"
made=$(in_guest "stat -c %i $TRACEFS/$OWN")
is "start" "$(ask 1)" "ok 1"
like "more events" "$(ask 'events add timer:timer_start')" "^ok events .*enabled=2$"
like "fewer events" "$(ask 'events remove timer:timer_start')" "^ok events .*enabled=1$"
is "stop" "$(ask 0)" "ok 0"
is "the instance is the same" "$(in_guest "stat -c %i $TRACEFS/$OWN")" "$made"
ok "killed, it leaves the instance to the next one" begin_anew KILL
like "which takes it over" "$(ask 'hello 1')" " events=1 .* own-instance=yes "
is "with its counters" "$(counted)" "$(written)"
is "start" "$(ask 1)" "ok 1"
like "and ends it" "$(ask 'events restore')" "^ok events restored=0 .* enabled=0$"
ok "it is removed" within 10 no_own
is "a mark in the top buffer again" "$(ask 'mark the third')" "ok mark bytes=9"
is "stop" "$(ask 0)" "ok 0"
ok "all have come" within 10 marks "the first the second the third "
like "no events" "$(ask 'events add nosuch')" "^error events no event is called nosuch"
ok "no instance" no_own
like "settings while stopped" "$(ask 'clock boot')" "^ok clock name=boot"
ok "are the instance's" in_guest "grep -q '\[boot\]' $TRACEFS/$OWN/trace_clock"
is "not the top buffer's" "$(clock)" "$clock_before"
like "a tracer that is none" "$(ask 'tracer nosuch')" "^error tracer the kernel does not take it; there are "
like "a filter" "$(ask 'filter sched:sched_waking prio < 100')" "^ok filter "
like "the tracers are those of the top buffer" "$(ask tracer)" \
	" available=$(in_guest "cat $TRACEFS/available_tracers" | sed 's/ *$//; s/ /,/g')$"
if ! in_guest "grep -qw function_graph $TRACEFS/available_tracers"; then
	skip "function_graph" "this kernel has no such tracer"
	like "restore" "$(ask restore)" "^ok restore events=1 settings=1 "
else
	at=top
	! in_guest "grep -qw function_graph $TRACEFS/$OWN/available_tracers" || at=own
	like "function_graph" "$(ask 'tracer function_graph')" "^ok tracer name=function_graph "
	case $at in
	top)
		ok "where an instance has none, it is in the top buffer" \
			has current_tracer function_graph
		is "with what was ordered before" "$(clock)" boot
		ok "and that" has events/sched/sched_waking/filter "prio < 100"
		ok "the instance is gone" no_own
		like "the host is told" "$(grep '^note' "$WORK/heard" | tail -n 1)" \
			"^note the top buffer is traced now: instances .* no tracer function_graph$"
		;;
	own) ok "is in the instance" has $OWN/current_tracer function_graph ;;
	esac
	like "restore" "$(ask restore)" "^ok restore events=1 settings=2 "
	is "the top buffer is as it was" "$(clock)" "$clock_before"
	ok "so is its tracer" has current_tracer nop
	ok "and the filter" has events/sched/sched_waking/filter none
fi
ok "the instance is gone" no_own
in_guest "echo 1 > $TRACEFS/events/sched/sched_switch/enable"
like "with events of the owner's" "$(ask 'events add timer:timer_start')" "^ok events .*enabled=2$"
ok "the top buffer is used by both" no_own
like "restore" "$(ask restore)" "^ok restore events=1 "
in_guest "echo > $TRACEFS/set_event"
like "and once more" "$(ask 'events add timer:timer_start')" "^ok events .*enabled=1$"
ok "an instance" kernel_has $OWN
is "start" "$(ask 1)" "ok 1"
is "put back while it traces" "$(ask restore | cut -d ' ' -f 1-3)" "ok restore events=1"
ok "it goes" within 10 no_own
is "a mark" "$(ask 'mark the fourth')" "ok mark bytes=10"
is "stop" "$(ask 0)" "ok 0"
ok "comes from the top buffer" within 10 grep -qa 'the fourth' "$WORK/cpu0.raw"
like "again" "$(ask 'events add timer:timer_start')" "^ok events .*enabled=1$"
ok "an instance" kernel_has $OWN
ok "goes with the agent" begin_anew TERM
ok "it went" no_own

# The same by vtrace-top: all that the instance's buffer took in is shown, or is said to be lost.
kill "$READER"
like "the next agent answers" "$(ask 'hello 1')" "^ok hello "
listen_no_more
batch "$DOMAIN" -e sched,timer -d 2 --stats
is "events chosen by the host: status 0" "$STATUS" 0 || diag_run
ok "they come" some_events 10
is "each of them" "$(($(value events) + $(value lost)))" "$(value guest_written)"
ok "no instance is left" no_own
ok "no event in the top buffer" has set_event ""

tap_end
