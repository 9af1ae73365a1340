#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A ring in a guest's memory, and the same memory in a core of each kind, read by the engine as it is locked
# down. makedumpfile's kinds are those of the fuzzer's seeds, behind one byte.
. "$(dirname "$0")/../tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
formats=$ROOT/tests/engine/lost-6.1/formats

# read_seed NAME: its events in $work/NAME.out, the summary in err.
read_seed()
{
	tail -c +2 "$work/seeds/$1" > "$work/memory"
	timeout 60 "$BUILD/vtrace-top" -b --post-mortem "$work/memory" --formats "$formats" --stats \
		> "$work/$1.out" 2> "$work/err" < /dev/null
}

# same NAME WHAT: it has the events of the memory as it is.
same()
{
	ok "$2: is read" read_seed "$1"
	ok "$2: has the same events" cmp "$work/old.out" "$work/$1.out"
}

# packed FLAG LIBRARY NAME: likewise, where the library was there when this was built.
packed()
{
	if ! pkg-config --exists "$2"; then
		fails "$3 without its library: is not read" read_seed "kdump-$1"
		like "$3 without its library: the sentence" "$(cat "$work/err")" \
			"packed with $3, which vtrace was built without"
		return
	fi
	same "kdump-$1" "kdump with $3"
	like "kdump with $3: in the sandbox" "$(cat "$work/err")" '^sandbox: .*(seccomp|sanitize)'
}

mkdir "$work/seeds"
ok "there are cores" "$ROOT/tests/fuzz/seeds" memory "$work/seeds"
ok "the memory is read" read_seed old
is "its events" "$(grep -c ' sys_e' "$work/old.out")" 168
same new "the layout of 6.15"
same core "ELF"
same flattened "kdump, flattened"
packed 1 zlib zlib
packed 2 lzo2 lzo
packed 4 snappy snappy
packed 32 libzstd zstd

# Each CPU's description is 0x24 bytes long, which no kernel's is.
cp "$work/seeds/old" "$work/seeds/unknown"
printf '\x24' | dd of="$work/seeds/unknown" bs=1 seek=5 conv=notrunc 2> /dev/null
fails "a layout that is not known: is not read" read_seed unknown
like "a layout that is not known: the sentence" "$(cat "$work/err")" \
	'is of a kernel whose layout is not known \(size 0x24; known are 0x38 \(Linux 6\.12\), .*\)'
is "a layout that is not known: no events" "$(wc -c < "$work/unknown.out")" 0
tap_end
