#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Captures with damage: what is whole is shown, what is not is said and counted.
. "$(dirname "$0")/../tap.sh"
good=$ROOT/tests/engine/demo-6.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fresh: a capture to damage, in $work/c
fresh() {
	rm -rf "$work/c"
	cp -r "$good" "$work/c"
}

# replay: its lines in $work/out, what was said and counted in $work/err, the status in $status
replay() {
	"$BUILD/vtrace-top" -b -r "$work/c" --stats "$@" > "$work/out" 2> "$work/err"
	status=$?
}

value() {
	sed -n "s/^$1: //p" "$work/err"
}

# poke FILE OFFSET BYTES: write over bytes, given as printf escapes
poke() {
	printf "$3" | dd of="$work/c/$1" bs=1 seek="$2" conv=notrunc status=none
}

fresh
replay
is "undamaged: status" $status 0
all=$(value events)
is "undamaged: every event is a line" "$(wc -l < "$work/out")" "$all"
is "undamaged: nothing bad" "$(value bad_pages) $(value gaps) $(value unknown_events)" "0 0 0"

fresh
poke cpu0.raw $((3 * 4096 + 8)) '\377\377\0\0'
replay
is "a lying commit: status" $status 0
is "a lying commit: one bad page" "$(value bad_pages)" 1
is "a lying commit: one line says so" "$(grep -c 'CPU:0 \[BAD PAGE' "$work/out")" 1
is "a lying commit: no event but that page's is missing" \
	"$(($(wc -l < "$work/out") - 1))" "$(value events)"
is "a lying commit: the other pages are there" "$(value pages)" 31

fresh
poke cpu1.raw $((5 * 4096 + 16)) '\0\0\0\0\0\0\0\0'
replay
is "a record without length: one bad page" "$(value bad_pages)" 1

fresh
truncate -s $((10 * 4096 + 123)) "$work/c/cpu0.raw"
replay
is "a torn file: status" $status 1
is "a torn file: whole pages are read" "$(value pages)" 26
is "a torn file: the rest is counted" "$(value skipped_bytes)" 123
like "a torn file: it is said" "$(cat "$work/err")" 'cpu0\.raw'

fresh
rm "$work/c/cpu1.raw"
replay
is "a missing CPU: status" $status 1
is "a missing CPU: the other is shown" "$(value cpus)" 1
like "a missing CPU: it is said" "$(cat "$work/err")" 'cpu1\.raw'

fresh
rm "$work/c/formats"
replay
is "no formats: status" $status 1
is "no formats: all events are shown raw" "$(grep -c 'without a format' "$work/out")" "$all"
is "no formats: and counted as unknown" "$(value unknown_events)" "$all"
like "no formats: it is said" "$(cat "$work/err")" 'formats'

fresh
truncate -s 20000 "$work/c/formats"
replay
is "formats cut off: the events are still there" "$(wc -l < "$work/out")" "$all"
like "formats cut off: it is said" "$(cat "$work/err")" 'cut off'

# One event's format away: its events are shown raw, and counted.
fresh
perl -0pi -e 's/section events\/sched\/sched_switch \d+\n.*?\n(?=section )//s;
	s/end (\d+)\n$/"end " . ($1 - 1) . "\n"/e' "$work/c/formats"
replay
switches=$(grep -c ' sched_switch: ' <("$BUILD/vtrace-top" -b -r "$good" 2> /dev/null))
is "an event without a format is counted" "$(value unknown_events)" "$switches"
is "an event without a format is shown raw" "$(grep -c 'without a format' "$work/out")" "$switches"

fresh
rm "$work/c/manifest"
replay
is "no manifest: status" $status 1
like "no manifest: one sentence" "$(cat "$work/err")" '^vtrace-top: .*manifest'

fresh
sed -i 's/^subbuf-size.*/subbuf-size many/' "$work/c/manifest"
replay
is "a malformed manifest: status" $status 1
like "a malformed manifest: the line is named" "$(cat "$work/err")" 'line 6'

head -c 65536 /dev/urandom > "$work/noise"
fresh
cp "$work/noise" "$work/c/cpu0.raw"
replay
is "noise: status" $status 0
is "noise: every page of it is bad" "$(value bad_pages)" 16
is "noise: the other CPU is whole" "$(grep -c '\[001\]' "$work/out")" \
	"$(grep -c '\[001\]' <("$BUILD/vtrace-top" -b -r "$good" 2> /dev/null))"
tap_end
