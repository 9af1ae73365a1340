#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The latency view on recorded captures: kinds, orders, histograms on screens of several sizes, and
# from the longest to its row.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

DEMO=$ROOT/tests/engine/demo-6.1
LOST=$ROOT/tests/engine/lost-6.1

# How many tasks were woken and then ran on CPU1, by the lines that batch prints.
wakeups_of_cpu1()
{
	"$TOP" -b -r "$DEMO" 2> /dev/null | perl -ne '
		next unless /\[(\d+)\] +[\d.]+: (\w+): +(.*)/;
		my ($cpu, $event, $text) = ($1, $2, $3);
		$woken{$1} = 1 if $event eq "sched_waking" && $text =~ / pid=(\d+) /;
		$woken{$1} = 1 if $event eq "sched_wakeup_new" && $text =~ /:(\d+) \[/;
		next unless $event eq "sched_switch" && $text =~ /:(\d+) \[.* ==> .*:(\d+) \[/;
		delete $woken{$1};
		$count += $cpu if delete $woken{$2};
		END { print $count }'
}

open_console 110x24 "$UTF8 '$TOP' -r '$DEMO'"
see "the events are there" 'sched_switch'
key v v
title "v shows latencies behind the statistics" '\[latency: wakeups\] 209 pairs'
see "of all tasks, as of each" '^> \(all\) +209 +258 µs +13\.4 ms +15\.5 ms +257 ms'
see "the one that waited longest first" '^  rcu_preempt-15 +61 +242 µs +15\.5 ms +15\.5 ms'
like "titles say what is ordered by" "$(screen)" 'TASK-PID +COUNT +P50 +P99 +MAX\* +TOTAL'
see "a histogram is of what the cursor is on" '^ +FROM +PAIRS \(all\)'
see "a line for each so many powers of two" '^ +65\.5 µs +104 █+$'
see "what there is none of for long is left out" '^ +\.\.\.$'
key g # what a slow reader says when all is read stands there until a key is pressed
see "a line says what is measured" 'from being woken to running'
key j
see "j moves the cursor" '^> rcu_preempt-15'
see "and the histogram is of that one" '^ +FROM +PAIRS rcu_preempt-15'
see "with a line for each power, where there is room" '^ +131 µs +20 █+$'
key o
see "o orders by p99" 'P99\* +MAX '
see "the cursor stays on its task" '^> rcu_preempt-15'
key o
see "then by count" 'COUNT\* +P50'
key o
see "then by total" 'MAX +TOTAL\*'
key o
see "then by maximum again" 'MAX\* +TOTAL$'

key Tab
title "Tab goes to interrupts" '\[latency: interrupts\] 23 pairs'
see "by number and handler" '^  25 virtio1-virtqueues +23 +79\.9 µs +281 µs +281 µs'
key Tab
title "and to softirqs" '\[latency: softirqs\] 286 pairs'
see "by name" '^  SCHED +98 +30\.2 µs'
key Tab
title "how long these wait" '\[latency: softirq waits\] 270 pairs'
key Tab
title "system calls" '\[latency: system calls\] 0 pairs'
see "which are not in this capture: it says why" \
	"formats have no raw_syscalls/sys_enter and no"
key Tab
title "and timers" '\[latency: timers\] 253 pairs'
see "by function" '^  tick_sched_timer +229 '
key Tab
title "and round" '\[latency: wakeups\]'
key BTab BTab
title "S-Tab goes back" '\[latency: system calls\]'
key Tab Tab
title "to wakeups" '\[latency: wakeups\] 209 pairs'
key G
see "G goes to the last" '^> [a-z].* 72\.7 µs'
key g j Enter
see "Enter goes to where the longest ended" \
	'rcu_preempt-15 waited 15\.5 ms from 12\.298092, when it was woken'
title "among the events of all CPUs" '\[merged\]'
see "at the row that ended it" '^12\.313618 .*==> rcu_preempt:15 '

typed f
typed 'sched_waking'
key Enter
see "with a filter" '^filter: sched_waking .* shown .*all is recorded'
key v v
see "the filter does not matter" 'from being woken to running, whatever the filter shows'
title "all pairs are there" '209 pairs'
key Enter
see "but may hide the row, which is said" 'the filter may hide its row, = shows all'
key =
key c C-u
typed '1'
key Enter
key v v
count=$(wakeups_of_cpu1)
ok "some end on CPU1" test "$count" -gt 20
title "pairs are those that end on the CPUs that were chosen" "wakeups\] $count pairs"
key v
title "v goes on to the log" '\[log\]'
key :
typed 'view latency'
key Enter
title "a command shows it, too" '\[latency'
key '?'
see "help has its keys" 'Enter +worst +the row at which'
key q q
see "q goes back to the events" '^TIME'

resize 200x60
key v v
title "on a large screen" '\[latency: wakeups\]'
see "the histogram is beside the list" 'TOTAL +FROM +PAIRS'
resize 60x10
see "on a small one it is one line" '^  [0-9.]+ .s [▁▂▃▄▅▆▇█]+ [0-9.]+ ms'
key g
see "below the list" "^> \(all\) +$count "
key j
see "which can be walked through" '^> [a-z]'
resize 59x9
see "a smaller one is told" 'too small'
resize 80x24
see "and recovers" '^ +FROM +PAIRS '

open_console 80x24 "LC_ALL=C '$TOP' -r '$LOST'"
see "without UTF-8" 'sys_enter'
key v v BTab BTab
title "calls of raw_syscalls" '\[latency: system calls\] 488 pairs'
see "have names, and times in us" '^  read +244 +0 ns +3\.26 us +44\.7 us'
see "bars are ASCII" '^ +0 ns +252 #+$'
# The fourth page of CPU1 says that events were lost before it.
cp -r "$DEMO" "$WORK/lossy"
perl -e 'open F, "+<", shift; seek F, 3 * 4096 + 11, 0; print F "\x80"' "$WORK/lossy/cpu1.raw"
open_console 80x24 "$UTF8 '$TOP' -r '$WORK/lossy'"
see "of a capture with losses" 'sched_switch'
key v v
# What a slow reader says when all is read stands there until a key is pressed.
broken_told()
{
	key g
	within 1 shows '; [0-9]+ not counted: events may be missing in between'
}
ok "pairs that these break are told" within 20 broken_told
title "and are none" 'wakeups\] (19[0-9]|20[0-8]) pairs'

mkdir "$WORK/none"
cp "$DEMO/formats" "$DEMO/manifest" "$WORK/none"
: > "$WORK/none/cpu0.raw"
: > "$WORK/none/cpu1.raw"
open_console 80x24 "$UTF8 '$TOP' -r '$WORK/none'"
see "a capture of nothing" 'REPLAY'
key v v
see "has no pairs, which is said" 'no event has come yet'
open_console 80x24 "$UTF8 '$TOP' -r '$CAPTURE'"
see "one without these events" ' tick +n=0 '
key v v
see "says which ones it lacks" "formats have no sched_waking and no"
key Enter o Tab g G j
title "where no key does harm" '\[latency: interrupts\] 0 pairs'

open_console 80x10 "$UTF8 '$TOP'"
see "without a guest" 'domain'
key :
typed 'view latency'
key Enter
see "it says what to do" 'd chooses a domain'
tap_end
