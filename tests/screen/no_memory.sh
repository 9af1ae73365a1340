#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An engine that has no memory for an answer says so and lives on; the console asks again, and what
# was held is still there. Its memory runs out where tests/unit/failing_memory.c is told to.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

FAILING=$BUILD/tests/no-memory/vtrace-top

# Where the engine allocates what rows need: the first place without which it can tell none. Its threads come
# to their places in the order that they run in, so that one may be missed.
where=
for n in $(seq 1 100) $(seq 30 100) $(seq 30 100); do
	[ -z "$where" ] || break
	VTRACE_FAIL_MEMORY=vtrace-engine:@$n "$FAILING" -b -r "$CAPTURE" < /dev/null \
		> "$WORK/lines" 2> "$WORK/err"
	! grep -q "rows can't be told now" "$WORK/err" ||
		where=$(sed -n 's/^failing memory: .*at //p' "$WORK/err")
done
like "rows need memory" "$where" '^0x[0-9a-f]+$'
"$TOP" -b -r "$CAPTURE" > "$WORK/all" 2> /dev/null
ok "batch has asked again, and has all lines" cmp "$WORK/all" "$WORK/lines"

open_console 160x24 "$UTF8 VTRACE_FAIL_MEMORY=vtrace-engine:$where '$FAILING' -r capture"
see "the console says so" "rows can't be told now: Cannot allocate memory; asking goes on"
see "and has rows a moment later" '^[0-9]+\.[0-9]{6} +00[01] '
key End
see "rows go on" '^[0-9]+\.[0-9]{6} +00[01] '
key q
see "q leaves" 'ended with 0'

# Formats say that pages have another size, and there is no memory for these: at each of the places
# where it is needed the engine says so, and what is there goes on as it was.
cp -r "$ROOT/tests/engine/demo-6.1" "$WORK/sized"
sed -i '1,12s/^subbuf-size 4096$/subbuf-size 8192/' "$WORK/sized/formats"
rows=$("$TOP" -b -r "$ROOT/tests/engine/demo-6.1" 2> /dev/null | wc -l)
NO_PAGES='there is no memory for pages of 8192 bytes; free some'
places=0 wrong=
for n in $(seq 1 400); do
	VTRACE_FAIL_MEMORY=vtrace-engine:@$n "$FAILING" -b -r "$WORK/sized" < /dev/null \
		> "$WORK/lines" 2> "$WORK/err"
	status=$?
	grep -q "^failing memory" "$WORK/err" || break
	grep -q "$NO_PAGES" "$WORK/err" || continue
	places=$((places + 1))
	[ $status = 1 ] && [ "$(wc -l < "$WORK/lines")" = "$rows" ] && [ "$(wc -l < "$WORK/err")" = 2 ] ||
		wrong="$wrong$(cat "$WORK/err") "
	where=$(sed -n 's/^failing memory: .*at //p' "$WORK/err")
done
# There it was called for pages of the first size before.
for n in $(seq 0 20); do
	VTRACE_FAIL_MEMORY=vtrace-engine:$where+$n "$FAILING" -b -r "$WORK/sized" < /dev/null 2>&1 |
		grep -q "$NO_PAGES" && break
done
ok "larger pages need memory, of each thread that reads: $places places" [ "$places" -ge 8 ]
is "without it, the formats are refused and all rows are there" "$wrong" ""
open_console 160x24 "$UTF8 VTRACE_FAIL_MEMORY=vtrace-engine:$where+$n '$FAILING' -r sized"
see "the console says so" "cannot be used: $NO_PAGES"
see "and shows the rows raw" 'event id 321 without a format'
key q
see "q leaves" 'ended with 0'

tap_end
