#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An engine that has no memory for an answer says so and lives on; the console asks again, and what
# was held is still there. Its memory runs out where tests/unit/failing_memory.c is told to.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

FAILING=$BUILD/tests/no-memory/vtrace-top

# Where the engine allocates what rows need: the first place without which it can tell none.
where=
for n in $(seq 1 200); do
	VTRACE_FAIL_MEMORY=vtrace-engine:@$n "$FAILING" -b -r "$CAPTURE" < /dev/null \
		> "$WORK/lines" 2> "$WORK/err"
	grep -q "^failing memory" "$WORK/err" || break
	! grep -q "rows can't be told now" "$WORK/err" || {
		where=$(sed -n 's/^failing memory: .*at //p' "$WORK/err")
		break
	}
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

tap_end
