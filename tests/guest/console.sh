#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The console on a living guest: start and stop by key, and what it says when agent, engine and
# guest are killed under it.
# shellcheck source=tests/guest/domain disable=SC2317
. "$(dirname "$0")/domain"

TMUX_SOCKET=vtrace-test-$$

in_tmux()
{
	TMUX='' tmux -f /dev/null -L "$TMUX_SOCKET" "$@"
}

end_console()
{
	in_tmux kill-server 2> /dev/null
	tidy_up
}
trap end_console EXIT

screen()
{
	in_tmux capture-pane -p -t console
}

shows()
{
	screen | grep -qE -- "$1"
}

key()
{
	in_tmux send-keys -t console "$@"
}

# see NAME REGEX: the screen shows it, within a while.
see()
{
	ok "$1" within "$PATIENCE" shows "$2" && return
	diag "$(screen)"
	return 1
}

command -v tmux > /dev/null || skip_all "no tmux"
own_guest vtrace-test-console
in_tmux new-session -d -s console -x 120 -y 40 \
	"$TOP -c $URI $DOMAIN; echo \"console ended with \$?\"; exec sleep 1000"

see "the title names the guest" "vtrace-top $DOMAIN"
see "it is stopped" 'STOPPED'
key t
see "t starts" 'TRACING'
see "CPU 0 shows events" '^[0-9 ]+\.[0-9]+ +000 '
see "CPU 1 shows events" '^[0-9 ]+\.[0-9]+ +001 '

# shellcheck disable=SC2016
in_guest 'kill -KILL $(pidof trace-agent)' > /dev/null
see "agent killed: it is said" 'agent.*(restarted|does not answer)'
see "agent killed: it goes on" 'TRACING'

pkill -KILL -x -P "$(in_tmux list-panes -t console -F '#{pane_pid}' |
	xargs -I{} pgrep -P {} -x vtrace-top)" vtrace-engine
see "engine killed: it is said" 'engine.*([Kk]illed|signal 9)'
see "engine killed: a restart is offered" '\(y/n\)|[Rr]estart'
key y
see "engine killed: events again" '^[0-9 ]+\.[0-9]+ +00[01] '

virsh -q -c "$URI" destroy "$DOMAIN" > /dev/null
see "guest destroyed: it is said" "destroyed|gone|stopped"
ok "guest destroyed: the console is there" shows "vtrace-top $DOMAIN"
key q
see "q leaves" 'console ended with 0'

tap_end
