#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Five minutes of everything at once on a kernel that checks its memory and its locks: the guest at its
# full rate, start and stop, splice and tee in pieces of any length, SIGKILL of the agent, a port that
# is unplugged and plugged again in the middle of a splice, and its device taken from the driver.
# VTRACE_STRESS_SECONDS: another length.
# shellcheck source=tests/kernel/kernel
. "$(dirname "$0")/../kernel"

SECONDS_LONG=${VTRACE_STRESS_SECONDS:-300}
rounds=0
plugged=0

# The storm's port is on a device of its own, so that the ports of the agent and of the test's shell
# stay. QEMU throws away what comes out of it, as fast as it comes.
kernel_guest stress --load full --mem 768 --second-controller
cat > "$WORK/port.xml" <<-XML
	<channel type='null'>
	  <target type='virtio' name='vtrace-test-storm'/>
	  <address type='virtio-serial' controller='1' bus='0' port='1'/>
	</channel>
XML

plug()
{
	virsh -q attach-device "$DOMAIN" "$WORK/port.xml" --live
}

unplug()
{
	virsh -q detach-device "$DOMAIN" "$WORK/port.xml" --live
}

port_there()
{
	in_guest 'grep -qx vtrace-test-storm /sys/class/virtio-ports/*/name'
}

port_gone()
{
	! virsh dumpxml "$DOMAIN" | grep -q "'vtrace-test-storm' state"
}

# The driver of the storm port's device lets go of it and takes it again.
rebind()
{
	in_guest 'for name in /sys/class/virtio-ports/*/name; do
			[ "$(cat $name)" != vtrace-test-storm ] ||
				device=$(basename $(realpath $(dirname $name)/../..))
		done
		cd /sys/bus/virtio/drivers/virtio_console
		echo $device > unbind && sleep 0.2 && echo $device > bind'
}

# How often the storm has closed the port and begun again.
lives()
{
	in_guest 'grep -c life /run/storm'
}

lives_on()
{
	[ "$(lives)" -gt "$1" ]
}

ok "a port is plugged in" plug
ok "and the guest finds it" within 20 port_there
in_guest 'ring-test storm vtrace-test-storm 1 > /run/storm 2>&1 &'

# Once out and in again.
replug()
{
	plugged=$((plugged + 1))
	unplug || fail "$plugged: the port is unplugged"
	within 10 port_gone || fail "$plugged: the port goes"
	sleep 0.2
	plug || fail "$plugged: the port is plugged in again"
	within 20 port_there || fail "$plugged: the port comes back"
	[ $((plugged % 2)) = 0 ] || rebind || fail "$plugged: the driver takes its device again"
}

end=$((SECONDS + SECONDS_LONG))
while [ "$SECONDS" -lt "$end" ] && [ "$(complaints | wc -l)" = 0 ]; do
	rounds=$((rounds + 1))
	batch_start "$DOMAIN" -d 3 --stats
	while kill -0 "$BATCH" 2> /dev/null; do
		replug
	done
	[ $((rounds % 3)) != 0 ] || in_guest 'kill -9 $(pidof trace-agent)'
	batch_end
done
diag "$rounds starts and stops, $plugged times out and in again"
no_complaints "after $SECONDS_LONG s"
ok "the storm is still at it" within 20 lives_on "$(lives)" || diag "$(in_guest 'tail -n 3 /run/storm')"
diag "$(lives) lives of the storm"
in_guest 'killall -9 ring-test'
channels_empty
batch "$DOMAIN" -d 3 --stats
is "and the guest traces as before: status 0" "$STATUS" 0 || diag_run
ok "events come" some_events 1000
events_add_up "at last"

# What was taken from the ring buffer and from the ports is given back.
in_guest 'echo 3 > /proc/sys/vm/drop_caches'
diag "$(in_guest 'grep -E "MemFree|Slab" /proc/meminfo' | tr '\n' ' ')"
no_complaints "in the end"

tap_end
