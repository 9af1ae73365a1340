#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# trace.dat files recorded from guests on the spot, of all that ftrace has: "vtrace-top -b -r" and
# "trace-cmd report" print the same lines. What may differ, and why, is in doc/REFERENCE.md.
# On Debian's kernel and on ours, where that has been built (make guest-kernel).
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"

# ---- what runs in the guest ----

# Sent before each of the snippets below.
in_tracefs()
{
	in_guest "cd $TRACEFS
		# try TEXT FILE: not every kernel takes everything.
		try() { echo \"\$1\" >> \"\$2\" || echo \"not taken: \$1\"; }
		$1"
}

# Both with one CPU: it takes its threads off the lists of those that are not traced, or puts them there,
# which patches the kernel.
agent_off()
{
	in_guest "echo 0 > $CPU1; touch /run/vtrace/no-agent; killall -q trace-agent
		while pidof trace-agent > /dev/null; do usleep 50000; done; true"
}

agent_on()
{
	in_guest "rm -f /run/vtrace/no-agent
		until grep -q . $TRACEFS/set_event_notrace_pid; do usleep 50000; done
		echo 1 > $CPU1"
}

tracing_is_on()
{
	[ "$(tracing_on)" = 1 ]
}

# Nothing is traced; what was defined stays.
quiet='echo 0 > tracing_on
	echo nop > current_tracer
	echo 0 > events/enable
	echo > set_ftrace_filter
	echo 0 > tracing_thresh
	for option in stacktrace userstacktrace func-no-repeats; do
		echo 0 > options/$option
	done
	echo > trace'

# Arguments of all kinds, and what hist triggers make of events. None of type symstr: with it Linux
# 6.12 writes a zero behind the event, in the page after it too (fetch_store_symstring()). And a string
# that may be empty has another one behind it, and no two CPUs save a stack under the same pid, see
# "An empty string" and "A field that lies outside" in doc/REFERENCE.md.
dynamic='
	try "p:vt/open do_sys_openat2 dfd=%di:s32 file=+0(%si):ustring how=+0(%dx):x64[3] bytes=+0(%dx):x8[4] sym=\$stack0:symbol" dynamic_events
	try "p:vt/array vfs_read a=+0(%di):u8[8] b=+0(%di):s16[4] c=+0(%di):u32[2] d=+0(%di):x64[2] bits=+0(%di):b4@2/32" dynamic_events
	try "p:vt/text vfs_write len=%dx:u64 data=+0(%si):ustring two=+0(%si):ustring[2] comm=\$comm:string" dynamic_events
	try "p:vt/char vfs_write c=+0(%di):char[4]" dynamic_events
	try "r:vt/return vfs_read ret=\$retval:s64" dynamic_events
	try "p:vt/exec do_execveat_common name=+0(+0(%si)):string" dynamic_events
	try "e:vt/probe sched/sched_waking pid=\$pid:s32 comm=\$comm:string" dynamic_events
	try "s:wake_latency u64 lat; pid_t pid; char comm[16]; int prio" dynamic_events
	try "s:opened char file[]; u64 sym; long ret" dynamic_events
	try "s:blocked unsigned long stack[]; u64 delta" dynamic_events
	switch=events/sched/sched_switch/trigger
	try "hist:keys=pid:ts0=common_timestamp.usecs" events/sched/sched_waking/trigger
	try "hist:keys=next_pid:lat=common_timestamp.usecs-\$ts0:onmatch(sched.sched_waking).wake_latency(\$lat,next_pid,next_comm,next_prio)" $switch
	try "hist:keys=common_pid:f=file,n=sym" events/vt/open/trigger
	try "hist:keys=common_pid:f1=\$f,n1=\$n:onmatch(vt.open).trace(opened,\$f1,\$n1,ret)" events/syscalls/sys_exit_openat/trigger
	try "hist:keys=prev_pid:s=common_stacktrace,ts1=common_timestamp.usecs if prev_pid > 0" $switch
	try "hist:keys=next_pid:s1=\$s,delta=common_timestamp.usecs-\$ts1:onmatch(sched.sched_switch).trace(blocked,\$s1,\$delta) if next_pid > 0" $switch'

busy='for i in 1 2 3; do
		ls / > /dev/null
		sh -c "cat /proc/version /proc/meminfo" > /run/vtrace/copy
		dd if=/dev/zero of=/dev/null bs=1 count=200 2> /dev/null
	done'

# Of every length, with newlines or without, and none that is no text.
marks='echo plain > trace_marker
	printf "no newline" > trace_marker
	printf "two\nlines\n" > trace_marker
	printf "ends twice\n\n" > trace_marker
	echo "100% {sure}, \"quoted\"	tab" > trace_marker
	head -c 900 /dev/zero | tr "\0" x > trace_marker
	head -c 6000 /dev/zero | tr "\0" y > trace_marker
	printf "" > trace_marker
	for n in 1 2 3 4 5 6 7 8 9; do
		printf "\001\000\000\000%s" "$(head -c $n /dev/zero | tr "\0" z)" > trace_marker_raw
	done'

# ---- recording and comparing ----

clock_of()
{
	in_tracefs "sed 's/.*\[\(.*\)\].*/\1/' trace_clock"
}

# What switches tracers and events patches the kernel's code, and an emulator that translates an
# instruction while another CPU patches it can hang, see emulator_hung in tests/demo/up, or run into a
# breakpoint that is no more there: a panic. So the second CPU is away meanwhile; its buffer is emptied,
# and gets its clock, when it is there again.
CPU1=/sys/devices/system/cpu/cpu1/online

# record NAME CLOCK SETUP LOAD: trace what SETUP switches on while LOAD runs, into NAME.dat. A guest
# that is dead ends the test: each further word to it would take half a minute.
record()
{
	if ! agent_off; then
		fail "$1: the guest answers"
		diag "$(tail -n 40 "$STATE/$DOMAIN/console.log")"
		tap_end
	fi
	in_tracefs "$quiet; $3" > "$WORK/setup" 2>&1
	agent_on
	in_tracefs "try $2 trace_clock; echo > trace" >> "$WORK/setup" 2>&1
	batch_start "$DOMAIN" -w "$WORK/$1.dat"
	within "$PATIENCE" tracing_is_on
	in_tracefs "$4" >> "$WORK/setup" 2>&1
	kill -INT "$(top_pid)"
	batch_end
	is "$1: is recorded" "$STATUS" 0 || diag_run
	mv "$OUT" "$WORK/$1.live"
}

# same NAME EVENT...: both read NAME.dat alike; all these events are in it. SHARE of its lines may
# differ as doc/REFERENCE.md says.
SHARE=0.0001
same()
{
	local name=$1 event seen missing=

	shift
	trace-cmd report -i "$WORK/$name.dat" 2> "$WORK/report" | grep -av '^cpus=' > "$WORK/theirs"
	batch -r "$WORK/$name.dat"
	is "$name: is read" "$STATUS" 0 || diag_run
	if ! ok "$name: $(wc -l < "$OUT") lines, the same" \
		"$ROOT/tests/engine/same-lines" -m "$SHARE" -k "$ROOT/doc/REFERENCE.md" "$OUT" "$WORK/theirs"; then
		diag "$("$ROOT/tests/engine/same-lines" -v 5 "$OUT" "$WORK/theirs" | cat -v |
			cut -c1-400 | head -n 100)"
		diag "$(head -n 20 "$WORK/report")"
	fi
	seen=" $(LC_ALL=C grep -aoE '[0-9]+\.?[0-9]*: [a-zA-Z0-9_]+:' "$OUT" |
		awk '{ print $2 }' | sort -u | tr -d ':' | tr '\n' ' ')"
	for event; do
		case $seen in *" $event "*) ;; *) missing+=" $event" ;; esac
	done
	is "$name: has all that was to be recorded" "$missing" "" || diag "$(cat "$WORK/setup")"
}

