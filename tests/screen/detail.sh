#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The detail view: one row in full, its fields and the bytes of each, the next row, and back.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

RECORDED=$ROOT/tests/engine/demo-6.1

# Lines of the screen with what is reverse between [ and ].
reverse()
{
	in_tmux capture-pane -p -e -t console | awk -v escape=$'\e' '
	{
		count = split($0, part, escape "\\[")
		line = on ? "[" part[1] : part[1]
		for (i = 2; i <= count; i++) {
			end = index(part[i], "m")
			codes = ";" substr(part[i], 1, end - 1) ";"
			if (on && codes ~ /;(0|27|);/) { line = line "]"; on = 0 }
			if (!on && codes ~ /;7;/) { line = line "["; on = 1 }
			line = line substr(part[i], end + 1)
		}
		print line (on ? "]" : "")
	}'
}

marked()
{
	reverse | grep -qF -- "$1"
}

mark()
{
	wait_for "$1" marked "$2"
}

open_console 100x30 "$UTF8 '$TOP' -r '$RECORDED'"
see "the first row of the recorded capture" '^ *11\.924504 +000 '
key m
title "one timeline" '\[merged\]'
mark "the cursor is on its first row" '[11.924504 '
key j j
mark "now on the third" '[11.925146 '
key Enter
title "Enter shows its detail" '\[detail\]'
see "what it is" '^11\.925146643  CPU 0  <idle>-0  sched/sched_switch id 319'
see "a field with type, place and value" '^  prev_comm +char\[16\] +8 +16 "swapper/0"'
see "a number" '^  next_pid +pid_t +56 +4 128 \(0x80\)'
see "flags by name" '^  prev_state +long +32 +8 0 \(R\)'
see "fields of all events" '^  common_type +unsigned short +0 +2 319 \(sched_switch\)'
see "the task of the event" '^  common_pid +int +4 +4 0 \(<idle>\)'
see "its bytes" '^  0000  3f 01 01 02 00 00 00 00  73 77 61 70 70 65 72 2f  \?\.\.\.\.\.\.\.swapper/'
see "its text" '^  swapper/0:0 \[120\] R ==> pump/0:128 \[120\]'
see "the format" '^  "prev_comm=%s prev_pid=%d prev_prio=%d prev_state=%s%s ==> next_comm=%s'
mark "the first field has the cursor" '[  prev_comm '
mark "its bytes are marked" '  [73 77 61 70 70 65 72 2f]  '
mark "and those of the next line" '[30 00 00 00 00 00 00 00]  00'
key Down
mark "Down goes to the next field" '[  prev_pid '
mark "and its bytes are marked" '  [00 00 00 00] 78'
see "the header names them" '64 BYTES  prev_pid at 24, 4 long'
key Up
mark "Up goes back" '[  prev_comm '
key G
mark "G is the last field" '[  common_pid '

key g n
see "n shows the next row" '^11\.9[0-9]+  CPU [01]  .* id '
gone "and no more this one" '^11\.925146643 '
key p
see "p shows the row before again" '^11\.925146643  CPU 0'
key Right
gone "Right does as n" '^11\.925146643 '
key Left
see "Left as p" '^11\.925146643  CPU 0'
key p p p p p
see "several go as far as there are rows" '^11\.924504[0-9]+  CPU 0'
key p
see "before the first one there is none" 'there is no older row'
key q G
title "G follows the newest" 'FOLLOW'
key Enter
title "whose detail" '\[detail\]'
see "is that of the last row" '^1[0-9]\.[0-9]{9}  CPU [01] '
key n
see "behind which there is none" 'there is no newer row'
key q
title "and following has ended" 'END'
key g
mark "g is the first row" '[11.924504 '
key Enter
see "whose detail is there again" '^11\.924504[0-9]+  CPU 0'

key n n
see "two rows on" '^11\.925146643 '
key Tab
see "Tab goes to the bytes" '^> 64 BYTES'
key Tab
see "and to the text" '^> TEXT AND FORMAT'
key BTab BTab
see "S-Tab goes back" '^> FIELD '
key '?'
see "help tells the keys of the view" 'n Right \] +next-row +the same of the next row'
key q
see "and leads back" '^11\.925146643 '
key n n
gone "two rows further" '^11\.925146643 '
key BSpace
title "Backspace goes back to the events" '\[merged\]'
see "as a list" '^TIME '
see "with the rows that were there" '^ *11\.924504 '
fails "the cursor is no longer where it was" marked '[11.925146 '
key Up Up
mark "it has gone along" '[11.925146 '
key Enter
title "Enter" '\[detail\]'
key Escape
title "Esc goes back, too" '\[merged\]'
key Enter
title "Enter again" '\[detail\]'
key q
title "and q" '\[merged\]'
key ':'
typed 'view detail'
key Enter
title "it is a view as others" '\[detail\]'
key q q
see "q leaves" 'ended with 0'

# Losses, a bad page, an event that nobody knows, control characters.
open_console 80x24 "$UTF8 '$TOP' -r '$CAPTURE'"
see "the first screen" 'n=0 '
key m
title "one timeline" '\[merged\]'
key x
mark "x finds lost events" ' CPU2: events lost'
key Enter
see "which are a row" 'CPU 2  lost events'
see "tells what is known" 'the guest does not say how many'
see "and the page's header" '^  commit +local_t +[0-9]+ \(4068 bytes of data, events'
key j
see "what is too long for its line is in the text" '^  commit = [0-9]+ \(4068 bytes of data, .* them\)'
key q x
mark "x finds more" ' CPU1: 41 events lost'
key x
mark "and a bad page" ' CPU3: bad page'
key Enter
see "which is one" 'CPU 3  bad page'
see "has bytes" '^  4096 BYTES'
key q g /
typed 'event id 501'
key Enter
see "an event without a format is found" 'no format'
key Enter
see "and is called so" 'CPU 0  worker0-1000  event without a format id 501'
see "has what all events have" '^  common_pid +int +1000 \(worker0\)'
key q g /
typed 'comm=a'
key Enter
see "a name with control characters" 'comm=a.x1b'
key Enter
see "is shown as text in its field" '"a\\x1b\[2Jb'
see "and is dots in the bytes" '61 1b 5b 32 4a 62'

resize 60x10
see "on a small screen a field is there" '^  comm +char\[16\] +"a.x1b'
see "and its bytes" '^  0008  61 1b 5b 32 4a 62 00 00  a\.\[2Jb'
key Down
see "the next one, too" '^  n +unsigned [a-z]+ +[0-9]+ \(0x'
see "with its own bytes" '^  0018 '
key Tab Tab
see "the text has the screen when it has the keys" '^> TEXT AND FORMAT from line'
resize 400x120
see "a large screen shows everything" '^> TEXT AND FORMAT .*'
see "with places" '^  comm +char\[16\] +8 +16 '
resize 40x8
see "a too small one says so" 'too small'
resize 80x24
see "and comes back" '^> TEXT AND FORMAT'
key q q
see "q leaves" 'ended with 0'

# Without colours and UTF-8.
open_console 80x24 "LC_ALL=C NO_COLOR=1 '$TOP' -r '$RECORDED'"
see "the first row, plain" '^ *11\.924504 +000 '
key Enter
see "rules are plain, too" 'BYTES .* -----'
mark "bytes are marked without colours" '[70 75 6d 70 2f 30 00 00]'
key q q
see "q leaves" 'ended with 0'
tap_end
