#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An engine with a bug, which a page of the guest brings down while it records: the console and batch
# say so and go on, and every page that was recorded is whole. The bug is planted, see planted.c.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

PLANTED=$BUILD/tests/planted/vtrace-top
ENDED='the engine of .* ended: (killed by signal 11 \(Segmentation fault\)|ended with status 1)'

# readable NAME DIRECTORY: an engine without the bug reads it, and all that it has are whole pages.
readable()
{
	local bytes

	bytes=$(cat "$WORK/$2"/cpu*.raw | wc -c)
	ok "$1: it has pages" test "$bytes" -ge $((4096 * 100))
	is "$1: whole ones" $((bytes % 4096)) 0
	"$TOP" -b -r "$WORK/$2" --stats > "$WORK/lines" 2> "$WORK/err"
	is "$1: all of them are read" "$(sed -n 's/^pages: //p' "$WORK/err")" $((bytes / 4096))
	is "$1: none is bad" "$(sed -n 's/^bad_pages: //p' "$WORK/err")" 0
	is "$1: each event is a line" "$(wc -l < "$WORK/lines")" "$(sed -n 's/^events: //p' "$WORK/err")"
}

feed -r 20000
open_console 160x24 "$UTF8 '$PLANTED' --dir '$FED' --start -w first"
title "it dies" 'NO ENGINE'
see "another one is offered" 'restart the engine\? its rows are lost, files are not'
key n
see "what was on the screen stays" '^[0-9]+\.[0-9]{6} +00[01] '
key :
see "keys are answered" '^:'
typed "view log"
key Enter
see "the log opens" '\[log\]'
see "it says how the engine ended" "$ENDED"
see "and that the recording is not complete" 'first.*not complete'
key q
readable "recorded until it died" first
key R
see "R offers another one" 'restart the engine'
key n
key q
see "q leaves" 'ended with 0'
readable "untouched since" first

feed -r 20000
"$PLANTED" -b --dir "$FED" --start -w "$WORK/second" > "$WORK/lines" 2> "$WORK/err"
is "batch: status 1" $? 1
like "batch: it is told" "$(cat "$WORK/err")" "$ENDED"
like "batch: the recording is not complete" "$(cat "$WORK/err")" 'second.*not complete'
readable "batch" second

tap_end
