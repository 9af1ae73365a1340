#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The console on a trace.dat that has an instance.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

demo=$ROOT/tests/engine/demo-6.1
"$ROOT/tests/engine/make-dat" --zlib "$demo/formats" "$WORK/x.dat" \
	":0=$demo/cpu0.raw,1=$demo/cpu1.raw" "foo:1=$demo/cpu0.raw" || exit 1

open_console 100x30 "$UTF8 '$TOP' -r x.dat"
title "the title names the file and says that it is a recording" "vtrace-top x\.dat +REPLAY"
see "the first event is there, with its name" ' 000 <idle>-0 +sched_wakeup +pump/0:128 '
see "every CPU has a pane" '^  CPU1 '
see "that of the instance bears its name" '^  foo: CPU1 '
see "and so does its meter" 'foo: CPU1 .*events'
key m
title "m merges" '\[merged\]'
see "rows tell whose they are" '^11\.924504 +001 <idle>-0 +sched_wakeup +foo: pump/0:128 '
key G
see "G goes to the last row" ' 001 '
key s
see "s asks for a path" 'save|Save'
in_tmux send-keys -t console C-u
typed "$WORK/y"
key Enter
see "two buffers can't be saved as a capture" 'has events of 2 buffers'
kill -9 "$(engine_pid)"
see "the engine's death is told" 'engine of x\.dat ended'
key R
see "R asks first" "\(y/n\)"
key y
gone "the engine is there again" "NO ENGINE"
key g
see "R reads the file again" '^11\.924504 +000 <idle>-0 +sched_wakeup '
see "with its instance" '^11\.924504 +001 <idle>-0 +sched_wakeup '
key q
see "it ends well" 'ended with 0'

"$ROOT/tests/engine/make-dat" --zlib "$demo/formats" "$WORK/one.dat" \
	":0=$demo/cpu0.raw,1=$demo/cpu1.raw" || exit 1
open_console 100x30 "$UTF8 '$TOP' -r one.dat"
see "another file opens" '^11\.924504 +000 <idle>-0 +sched_wakeup '
key s
see "its path is asked for" 'save|Save'
in_tmux send-keys -t console C-u
typed "$WORK/saved"
key Enter
see "it is saved as a capture" 'saved: 32 pages|32 pages'
key q
see "and the console ends" 'ended with 0'
ok "the capture has the same pages" diff -q <(cat "$demo"/cpu?.raw) <(cat "$WORK"/saved/cpu?.raw)
"$TOP" -b -r "$WORK/saved" 2> /dev/null | cut -c 24- > "$WORK/lines"
"$TOP" -b -r "$demo" 2> /dev/null | cut -c 24- > "$WORK/lines.demo"
ok "and the same formats: events read as those of the capture it came from" \
	cmp "$WORK/lines" "$WORK/lines.demo"

open_console 100x30 "$UTF8 '$TOP' -r x.dat -C 1"
see "-C takes that CPU of all buffers" '^> CPU1 '
see "and of the instance" '^  foo: CPU1 '
gone "and no other" '^. CPU0 '
key q
see "and ends" 'ended with 0'

head -c 5000 "$WORK/x.dat" > "$WORK/cut.dat"
open_console 100x30 "$UTF8 '$TOP' -r cut.dat"
see "a file that can't be read: why" 'cannot read cut\.dat'
key q
see "and the console ends well" 'ended with 0'
tap_end
