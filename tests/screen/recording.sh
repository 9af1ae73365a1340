#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# S keeps recording until S again, or until --write-limit; what a path must be; a full disk.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

LIVE="$UTF8 '$TOP' --dir '$FED' --start"

# pages DIRECTORY: how many its files hold.
pages()
{
	echo $(($(cat "$WORK/$1"/cpu*.raw | wc -c) / 4096))
}

feed -r 20000
open_console 100x24 "$LIVE"
title "tracing" 'TRACING'
see "rows come" '^[0-9]+\.[0-9]{6} +001 '
key S
see "S suggests a path with the guest's name" "^record from now on to: vtrace-fed-[0-9-]+"
key C-u
see "an empty path is no path" 'a path .* is needed'
typed "$CAPTURE"
see "what exists is refused" 'this exists'
key C-u
typed "$WORK/nowhere/recorded"
see "a directory that is not there is told" 'nowhere/: No such file or directory'
key C-u
typed "$CAPTURE/manifest/recorded"
see "a file is no directory" 'manifest/: Not a directory'
key C-u
typed "/proc/recorded"
key Enter
see "a place where nothing can be made" \
	'/proc/recorded.*No such file'
record_to first
see "it is told" 'recording to first from now on; S ends it'
title "the title tells how much" 'rec [0-9.]+[KM]'
see "the rows go on" '^[0-9]+\.[0-9]{6} +001 '
key :
typed "record second"
key Enter
see "one at a time" 'first is still being written'
key q
see "q asks while it runs" 'end the recording .*\(y/n\)'
key n
key S
see "S again ends it" 'saved first: [0-9,]+ pages'
ok "the title tells no longer" line 1 'TRACING.*mem [^ ]+$'
ok "the manifest says that it is complete" grep -q '^complete yes' "$WORK/first/manifest"
whole "recorded by S" first 1000
record_to again.dat
see "a second one, a trace.dat" 'recording to again\.dat'
title "counts from nothing" 'rec [0-9.]+K'
key S
see "ends likewise" 'saved again\.dat: [0-9,]+ pages'
ok "trace-cmd reads it" test "$(trace-cmd report "$WORK/again.dat" 2> /dev/null | grep -c '\[001\]')" -gt 0
key t
title "stopped" STOPPED
record_to later
see "what waits for tracing says so" 'recording to later .*t starts tracing'
key t
title "it is recorded then" 'rec [0-9.]+K'
key S
see "and ends" 'saved later: [1-9][0-9,]* pages'
key q
see "q leaves" 'ended with 0'
see "and names all of them" 'saved first: '
end_feed

feed -r 100000
open_console 100x24 "$LIVE --write-limit 1M"
title "with a limit" 'TRACING'
record_to limited
see "it ends by itself" 'limited ends: it has .* --write-limit'
wait_for "and is saved" grep -q '^complete yes' "$WORK/limited/manifest"
is "with exactly what is allowed" "$(pages limited)" 256
whole "at its limit" limited 1000
title "the view goes on" 'TRACING'
record_to once.more
wait_for "another one begins from nothing" grep -q '^complete yes' "$WORK/once.more/manifest"
is "and has as much" "$(pages once.more)" 256
key q
see "q leaves" 'ended with 0'
see "q names them" 'saved limited: 256 pages'

"$TOP" -b --dir "$FED" -d 1 -w "$WORK/batch" --write-limit 512K > "$WORK/lines" 2> "$WORK/err"
is "batch with a limit: status 0" "$?" 0
is "batch with a limit: it has what is allowed" "$(pages batch)" 128
ok "batch with a limit: the lines go on" test "$(wc -l < "$WORK/lines")" -gt 50000
like "batch with a limit: it is told" "$(cat "$WORK/err")" 'batch ends: it has .* --write-limit'

if [ "$(id -u)" = 0 ] && mkdir "$WORK/small" && mount -t tmpfs -o size=512k none "$WORK/small" 2> /dev/null; then
	open_console 100x24 "$LIVE"
	title "a small disk" 'TRACING'
	record_to small/full
	see "it is told when it is full" 'recording of CPU [01] stopped: No space left'
	title "the view goes on" 'TRACING.*FOLLOW'
	key S
	see "S ends what there is" 'small/full is not complete: No space left'
	key q
	see "q leaves" 'ended with 0'
	see "q names it" 'small/full.*not complete'
	"$TOP" -b -r "$WORK/small/full" > "$WORK/lines" 2> "$WORK/err"
	ok "what it has can be read" test "$(wc -l < "$WORK/lines")" -gt 100
	ok "of whole pages" test "$(($(cat "$WORK"/small/full/cpu*.raw | wc -c) % 4096))" = 0
	umount "$WORK/small"
else
	skip "a full disk" "no tmpfs can be mounted here"
fi

open_console 100x24 "$UTF8 '$TOP' -r '$CAPTURE'"
see "a capture" 'n=0 '
key S
see "has nothing more to record" 'a capture has all it will ever have'

tap_end
