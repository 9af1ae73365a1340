#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# trace.dat files of every kind read the same here and in "trace-cmd report": to the letter, names
# of tasks included.
. "$(dirname "$0")/../tap.sh"
here=$ROOT/tests/engine
demo=$here/demo-6.1
lost=$here/lost-6.1
two=":0=$demo/cpu0.raw,1=$demo/cpu1.raw"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

make_dat() {
	"$here/make-dat" "$@" || fail "make-dat $*"
}

theirs() {
	trace-cmd report -i "$1" 2> err.theirs | grep -vE '^ *cpus=[0-9]+$|^CPU [0-9]+ is empty$'
}

ours() {
	"$BUILD/vtrace-top" -b -r "$@" 2> err
}

# same NAME FILE LINES [REFERENCE]: the lines of FILE (more than LINES) are trace-cmd's, of FILE
# or of another file with the same events. trace-cmd 3.1.6 reads behind the text of a version 6 file's
# clock (strtok_r() in tracecmd_parse_trace_clock()), and by what it finds there prints ticks now and
# then: it may have another try.
same() {
	local try

	ours "$2" > ours
	is "$1: status" $? 0
	for try in 1 2 3 4; do
		theirs "${4:-$2}" > theirs
		cmp -s theirs ours && break
	done
	[ "$try" = 1 ] || echo "# $1: try $try"
	is "$1: more than $3 lines" "$(($(wc -l < theirs) > $3))" 1
	ok "$1: the same lines" diff theirs ours
}

# ---- as trace-cmd writes them ----

ok "trace-cmd makes a trace.dat of a capture" "$here/trace-dat" "$demo" x.dat
same "version 7" x.dat 3000
ok "names are learned on the way" grep -q '<\.\.\.>-' ours
ok "as version 6" trace-cmd convert -i x.dat -o v6.dat --file-version 6
same "version 6" v6.dat 3000
for packing in $(trace-cmd list -c | sed -n 's/^\t\([a-z]*\),.*/\1/p'); do
	ok "packed by $packing" trace-cmd convert -i x.dat -o "$packing.dat" --file-version 7 \
		--compression "$packing"
	same "packed by $packing" "$packing.dat" 3000
done
cp x.dat anything
same "whatever the file is called" anything 3000
theirs x.dat > theirs
is "-n" "$(ours x.dat -n 17)" "$(head -n 17 theirs)"
is "-C" "$(ours x.dat -C 1 | wc -l)" "$(grep -c '\[001\]' theirs)"
ours x.dat --stats > /dev/null
for counter in cpus=2 "events=$(wc -l < theirs)" bad_pages=0 unknown_events=0; do
	ok "--stats: $counter" grep -qx "${counter%=*}: ${counter#*=}" err
done

# ---- what trace-cmd does not make of a capture ----

make_dat "$demo/formats" plain.dat "$two"
make_dat --zlib "$demo/formats" zlib.dat "$two"
same "packed by zlib" zlib.dat 3000 plain.dat

