#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A trace.dat that is recorded gives the lines in trace-cmd report that were shown live; one whose
# writers were killed gives what they had written.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"

without_names()
{
	perl -pe 's/^ *\S.*?-(\d+ +\[\d+\])/$1/'
}

report()
{
	local try

	# Twice the same: trace-cmd 3.1.6 reads behind the text of a version 6 file's clock, and prints ticks
	# now and then by what it finds there.
	trace-cmd report "$1" 2> /dev/null | grep -v '^cpus=' > "$WORK/report.1"
	for try in 1 2 3 4; do
		trace-cmd report "$1" 2> /dev/null | grep -v '^cpus=' > "$WORK/report.2"
		cmp -s "$WORK/report.1" "$WORK/report.2" && break
		mv "$WORK/report.2" "$WORK/report.1"
	done
	cat "$WORK/report.1"
}

for version in 7 6; do
	dat=$WORK/$version.dat
	batch "$DOMAIN" -d 4 --stats -w "$dat" --dat-version $version
	is "version $version: status 0" "$STATUS" 0 || diag_run
	is "version $version: the file is nobody else's" "$(stat -c %a "$dat")" 600
	ok "version $version: it has no holes" \
		test "$(stat -c %s "$dat")" -le $((2 * $(stat -c '%b * %B' "$dat")))
	ok "version $version: events" test "$(value events)" -gt 0
	ok "version $version: the lines that were shown live, task names apart" \
		cmp <(without_names < "$OUT") <(report "$dat" | without_names)
	like "version $version: its kernel" "$(trace-cmd report --uname "$dat" 2> /dev/null)" \
		"^Linux $DOMAIN $(in_guest "uname -r")"
	rm "$dat"
done

dat=$WORK/killed.dat
batch_start "$DOMAIN" -w "$dat"
ok "killed recording: events come" within "$PATIENCE" some_events 100
kill -KILL "$(top_pid)"
batch_end
ok "killed recording: trace-cmd report shows it" test "$(report "$dat" | wc -l)" -ge 100
ok "killed recording: '0' on the control port stops the guest" stop_by_hand

tap_end
