#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# trace.dat files that are written here, made of a capture or recorded, say the same in
# "trace-cmd report" as the pages say in batch; also when whoever wrote them was killed.
. "$(dirname "$0")/../tap.sh"
work=$(mktemp -d)
pids=()
mounted=
clean() {
	[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2> /dev/null
	wait
	[ -z "$mounted" ] || umount "$work/small"
	rm -rf "$work"
}
trap clean EXIT
top=$BUILD/vtrace-top

report() {
	trace-cmd report "$@" 2> /dev/null | grep -v '^cpus='
}

without_names() {
	perl -pe 's/^ *\S.*?-(\d+ +\[\d+\])/$1/'
}

# Pids on whose lines two files differ in nothing but the name, and how many names the first has for
# each: one that has but one was not renamed.
renamed() {
	paste -d '\n' "$1" "$2" | perl -ne '
		my ($name, $pid) = /^ *(\S.*?)-(\d+) +\[\d+\]/;
		$. % 2 ? ($ours, $task, %names) = ($_, $pid, %names, "$pid $name" => $pid)
		       : $ours ne $_ && $differ{$task}++;
		END {
			$count{$_}++ for values %names;
			print "$_ $count{$_}\n" for sort keys %differ;
		}'
}

# same NAME OURS FILE.dat: the lines are those of trace-cmd report.
same() {
	report "$3" > "$work/theirs"
	ok "$1: the same lines, task names apart" \
		diff <(without_names < "$2") <(without_names < "$work/theirs")
	is "$1: only tasks that were renamed have other names" \
		"$(renamed "$2" "$work/theirs" | grep -c ' 1$')" 0
}

dense() {
	[ "$(stat -c %s "$1")" -le $((2 * $(stat -c '%b * %B' "$1"))) ]
}

# ---- made of a capture ----

# convert CAPTURE RENAMED: lines of tasks that were renamed, of which a trace.dat has one name.
convert() {
	local capture=$ROOT/tests/engine/$1 version dat

	for version in 7 6; do
		dat=$work/$1.$version.dat
		"$top" -b -r "$capture" -w "$dat" --dat-version $version > "$work/ours" 2> "$work/err"
		is "$1, version $version: is written" $? 0
		like "$1, version $version: says how much" "$(cat "$work/err")" \
			"$1.$version.dat: [0-9]+ pages, [0-9]+ bytes saved"
		is "$1, version $version: has that version" "$(head -c 11 "$dat" | tail -c 1)" $version
		same "$1, version $version" "$work/ours" "$dat"
		is "$1, version $version: lines of renamed tasks" \
			"$(paste -d '\n' "$work/ours" "$work/theirs" |
				awk 'NR % 2 { ours = $0; next } $0 != ours' | wc -l)" "$2"
		ok "$1, version $version: has no holes" dense "$dat"
	done
}

convert demo-6.1 215
convert lost-6.1 0

fails "an existing file is not overwritten" \
	"$top" -b -r "$ROOT/tests/engine/demo-6.1" -w "$work/demo-6.1.7.dat"
stat=$(trace-cmd report --stat "$work/lost-6.1.7.dat" 2> /dev/null)
like "statistics: events read" "$stat" '^read events: [1-9][0-9]*'
like "uname: kernel and name" "$(trace-cmd report --uname "$work/demo-6.1.7.dat" 2> /dev/null)" \
	'^Linux \S+ 6\.1\.'

tap_end
