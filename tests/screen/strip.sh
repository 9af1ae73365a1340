#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The time line above the events: its ends, what is missing, what was found, what is on the screen.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

STRIP='^1063\.900[02][05]0 .*\+1\.35[0-9] s *$'

# The columns between the two times.
strip()
{
	screen | grep -E "$STRIP" | sed -E 's/^.{14}//; s/ \+1\.35[0-9] s *$//'
}

# counts CHARACTER N: it is in so many columns.
counts()
{
	[ "$(strip | tr -cd "$1" | wc -c)" = "$2" ]
}

# highlighted REGEX: the time line, with its escape sequences.
highlighted()
{
	in_tmux capture-pane -p -e -t console | grep -E '\+1\.35[0-9] s' | grep -qE -- "$1"
}

columns_are()
{
	[ "$(strip | LC_ALL=C.UTF-8 wc -m)" = $(($1 + 1)) ]
}

open_console 80x24 "$UTF8 '$TOP' -r '$CAPTURE'"
see "the time line tells when all begins and how long it goes on" "$STRIP"
wait_for "columns with something missing are marked" counts '!' 3
wait_for "others show how many events they have" highlighted '[▇█]{4}'
key m
title "merged" '\[merged\]'
wait_for "what is on the screen is reversed: the start" \
	highlighted $'1063.900000[^█▇]*\e\\[7m(\e\\[39m)?[^ ]{1,3}\e\\[0m'
key G
title "at the end" 'FOLLOW'
wait_for "then the end" highlighted $'\e\\[7m(\e\\[39m)?[^ ]{1,3}\e\\[0m[^█▇]*\\+1'
key /
typed 'n=3000 '
key Enter
see "a search" 'n=3000 '
wait_for "leaves a mark where it found something" counts / 1
key /
typed 'n=2000 '
key Enter
see "another one" 'n=2000 '
wait_for "has marks of its own" counts / 1
key Escape
wait_for "Esc takes them away" counts / 0
key c C-u
typed 1
key Enter
wait_for "of the CPUs that are chosen only" counts '!' 1
key '#'
gone "# hides it with the meters" "$STRIP"
key '#'
see "and shows it again" "$STRIP"
key '?'
gone "other views have none" "$STRIP"
key q
see "back in the events" "$STRIP"
resize 60x13
gone "on a low screen there is none" "$STRIP"
resize 60x14
see "one line more, and there is" "$STRIP"
wait_for "as wide as the screen lets it be" columns_are 34
resize 200x60
wait_for "wide on a wide one" columns_are 174
resize 60x10
gone "none on the smallest" "$STRIP"
see "which shows rows all the same" ' n='

open_console 80x24 "LC_ALL=C '$TOP' -r '$CAPTURE'"
see "without UTF-8" "$STRIP"
wait_for "it is ASCII" highlighted '[*#]{4}'
ok "with the same marks" counts '!' 3

tap_end
