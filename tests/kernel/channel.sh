#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Nothing is lost on the way: with and without indirect descriptors, with a reader that rests, with
# pieces of any length.
# shellcheck source=tests/kernel/kernel
. "$(dirname "$0")/kernel"

BYTES=200000000

# traced NAME: the guest at its full rate, the engine at rest for 10 s.
traced()
{
	local engine

	batch_start "$DOMAIN" -d 20 --stats
	ok "$1: events come" within 20 some_events 1000
	engine=$(engine_pid)
	kill -STOP "$engine"
	sleep 10
	kill -CONT "$engine"
	batch_end
	is "$1: status 0" "$STATUS" 0 || diag_run
	events_add_up "$1"
	ok "$1: the guest had to overwrite meanwhile" test "$(value guest_overrun)" -gt 0
	diag "$1: $(value events) events shown, $(value lost) lost"
}

# unplugged NAME: nobody reads, the port blocks, and goes.
unplugged()
{
	cat > "$WORK/port.xml" <<-XML
		<channel type='pipe'>
		  <source path='$DIR/trace-path-cpu1'/>
		  <target type='virtio' name='trace-path-cpu1'/>
		</channel>
	XML
	in_guest "ring-test pattern trace-path-cpu1 $BYTES 1 block > /run/blocked 2>&1 &"
	sleep 2
	is "$1: without a reader it blocks" "$(in_guest 'pidof ring-test | wc -w; cat /run/blocked')" 1
	ok "$1: the port is unplugged" virsh -q detach-device "$DOMAIN" "$WORK/port.xml" --live
	ok "$1: who waits for it hears of it" \
		within 20 in_guest "grep -q 'splice.*: No such device' /run/blocked"
}

for kind in indirect no-indirect; do
	options=()
	[ "$kind" = indirect ] || options=(--no-indirect)
	kernel_guest "channel-$kind" --load full "${options[@]}"
	traced "$kind, a reader that rests"
	agent_away
	in_guest "echo 0 > $TRACEFS/tracing_on; killall dd"
	pattern "$kind" trace-path-cpu0 $BYTES
	REST=5 pattern "$kind, a reader that rests" trace-path-cpu1 $BYTES
	REST=3 pattern "$kind, blocking" trace-path-cpu1 $BYTES block
	like "$kind, blocking: signals interrupt the wait" "$SENT" ' interrupted [1-9]'
	if [ "$kind" = no-indirect ]; then
		ok "no-indirect: bursts did not fit and went in parts" \
			test "$(port_counter add_failures)" -gt 0
	fi
	unplugged "$kind"
	no_complaints "$kind"
done

tap_end
