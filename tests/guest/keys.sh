#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The console's keys on a living guest: picker, start and stop, freezing, following, forgetting,
# recording, and that what it started is stopped when it leaves.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"
# shellcheck source=tests/screen/console
. "$ROOT/tests/screen/console"

traced()
{
	[ "$(tracing_on)" = "$1" ]
}

# The newest row's time, as the screen has it.
newest()
{
	screen | grep -E '^[0-9]+\.[0-9]{6} ' | tail -n 1 | cut -d ' ' -f 1
}

moves_on()
{
	[ "$(newest)" != "$1" ]
}

# still NAME: over a second, the rows stay.
still()
{
	local before

	before=$(newest)
	sleep 1
	is "$1" "$(newest)" "$before"
}

console_pid()
{
	pgrep -P "$(in_tmux list-panes -t console -F '#{pane_pid}')" -x vtrace-top
}

open_console 120x40 "$UTF8 '$TOP' -c $URI"
title "without a domain, the picker comes" '\[domains\] qemu:///system'
see "it has the guest, running and prepared" "$DOMAIN +running +[0-9]+ +[0-9]+ (pipe|unix) +yes +yes"
for _ in $(seq 20); do
	shows "^> $DOMAIN " && break
	key j
	sleep 0.1
done
key Enter
title "Enter opens it" "vtrace-top $DOMAIN $URI +STOPPED"
see "an empty screen says what to do" 'not tracing: t starts it'

key t
title "t starts" 'TRACING 00:'
see "rows in the pane of CPU 0" '^[0-9]+\.[0-9]{6} +000 '
see "rows in the pane of CPU 1" '^[0-9]+\.[0-9]{6} +001 '
ok "the footer offers to stop" shows 't Stop'
ok "the guest traces" within "$PATIENCE" traced 1

key p
title "p freezes" 'FROZEN'
still "frozen rows stay"
key p
ok "then they move on" within "$PATIENCE" moves_on "$(newest)"
key PageUp
title "PgUp leaves the newest" '\+[0-9,]+ newer'
still "rows that were scrolled to stay under the eye"
key F
title "F follows again" 'FOLLOW'
ok "rows move on" within "$PATIENCE" moves_on "$(newest)"

key R
see "R asks for the formats again" 'formats'
key v
see "v shows statistics, with rates" '^> [a-z_]+:[a-z_]+ .* [0-9.]+% +[1-9][0-9.]*k?/s '
key v
title "then latencies, of wakeups first" '\[latency: wakeups\] [1-9]'
see "which are measured while they come" '^> \(all\) +[1-9][0-9.]*k? +[0-9.]+ (.s|ms|s) '
key v
see "the log has it" 'asking the guest for its event formats'
key q
key d
see "d shows the domains, this one as open" "$DOMAIN .*open"
key q
title "and q goes back to it" "$DOMAIN .*TRACING"

key t
title "t stops" 'STOPPED'
ok "the guest does not trace" within "$PATIENCE" traced 0
see "what was received stays" '^[0-9]+\.[0-9]{6} +000 '
key C
see "C asks first" 'forget the .* held\?.*\(y/n\)'
key n
ok "n keeps the rows" shows '^[0-9]+\.[0-9]{6} +000 '
key C y
see "y forgets them" '> CPU0 +0 rows held'

key t
title "t starts again" 'TRACING'
see "with new rows" '^[0-9]+\.[0-9]{6} +000 '
key q
see "q leaves" 'ended with 0'
ok "the tracing that it started is stopped" within "$PATIENCE" traced 0

open_console 120x40 "$UTF8 '$TOP' -c $URI --start --keep-running -w recorded $DOMAIN"
title "--start traces at once" 'TRACING'
title "the title tells of the recording" 'rec [0-9.]+[KM]'
key q
see "q asks while it runs" 'end the recording .*\(y/n\)'
key n
title "n stays" 'TRACING'
key q y
see "y names what was recorded" 'vtrace-top: saved recorded: [0-9,]+ pages'
ok "--keep-running leaves the tracing on" traced 1
is "the recording has events" "$("$TOP" -b -r "$WORK/recorded" -n 3 2> /dev/null | wc -l)" 3

open_console 120x40 "$UTF8 '$TOP' -c $URI $DOMAIN"
title "a guest that traces already is shown tracing" 'TRACING'
kill -HUP "$(console_pid)"
see "SIGHUP ends the console" 'ended with 0'
ok "tracing that others started is left alone" traced 1
open_console 120x40 "$UTF8 '$TOP' -c $URI $DOMAIN"
title "and can be stopped from here" 'TRACING'
key t
title "by t" 'STOPPED'
key q
see "q leaves then, too" 'ended with 0'

tap_end
