#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a host can do to a console: an engine that is stopped, a disk that breaks, is full or read-only,
# no descriptors left. It says what is wrong, goes on, and loses nothing that was saved.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

LIVE="$UTF8 '$TOP' --dir '$FED' --start"

# says NAME REGEX: anywhere on the screen, however it is broken into lines.
says_now()
{
	screen | tr -s '\n ' ' ' | grep -qE -- "$1"
}

says()
{
	wait_for "$1" says_now "$2"
}

# command TEXT: on the command line.
command_line()
{
	key :
	see "the command line opens for $1" '^:'
	typed "$1"
	key Enter
}

# The console can open nothing any more; root may let it again.
no_more_descriptors()
{
	prlimit --pid "$console" --nofile="$(find "/proc/$console/fd" -type l | wc -l):"
}

# ---- an engine that is stopped ----

feed -r 20000
open_console 160x24 "$LIVE"
title "tracing" 'TRACING'
record_to first
title "recording" 'rec [0-9.]+[KM]'
engine=$(engine_pid)
kill -STOP "$engine"
says "a stopped engine: it is told, and what to do" \
	"the engine of .* does not answer: it is stopped.*kill -CONT $engine"
key '?'
see "keys are answered meanwhile" 'keys of the events view'
key q
command_line "view log"
see "views that need no engine open" '\[log\]'
key q
kill -CONT "$engine"
says "it goes on: that is told" 'answers again'
wait_for "rows come again" line 2 'CPU0 .*[1-9][0-9.]*k/s'
key S
see "the recording ends as if nothing had been" 'saved first: [0-9,]+ pages'
whole "over a stop" first
record_to second
title "recording" 'rec [0-9.]+[KM]'
kill -STOP "$engine"
key q
see "q asks while it runs" 'end the recording .*\(y/n\)'
key y
see "leaving with a stopped engine" 'ended with 0'
see "says that the end of the recording is missing" 'second.*not complete'
ok "the stopped engine is gone" test ! -e "/proc/$engine"
ok "what was recorded can be read" test "$("$TOP" -b -r "$WORK/second" 2> /dev/null | wc -l)" -gt 100

"$TOP" -b --dir "$FED" --start -w "$WORK/batch" > "$WORK/lines" 2> "$WORK/err" &
batch=$!
ok "batch: lines come" within "$PATIENCE" test -s "$WORK/lines"
# shellcheck disable=SC2317
has_engine()
{
	engine=$(pgrep -P $batch -x vtrace-engine)
}
within "$PATIENCE" has_engine || diag "processes of $batch: $(ps --ppid $batch -o pid,comm,args)"
kill -STOP "$engine"
ok "batch: a stopped engine is told of" within "$PATIENCE" grep -q 'does not answer: it is stopped' "$WORK/err"
kill -CONT "$engine"
lines=$(wc -l < "$WORK/lines")
ok "batch: then lines go on" within "$PATIENCE" eval '[ "$(wc -l < "$WORK/lines")" -gt $((lines + 1000)) ]'
kill -TERM $batch
wait $batch
is "batch: it ends as it would have" $? 0
ok "batch: the recording is complete" grep -q '^complete yes' "$WORK/batch/manifest"

# ---- no descriptors left ----

open_console 160x24 "ulimit -n 5; $LIVE"
see "too few to begin with: a sentence" 'vtrace-top: .*Too many open files'
see "and its status" 'ended with 1'
open_console 160x24 "$LIVE"
title "tracing" 'TRACING'
console=$(console_pid)
no_more_descriptors
record_to third
see "no recording, and why" 'third: Too many open files'
key s
see "s asks where to" 'save .* to:'
key C-u
typed third.dat
key Enter
see "nothing is saved, and why" 'third.dat: Too many open files'
title "the view goes on" 'TRACING.*FOLLOW'
ok "nothing is left of the capture" test ! -e "$WORK/third"
ok "nor of the trace.dat" test ! -e "$WORK/third.dat"
kill -KILL "$(engine_pid)"
title "without its engine" 'NO ENGINE'
no_more_descriptors
see "it is offered to start another one" 'restart the engine'
key y
see "which fails, and why" 'engine: Too many open files'
before=$(awk '{ print $14 + $15 }' "/proc/$console/stat")
command_line "view log"
see "other views open" '\[log\]'
key q
# Ticks of 10 ms; one that turns without an end has some hundred in the time that this takes.
ok "it does not turn in vain" test "$(($(awk '{ print $14 + $15 }' "/proc/$console/stat") - before))" -lt 50
prlimit --pid "$console" --nofile=1024:
key R
see "R offers it again" 'restart the engine'
key y
title "with descriptors there is one" 'TRACING'
record_to third
title "it records" 'rec [0-9.]+[KM]'
key S
see "and saves" 'saved third: [0-9,]+ pages'
whole "after all" third
key q

