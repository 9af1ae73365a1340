#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest that dies under the eyes of the console: what its channels did not bring any more comes out of its
# memory by itself, though QEMU may be gone by then; and of one that hangs, when asked. And one that is watched
# by its memory: with its agent, started again, without one, dead.
# shellcheck source=tests/kernel/kernel
. "$(dirname "$0")/kernel"
# shellcheck source=tests/screen/console
. "$ROOT/tests/screen/console"
# shellcheck source=tests/guest/watching
. "$ROOT/tests/guest/watching"
[ "$KERNEL" != 6.1 ] || skip_all "Linux before 6.12 puts no rings into reserved memory"

INSTANCE=$TRACEFS/instances/vtrace

# mark TEXT: into the ring, if it records.
mark()
{
	in_guest -t 5 "echo $1 > $INSTANCE/trace_marker" > /dev/null 2>&1
}

# A guest that boots has no shell yet, and its ring may not record yet.
marked()
{
	mark "$1"
	finds "$1"
}

comes()
{
	ok "$1" within "$PATIENCE" marked "$2" || diag "$(screen)"
	key F
}

enabled()
{
	[ "$(in_guest "cat $INSTANCE/events/$1/enable")" = 1 ]
}

disabled()
{
	[ "$(in_guest "cat $INSTANCE/events/$1/enable")" = 0 ]
}

records()
{
	[ "$(in_guest "cat $INSTANCE/tracing_on")" = 1 ]
}

panic()
{
	virsh -q -c "$URI" inject-nmi "$DOMAIN"
}

# ---- by its channels ----

own_guest vtrace-test-post-mortem --kernel "$KERNEL" --ring 2M,sched --on-crash preserve \
	--append unknown_nmi_panic
open_console 140x40 "$UTF8 '$TOP' -c $URI '$DOMAIN'"
title "by channels: it is open" STOPPED
key m
title "by channels: all CPUs in one" '\[merged\]'
key t
title "by channels: t starts" TRACING
comes "by channels: what is recorded comes" mark-sent
# What is recorded then stays where it is.
in_guest "kill -STOP \$(pidof trace-agent)"
mark mark-left
panic
title "by channels: the screen says that it has panicked" 'PANICKED 00:00:[0-9]+ AGO'
ok "by channels: what was not sent any more is shown" within "$PATIENCE" finds mark-left || diag "$(screen)"
key g
ok "by channels: what had been sent is still there" within "$PATIENCE" finds mark-sent || diag "$(screen)"
note "by channels" 'what the ring in its memory still had when it died follows'

virsh -q -c "$URI" reset "$DOMAIN"
virsh -q -c "$URI" resume "$DOMAIN" 2> /dev/null
title "booted again: it is traced again" 'TRACING'
comes "booted again: what is recorded comes by its channels" mark-again
key Q
see "the console ends" 'ended with 0'

# ---- by its memory ----

virsh -q -c "$URI" dumpxml --inactive "$DOMAIN" > "$WORK/domain.xml"
virsh -q -c "$URI" define "$WORK/domain.xml"
in_guest "echo 1 > $INSTANCE/events/sched/enable; echo 1 > $INSTANCE/tracing_on"
# What the trace before has left in the channels is not looked at.
for cpu in 0 1; do
	timeout 1 cat "$STATE/$DOMAIN/trace-path-cpu$cpu.out" > /dev/null
done
open_console 140x40 "$UTF8 '$TOP' -c $URI --ram '$DOMAIN'"
title "by memory: its agent is there" TRACING
key m
title "by memory: all CPUs in one" '\[merged\]'
comes "by memory: what is recorded comes" mark-watched
key t
title "by memory: t stops" STOPPED
is "by memory: that ring it is" "$(in_guest "cat $INSTANCE/tracing_on")" 0
key t
title "by memory: t starts" TRACING
is "by memory: it records again" "$(in_guest "cat $INSTANCE/tracing_on")" 1
typed ":enable timer:timer_start"
key Enter
ok "by memory: they are enabled in that ring" within "$PATIENCE" enabled timer/timer_start
comes "by memory: what is recorded then comes" mark-started
for cpu in 0 1; do
	is "by memory: no page of CPU $cpu is sent" \
		"$(timeout 1 cat "$STATE/$DOMAIN/trace-path-cpu$cpu.out" | wc -c)" 0
done
virsh -q -c "$URI" destroy "$DOMAIN"
title "by memory: it is gone" GONE
virsh -q -c "$URI" start "$DOMAIN"
# So that nothing of it stays when it ends.
virsh -q -c "$URI" undefine "$DOMAIN"
see "started again: it is said" "$DOMAIN runs again"
title "started again: it is steered" TRACING
comes "started again: what is recorded comes" mark-anew
ok "started again: what was enabled is" within "$PATIENCE" enabled timer/timer_start
key g
ok "started again: what came before is still there" within "$PATIENCE" finds mark-watched || diag "$(screen)"
key Q
see "the console ends" 'ended with 0'
ok "what it had enabled is put back" within "$PATIENCE" disabled timer/timer_start
ok "and its ring records as before" within "$PATIENCE" records

# ---- without an agent ----

agent_away
open_console 140x40 "$UTF8 '$TOP' -c $URI --ram '$DOMAIN'"
title "no agent: it is watched" WATCHING
key m
title "no agent: all CPUs in one" '\[merged\]'
gone "no agent: no key is offered that nobody would obey" 'E Enable|t (Start|Stop)'
key t
see "no agent: t says why not" 'no agent in it takes orders: what its kernel.s command line'
comes "no agent: what is recorded comes" mark-alone
panic
title "no agent: the screen says that it has panicked" 'PANICKED 00:00:[0-9]+ AGO'
key Q
see "the console ends" 'ended with 0'
virsh -q -c "$URI" destroy "$DOMAIN"

# ---- by its channels: it hangs, and QEMU goes with the guest ----

# It takes the console some seconds to see that nobody answers.
hang_is_read()
{
	typed ":post-mortem"
	key Enter
	finds mark-hanging
}

own_guest vtrace-test-gone --kernel "$KERNEL" --ring 2M,sched --append unknown_nmi_panic --load idle
open_console 140x40 "$UTF8 '$TOP' -c $URI '$DOMAIN'"
title "a hang: it is open" STOPPED
key m
key t
title "a hang: t starts" TRACING
comes "a hang: what is recorded comes" mark-sent
typed ":post-mortem"
key Enter
see "a hang: as long as its agent answers there is none" "$DOMAIN lives, its agent answers: 'vtrace-top --ram"
in_guest "kill -STOP \$(pidof trace-agent)"
mark mark-hanging
ok "a hang: what was not sent is shown" within "$PATIENCE" hang_is_read || diag "$(screen)"
in_guest "kill -CONT \$(pidof trace-agent)"
comes "it goes on: what is recorded comes by its channels" mark-on
in_guest "kill -STOP \$(pidof trace-agent)"
mark mark-left
panic
title "QEMU is gone: the screen says that it has panicked" 'PANICKED 00:00:[0-9]+ AGO'
ok "QEMU is gone: it is" test -z "$(virsh -q -c "$URI" list --name | grep -x "$DOMAIN")"
ok "QEMU is gone: what was not sent any more is shown" within "$PATIENCE" finds mark-left || diag "$(screen)"
key Q
see "the console ends" 'ended with 0'
tap_end
