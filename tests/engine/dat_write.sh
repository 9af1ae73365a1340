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
	for name in $mounted; do
		umount "$work/$name"
	done
	rm -rf "$work"
}
trap clean EXIT
top=$BUILD/vtrace-top

# Twice the same: trace-cmd 3.1.6 reads behind the text of a version 6 file's clock, and prints ticks now
# and then by what it finds there.
report() {
	local try

	trace-cmd report "$@" 2> /dev/null | grep -v '^cpus=' > "$work/report.1"
	for try in 1 2 3 4; do
		trace-cmd report "$@" 2> /dev/null | grep -v '^cpus=' > "$work/report.2"
		cmp -s "$work/report.1" "$work/report.2" && break
		mv "$work/report.2" "$work/report.1"
	done
	cat "$work/report.1"
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

# names_known OURS FILE.dat: only tasks that were renamed have other names.
names_known() {
	report "$2" > "$work/theirs"
	! renamed "$1" "$work/theirs" | grep -q ' 1$'
}

# same NAME OURS FILE.dat: the lines are those of trace-cmd report.
same() {
	report "$3" > "$work/theirs"
	ok "$1: the same lines, task names apart" \
		diff <(without_names < "$2") <(without_names < "$work/theirs")
	is "$1: only tasks that were renamed have other names" \
		"$(renamed "$2" "$work/theirs" | grep -c ' 1$')" 0
	ok "$1: -r shows these lines" diff "$work/theirs" <("$top" -b -r "$3")
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

# The other version of the one, and that as the first.
"$top" -b -r "$work/lost-6.1.7.dat" -w "$work/again.6.dat" --dat-version 6 > "$work/ours" 2> "$work/err"
is "made of a trace.dat: status" $? 0
same "made of a trace.dat" "$work/ours" "$work/again.6.dat"

# Of a packed one it is not known beforehand how much is in it.
trace-cmd convert -i "$work/demo-6.1.6.dat" -o "$work/packed.dat" --file-version 7 \
	--compression zstd > /dev/null 2>&1
like "a packed trace.dat" "$(head -c 40 "$work/packed.dat" | tr '\0' ' ')" zstd
"$top" -b -r "$work/packed.dat" -w "$work/unpacked.dat" > "$work/ours" 2> "$work/err"
is "made of a packed trace.dat: status" $? 0
same "made of a packed trace.dat" "$work/ours" "$work/unpacked.dat"
ok "made of a packed trace.dat: has no holes" dense "$work/unpacked.dat"

fails "an existing file is not overwritten" \
	"$top" -b -r "$ROOT/tests/engine/demo-6.1" -w "$work/demo-6.1.7.dat"
stat=$(trace-cmd report --stat "$work/lost-6.1.7.dat" 2> /dev/null)
like "statistics: events read" "$stat" '^read events: [1-9][0-9]*'
like "uname: kernel and name" "$(trace-cmd report --uname "$work/demo-6.1.7.dat" 2> /dev/null)" \
	'^Linux \S+ 6\.1\.'

# ---- recorded ----

# take NAME CPUS SOURCE: a capture of CPUS CPUs, whose even ones have the pages of SOURCE's CPU 0
# and the odd ones of its CPU 1.
take() {
	local cpu capture=$work/$1

	mkdir "$capture"
	cp "$ROOT/tests/engine/$3/formats" "$capture"
	grep -v '^cpu ' "$ROOT/tests/engine/$3/manifest" > "$capture/manifest"
	for ((cpu = 0; cpu < $2; cpu++)); do
		cp "$ROOT/tests/engine/$3/cpu$((cpu % 2)).raw" "$capture/cpu$cpu.raw"
		echo "cpu $cpu $(($(stat -c %s "$capture/cpu$cpu.raw") / 4096))" >> "$capture/manifest"
	done
}

# half NAME SOURCE: a capture with the first half of each CPU's pages.
half() {
	local raw

	cp -r "$work/$2" "$work/$1"
	for raw in "$work/$1"/*.raw; do
		truncate -s $(($(stat -c %s "$raw") / 8192 * 4096)) "$raw"
	done
}

# A recording of as many CPUs as $cpus says, without an agent: NAME FILE ARGUMENT...
# What it says and prints lies in $work/NAME.dir, and what the control FIFO is told in told there.
declare -A recorder
record() {
	local name=$1 file=$2 dir=$work/$1.dir fifo

	shift 2
	mkdir -p "$dir/share"
	cp "$ROOT/tests/engine/demo-6.1/formats" "$dir/share"
	for fifo in agent-ctl-path $(seq -f 'trace-path-cpu%g' 0 $((cpus - 1))); do
		mkfifo "$dir/$fifo.in" "$dir/$fifo.out"
	done
	# QEMU's end of them.
	(
		for fifo in "$dir"/*.out; do
			exec {fd}<> "$fifo"
		done
		exec cat <> "$dir/agent-ctl-path.in" > "$dir/told"
	) &
	pids+=($!)
	"$top" -b --dir "$dir" -w "$file" "$@" > "$dir/lines" 2> "$dir/err" &
	recorder[$name]=$!
	pids+=($!)
}

# feed NAME CAPTURE FILE: the pages of all its CPUs, once it records, until they can be read.
feed() {
	local raw cpu

	within 20 grep -qx 1 "$work/$1.dir/told" || diag "$(cat "$work/$1.dir/err")"
	for raw in "$2"/*.raw; do
		cpu=${raw##*/cpu}
		timeout 20 cat "$raw" > "$work/$1.dir/trace-path-cpu${cpu%.raw}.out"
	done
	within 20 has_lines "$3" "$half"
}

has_lines() {
	[ "$(report "$1" | wc -l)" = "$2" ]
}

ended() {
	! kill -0 "$1" 2> /dev/null
}

cpus=5
take whole $cpus demo-6.1
half half whole
"$top" -b -r "$work/whole" > "$work/whole.lines"
"$top" -b -r "$work/half" > "$work/half.lines" 2> /dev/null # says that half is missing
half=$(wc -l < "$work/half.lines")
wanted=$work/half.lines

# Two that cannot take holes out, and one of them too small for a copy.
for name in small large; do
	mkdir "$work/$name"
	if mount -t tmpfs -o size=400k none "$work/$name" 2> /dev/null; then
		mounted+=" $name"
	fi
done
[ -z "$mounted" ] || mount -o remount,size=8m "$work/large"

# All wait for the same things, so they do it together.
for version in 7 6; do
	record "whole$version" "$work/whole$version.dat" --dat-version $version
done
record console "$work/console.dat"
record engine "$work/engine.dat"
record both "$work/both.dat" --dat-version 6
if [ -n "$mounted" ]; then
	record small "$work/small/x.dat"
	record large "$work/large/x.dat"
fi

for version in 7 6; do
	name=whole$version dat=$work/whole$version.dat
	ok "version $version: is read while it is written" feed "$name" "$work/half" "$dat"
	ok "version $version: names are there soon" within 20 names_known "$wanted" "$dat"
	same "version $version: half of it" "$wanted" "$dat"
	fails "version $version: has holes by then" dense "$dat"
	kill -INT "${recorder[$name]}"
done
if [ -n "$mounted" ]; then
	for name in small large; do
		feed "$name" "$work/half" "$work/$name/x.dat"
		kill -INT "${recorder[$name]}"
	done
fi

# killed NAME VERSION WHOM...: its writers are killed, with pages of all CPUs written.
killed() {
	local name=$1 version=$2 dat=$work/$1.dat console=${recorder[$1]} engine

	shift 2
	engine=$(pgrep -P "$console" vtrace-engine)
	feed "$name" "$work/half" "$dat"
	# Names are written a moment later; only a console's death has the engine hurry.
	[ "$*" = console ] || within 20 names_known "$wanted" "$dat"
	disown "$console"
	for whom in "$@"; do
		kill -KILL "${!whom}"
	done
	ok "version $version, killed $*: ends" within 20 ended "$engine"
	within 20 ended "$console"
	same "version $version, killed $*" "$wanted" "$dat"
	is "version $version, killed $*: all of it" "$(wc -l < "$work/theirs")" "$half"
}

killed console 7 console
killed engine 7 engine
like "an engine that was killed: the console says so" "$(cat "$work/engine.dir/err")" "not complete"
ok "an engine that was killed: the console takes the holes out" dense "$work/engine.dat"
killed both 6 engine console

for version in 7 6; do
	dat=$work/whole$version.dat
	wait "${recorder[whole$version]}"
	is "version $version, at its end: status" $? 0
	same "version $version, at its end" "$wanted" "$dat"
	ok "version $version, at its end: has no holes" dense "$dat"
	like "version $version, at its end: statistics" \
		"$(trace-cmd report --stat "$dat" 2> /dev/null)" '^overrun: 0'
done

# ---- disks ----

if [ -n "$mounted" ]; then
	for name in small large; do
		wait "${recorder[$name]}"
		same "tmpfs, $name" "$wanted" "$work/$name/x.dat"
		is "tmpfs, $name: nothing else is left there" "$(ls "$work/$name")" x.dat
	done
	like "no room for a copy: says so" "$(cat "$work/small.dir/err")" "keeps the holes"
	ok "a copy: has no holes" dense "$work/large/x.dat"

	dat=$work/small/x.dat
	rm "$dat"
	mount -o remount,size=200k "$work/small"
	"$top" -b -r "$work/whole" -w "$dat" > /dev/null 2> "$work/err"
	is "a full disk: status" $? 1
	like "a full disk: says so" "$(cat "$work/err")" \
		"recording of CPU [0-9]+ stopped: No space left"
	report "$dat" | without_names | sort > "$work/theirs"
	is "a full disk: what was written can be read" \
		"$(without_names < "$work/whole.lines" | sort | comm -13 - "$work/theirs" | wc -l)" 0
	is "a full disk: and that is something" "$(($(wc -l < "$work/theirs") > 1000))" 1
else
	skip "full and other disks" "cannot mount a tmpfs"
fi

like "a directory that may not be written" \
	"$("$top" -b -r "$work/whole" -w /proc/x.dat 2>&1 > /dev/null)" \
	"cannot make the file /proc/x.dat"

tap_end
