#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vtrace-setup on a guest that has nothing of vtrace's: sockets into the running guest, all of it
# taken away again, FIFOs and a share at its next start.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"
# shellcheck source=tests/screen/console
. "$ROOT/tests/screen/console"

SETUP=$BUILD/vtrace-setup

leave_nothing()
{
	close_console
	virsh -q -c "$URI" destroy "$DOMAIN" > /dev/null 2>&1
	"$SETUP" --remove -y "$DOMAIN" > /dev/null 2>&1
	virsh -q -c "$URI" undefine "$DOMAIN" > /dev/null 2>&1
	tidy_up
}

# setup ARGUMENTS...: run it to its end; text in OUT and ERR, status in STATUS.
setup()
{
	STATUS=0
	timeout -k 5 60 "$SETUP" "$@" > "$OUT" 2> "$ERR" < /dev/null || STATUS=$?
}

live_xml()
{
	virsh -q -c "$URI" dumpxml "$DOMAIN"
}

next_xml()
{
	virsh -q -c "$URI" dumpxml --inactive "$DOMAIN"
}

# Names of the ports that the guest has, in a line.
guest_ports()
{
	in_guest "cat /sys/class/virtio-ports/*/name" | LC_ALL=C sort | tr '\n' ' '
}

# agent_said N REGEX: N times, since the guest was booted. Once it has "started" it has opened the
# control port, and may still be busy with those of CPUs.
agent_said()
{
	[ "$(grep -acE "^trace-agent: $2" "$STATE/$DOMAIN/console.log")" -ge "$1" ]
}

# A shut off domain is started again, and has booted when this returns.
start_again()
{
	virsh -q -c "$URI" destroy "$DOMAIN" > /dev/null
	: > "$STATE/$DOMAIN/console.log"
	virsh -q -c "$URI" start "$DOMAIN" > /dev/null
	wait_until 90 grep -aq '^vtrace-demo: ready' "$STATE/$DOMAIN/console.log"
}

# A short name: the view of domains has 19 columns for it.
own_guest vt-setup --bare
trap leave_nothing EXIT
# It runs with two CPUs; from its next start on it may have so many that one controller of ports is
# not enough, though no more than two are plugged in.
next_xml | sed "s|<vcpu[^>]*>2</vcpu>|<vcpu current='2'>16</vcpu>|" > "$WORK/defined.xml"
ok "the guest is defined" virsh -q -c "$URI" define "$WORK/defined.xml"
live_before=$(live_xml)
next_before=$(next_xml)
place=/var/lib/vtrace/$DOMAIN

is_as_before()
{
	[ "$(live_xml)" = "$live_before" ]
}

# ---- asked, and shown ----

setup "$DOMAIN"
is "nobody says yes: status 1" "$STATUS" 1
like "the plan: what is done at once" "$(cat "$OUT")" \
	'plug 3 channels \(UNIX sockets\) into the running guest: control, CPUs 0-1$'
like "the plan: what waits" "$(cat "$OUT")" 'formats come over the control port until the next start of the domain'
like "nothing was done, it says" "$(cat "$ERR")" 'nothing was done; --yes'
setup --print-xml "$DOMAIN"
is "--print-xml: status 0" "$STATUS" 0
is "--print-xml: 17 and 3 channels" "$(grep -c '<channel ' "$OUT")" 20
is "--print-xml: one more controller" "$(grep -c '<controller ' "$OUT")" 1
is "the running guest is as it was" "$(live_xml)" "$live_before"
is "its configuration is as it was" "$(next_xml)" "$next_before"
fails "no directory is made" test -e "$place"

# ---- sockets, into the running guest ----

setup --yes "$DOMAIN"
is "--yes: status 0" "$STATUS" 0 || diag_run
ok "the guest has the ports" within "$PATIENCE" test "$(guest_ports)" = \
	"agent-ctl-path trace-path-cpu0 trace-path-cpu1 vtrace-test-shell "
