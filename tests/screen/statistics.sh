#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The statistics view on a capture: kinds, orders, and from a number to the rows it is of.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

open_console 110x20 "$UTF8 '$TOP' -r '$CAPTURE'"
see "the events are there" ' tick +n=0 '
key v
title "v shows statistics, of events first" '\[statistics: events\]'
see "with the most frequent one on top" '^> [a-z]+:tick +5\.[0-9]k +[0-9.]+%'
like "which says how much of all it is" "$(screen)" 'EVENT +COUNT\* +SHARE'
key Tab
title "Tab goes to tasks" '\[statistics: tasks\]'
see "by name and pid" '^> worker[0-3]-100[0-3] +1\.[0-9]k '
key Tab
title "and to CPUs" '\[statistics: CPUs\]'
see "with what the guest overwrote" '^. CPU1 .* 41 +0 +0\b'
see "with losses nobody counted" '^. CPU2 .* 0\+\? +0 +0\b'
see "and pages that were not valid" '^. CPU3 .* 0 +0 +1\b'
# That a capture that took long is read is told there, until the next key.
key Up
see "a line says what they are" 'lost: overwritten in the guest'
key o o
see "o orders, at last by name" '^  CPU\* +COUNT '
see "from the first one on" '^> CPU0 '
key j
key Enter
see "Enter shows that CPU alone" '^> CPU1 '
gone "and no other" 'CPU0  [0-9,]+ rows'
key v BTab BTab
title "S-Tab goes back" '\[statistics: events\]'
key g Enter
see "Enter on an event makes a filter of it" 'filter: EVENT == "tick"'
key v v
title "v goes on to latencies" '\[latency'
key v
title "and to the log" '\[log\]'
key v
see "and to the events" 'filter: EVENT'
key v
resize 60x10
see "on a small terminal there is room for names" '^> [a-z]+:tick +5\.[0-9]k '
key q
see "q goes back" 'filter: EVENT'
key q
see "the console leaves" 'ended with 0'

feed -r 5000
open_console 120x20 "$UTF8 '$TOP' --dir '$FED' --start"
see "a guest" '^[0-9]+\.[0-9]{6} +00[01] '
key v BTab
title "its CPUs" '\[statistics: CPUs\]'
key o o g
see "by name" '^> CPU0 '
see "the agent's counters of the CPU under the cursor" \
	'^agent, CPU0: [1-9][0-9,]* full pages spliced, 3 flushed early, [1-9][0-9.]*[KM] sent, 0 lost'
see "and its ring buffer's" '^ring buffer, CPU0: 17 events wait, 4,711 read, 0 overwritten unread'
spliced=$(screen | grep -oE '[0-9,]+ full pages')
gone "they go on" "CPU0: $spliced"
key j
see "of the next one, too" '^agent, CPU1: [1-9]'
key Tab
gone "of events there are none" '^agent'
key Q
see "the console leaves it" 'ended with 0'
feed -o -r 5000
open_console 120x20 "$UTF8 '$TOP' --dir '$FED'"
title "an agent of 2012" 'NO AGENT'
key t
see "sends" '^[0-9]+\.[0-9]{6} +00[01] '
key v BTab
see "and has no counters" "^agent: its counters are not known: .* agent of 2012, which has no counters"
key Q
see "the console leaves that one" 'ended with'
tap_end
