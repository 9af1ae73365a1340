#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Settings of the guest, by commands: what there is, what it becomes, what is refused, and an agent that
# answers as none should. The guest is fed; tests/guest/events.sh has a real one.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

# order TEXT: type it behind a colon, and Enter.
order()
{
	key ':'
	typed "$1"
	key Enter
}

feed
open_console 100x24 "$UTF8 '$TOP' --dir '$FED'"
see "a guest is open" 'STOPPED'
order tracer
see "a command alone tells what there is" 'tracer is nop; there are function_graph,function,nop'
order 'tracer function'
see "with an argument it changes that" 'tracer is function now'
key ':'
typed 'tracer function_'
see "while one types it says what there are" 'there are function_graph,function,nop'
key Tab
see "Tab completes what the guest has" ':tracer function_graph *$'
key C-u
typed 'clock m'
key Tab
see "and asks for what nobody has asked for" ':clock mono *$'
key Enter
see "the clock is another" 'trace clock is mono now'
order 'buffer-kb 3000'
see "the size of the ring" 'have 3000 KiB each'
order 'buffer-kb much'
see "what can not be sent stays to be mended" 'a number of KiB is expected'
see "as it was typed" '^:buffer-kb much'
key C-a C-k
typed 'buffer-kb 2000'
key Enter
see "mended, it is taken" 'have 2000 KiB each'
order 'pid 1,4711'
see "tasks" 'only events of these tasks are recorded: 1,4711'
order 'pid none'
see "all of them" 'events of all tasks are recorded'
order 'ftrace-filter vfs_*'
see "functions" 'traces 1 functions: vfs_\*'
order 'kprobe'
see "no probes" 'no probes; :kprobe add'
order 'kprobe add p:lost nosuch'
see "what the guest refuses stays as well" '^:kprobe add p:lost nosuch'
see "with the kernel's reason" 'Failed to look up the symbol, at character 9'
key C-w
typed 'do_sys_openat2'
key Enter
see "mended, it is added" 'the probe vtrace:lost is added'
order 'kprobe'
see "it is listed" '1 probe: vtrace:lost; from here: vtrace:lost'
key ':'
typed 'kprobe r'
key Tab
typed ' v'
key Tab
see "Tab knows the words, and its name" ':kprobe remove vtrace:lost *$'
key Enter
see "it goes" 'the probe vtrace:lost is removed'
order 'mark here it is'
see "a mark" 'a mark of 10 bytes is in'
order 'mark'
see "nothing is no mark" '^:mark *$'
key Escape
order 'trigger sched:sched_switch stacktrace:5'
see "a trigger" 'triggers of sched:sched_switch in the guest: stacktrace:count=5'
order 'trigger sched'
see "one that is of no event" 'stacktrace looks like one'
key Escape
order 'snapshot take'
see "what the agent does not know" 'too old to do that'
key Escape
order 'ping'
see "somebody is there" 'answers, after [0-9]+ ms'

key t
title "tracing" TRACING
order 'tracer nop'
see "tracing stops for what changes only then" 'tracer is nop now'
title "and goes on" TRACING
see "events come after it" ' sched_'
order 'clock global'
see "so it does for a clock" 'trace clock is global now'
title "and goes on again" TRACING
order 'subbuf-kb 8'
see "what throws rows away asks" 'forget the .*of events held\? \(y/n\)'
key n
gone "no leaves all as it is" '\(y/n\)'
order 'subbuf-kb'
see "indeed" 'have 4 KiB each'

for bad in twice rubbish binary interleaved empty long; do
	order "mark $bad"
	order ping
	see "after an answer that is $bad" 'answers, after [0-9]+ ms'
done
order 'mark never'
see "no answer is told after 2 s" "has not answered 'mark' within 2 s"
key v
title "and keys work" '\[statistics'
key v v v
title "all of them" '\[(per CPU|merged)\]'
order 'mark never'
see "it is asked once at a time" 'has not answered about mark yet'
wait_for "in the end it is given up" shows 'mark: the agent has not answered in time'
order 'mark late'
see "an answer that is late is said to be" "warning: the agent has not answered 'mark' within 2 s"
see "and stands in the place of that when it comes" '^a mark of 4 bytes is in'
order 'mark half'
see "a mark after which half an answer comes" 'a mark of 4 bytes is in'
order ping
see "takes the next one with it" 'ping: the agent has not answered in time'
order ping
see "and no more" 'answers, after [0-9]+ ms'

order restore
see "all is put back" 'put back in the guest: events 0, settings [3-6], probes 0, triggers 0'
title "tracing goes on" TRACING
order 'tracer'
see "as it was" 'tracer is nop; there are'
order 'pid 1'
see "one change more" 'tasks are recorded: 1'
key q
see "it ends well" 'ended with 0'
open_console 100x24 "$UTF8 '$TOP' --dir '$FED'"
see "another console is there" 'STOPPED'
order 'pid'
see "and that was put back" 'events of all tasks are recorded'
key q
see "it ends well, too" 'ended with 0'

feed -o
open_console 100x24 "$UTF8 '$TOP' --dir '$FED'"
see "a guest without an agent" 'no answer to hello|NO AGENT|2012'
order 'tracer'
see "can not be asked" 'knows only start and stop'
key ':'
typed 'tracer nop'
see "nor told, which is said while one types" 'knows only start and stop'
key Escape q

open_console 100x24 "$UTF8 '$TOP' -r capture"
see "a capture" 'n=0 '
order 'clock'
see "has no clock to change" 'only in a running guest something can be set'
key q

tap_end