ok "an agent is there" within "$PATIENCE" agent_said 1 'agent started'
batch "$DOMAIN" -n 200 --stats
is "vtrace-top: status 0" "$STATUS" 0 || diag_run
is "events are seen" "$(events_out)" 200 || diag_run
is "with their names, without a share" "$(value unknown_events)" 0
like "of CPU 0" "$(cat "$ERR")" '^cpu0: events=[1-9]'
like "of CPU 1" "$(cat "$ERR")" '^cpu1: events=[1-9]'
is "no bad pages" "$(value bad_pages)" 0
is "the share is QEMU's, and nobody else's" "$(stat -c '%a %u' "$place/share")" \
	"700 $(stat -c %u "/proc/$(pgrep -f "guest=$DOMAIN,")")"
is "its directory is not" "$(stat -c '%a %u' "$place")" "711 0"
is "the configuration has 17 channels" "$(next_xml | grep -c "ua-vtrace-c")" 17
next_ready=$(next_xml)
setup --yes "$DOMAIN"
is "again: status 0" "$STATUS" 0
like "again: nothing to do" "$(cat "$OUT")" "^$DOMAIN is prepared already; nothing to do"
is "again: nothing is changed" "$(next_xml)" "$next_ready"

# ---- all of it taken away ----

setup --remove --yes "$DOMAIN"
is "--remove: status 0" "$STATUS" 0 || diag_run
# libvirt waits five seconds for a device to go, and an emulated guest may take longer.
ok "--remove: the running guest is as it was" within "$PATIENCE" is_as_before ||
	diag "$(diff <(echo "$live_before") <(live_xml))"
is "--remove: its configuration is as it was" "$(next_xml)" "$next_before"
ok "--remove: the agent knows" within "$PATIENCE" agent_said 1 'the control port is gone'
is "--remove: the guest has its own port only" "$(guest_ports)" "vtrace-test-shell "
fails "--remove: the directory is gone" test -e "$place"
setup --remove --yes "$DOMAIN"
like "--remove again: nothing to do" "$(cat "$OUT")" 'nothing that vtrace-setup added; nothing to do'

# ---- the same from the console, to an agent that waits ----

in_guest "touch /run/vtrace/no-agent; killall trace-agent 2> /dev/null;
	setsid trace-agent --wait < /dev/null > /dev/console 2>&1 &"
open_console 110x30 "$UTF8 '$TOP' -c $URI"
see "the view of domains has it" "$DOMAIN +running +2 +- +- .*no: "
key g
for _ in $(seq 20); do
	shows "^> $DOMAIN " && break
	key j
	sleep 0.1
done
# The others are somebody's: not a key more when it is one of them.
see "the cursor is on it" "^> $DOMAIN " || tap_end
key i
see "i shows what would be done" '^- plug 3 channels \(UNIX sockets\) into the running guest: control, CPUs 0-1'
see "and what waits" 'formats come over the control port until the next start'
see "and asks" "prepare $DOMAIN as said above\? \(y/n\)"
key n
gone "n: it is shown no more" 'plug 3 channels'
see "n: nothing was done" 'nothing was done'
is "n: the running guest is as it was" "$(live_xml)" "$live_before"
is "n: its configuration is as it was" "$(next_xml)" "$next_before"
key i
see "i again" 'as said above\?'
key y
see "y: it is done" "$DOMAIN is prepared; formats come over the control port"
see "y: the list has it" "^> $DOMAIN +running +2 +2 unix +- .*yes, but no share"
is "y: as vtrace-setup does it" "$(next_xml)" "$next_ready"
key i
see "i once more: nothing to do" "$DOMAIN is prepared already; nothing to do"
ok "the agent has waited for it" within "$PATIENCE" agent_said 2 'agent started'
key Enter
title "it can be opened" "vtrace-top $DOMAIN $URI +STOPPED"
key t
title "and traced" 'TRACING 00:'
see "rows come" '^[0-9]+\.[0-9]{6} +00[01] '
key Q
see "Q leaves" 'ended with 0'
setup --remove --yes "$DOMAIN"
is "--remove: status 0" "$STATUS" 0 || diag_run
ok "--remove: the running guest is as it was" within "$PATIENCE" is_as_before ||
	diag "$(diff <(echo "$live_before") <(live_xml))"
is "--remove: its configuration is as it was" "$(next_xml)" "$next_before"

# ---- FIFOs, at the next start ----

