#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The time of day: of a living guest, of its capture, of files that have it and that do not.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

ZONE='LC_ALL=C.UTF-8 TZ=UTC0'

# The time of the last row as the screen has it, with the day of the title.
newest()
{
	echo "$(screen | grep -oE '^[0-9]{4}-[0-9]{2}-[0-9]{2} UTC' | cut -d ' ' -f 1)" \
		"$(screen | grep -oE '^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} ' | tail -n 1 | tr -d ' ')"
}

now()
{
	date -u '+%F %T.%6N'
}

# between NAME FIRST MIDDLE LAST: dates of this form sort as what they mean.
between()
{
	is "$1" "$(printf '%s\n' "$2" "$3" "$4")" "$(printf '%s\n' "$2" "$3" "$4" | sort)"
}

# Rows come behind the title: its time twice, in live.
settled()
{
	live=$(newest)
	sleep 0.3
	[ "$live" = "$(newest)" ]
}

newest_is()
{
	[ "$(newest)" = "$1" ]
}

feed -r 3000
begin=$(now)
open_console 110x24 "$ZONE '$TOP' --dir '$FED' -w '$WORK/day' --start"
see "events come" '^[0-9]+\.[0-9]{6} +00[01] '
key T T T
see "T comes to the time of day, and says whose" 'by the host.s clock when events came: .* 0\.2 s'
see "with the day and the zone" '^[0-9]{4}-[0-9]{2}-[0-9]{2} UTC +CPU '
key t
title "stopped" 'STOPPED'
see "the rows have it" '^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} +00[01] '
within "$PATIENCE" settled
between "no event is before the start, nor in the future" "$begin" "$live" "$(now)"
key q y
see "the console leaves" 'ended with 0'
like "the capture has what was learnt" "$(cat "$WORK/day/manifest")" '^wall-offset [0-9]+$'
end_feed

open_console 110x24 "$ZONE '$TOP' -r '$WORK/day'"
see "its capture" ' 00[01] '
key T T T G
title "at its end" 'FOLLOW'
see "has times of day" '^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} +00[01] '
wait_for "the same ones" newest_is "$live"
key T
see "T goes on to the clock's" '^TIME +CPU'
key q
see "the console leaves again" 'ended with 0'

open_console 110x24 "$ZONE '$TOP' -r '$CAPTURE'"
see "a capture that does not know it" 'n=0 '
key T T T
see "says so" 'the time of day is not known: the file does not tell'
see "and has the clock's times again" '^TIME +CPU'
key :
typed 'set times wall'
key Enter
see "nor is it there as a setting" '^TIME +CPU'
key q
see "the console leaves at last" 'ended with 0'
tap_end
