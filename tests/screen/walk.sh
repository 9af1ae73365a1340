#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Ten thousand keys at random (two thousand without sanitizers), with a guest that sends and whose pages are damaged now and then:
# the console neither dies nor stops to answer, nor does the engine. With sanitizers when built so.
# WALK_SEED walks another way, WALK_KEYS another length.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

feed -r 20000 -f 7 > /dev/null
# The domains that it can open are made up.
export LIBVIRT_DEFAULT_URI=test:///default
export LC_ALL=C.UTF-8 XDG_CONFIG_HOME=$WORK/config
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:log_path=$WORK/report UBSAN_OPTIONS=${UBSAN_OPTIONS:-}:log_path=$WORK/report
case $BUILD in
*-san) keys=10000 ;;
*) keys=2000 ;;
esac
cd "$WORK" || exit 1
"$BUILD/tests/screen/walk" "${WALK_SEED:-1}" "${WALK_KEYS:-$keys}" "$TOP" --dir "$FED" --start \
	--write-limit 4M --memory 32M
status=$?
for report in "$WORK"/report*; do
	[ ! -f "$report" ] || sed 's/^/# /' "$report"
done
exit "$status"
