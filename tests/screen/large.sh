#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A capture that takes a while to read: its end, and any time, can be seen before it is read.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

# make_large NAME GIB: the capture with a hole of that size in front of CPU 3's pages. Its zeroes take no
# place, but have to be read like others.
make_large()
{
	local hole=$(($2 << 30))

	cp -r "$CAPTURE" "$WORK/$1"
	rm "$WORK/$1/cpu3.raw"
	truncate -s $hole "$WORK/$1/cpu3.raw"
	cat "$CAPTURE/cpu3.raw" >> "$WORK/$1/cpu3.raw"
	sed -i "s/^cpu 3 .*/cpu 3 $((hole / 4096 + 12))/" "$WORK/$1/manifest"
}

# while_reading REGEX...: all of them on one screen, on which the title says how much is read.
while_reading()
{
	local now regex

	now=$(screen)
	head -1 <<< "$now" | grep -qE ' read [0-9]+%' || return 1
	for regex; do
		grep -qE -- "$regex" <<< "$now" || return 1
	done
}

# It is not waited for until all of this is read.
make_large huge 64
open_console 100x30 "$UTF8 '$TOP' -r huge"
wait_for "the first screen is there while the title says how much is read" \
	while_reading '^1063\.900000 +000 worker0-1000 +tick +n=0 '
key m G
wait_for "G shows the last rows of all CPUs before they are read" \
	while_reading 'FOLLOW' ' 000 worker0-1000 +tick +n=5420 ' ' 003 worker3-1003 +tick +n=5423 '
key Up
wait_for "and one can go on from there" while_reading '\+1 newer' ' n=5422 '
key C-g
typed "1064.700000"
key Enter
wait_for "a time is shown that is not read yet" \
	while_reading '\+~[0-9.]+[kMGT]? newer' '^1064\.700000 +000 worker0-1000 +tick +n=3200 '
rows=$(screen | grep -oE ' n=[0-9]+ ' | tr -dc '0-9\n' | head -8 | tr '\n' ' ')
is "with the rows of every CPU behind it" "$rows" "3200 3201 3202 3203 3204 3205 3206 3207 "
key C-g
typed "-0.1"
key Enter
wait_for "so much earlier" while_reading '^1064\.600000 +000 worker0-1000 +tick +n=2800 '
key j
wait_for "rows follow each other" while_reading '^1064\.600250 +001 .* n=2801 '
key m
wait_for "the panes of all CPUs are at that time" while_reading '^1064\.601000 +000 .* n=2804 ' \
	'^1064\.600250 +001 .* n=2801 '
key C-g
typed "100%"
key Enter
wait_for "100% is the end of all of them" while_reading '^1065\.255000 +000 .* n=5420 '
key C-g
typed "12:30"
see "what is no time is said while one types" 'character 3 is no part of a time'
key Escape
key C-g
typed "1064.7"
key Enter m
wait_for "keys are obeyed while it is read" while_reading '\[merged\]' '^1064\.700000 +000 '

key q
see "and so is the one to leave" 'ended with 0'

PATIENCE=120
make_large large 2
open_console 100x30 "$UTF8 '$TOP' -r large"
see "another one opens" ' n=0 '
key m C-g
typed "1064.7"
key Enter
see "the time is shown" '^1064\.700000 +000 .* n=3200 '
see "that all is read is told" 'large is read: 5,[0-9]+ events'
fails "and the title counts no more" line 1 'read [0-9]+%'
see "the row is where it was" '^1064\.700000 +000 worker0-1000 +tick +n=3200 '
title "now it is known how many follow" '\+2,[0-9]{3} newer'
key g
see "and the first row is still the first" ' n=0 '
key C-g
typed "+0.8"
key Enter
see "with all of it read, times are found as well" '^1064\.700000 +000 .* n=3200 '
key q
see "it ends well" 'ended with 0'
tap_end
