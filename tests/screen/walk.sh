#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Ten thousand keys at random (two thousand without sanitizers), with a guest that sends, that boots or
# goes and whose pages are damaged now and then: the console neither dies nor stops to answer, nor does the engine.
# WALK_SEED walks another way, WALK_KEYS another length, VTRACE_LONG=1 ten times as far.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

feed -r 20000 -f 7 -d > /dev/null
# The domains that it can open are made up.
export LIBVIRT_DEFAULT_URI=test:///default
export LC_ALL=C.UTF-8 XDG_CONFIG_HOME=$WORK/config
# Engines write theirs as somebody else.
chmod 711 "$WORK"
mkdir -m 1777 "$WORK/reports"
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:log_path=$WORK/reports/report UBSAN_OPTIONS=${UBSAN_OPTIONS:-}:log_path=$WORK/reports/report
case $BUILD in
*-san) keys=10000 ;;
*) keys=2000 ;;
esac
[ -z "${VTRACE_LONG:-}" ] || keys=$((keys * 10))
seed=${WALK_SEED:-1} keys=${WALK_KEYS:-$keys}
cd "$WORK" || exit 1
# What the consoles say on stderr is no part of the screen.
# shellcheck disable=SC2016
"$BUILD/tests/screen/walk" "$seed" "$keys" /bin/sh -c 'exec "$@" 2>> stderr' console "$TOP" \
	--dir "$FED" --start --write-limit 4M --memory 32M
status=$?
if [ "$status" != 0 ]; then
	echo "# to walk it again: WALK_SEED=$seed WALK_KEYS=$keys BUILD=$BUILD tests/screen/walk.sh"
	echo "# the last that the consoles said on stderr:"
	tail -n 20 stderr | sed 's/^/# /'
fi
for report in "$WORK"/reports/*; do
	[ ! -f "$report" ] || sed 's/^/# /' "$report"
done
exit "$status"
