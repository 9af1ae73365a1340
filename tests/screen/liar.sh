#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An engine in its guest's hands says what it likes, in packets that are as they should be: the console answers a
# thousand keys at random, and what batch tells has no byte that a terminal would obey.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

TOP=$BUILD/tests/liar/vtrace-top
KEYS=${WALK_KEYS:-1000}
[ -z "${VTRACE_LONG:-}" ] || KEYS=$((KEYS * 20))
export VTRACE_LIAR=${WALK_SEED:-1}
export LIBVIRT_DEFAULT_URI=test:///default XDG_CONFIG_HOME=$WORK/config
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:log_path=$WORK/report UBSAN_OPTIONS=${UBSAN_OPTIONS:-}:log_path=$WORK/report

feed -r 2000
cd "$WORK" || exit 1
# shellcheck disable=SC2016
LC_ALL=C.UTF-8 "$BUILD/tests/screen/walk" "$VTRACE_LIAR" "$KEYS" /bin/sh -c 'exec "$@" 2>> stderr' console "$TOP" \
	--dir "$FED" --start --write-limit 4M > walk < /dev/null
is "it answers after each hundred keys" "$(grep -c '^ok .* it answers' walk)" $((KEYS / 100)) || diag "$(cat walk)"

# obeyed FILE: bytes of it that are commands to some terminal.
obeyed()
{
	LC_ALL=C grep -c -P '[^\n\t -~]' "$1"
}

LC_ALL=C "$TOP" -b --stats --dir "$FED" -d 2 > /dev/null 2> err < /dev/null
ok "batch: it ends by itself" [ $? -le 1 ]
like "batch: it has its summary" "$(cat err)" '^printed: [0-9]+$'
is "batch: nothing is told raw" "$(obeyed err)" 0
end_feed
is "no sanitizer complains" "$(cat report* 2> /dev/null)" ""

tap_end