# ---- disks ----

# disk NAME SIZE: a file system in $WORK/NAME, which can be made to fail.
disk()
{
	mkdir "$WORK/$1"
	truncate -s "$2" "$WORK/$1.image"
	mkfs.ext4 -q "$WORK/$1.image" 2> /dev/null && mount -o loop "$WORK/$1.image" "$WORK/$1"
}

# fail_disk NAME: every write to it fails from now on, as when ext4 finds its disk broken.
# EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH, Linux, fs/ext4/ext4.h.
fail_disk()
{
	perl -e 'open(my $d, "<", $ARGV[0]) or die; my $how = pack("L", 2); ioctl($d, 0x8004587d, $how) or die' "$WORK/$1"
}

# Settings and what was typed are kept there.
state_on()
{
	echo "XDG_STATE_HOME='$1' XDG_CONFIG_HOME='$1'"
}

if [ "$(id -u)" = 0 ] && disk broken 8M 2> /dev/null; then
	trap 'close_console; umount "$WORK"/broken "$WORK"/only 2> /dev/null; tidy_up' EXIT
	open_console 160x24 "$(state_on "$WORK/broken") $LIVE"
	title "tracing" 'TRACING'
	record_to broken/first
	title "recording on a disk" 'rec [0-9.]+[KM]'
	fail_disk broken
	see "the disk breaks: it is told" 'recording of CPU [01] stopped: Input/output error'
	title "the view goes on" 'TRACING.*FOLLOW'
	key S
	see "the recording is said not to be complete" 'broken/first is not complete: Input/output'
	command_line "set merged on"
	key W
	says "settings that can not be written" 'Input/output error'
	title "are taken all the same" 'timeline|merged'
	key q
	see "q leaves" 'ended with 0'
	umount "$WORK/broken"

	mkdir "$WORK/only"
	mount -t tmpfs -o size=1m none "$WORK/only"
	mkdir "$WORK/only/vtrace"
	printf 'merged = off\n' > "$WORK/only/vtrace/vtrace-top.conf"
	printf ':view log\n' > "$WORK/only/vtrace/history"
	cp "$WORK/only/vtrace/vtrace-top.conf" "$WORK/only/vtrace/history" "$WORK"
	mount -o remount,ro "$WORK/only"
	open_console 160x24 "$(state_on "$WORK/only") $LIVE"
	title "a disk that is only to be read" 'TRACING'
	command_line "set merged on"
	key W
	says "the settings are not written, and why" 'Read-only file system'
	record_to only/first
	see "no recording, and why" 'only/: Read-only file system'
	key Escape
	key q
	see "q leaves" 'ended with 0'
	ok "the settings are what they were" cmp "$WORK/only/vtrace/vtrace-top.conf" "$WORK/vtrace-top.conf"
	ok "so is what was typed" cmp "$WORK/only/vtrace/history" "$WORK/history"

	mount -o remount,rw "$WORK/only"
	dd if=/dev/zero of="$WORK/only/filled" bs=4096 2> /dev/null
	open_console 160x24 "$(state_on "$WORK/only") $LIVE"
	title "a full disk" 'TRACING'
	command_line "set merged on"
	key W
	says "the settings are not written, and why" 'No space left'
	key q
	see "q leaves" 'ended with 0'
	ok "the settings are what they were" cmp "$WORK/only/vtrace/vtrace-top.conf" "$WORK/vtrace-top.conf"
	like "what was typed before is whole" "$(head -n 1 "$WORK/only/vtrace/history")" '^:view log$'
	is "nothing else is left there" "$(ls "$WORK/only/vtrace")" "$(printf 'history\nvtrace-top.conf')"
	umount "$WORK/only"
else
	skip "broken, full and read-only disks" "no disk can be mounted here"
fi

tap_end
