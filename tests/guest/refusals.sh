#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What cannot work is refused with status 1 and one sentence.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"

STATE_DIR=$STATE/$DOMAIN

OFF=vtrace-test-off-$$
BARE=vtrace-test-bare-$$

# A domain of libvirt's that never runs, with or without channels.
define()
{
	cat > "$WORK/$1.xml" <<-XML
		<domain type='qemu'>
		  <name>$1</name>
		  <memory unit='MiB'>64</memory>
		  <os><type arch='x86_64' machine='pc'>hvm</type></os>
		</domain>
	XML
	virsh -q -c "$URI" "$2" "$WORK/$1.xml" > /dev/null
}

refused "unknown domain" 'vtrace-test-nobody' vtrace-test-nobody

define "$OFF" define
refused "domain not running" "$OFF.*(not running|does not run)" "$OFF"
virsh -q -c "$URI" undefine "$OFF" > /dev/null

define "$BARE" create
refused "domain without channels" "$BARE.*channel" "$BARE"
virsh -q -c "$URI" destroy "$BARE" > /dev/null

refused "no such libvirt" 'nosuch' -c nosuch:///nowhere x

# FIFOs. Renamed in place: moved to another file system and back it would be
# another FIFO than QEMU's.
mv "$STATE_DIR/trace-path-cpu1.out" "$STATE_DIR/away"
refused "FIFO missing" 'trace-path-cpu1\.out' "$DOMAIN"
touch "$STATE_DIR/trace-path-cpu1.out"
refused "no FIFO but a file" 'trace-path-cpu1\.out' "$DOMAIN"
mv -f "$STATE_DIR/away" "$STATE_DIR/trace-path-cpu1.out"

cat "$STATE_DIR/trace-path-cpu0.out" > /dev/null &
reader=$!
JOBS+=("$reader")
refused "another reader" "cat \(process $reader\)" "$DOMAIN"
kill "$reader"

batch_start "$DOMAIN" -d 60
ok "the first of two starts" within "$PATIENCE" some_events
first=$OUT OUT=$WORK/out2 ERR=$WORK/err2
refused "the second of two" 'another|already' "$DOMAIN"
OUT=$first ERR=$WORK/err
kill -INT "$(top_pid)"
batch_end
is "the first of two is not hurt" "$STATUS" 0

# A directory of FIFOs without QEMU, as somebody who may not read them.
install -d -m 0755 "$WORK/fifos"
chmod 0755 "$WORK"
mkfifo -m 0600 "$WORK"/fifos/{agent-ctl-path,trace-path-cpu0}.{in,out}
STATUS=0
setpriv --reuid=65534 --regid=65534 --clear-groups \
	"$TOP" -b --dir "$WORK/fifos" > "$OUT" 2> "$ERR" || STATUS=$?
is "FIFO not readable: status 1" "$STATUS" 1
like "FIFO not readable: the sentence" "$(cat "$ERR")" '\.(in|out).*[Pp]ermission'
refused "directory without FIFOs" "$WORK/empty" --dir "$WORK/empty"

# Formats. Without an agent they stay as they are on the share.
cp "$STATE_DIR/share/formats" "$WORK/formats"
own_guest vtrace-test-refusals --no-agent
STATE_DIR=$STATE/$DOMAIN
refused "no formats, no agent" 'formats' "$DOMAIN" -d 5
head -c 5000 "$WORK/formats" > "$STATE_DIR/share/formats"
refused "formats cut off" 'formats.*cut off' "$DOMAIN" -d 5
ln -sf "$WORK/formats" "$STATE_DIR/share/formats"
refused "formats are a link" 'share/formats is a link' "$DOMAIN" -d 5
rm -rf "$STATE_DIR/share"
refused "share missing" "share" "$DOMAIN" -d 5

tap_end
