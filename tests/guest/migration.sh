#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What takes a guest without a share: it migrates live to another libvirtd and back while it is
# traced, is saved and restored, and loads a module anew. The console says where it went, one there
# goes on, and every event is accounted for as in accounting.sh.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"
# shellcheck source=tests/screen/console
. "$ROOT/tests/screen/console"
# shellcheck source=tests/guest/watching
. "$ROOT/tests/guest/watching"
# shellcheck source=tests/guest/sums
. "$ROOT/tests/guest/sums"

SECOND=$ROOT/tests/demo/second-host
LOCAL_TOP=$TOP
AT=() # what runs a command where the guest is

# The guest's directory here is needed until it is gone there.
end_all()
{
	close_console
	"$SECOND" down "$DOMAIN"
	virsh -q -c "$URI" undefine "$DOMAIN" > /dev/null 2>&1
	tidy_up
}

in_guest()
{
	"${AT[@]}" "$ROOT/tests/demo/guest-sh" -d "$DOMAIN" "$@"
}

# Its events have other numbers than those of the module that was there at first.
module_loaded()
{
	in_guest "for module in 9p 9pnet_virtio 9pnet_fd 9pnet; do rmmod \$module; done
		insmod /lib/modules/9pnet.ko; insmod /lib/modules/9pnet_fd.ko
		insmod /lib/modules/9p.ko; mkdir -p /tmp/9p; echo 1 > $TRACEFS/events/9p/enable"
	within 60 module_is_decoded
	in_guest "echo 0 > $TRACEFS/events/9p/enable"
}

module_is_decoded()
{
	in_guest "timeout 1 mount -t 9p -o trans=fd,rfdno=3,wfdno=4 none /tmp/9p \
		3< /dev/zero 4> /dev/null" > /dev/null
	within 3 in_out '9p_client_req: +client [0-9]+ request P9_TVERSION'
}

guest_saved()
{
	local received

	begin guest_saved
	ok "guest saved: it is" virsh -q -c "$URI" managedsave "$DOMAIN"
	batch_end
	received=$(value events)
	is "guest saved: what it wrote is unknown" "$(value guest_written)" unknown
	ok "guest saved: it is restored" virsh -q -c "$URI" start "$DOMAIN"
	go_on guest_saved "$received"
}

migrate()
{
	timeout 120 virsh -q -c "$1" migrate --live --unsafe "$DOMAIN" "$2" tcp:127.0.0.1
}

# The same commands from now on, on that host.
go_there()
{
	AT=("$SECOND" run "$DOMAIN")
	printf '#!/bin/sh\nexec "%s" run "%s" "%s" "$@"\n' "$SECOND" "$DOMAIN" "$LOCAL_TOP" \
		> "$WORK/vtrace-top"
	chmod +x "$WORK/vtrace-top"
	TOP=$WORK/vtrace-top
}

come_here()
{
	AT=()
	TOP=$LOCAL_TOP
}

guest_migrated()
{
	local received

	begin guest_migrated
	ok "guest migrated: it is" migrate "$URI" "$THERE"
	batch_end
	like "guest migrated: it is said" "$(cat "$ERR")" 'stopped \(migrated to another host\)'
	received=$(value events)
	is "guest migrated: each CPU's rows end with it" \
		"$(tail -n 1 "$OUT" | grep -c '^CPU:0 \[NOTE: guest stopped (migrated to another host)')" 1
	go_there
	go_on guest_migrated "$received"
}

watch()
{
	open_console 140x40 "$UTF8 '$TOP' -c $URI '$DOMAIN'"
	title "$1" "vtrace-top $DOMAIN $URI +$2"
}

own_guest vtrace-test-migration --no-share --unix --vcpus 1 --mem 192
trap end_all EXIT
virsh -q -c "$URI" dumpxml --inactive "$DOMAIN" > "$WORK/domain.xml"
virsh -q -c "$URI" define "$WORK/domain.xml"
ENOUGH=500
run module_loaded
nothing_lost_on_the_way
guest_saved

ok "another host" "$SECOND" up "$DOMAIN"
THERE=$("$SECOND" uri "$DOMAIN")
guest_migrated

watch "a console there" STOPPED
key t
title "a console there: t starts" TRACING
mark_comes "a console there"
ok "migrated back: it is" migrate "$THERE" "$URI"
come_here
title "migrated back: it is gone from there" GONE
see "migrated back: it is said there" 'stopped \(migrated to another host\)'
note "migrated back: there" 'CPU0: guest stopped \(migrated to another host\) at [0-9:]+ '
ok "migrated back: what was received there can be searched" within "$PATIENCE" finds mark-
key Q
see "migrated back: the console there ends well" 'ended with 0'

watch "migrated back: a console here traces on" TRACING
see "migrated back: it is said here" 'tracing was on and goes on'
mark_comes "migrated back"
note "migrated back" 'CPU0: connected at [0-9:]+, tracing was on '
key Q
see "migrated back: it ends well" 'ended with 0'

print_table
tap_end
