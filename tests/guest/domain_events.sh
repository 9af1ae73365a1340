#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the host does to a guest while the console is open, and what the guest does that the host hears
# of: saved and restored, a module loaded, CPUs plugged, a panic; and the console itself killed. Last comes the
# row of libvirtd in the table of accounting.sh, which has company while it runs.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"
# shellcheck source=tests/screen/console
. "$ROOT/tests/screen/console"
# shellcheck source=tests/guest/watching
. "$ROOT/tests/guest/watching"
# shellcheck source=tests/guest/sums
. "$ROOT/tests/guest/sums"

# traces_on NAME: it records, and that comes to the screen.
traces_on()
{
	ok "$1: it records" within "$PATIENCE" is_tracing
	title "$1: the console knows" TRACING
	mark_comes "$1"
}

watch()
{
	open_console 140x40 "$UTF8 '$TOP' -c $URI '$DOMAIN'"
	title "$1" "vtrace-top $DOMAIN $URI +$2"
}

mount_9p()
{
	in_guest "mkdir -p /tmp/9p; timeout 2 mount -t 9p -o trans=fd,rfdno=3,wfdno=4 none /tmp/9p \
		3< /dev/zero 4> /dev/null" > /dev/null
}

# Formats of a thousand events take a while over the control port.
decodes()
{
	key g
	typed "/9p_client_req"
	key Enter
	within 2 shows '9p_client_req +client [0-9]+ request P9_TVERSION'
}

# more_rows_than N: CPU 0 has them.
more_rows_than()
{
	[ "$(rows_held)" -gt "$1" ]
}

rows_held()
{
	screen | sed -n 's/^. CPU0 *\([0-9,]*\) rows held.*/\1/p' | tr -d ,
}

libvirtd_restarted()
{
	end_libvirtd
	within "$PATIENCE" some_events $(($(events_out) + ENOUGH)) && start_libvirtd
}

finds_online()
{
	key g
	typed "/online since"
	key Enter
	within 2 shows 'CPU1: online since [0-9:]+ '
}

# A managed save takes a persistent domain, and one without a share: QEMU does not save 9p.
own_guest vtrace-test-domain --vcpus 2 --vcpus-now 1 --no-share --on-crash restart
virsh -q -c "$URI" dumpxml --inactive "$DOMAIN" > "$WORK/domain.xml"
virsh -q -c "$URI" define "$WORK/domain.xml"
watch "it is open" STOPPED
key t
title "t starts" TRACING
traces_on "at first"

ok "guest saved" virsh -q -c "$URI" managedsave "$DOMAIN"
title "guest saved: it is gone" GONE
see "guest saved: a row says it" 'CPU0: guest stopped \(saved to a file\) at [0-9:]+ '
ok "guest restored" virsh -q -c "$URI" start "$DOMAIN"
see "guest restored: it is said" "$DOMAIN runs again"
traces_on "guest restored"
note "guest restored" 'CPU0: guest runs again since [0-9:]+ '

# Its events have other numbers than those of the module that was there at first.
in_guest "for module in 9p 9pnet_virtio 9pnet_fd 9pnet; do rmmod \$module; done
	insmod /lib/modules/9pnet.ko; insmod /lib/modules/9pnet_fd.ko; insmod /lib/modules/9p.ko
	echo 1 > $TRACEFS/events/9p/enable" > /dev/null
mount_9p
see "module loaded: its formats are fetched" 'events without a format: the formats are fetched again'
ok "module loaded: its events are decoded" within 90 decodes
in_guest "echo 0 > $TRACEFS/events/9p/enable" > /dev/null

kill -KILL "$(console_pid)"
see "console killed: it is gone" 'ended with 137'
watch "console started again: it goes on" TRACING
see "console started again: it is said" 'tracing was on and goes on'
key g
see "console started again: a row says it" 'CPU0: connected at [0-9:]+, tracing was on '
key F
traces_on "console started again"

in_guest '(sleep 1; echo c > /proc/sysrq-trigger) > /dev/null 2>&1 &'
see "guest panicked: it is said" "warning: domain $DOMAIN: panicked"
traces_on "guest panicked"
note "guest panicked" 'CPU0: guest rebooted, its agent answers since [0-9:]+ '
key g
typed "/guest panicked"
key Enter
see "guest panicked: a row says it" 'CPU0: guest panicked at [0-9:]+ '
key F

if needed=$(libvirtd_is_needed); then
	skip "libvirtd restarted" "$needed"
else
	end_libvirtd
	see "libvirtd ended: it is said" 'connection to libvirt was lost'
	ok "libvirtd ended: events come" within "$PATIENCE" more_rows_than "$(rows_held)"
	start_libvirtd
	see "libvirtd started again: it is said" 'connected to libvirt again'
	traces_on "libvirtd started again"
fi

virsh -q -c "$URI" setvcpus "$DOMAIN" 2 --live
ok "CPU plugged in: the guest takes it" within "$PATIENCE" in_guest \
	"[ -e /sys/devices/system/cpu/cpu1 ] && echo 1 > /sys/devices/system/cpu/cpu1/online"
key m
title "both CPUs in one" '\[merged\]'
ok "CPU plugged in: a row says it" within "$PATIENCE" finds_online || diag "$(screen)"
in_guest "taskset -c 1 sh -c 'echo mark-cpu1 > $TRACEFS/trace_marker'" > /dev/null
key G
ok "CPU plugged in: it is traced" within "$PATIENCE" finds mark-cpu1 || diag "$(screen)"
key F m
title "a pane for each" '\[per CPU\]'
# The guest may take longer than the five seconds that libvirt waits for it.
virsh -q -c "$URI" setvcpus "$DOMAIN" 1 --live > /dev/null 2>&1
ok "CPU unplugged: the guest gives it back" within "$PATIENCE" in_guest \
	"[ ! -e /sys/devices/system/cpu/cpu1 ]"
see "CPU unplugged: a row says it" 'CPU1: offline since [0-9:]+ '
traces_on "CPU unplugged"

key Q
see "it ends well" 'ended with 0'

if needed=$(libvirtd_is_needed); then
	skip "libvirtd restarted, and all accounted for" "$needed"
else
	run libvirtd_restarted
	nothing_lost_on_the_way
	print_table
fi
virsh -q -c "$URI" undefine "$DOMAIN"
tap_end
