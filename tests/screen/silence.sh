#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# No screen is empty without a word: guests that are silent, each for another reason.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

# open_fed [ARGUMENTS...]: the console on what is fed.
open_fed()
{
	open_console 200x24 "$UTF8 '$TOP' --dir '$FED' $*"
}

# says NAME SENTENCE: however it is broken into lines.
says_now()
{
	screen | tr -s '\n ' ' ' | grep -qE -- "$1"
}

says()
{
	wait_for "$1" says_now "$2"
}

feed -o -n
open_fed
says "an agent is awaited, and how to start it is told" \
	"waiting for the agent in the guest to answer on $FED/agent-ctl-path.*: systemctl start trace-agent"
says "no agent, or that of 2012: what is missing, and what to do" \
	"nobody answers on .*agent-ctl-path.*that of 2012, which gives no answers, formats or counters: t starts it blind"
says "the path where formats were looked for" "no event formats in $FED/share/formats.*R looks again"
key t
title "t starts it blind" 'STARTED \(NO ANSWER\)'
key q

feed -e 0 -r 0
open_fed
says "stopped, without events: both are told" \
	'not tracing, and no events are enabled in the guest: E chooses some, t starts tracing'
key v
says "statistics say the same" 'not tracing, and no events are enabled'
key q t
says "tracing, without events" 'tracing, but no events are enabled in the guest: E chooses some'
key q

feed -n -r 0
open_fed
says "without formats it is told where they were looked for" \
	"not tracing: t starts it; there are no event formats in $FED/share/formats"
key q

feed -r 2000
open_fed -C 1
says "not tracing" 'not tracing: t starts it( |$)'
key t
see "events come" '^[0-9]+\.[0-9]{6} +001 '
kill -USR1 "$FEED"
says "somebody in the guest turned recording off" \
	'no events for [0-9]+ s: tracing_on is 0: somebody in the guest turned recording off; t stops'
key t
title "t stops, as it says" 'STOPPED'
key t
title "and t starts anew" 'TRACING'
gone "with new events" 'no events for'
key t
title "stopped" 'STOPPED'
key f
typed 'sched_switch: prev_pid == 4000000'
key Enter
says "a filter that hides all says how many" \
	'the filter lets no event of CPU1 pass: ([0-9,]+) of \1 rows are hidden; = shows all, f changes it'
key =
gone "= shows them, as it says" 'the filter lets no event'
end_feed
title "a guest that has gone is told" ' GONE '
key R
see "its formats can't be asked for any more" 'the guest is gone: its event formats stay as they were'
key q
see "the console leaves" 'ended with'

head -c 0 /dev/null > "$CAPTURE/cpu0.raw"
open_console 100x24 "$UTF8 '$TOP' -r '$CAPTURE' -C 0"
says "a capture whose other CPUs have events" \
	'no events of CPU0 are held, but [0-9,]+ rows of other CPUs: c chooses CPUs'
for cpu in 1 2 3; do
	: > "$CAPTURE/cpu$cpu.raw"
done
open_console 100x24 "$UTF8 '$TOP' -r '$CAPTURE'"
says "a capture without any" 'the capture holds no events'
key q
see "that console leaves, too" 'ended with 0'
tap_end
