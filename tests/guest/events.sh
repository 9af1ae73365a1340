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
ok "the kernel has these" within 10 is_enabled "sched:sched_switch timer:hrtimer_expire_entry "
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
ok "of these two and no others" within 20 shows_only "hrtimer_expire_entry sched_switch "
# The filter is on who is left: all switches are from the idle task.
ok "and only what the filter lets pass" \
	test -z "$(screen | grep ' sched_switch ' | grep -v ' swapper/[0-9]')"
typed ":disable timer"
key Enter
see "one less while it traces" '1 of [0-9],[0-9]{3} events are enabled'
ok "the kernel has one" within 10 is_enabled "sched:sched_switch "
key E
key u
title "u puts all back" " $count of [0-9],"
ok "the kernel has what it had" within 10 is_enabled "$before"
ok "and no filter" filtered sched/sched_switch none
key Space
title "one change more" '\[guest.s events\]'
key Q
see "it ends well" 'ended with 0'
ok "leaving put that back" within 10 is_enabled "$before"
ok "and tracing is off" within 10 tracing_is_off

# What the host has changed goes with the agent.
printf 'events set kmem:kmalloc\nfilter kmem:kmalloc bytes_req > 1000\n' \
	> "$STATE/$DOMAIN/agent-ctl-path.in"
ok "a shell can order as well" within 10 is_enabled "kmem:kmalloc "
ok "with a filter" within 10 filtered kmem/kmalloc "bytes_req > 1000"
# shellcheck disable=SC2016
in_guest 'kill -TERM $(pidof trace-agent)' > /dev/null
ok "an agent that is told to leave puts all back" within 10 is_enabled "$before"
ok "filters, too" within 10 filtered kmem/kmalloc none

tap_end
