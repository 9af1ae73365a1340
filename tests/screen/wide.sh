#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Characters that take two columns, or none: what stands behind them is where it belongs.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

# As many bytes as the names that they take the place of.
cp -r "$CAPTURE" "$WORK/wide"
BARE=$'abcde\xcc\x81'
LC_ALL=C sed -i "s/worker1/abcd漢/g; s/worker2/$BARE/g; s/worker3/😀xyz/g" "$WORK"/wide/formats "$WORK"/wide/cpu*.raw

# columns NUMBER: where in the row of that number the event begins, and where the end of its detail.
columns()
{
	local row

	row=$(screen | grep -m 1 -E " 00$(($1 % 4)) .*-100$(($1 % 4)) ")
	echo "$(LC_ALL=C.UTF-8 wc -L <<< "${row%%tick*}") $(LC_ALL=C.UTF-8 wc -L <<< "${row%%and a*}")"
}

open_console 100x24 "$UTF8 '$TOP' -r '$WORK/wide'"
see "the first screen" 'n=0 '
key m
title "merged" '\[merged\]'
typed ':goto 10%'
key Enter
see "rows with numbers of three digits" 'n=5[0-9][0-9] comm=worker0'
see "two columns" ' 001 +abcd漢-1001 +tick +n=[0-9]+ comm=abcd漢 and'
see "none" " 002 +$BARE-1002 +tick +n=[0-9]+ comm=$BARE and"
see "two, first" ' 003 +😀xyz-1003 +tick +n=[0-9]+ comm=😀xyz and'
read -r event detail <<< "$(columns 0)"
is "behind two columns: one fewer than of the plain name" "$(columns 1)" "$event $((detail - 1))"
is "behind none: two fewer" "$(columns 2)" "$event $((detail - 2))"
is "behind two, first: two fewer" "$(columns 3)" "$event $((detail - 2))"

# The detail from its 17th column on, of which the wide one has the 16th as well, and the bare one is behind that.
key Right Right
see "moved to the side" 'DETAIL from column 17'
read -r event detail <<< "$(columns 0)"
is "cut in two: what is behind stays in its place" "$(columns 1)" "$event $((detail - 1))"
is "what has no column goes with the one before it" "$(columns 2)" "$event $((detail - 2))"
ok "and is not drawn on what stands there" lacks $'tick.*\xcc\x81'
key q
see "q leaves" 'ended with 0'

tap_end
