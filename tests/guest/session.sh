#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# All of it without root: a libvirt of the user's own (qemu:///session), a domain that vtrace-setup
# prepares there, with sockets and then with FIFOs, and its guest traced.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"

DOMAIN=vtrace-test-session
USER_ID=65534 # an account that owns nothing; every system has it
HOME_DIR=$WORK/home
SESSION=qemu:///session
PLACE=$HOME_DIR/share/vtrace/$DOMAIN

# as_user COMMAND...: as that account, which finds nothing of root's in its environment.
as_user()
{
	(cd / && exec setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups env -i \
		PATH="$PATH" HOME="$HOME_DIR" XDG_RUNTIME_DIR="$HOME_DIR/run" \
		XDG_CONFIG_HOME="$HOME_DIR/config" XDG_CACHE_HOME="$HOME_DIR/cache" \
		XDG_DATA_HOME="$HOME_DIR/share" "$@")
}

session_virsh()
{
	as_user virsh -q -c "$SESSION" "$@"
}

end_session()
{
	local name

	session_virsh destroy "$DOMAIN" > /dev/null 2>&1
	for name in libvirtd virtlogd; do
		kill "$(cat "$HOME_DIR/run/$name.pid" 2> /dev/null)" 2> /dev/null
	done
	tidy_up
}

session_answers()
{
	session_virsh list > /dev/null 2>&1
}

define_domain()
{
	cat > "$WORK/domain.xml" <<-XML
		<domain type='qemu'>
		  <name>$DOMAIN</name>
		  <memory unit='MiB'>256</memory>
		  <vcpu>1</vcpu>
		  <os>
		    <type arch='x86_64' machine='pc'>hvm</type>
		    <kernel>$WORK/image/vmlinuz</kernel>
		    <initrd>$WORK/image/initramfs.cpio</initrd>
		    <cmdline>console=ttyS0 quiet vtrace.load=idle vtrace.agent=vtrace</cmdline>
		  </os>
		  <features><acpi/></features>
		  <devices>
		    <serial type='file'><source path='$HOME_DIR/console.log'/></serial>
		  </devices>
		</domain>
	XML
	session_virsh define "$WORK/domain.xml"
}

# setup ARGUMENTS...: vtrace-setup to its end; its plan in OUT and ERR, status in STATUS.
setup()
{
	STATUS=0
	as_user "$WORK/bin/vtrace-setup" -c "$SESSION" -y "$@" "$DOMAIN" > "$OUT" 2> "$ERR" \
		< /dev/null || STATUS=$?
}

boots()
{
	: > "$HOME_DIR/console.log"
	chown "$USER_ID" "$HOME_DIR/console.log"
	session_virsh start "$DOMAIN" > /dev/null &&
		within "$PATIENCE" grep -aqE '^vtrace-demo: (ready|up)' "$HOME_DIR/console.log"
}

# traced HOW: batch decodes what the guest's kernel does, and nothing of it is lost.
traced()
{
	STATUS=0
	as_user timeout -k 5 120 "$WORK/bin/vtrace-top" -c "$SESSION" -b "$DOMAIN" \
		-e sched:sched_switch -d 2 --stats > "$OUT" 2> "$ERR" || STATUS=$?
	is "$1: status 0" "$STATUS" 0 || diag_run
	like "$1: switches of tasks are decoded" "$(grep -m 1 sched_switch: "$OUT")" \
		'sched_switch: +.*:[0-9]+ \[[0-9]+\] [A-Z]\S* ==> .*:[0-9]+ \[[0-9]+\]'
	is "$1: as many as the guest has written" "$(value events)" "$(value guest_written)"
	is "$1: the engine is locked down" "$(value sandbox | grep -c seccomp)" 1 || diag_run
}

mkdir -p "$HOME_DIR/run" "$WORK/image" "$WORK/bin"
cp "$BUILD"/vtrace-{top,setup,engine} "$WORK/bin/"
chown -R "$USER_ID" "$HOME_DIR"
chmod 0711 "$WORK"
chmod 0700 "$HOME_DIR/run"
trap end_session EXIT
if ! "$ROOT/tests/demo/image" --kernel "${VTRACE_KERNEL:-debian}" "$WORK/image" > "$OUT" 2>&1; then
	fail "kernel and initramfs are there"
	diag "$(cat "$OUT")"
	tap_end
fi
chmod -R a+rX "$WORK/image"
as_user virtlogd -d -p "$HOME_DIR/run/virtlogd.pid"
as_user libvirtd -d -p "$HOME_DIR/run/libvirtd.pid"
ok "the user has a libvirt" within "$PATIENCE" session_answers
ok "and a domain" define_domain

setup
is "sockets: vtrace-setup: status 0" "$STATUS" 0 || diag_run
is "the share is the user's, and nobody else's" "$(stat -c '%a %u' "$PLACE/share")" \
	"700 $USER_ID"
ok "sockets: the guest boots" boots
traced "sockets"
ok "the guest's formats are on the share" test -s "$PLACE/share/formats"
session_virsh destroy "$DOMAIN"

setup --remove
is "taken away again: status 0" "$STATUS" 0 || diag_run
is "taken away again: no channel is left" \
	"$(session_virsh dumpxml --inactive "$DOMAIN" | grep -cE '<channel|<filesystem')" 0
setup --pipe
is "FIFOs: vtrace-setup: status 0" "$STATUS" 0 || diag_run
is "FIFOs: they are the user's, and nobody else's" \
	"$(stat -L -c '%F %a %u' "$PLACE"/domain/* "$PLACE"/*.in 2> /dev/null | sort -u)" \
	"fifo 600 $USER_ID"
ok "FIFOs: the guest boots" boots
traced "FIFOs"

tap_end
