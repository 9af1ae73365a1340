#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The domains view (d, F2) on libvirt's test driver, which makes up a host from a file: what is
# told of each domain, orders, what can not be opened and why.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

# channel NAME KIND
channel()
{
	echo "<channel type='$2'><source $([ "$2" = unix ] && echo "mode='bind' ")path='$WORK/$1'/>"
	echo "<target type='virtio' name='$1'/></channel>"
}

# domain NAME VCPUS STATE CHANNELS...: STATE as the driver numbers it, 1 running, 3 paused, 5 off.
domain()
{
	echo "<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>"
	echo "<name>$1</name><memory>8192</memory><vcpu>$2</vcpu>"
	echo "<test:runstate>$3</test:runstate><os><type>hvm</type></os><devices>"
	shift 3
	"$@"
	echo "</devices></domain>"
}

both()
{
	channel agent-ctl-path pipe
	channel trace-path-cpu0 pipe
	channel trace-path-cpu1 pipe
	echo "<filesystem type='mount'><source dir='$WORK'/><target dir='vtrace'/></filesystem>"
}

sockets()
{
	channel agent-ctl-path unix
	channel trace-path-cpu0 unix
}

no_control()
{
	channel trace-path-cpu0 pipe
}

{
	echo "<node>"
	domain alpha 8 1 true
	domain web01 2 1 both
	domain mail 2 1 sockets
	domain sleepy 4 5 both
	domain halfway 1 3 no_control
	echo "</node>"
} > "$WORK/host.xml"

# on_top NAME DOMAIN...: the first rows of the list are these.
on_top()
{
	local name=$1 regex

	shift
	regex=$(printf '[> ] %s .*\n' "$@")
	wait_for "$name" first_rows "$regex"
}

first_rows()
{
	local row=0 regex

	while read -r regex; do
		row=$((row + 1))
		screen | grep -A20 '  DOMAIN' | sed -n "$((row + 1))p" | grep -qE "$regex" || return 1
	done <<< "$1"
}

open_console 120x24 "$UTF8 '$TOP' -c 'test://$WORK/host.xml'"
title "without a domain, the view of domains" "\[domains\] test://$WORK/host.xml"
see "what is told of a domain" 'DOMAIN\*? +STATE +VCPUS +CHANNELS +SHARE +AGENT +TRACING +PREPARED'
see "a prepared one" 'web01 +running +2 +2 pipe +yes +yes$'
see "sockets, a vCPU without a channel, no share" 'mail +running +2 +1 unix +- +yes, but .*(CPU|vCPU).*1'
see "one that is not prepared" 'alpha +running +8 +- +- +no: no control channel agent-ctl-path'
see "one that is off" 'sleepy +shut off +4 +2 pipe +yes'
see "channels without control" 'halfway +paused +1 +1 pipe - +- +no: '
see "the cursor is on one that can be traced" '^> (mail|web01) '
on_top "by name at first" alpha halfway mail sleepy web01
key o
on_top "o: what can be traced first" mail web01
key o
on_top "o: by state, running ones first" alpha mail web01 halfway
key o
on_top "o: by vCPUs" alpha sleepy mail
see "the title of the column tells" 'VCPUS\*'
key o
on_top "o: by name again" alpha halfway
key g Enter
see "one that is not prepared is not opened, with the reason" \
	'alpha can not be traced: no control channel'
see "and how it could be" 'i prepares'
key i
see "i prepares domains of QEMU only" 'driver for TEST: only domains of QEMU can be traced'
key j Enter
see "another one" 'halfway can not be traced: '
key j j Enter
see "one that does not run" 'sleepy is shut off: start it first'
key R
on_top "R lists again, the cursor stays" alpha halfway
see "where it was" '^> sleepy '
resize 60x12
see "a small screen has the names, and the reason below" '^> sleepy +shut off'
resize 80x24
key '?'
see "help has the keys of this view" 'by name, prepared first, by state, by vCPUs'
key q q
see "q leaves" 'ended with 0'

open_console 90x24 "$UTF8 '$TOP' -c 'test://$WORK/nowhere.xml'"
see "no libvirt: it is told, and what to do" 'not connected to libvirt; R tries again'
key o
see "an order of nothing is an order" 'domains: prepared ones first'
key q
see "q leaves" 'ended with 0'

tap_end