for version in 6 7; do
	v="version $version"
	make_dat --version $version "$demo/formats" x.dat "$two" foo:0=,1="$demo/cpu0.raw" \
		longer:0="$demo/cpu1.raw",1=
	same "$v, instances" x.dat 7000
	is "$v, instances: -C takes all of that CPU" "$(ours x.dat -C 1 | wc -l)" \
		"$(grep -c '\[001\]' theirs)"
	make_dat --version $version "$lost/formats" x.dat ":0=$lost/cpu0.raw,1=$lost/cpu1.raw" \
		foo:0=,1="$lost/cpu1.raw"
	same "$v, lost events in instances" x.dat 1000
	ok "$v: an instance has lost events" grep -q '^foo: CPU:1 \[[0-9]* EVENTS DROPPED\]$' ours
	for clock in local boot tai mono_raw counter; do
		make_dat --version $version --clock "uptime [$clock] x86-tsc" "$demo/formats" \
			x.dat "$two"
		same "$v, clock $clock" x.dat 3000
	done
	make_dat --version $version --option 1=0x10 --option 7=-11000000000 "$demo/formats" \
		x.dat "$two" foo:0=,1="$demo/cpu0.raw"
	same "$v, DATE and OFFSET" x.dat 5000
	# 3 ns for 2 ticks.
	make_dat --version $version --clock '[x86-tsc]' \
		--raw-option 14=030000000100000000ca9a3b00000000 "$demo/formats" x.dat "$two"
	same "$v, TSC2NSEC" x.dat 3000
	for flags in 0 1; do
		for fraction in 0 5; do
			shift=$(perl -e 'my ($flags, $bits) = @ARGV;
				my $data = pack("Q<VV", 42, $flags, 2);
				for my $cpu (0, 1) {
					$data .= pack("Vq<9", 3, 11900000000, 12100000000, 12300000000,
						1000000000, 1050000000 + 77 * $cpu, 1020000000,
						(1 << $bits) x 3);
				}
				$data .= pack("q<6", ($bits) x 6) if $bits;
				print unpack("H*", $data);' $flags $fraction)
			make_dat --version $version --raw-option "12=$shift" "$demo/formats" \
				x.dat "$two" foo:0=,1="$demo/cpu0.raw"
			same "$v, TIME_SHIFT, flags $flags, fractions of $fraction bits" x.dat 5000
		done
	done
	make_dat --version $version --option 4711=hello --option 5='Linux host 6.1.0 x86_64' \
		"$demo/formats" x.dat "$two"
	same "$v, an option that nobody knows" x.dat 3000
	printf '%s\n' '123 named' '341 also named' '123 never' > names
	make_dat --version $version --cmdlines names "$demo/formats" x.dat "$two"
	ours x.dat > ours
	ok "$v: a listed name holds for all of time" grep -q ' also named-341 ' ours
done
make_dat --late-option 7=5000000000 "$demo/formats" x.dat "$two"
same "a second section of options" x.dat 3000
make_dat "$demo/formats" x.dat ":2=$demo/cpu0.raw,9=$demo/cpu1.raw"
same "CPUs with gaps between them" x.dat 3000

# ---- damage ----

make_dat "$demo/formats" x.dat "$two"
ours x.dat > whole
end=$(wc -c < x.dat)
# Its options stand behind its pages.
head -c $((end - 100)) x.dat > cut.dat
ours cut.dat > ours
is "cut off in the options: status" $? 1
like "cut off in the options: one sentence" "$(cat err)" \
	'^vtrace-top: cut\.dat: .*it is cut off|^vtrace-top: cannot read cut\.dat: .* is cut off there$'
make_dat --version 6 "$demo/formats" x.dat "$two"
head -c $(($(wc -c < x.dat) - 10000)) x.dat > cut.dat
ours cut.dat > ours
is "cut off in the pages: status" $? 1
like "cut off in the pages: how much is missing where" "$(cat err)" \
	'^vtrace-top: cut\.dat: it is cut off in the pages of CPU 1: 10000 of 65536 bytes are missing'
is "cut off in the pages: no other line is missing" \
	"$(grep -v 'GAP' ours | diff - whole | grep -c '^<')" 0
is "cut off in the pages: the other CPU is whole" "$(grep -c '\[000\]' ours)" \
	"$(grep -c '\[000\]' whole)"
head -c 5000 x.dat > cut.dat
ours cut.dat > ours
is "cut off in the formats: status" $? 1
like "cut off in the formats: where" "$(cat err)" \
	'^vtrace-top: cannot read cut\.dat: its .*formats.* at byte [0-9]+: the file is cut off there$'
head -c $(($(wc -c < zlib.dat) * 3 / 4)) zlib.dat > cut.dat
ours cut.dat > ours
is "cut off before the options of version 7: status" $? 1
like "cut off before the options of version 7: said" "$(cat err)" 'options at byte'
# A chunk of the second CPU that can't be unpacked: bytes of it are noise.
perl -e 'local $/; my $file = <>; my $at = rindex($file, "\x78\x9c", length($file) - 6000);
	substr($file, $at + 8, 200) = "\xff" x 200; print $file' zlib.dat > bad.dat
ours bad.dat > ours
is "a damaged chunk: status" $? 1
like "a damaged chunk: which" "$(cat err)" 'the pages of CPU 1 end early: chunk [0-9]+ at byte'
is "a damaged chunk: the other CPU is whole" "$(grep -c '\[000\]' ours)" "$(grep -c '\[000\]' whole)"
printf 'no trace.dat at all' > noise.dat
ours noise.dat > ours
is "no trace.dat: status" $? 1
like "no trace.dat: said" "$(cat err)" '^vtrace-top: cannot read noise\.dat: it is no trace\.dat'
ours missing.dat
is "no file: status" $? 1
like "no file: said" "$(cat err)" 'missing\.dat: No such file'

# ---- saved again ----

make_dat --zlib "$demo/formats" x.dat "$two"
ours x.dat > lines
ours x.dat -w y.dat > /dev/null
is "saved as a trace.dat: status" $? 0
ours y.dat > ours
ok "saved as a trace.dat: the same lines" diff lines ours
make_dat "$demo/formats" x.dat "$two" foo:1="$demo/cpu0.raw"
ours x.dat -w z.dat > /dev/null
is "two buffers are not saved: status" $? 1
like "two buffers are not saved: why" "$(cat err)" 'x\.dat has events of 2 buffers'
fails "two buffers are not saved: nothing is there" test -e z.dat
tap_end
