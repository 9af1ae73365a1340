#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest's events: a tree of what is enabled, toggled by keys and by commands; put back at the
# end. The guest is fed; tests/guest/events.sh has a real one.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

# found NAME PATTERN: another console finds the guest's events so, and is left open.
found()
{
	open_console 100x24 "$UTF8 '$TOP' --dir '$FED' --keep-running"
	see "another console is there" 'STOPPED'
	key E
	title "$1" "$2"
}

feed
open_console 100x24 "$UTF8 '$TOP' --dir '$FED'"
see "a guest is open" 'STOPPED'
key E
title "E shows the guest's events" "\[guest's events\]  6 of 9 enabled"
ok "by system, in the order of the alphabet" \
	test "$(screen | grep -oE '\+ [a-z]+' | tr -d '\n')" = "+ irq+ kmem+ sched+ timer"
see "all enabled" '^> \[x\] \+ irq +2 of 2'
see "none enabled" '^  \[ \] \+ kmem +0 of 1'
see "some enabled" '^  \[-\] \+ timer +1 of 3'
see "it says what keys do" 'Space enables or disables'

key G Enter
see "Enter opens a system" '^      \[ \] hrtimer_cancel'
see "its line says so" '^> \[-\] - timer'
key Down Space
title "Space enables an event" '7 of 9 enabled'
see "which is marked" '^      \[x\] hrtimer_cancel'
see "and the cursor goes on" '^>     \[x\] hrtimer_start'
key Space
title "Space disables the next one" '6 of 9 enabled'
see "nothing else was changed" '^      \[x\] hrtimer_cancel'
see "it says that it will be put back" 'put back when you leave; u does it now'
key u
title "u puts all back" '6 of 9 enabled'
see "as it was: this one is off" '^      \[ \] hrtimer_cancel'
see "as it was: that one is on" '^      \[x\] hrtimer_start'
key Left
see "Left closes the system that the cursor is in" '^> \[-\] \+ timer'
key Space
title "Space on a system enables all of it" '8 of 9 enabled'
see "all of its events are enabled" '\[x\] \+ timer +3 of 3'
key Up
key Down Space
title "and again disables all of it" '5 of 9 enabled'

key /
see "/ asks for a part of a name" 'events with:'
typed "WAK"
see "it narrows while one types" '^>     \[x\] sched_wakeup'
ok "to what has it in its name" lacks 'sched_switch|irq'
typed "xx"
see "nothing has such a name" "no event's name contains that"
key BSpace BSpace Enter
title "Enter stays with it" 'with: WAK'
key g Space
title "Space on a narrowed system means what is to be seen of it" '3 of 9 enabled'
key Escape
see "Esc shows all again" '^  \[ \] \+ kmem'
see "the rest of the system is still enabled" '\[-\] . sched +1 of 3'
key u
title "as before" '6 of 9 enabled'
key a
see "a shows only what is enabled" '^      \[x\] softirq_entry'
ok "and no system without" lacks 'kmem'
key a
see "and all again" 'kmem'

key / s w i t c Enter f
see "f asks for a filter" 'record sched:sched_switch only if:'
typed "nosuch > 1"
key Enter
see "the guest's kernel says what is wrong" "the guest's kernel: Field not found, at character 1"
see "what was typed is still there" 'only if: nosuch > 1'
key Home C-k
typed "prev_prio < 100"
key Enter
see "a filter is set" 'filters sched:sched_switch: prev_prio < 100'
see "the event is marked" 'sched_switch +filtered in the guest'
key f
see "f shows it again" 'only if: prev_prio < 100'
key C-a C-k Enter
see "an empty one takes it away" 'filters sched:sched_switch: none'
gone "the mark is gone" 'filtered in the guest'
key g f
see "a filter of a system there is not" 'a filter is of one event'
key Escape

key Escape
see "Esc leaves" 'not tracing: t starts it|STOPPED  FOLLOW'
typed ":enable kmem,nosuch"
key Enter
see "a command enables by patterns" '7 of 9 events are enabled|no event is called nosuch'
typed ":disable sch"
key Tab
see "Tab completes systems" ':disable sched *$'
typed ":sched_s"
key Tab
see "and events" ':disable sched:sched_switch *$'
key Enter
see "another disables" '6 of 9 events are enabled'
typed ":events timer:hr*"
key Enter
see "a third takes these and no others" '2 of 9 events are enabled'
typed ":enable nosuch:*"
key Enter
see "a name that there is not" 'no event is called nosuch:\*; nothing was changed'
typed ":enable a;b"
key Enter
see "what is no list stays to be mended" 'no part of a list of events'
key Escape
key q
see "it ends well" 'ended with 0'
found "the guest's events were put back" '6 of 9 enabled'
key Space
title "with --keep-running they may be changed as well" '4 of 9 enabled'
key Q
see "it ends well, too" 'ended with 0'
found "and stay so" '4 of 9 enabled'
key Q
see "the next console ends well" 'ended with 0'
open_console 100x24 "$UTF8 '$TOP' --dir '$FED'"
see "one without --keep-running takes over what was changed" 'changed by a console before this one'
key q
see "it ends well as well" 'ended with 0'
found "and has put the events back" '6 of 9 enabled'

feed -o
open_console 100x24 "$UTF8 '$TOP' --dir '$FED'"
see "a guest without an agent" 'no answer to hello|NO AGENT|2012'
key E
see "the view says what is missing" 'enable them there'

open_console 100x24 "$UTF8 '$TOP' -r capture"
see "a capture" 'n=0 '
key E
see "has no events to enable" 'this is a capture: events are enabled and disabled'
typed ":enable sched"
key Enter
see "nor by a command" 'this is a capture'
key Escape Escape q

tap_end
