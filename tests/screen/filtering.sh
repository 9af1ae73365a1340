#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The filter prompt: what is said while typing, completion, the count of what is shown; filters from
# the row under the cursor.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

open_console 110x24 "$UTF8 '$TOP' -r '$CAPTURE'"
see "the first screen" 'n=0 '
key m '#'
title "merged" '\[merged\]'

key f
see "f asks for a filter" '^filter: *$'
see "an empty one is told to be none, and what filters are for" 'nothing shows everything.*all is recorded'
typed 'tick: n % 10 =='
see "what is wrong is told while typing" 'but the end comes at position 16'
typed ' 3'
see "and what is right" 'ok: 1 kind of events can pass; .* all is recorded'
key Enter
see "the filter is in force" ' n=3 '
gone "and hides what it should" ' n=[0-9]*[0-24-9] '
see "its line says how much it shows" '^filter: tick: n % 10 == 3  524 of 5,313 shown'
see "and that recording takes all" 'shown +\(all is recorded\)'
key f
see "f again has it to be edited" '^filter: tick: n % 10 == 3$'
key C-u
typed 'tick: x == 3'
see "a field that is none is told" "no event of 'tick' has a field 'x'"
key Enter
see "and not taken" '^filter: tick: x == 3'
typed 'n > 4 && '
see "Enter goes to the fault" '^filter: tick: n > 4 && x == 3'
key Escape
gone "Esc leaves the prompt" '^filter: tick: n > 4' # before the next key, which with Esc would be another one
see "and the one before in force" '^filter: tick: n % 10 == 3 '

key f C-u
typed 'ti'
key Tab
see "Tab completes events" '^filter: tick$'
typed ': common_p'
key Tab
see "and lists fields" '^common_pid +common_preempt_count'
key C-u
typed 'COMM == "work'
key Tab
see "and tasks" '^worker0 +worker1 +worker2 +worker3'
typed '2'
key Tab
see "with the quotes behind" '^filter: COMM == "worker2"$'
key Enter
see "which is a filter" '^filter: COMM == "worker2"  1,3[0-9]+ of 5,313 shown'
gone "of one task" ' worker1-1001 '
key =
see "= shows everything" '^filter off: COMM == "worker2"  = uses it again'
see "with the others" ' worker1-1001 '
key =
gone "and again, what the filter shows" ' worker1-1001 '
key f C-u Enter
gone "an empty filter is none" '^filter'
see "and shows everything" ' worker1-1001 '

key g
see "at the first row" ' n=0 '
key +
see "+ asks what of the row" '^only: e tick  t pid 1000  n worker0  c CPU 0 \?'
key e
see "e is its event" '^filter: EVENT == "tick"  5,3[0-9]+ of 5,313 shown'
key j j j -
see "- asks likewise" '^without: e tick  t pid 1003'
key t
see "t is its task, added to the filter" '^filter: EVENT == "tick" && common_pid != 1003 '
gone "which goes" ' worker3-1003 '
key g -
see "the next" '^without: e tick  t pid 1000'
key c
see "c is its CPU" 'common_pid != 1003 && CPU != 0 '
gone "which goes as well" ' worker0-1000 '
key -
see "once more" '^without:'
key n
see "n is its name" 'CPU != 0 && COMM != "worker1"'
gone "that is gone" ' worker1-1001 '
see "the rest is there" ' worker2-1002 '
key +
see "a question" '^only:'
key Escape
gone "Esc leaves it" '^only:'
key f Up Up
see "filters made so are in the history" '^filter: EVENT == "tick" && common_pid != 1003 && CPU != 0$'
key C-c
key ':'
typed 'filter n == 7 ||'
see "the command says what is wrong, too" 'the end comes at position 10'
typed ' n == 9'
see "and what is right" 'ok: 1 kind of'
key Enter
see "and does it" '^filter: n == 7 \|\| n == 9  '
see "the rows are those" ' n=7 '
see "and the other" ' n=9 '
gone "and no others" ' n=8 '
key s C-u
typed 'all'
key Enter
see "saving" 'saved all: 48 pages'
is "saves what the filter hides, too" "$("$TOP" -b -r "$WORK/all" 2> /dev/null | wc -l)" \
	"$("$TOP" -b -r "$CAPTURE" 2> /dev/null | wc -l)"
resize 60x10
key k
see "a small screen says how much is shown" '^filter: n == 7 .* of 5,313 shown'
key f
see "and has the prompt" '^filter: n == 7 \|\| n == 9$'
key Escape
key q
see "q leaves" 'ended with 0'
tap_end
