#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every page that leaves the ring buffer goes to the host as it is, and what arrives is right.
# shellcheck source=tests/kernel/kernel
. "$(dirname "$0")/kernel"

MARKS=50000
RING_KIB=32768 # for each CPU: more than its markers take, so that none is ever overwritten

kernel_guest zero-copy --load full --mem 512
in_guest "echo $RING_KIB > $TRACEFS/buffer_size_kb" || fail "the ring buffer grows"

# counted NAME BYTES: the counters of the ports against what the host has got.
counted()
{
	is "$1: no page is copied" "$(($(port_counter pages_copied) - copied))" 0
	is "$1: pages stolen = pages sent" "$((($(port_counter pages_stolen) - stolen) * 4096))" "$2"
	is "$1: bytes spliced = bytes received" "$(($(port_counter bytes_spliced) - spliced))" "$2"
	is "$1: the queues took all" "$(port_counter add_failures)" 0
	note_counters
}

note_counters()
{
	copied=$(port_counter pages_copied)
	stolen=$(port_counter pages_stolen)
	spliced=$(port_counter bytes_spliced)
}

# Lines "seq CPU N" of the markers in OUT: for each CPU all from 0 on, in order, none twice.
sequence()
{
	awk -v wanted="$MARKS" '
		match($0, /: seq [0-9]+ [0-9]+$/) {
			split(substr($0, RSTART), word, " ")
			cpu = word[3]
			if (word[4] != next_mark[cpu] + 0 && !bad++)
				print "CPU " cpu ": " word[4] " after " next_mark[cpu] - 1
			next_mark[cpu] = word[4] + 1
		}
		END {
			for (cpu = 0; cpu < 2; cpu++)
				if (next_mark[cpu] != wanted)
					print "CPU " cpu ": ends with " next_mark[cpu] - 1
		}' "$OUT"
}

# traced NAME: the guest at its full rate, then markers alone on both CPUs.
traced()
{
	in_guest "killall dd; guest-load full"
	channels_empty
	batch "$DOMAIN" -d 5 --stats
	is "$1, full rate: status 0" "$STATUS" 0 || diag_run
	events_add_up "$1, full rate"
	counted "$1, full rate" "$(value bytes)"
	diag "$1, full rate: $(value pages) pages, $(value events) events"

	in_guest "killall dd"
	channels_empty
	batch_start "$DOMAIN" -d 8 --stats
	ok "$1, markers: events come" within 20 some_events
	in_guest "ring-test mark 0 $MARKS & ring-test mark 1 $MARKS; wait"
	batch_end
	is "$1, markers: status 0" "$STATUS" 0 || diag_run
	is "$1, markers: all arrive, in order, none twice" "$(sequence)" ""
	events_add_up "$1, markers"
	counted "$1, markers" "$(value bytes)"
}

note_counters
traced "pages of 4 KiB"

# Linux 6.8 and later have larger sub-buffers: compound pages.
if in_guest "test -e $TRACEFS/buffer_subbuf_size_kb"; then
	for size in 8 64; do
		in_guest "echo $size > $TRACEFS/buffer_subbuf_size_kb
			echo $RING_KIB > $TRACEFS/buffer_size_kb"
		traced "sub-buffers of $size KiB"
		is "sub-buffers of $size KiB: so large are the pages" \
			"$(($(value bytes) / $(value pages)))" $((size * 1024))
	done
fi
no_complaints "in the end"

tap_end
