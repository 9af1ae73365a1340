#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Events of a living guest, enabled and disabled from the console: what its kernel has then, what
# it sends, and that all is put back. A guest with one CPU: an emulator that translates an instruction
# while another CPU patches it can hang, see emulator_hung in tests/demo/up, and here much is patched.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"
# shellcheck source=tests/screen/console
. "$ROOT/tests/screen/console"

enabled()
{
	in_guest "cat $TRACEFS/set_event" | sort | tr '\n' ' '
}

is_enabled()
{
	[ "$(enabled)" = "$1" ]
}

filter_of()
{
	in_guest "cat $TRACEFS/events/$1/filter"
}

filtered()
{
	[ "$(filter_of "$1")" = "$2" ]
}

# names: the events of the rows on the screen, each once.
names()
{
	screen | sed -nE 's/^[0-9]+\.[0-9]{6} +0[0-9]+ [^ ]+ +([a-z_]+) .*/\1/p' | sort -u |
		tr '\n' ' '
}

shows_only()
{
	[ "$(names)" = "$1" ]
}

own_guest vtrace-test-events --vcpus 1
before=$(enabled)
count=$(wc -w <<< "$before")

open_console 120x40 "$UTF8 '$TOP' -c $URI $DOMAIN"
see "the guest is open" 'not tracing: t starts it'
key E
title "E lists what the guest's kernel has" "\[guest's events\] +$count of [0-9],[0-9]{3} enabled"
typed "/sched:sched_switch"
key Enter
see "one is found by its name" '^>     \[.\] sched_switch'
key Escape
typed ":enable *"
key Enter
title "all at once" ' ([0-9],[0-9]{3}) of \1 enabled'
typed ":events sched:sched_switch,timer:hrtimer_expire_entry"
key Enter
title "two events, and no others" ' 2 of [0-9],'
ok "the kernel has these" within "$PATIENCE" is_enabled "sched:sched_switch timer:hrtimer_expire_entry "
key f
see "f asks for a filter" 'record sched:sched_switch only if:'
typed "prev_prio = 5"
key Enter
see "what the kernel does not understand, it says" "the guest's kernel: .+at character"
key C-a C-k
typed "prev_pid == 0"
key Enter
see "what it does, is set" 'filters sched:sched_switch: prev_pid == 0'
ok "the kernel has it" filtered sched/sched_switch "prev_pid == 0"
key Escape m t
title "tracing" TRACING
see "events come" ' sched_switch '
ok "of these two and no others" within "$PATIENCE" shows_only "hrtimer_expire_entry sched_switch "
# The filter is on who is left: all switches are from the idle task.
ok "and only what the filter lets pass" \
	test -z "$(screen | grep ' sched_switch ' | grep -v ' swapper/[0-9]')"
typed ":disable timer"
key Enter
see "one less while it traces" '1 of [0-9],[0-9]{3} events are enabled'
ok "the kernel has one" within "$PATIENCE" is_enabled "sched:sched_switch "
key E
key u
title "u puts all back" " $count of [0-9],"
ok "the kernel has what it had" within "$PATIENCE" is_enabled "$before"
ok "and no filter" filtered sched/sched_switch none
key Space
title "one change more" '\[guest.s events\]'
key Q
see "it ends well" 'ended with 0'
ok "leaving put that back" within "$PATIENCE" is_enabled "$before"
ok "and tracing is off" within "$PATIENCE" tracing_is_off

# The same by options of batch.
batch -c "$URI" -e sched:sched_switch --guest-filter 'sched:sched_switch prev_pid == 0' -n 20 "$DOMAIN"
is "batch enables and filters by options" "$STATUS $(grep -c ' sched_switch: ' "$OUT")" "0 20"
ok "in the guest" test -z "$(grep ' sched_switch: ' "$OUT" | grep -v '^ *<idle>-0 ')"
ok "what it has enabled is put back" within "$PATIENCE" is_enabled "$before"
ok "and its filter" filtered sched/sched_switch none
batch -c "$URI" -e sched_switch,nosuch -n 20 "$DOMAIN"
is "an event that there is not is told before anything is traced" \
	"$STATUS $(grep -c . "$OUT") $(grep -cE "called '?nosuch" "$ERR")" "1 0 1"
batch -c "$URI" --tracer sundial --clock boot -n 20 "$DOMAIN"
is "so is a tracer" "$STATUS $(grep -c 'the kernel does not take it; there are' "$ERR")" "1 1"

# A probe that is added from the console decodes with its arguments.
if in_guest "test -e $TRACEFS/kprobe_events"; then
	open_console 120x40 "$UTF8 '$TOP' -c $URI $DOMAIN"
	see "once more" 'not tracing: t starts it'
	# shellcheck disable=SC2016
	typed ':kprobe add p:named do_sys_openat2 file=+0($arg2):ustring'
	key Enter
	see "a probe" 'the probe vtrace:named is added'
	typed ':events vtrace:named'
	key Enter
	see "its event can be enabled" '1 of [0-9],[0-9]{3} events are enabled'
	key m t
	title "tracing" TRACING
	in_guest 'cat /etc/hostname > /dev/null 2>&1; true'
	see "it comes with its argument" ' named +\([0-9a-f]+\) file="/etc/hostname"'
	typed ':clock mono'
	key Enter
	see "another clock while it traces" 'trace clock is mono now'
	title "which goes on" TRACING
	in_guest 'cat /etc/hostname > /dev/null 2>&1; true'
	see "with a row that says so" 'trace clock set to mono at'
	if in_guest "grep -qw function_graph $TRACEFS/available_tracers"; then
		typed ':ftrace-filter vfs_read'
		key Enter
		see "one function" 'traces 1 functions: vfs_read'
		typed ':tracer function_graph'
		key Enter
		see "its tracer" 'tracer is function_graph now'
		in_guest 'cat /etc/hostname > /dev/null 2>&1; true'
		see "it comes" ' funcgraph_(entry|exit) .* us'
	else
		skip "function_graph" "this kernel has no function tracer"
	fi
	key Q
	see "it ends well" 'ended with 0'
	is "no probe is left" "$(in_guest "cat $TRACEFS/kprobe_events")" ""
	is "nor a tracer" "$(in_guest "cat $TRACEFS/current_tracer")" nop
	ok "events are as they were" within "$PATIENCE" is_enabled "$before"
else
	skip "kprobe" "this kernel has no kprobe_events"
fi

# What the host has changed goes with the agent.
printf 'events set kmem:kmalloc\nfilter kmem:kmalloc bytes_req > 1000\n' \
	> "$STATE/$DOMAIN/agent-ctl-path.in"
ok "a shell can order as well" within "$PATIENCE" is_enabled "kmem:kmalloc "
ok "with a filter" within "$PATIENCE" filtered kmem/kmalloc "bytes_req > 1000"
# shellcheck disable=SC2016
in_guest 'kill -TERM $(pidof trace-agent)' > /dev/null
ok "an agent that is told to leave puts all back" within "$PATIENCE" is_enabled "$before"
ok "filters, too" within "$PATIENCE" filtered kmem/kmalloc none

tap_end
