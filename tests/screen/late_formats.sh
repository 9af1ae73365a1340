#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A trace.dat that is recorded before the event formats came has them when they have come.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"
demo=$ROOT/tests/engine/demo-6.1
command -v trace-cmd > /dev/null || skip_all "no trace-cmd"

report()
{
	trace-cmd report "$1" 2> /dev/null | grep -v '^cpus='
}

# Names of tasks are compared in tests/engine/dat_write.sh.
without_names()
{
	perl -pe 's/^ *\S.*?-(\d+ +\[\d+\])/$1/'
}

has_lines()
{
	[ "$(report "$1" | grep -c '\[00[01]\] .*: [a-z_]*:')" = "$2" ]
}

"$TOP" -b -r "$demo" 2> /dev/null > "$WORK/lines"

for version in 7 6; do
	dir=$WORK/guest$version
	dat=$WORK/$version.dat
	mkdir -p "$dir/share"
	for fifo in agent-ctl-path trace-path-cpu0 trace-path-cpu1; do
		mkfifo "$dir/$fifo.in" "$dir/$fifo.out"
	done
	(
		exec 4<> "$dir/agent-ctl-path.out" 5<> "$dir/trace-path-cpu0.out" 6<> "$dir/trace-path-cpu1.out"
		exec cat <> "$dir/agent-ctl-path.in" > "$dir/told"
	) &
	holder=$!
	open_console 100x24 "$UTF8 '$TOP' --dir '$dir' -w '$dat' --dat-version $version"
	see "version $version: there are no formats" 'there are no event formats yet'
	key t
	wait_for "version $version: is recorded" grep -qx 1 "$dir/told"
	for cpu in 0 1; do
		timeout 20 cat "$demo/cpu$cpu.raw" > "$dir/trace-path-cpu$cpu.out"
	done
	see "version $version: events have no format" 'without a format'
	ok "version $version: nor have they in the file" has_lines "$dat" 0
	cp "$demo/formats" "$dir/share/formats"
	key R
	wait_for "version $version: formats that came late are in the file" \
		has_lines "$dat" "$(wc -l < "$WORK/lines")"
	key q
	key y
	see "version $version: the end of the recording is told" "$version.dat: 32 pages"
	ok "version $version: at the end trace-cmd report has all lines" \
		diff <(without_names < "$WORK/lines") <(report "$dat" | without_names)
	ok "version $version: there are no holes left" \
		test "$(stat -c %s "$dat")" -le $((2 * $(stat -c '%b * %B' "$dat")))
	kill "$holder"
	wait "$holder" 2> /dev/null
done

tap_end