tracer()
{
	in_tracefs "grep -qw $1 available_tracers"
}

# all_of_it KERNEL
all_of_it()
{
	local name

	if ! own_guest "vtrace-reference-$1" --kernel "$1" --load idle --no-agent; then
		return
	fi
	in_tracefs "echo 0 > $CPU1; $dynamic" > "$WORK/dynamic" 2>&1
	diag "$(cat "$WORK/dynamic")"

	record "$1: events" local "echo 1 > events/enable" "$busy; $marks"
	same "$1: events" sched_switch sys_enter_read print raw_data open array text return \
		wake_latency

	name="$1: stacks"
	record "$name" mono "echo 1 > events/sched/enable; echo 1 > events/vt/enable
		echo 1 > options/stacktrace; echo 1 > options/userstacktrace" "$busy"
	same "$name" kernel_stack user_stack

	name="$1: function"
	record "$name" global "echo 'vfs_* ksys_* do_* *_read* *_write*' > set_ftrace_filter
		echo function > current_tracer; echo 1 > options/func-no-repeats" "$busy"
	same "$name" function func_repeats

	name="$1: function_graph"
	record "$name" x86-tsc "echo '*sys_* vfs_* do_* *lock* *sched*' > set_ftrace_filter
		echo function_graph > current_tracer
		echo 1 > events/sched/enable; echo 1 > events/irq/enable" "$busy"
	# The slower the machine, the more often idle tasks go through one function at one time.
	SHARE=0.001 same "$name" funcgraph_entry funcgraph_exit sched_switch

	name="$1: timerlat"
	if tracer timerlat; then
		record "$name" boot "echo 100 > osnoise/print_stack; echo timerlat > current_tracer
			echo 1 > events/osnoise/enable" "usleep 500000"
		same "$name" timerlat kernel_stack
	else
		skip "$name" "this kernel has no such tracer"
	fi

	name="$1: osnoise"
	if tracer osnoise; then
		record "$name" uptime "echo osnoise > current_tracer; echo 1 > events/osnoise/enable
			echo 0 > events/osnoise/sample_threshold/enable" "usleep 3000000"
		same "$name" osnoise
	else
		skip "$name" "this kernel has no such tracer"
	fi

	name="$1: hwlat"
	if tracer hwlat; then
		record "$name" counter "echo 1000000 > hwlat_detector/window
			echo 500000 > hwlat_detector/width
			echo 1 > tracing_thresh; echo hwlat > current_tracer" "usleep 3000000"
		same "$name" hwlat
	else
		skip "$name" "this kernel has no such tracer"
	fi
	[ "$1" = debian ] || printks "$1"
	"$ROOT/tests/demo/down" "$DOMAIN" 2> /dev/null
}

# trace_printk() is for those who write code: a module that calls it. With it a kernel has formats
# that were not there when tracing began.
printks()
{
	local name="$1: trace_printk"

	if ! insert_module "$1" "$ROOT/tests/guest/printk"; then
		[ -n "$MODULE_LACKS" ] && skip "$name" "$MODULE_LACKS" || fail "$name: its module is loaded"
		return
	fi
	record "$name" local "echo 1 > events/sched/enable" \
		"for i in 1 2 3; do echo 1 > /sys/module/vtrace_printk/parameters/write; done"
	same "$name" bprint bputs print sched_switch
}

command -v trace-cmd > /dev/null || skip_all "there is no trace-cmd to compare with"
all_of_it debian
if "$ROOT/guest-kernel/build" --print > /dev/null 2>&1; then
	all_of_it 6.12
else
	skip "our kernel" "it is not built ('make guest-kernel' builds it)"
fi
tap_end