setup --pipe --yes "$DOMAIN"
is "--pipe: status 0" "$STATUS" 0 || diag_run
like "--pipe: they wait" "$(cat "$OUT")" 'FIFOs cannot be plugged into a running guest'
is "--pipe: the running guest is as it was" "$(live_xml)" "$live_before"
is "--pipe: a FIFO is QEMU's" "$(stat -c '%F %a %U' "$place/trace-path-cpu15.out")" \
	"fifo 600 $(stat -c %U "$place/share")"
setup --pipe --yes "$DOMAIN"
like "--pipe again: nothing to do" "$(cat "$OUT")" 'prepared already; nothing to do'
ok "the guest starts with them" start_again
ok "an agent is there" within "$PATIENCE" agent_said 1 'agent started'
like "the guest has ports on both controllers" "$(guest_ports)" \
	'agent-ctl-path trace-path-cpu0 .*trace-path-cpu15 '
is "and knows of each that its host is there" \
	"$(in_guest "grep -h '^host_connected: 1' /sys/kernel/debug/virtio-ports/*" | wc -l)" 18
batch "$DOMAIN" -n 200 --stats
is "vtrace-top: status 0" "$STATUS" 0 || diag_run
is "events are seen" "$(value printed)" 200 || diag_run
is "their formats come by the share" "$(value unknown_events)" 0
ok "which has them" test -s "$place/share/formats"
fails "of modes as they are made nothing is said" grep -q 'by others' "$ERR"
chmod o+w "$place/trace-path-cpu1.out"
chmod 777 "$place/share"
setup --pipe --yes "$DOMAIN"
is "others may write: status 0" "$STATUS" 0 || diag_run
like "vtrace-setup says so: a FIFO" "$(cat "$ERR")" "$place/trace-path-cpu1.out can be written to by others .mode 0602."
like "vtrace-setup says so: the share" "$(cat "$ERR")" "the share's directory $place/share can be written to by others .mode 0777."
batch "$DOMAIN" -n 10
is "others may write: it is traced all the same" "$STATUS" 0 || diag_run
like "vtrace-top says so: a FIFO" "$(cat "$ERR")" "$place/trace-path-cpu1.out can be written to by others .*chmod 600 it"
like "vtrace-top says so: the share" "$(cat "$ERR")" "the share's directory $place/share can be written to by others .*chmod go-w it"
chmod 600 "$place/trace-path-cpu1.out"
chmod 700 "$place/share"
batch "$DOMAIN" -n 10
fails "mended, it is said no more" grep -q 'by others' "$ERR"
setup --yes "$DOMAIN"
like "sockets are not added to FIFOs" "$(cat "$OUT")" 'prepared already; nothing to do'
setup --remove --yes "$DOMAIN"
is "--remove: status 0" "$STATUS" 0 || diag_run
like "--remove: the share is in use" "$(cat "$OUT")" 'keeps its share, which cannot be unplugged'
is "--remove: its configuration is as it was" "$(next_xml)" "$next_before"
is "--remove: the guest has its own port only" "$(guest_ports)" "vtrace-test-shell "
virsh -q -c "$URI" destroy "$DOMAIN" > /dev/null
setup --remove --yes "$DOMAIN"
is "--remove when it is off: status 0" "$STATUS" 0 || diag_run
fails "--remove when it is off: the directory is gone" test -e "$place"

# ---- what cannot be done ----

setup "no such $DOMAIN"
is "no such domain: status 1" "$STATUS" 1
like "no such domain: the sentence" "$(cat "$ERR")" "no domain named .*virsh -c $URI list --all"
setup -c test:///default test
is "no QEMU: status 1" "$STATUS" 1
like "no QEMU: the sentence" "$(cat "$ERR")" 'only domains of QEMU can be traced'
ok "a file is in the way" sh -c "mkdir -p '$(dirname "$place")' && : > '$place'"
setup --yes "$DOMAIN"
is "a file in the way: status 1" "$STATUS" 1
like "a file in the way: the sentence" "$(cat "$ERR")" "$place cannot be made: Not a directory"
is "a file in the way: nothing was added" "$(next_xml)" "$next_before"
rm -f "$place"

tap_end
