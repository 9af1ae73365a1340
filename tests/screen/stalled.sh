#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A terminal that nobody reads: see stalled.c. What was recorded meanwhile is whole.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

feed -r 50000
for signal in TERM HUP; do
	"$BUILD/tests/screen/stalled" "$(kill -l $signal)" "$WORK/$signal" \
		"$TOP" --dir "$FED" --start -w "$WORK/$signal" < /dev/null > "$WORK/tap" 2>&1
	while read -r result; do
		case $result in
		"ok "*) pass "$signal: ${result#* - }" ;;
		"not ok "*) fail "$signal: ${result#* - }" ;;
		"1.."*) ended=$signal ;;
		*) diag "$result" ;;
		esac
	done < "$WORK/tap"
	is "$signal: the test came to its end" "${ended:-}" $signal
	ok "$signal: the recording is complete" grep -q '^complete yes' "$WORK/$signal/manifest"
	is "$signal: it is read without a complaint" \
		"$("$TOP" -b -r "$WORK/$signal" -n 100 2>&1 > "$WORK/lines")" ""
done

tap_end
