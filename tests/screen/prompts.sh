#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Prompts: choosing CPUs, saving, questions, and a console that is resized under them.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

# All rows that batch prints of a capture, without what differs by its name.
rows_of()
{
	"$TOP" -b -r "$1" 2> /dev/null
}

open_console 90x25 "$UTF8 '$TOP' -r '$CAPTURE'"
see "the first screen" 'n=0 '

key c e
see "c asks for CPUs, the present ones prefilled" 'CPUs to show, of 0-3.*: 0-3$'
key C-u
typed '2,x'
see "a mistake is told while typing" 'character 3 '
key Enter
see "and not accepted" 'CPUs to show'
key DC BSpace
see "a list that is right is not complained about" ': 2 *$'
gone "the complaint goes" 'character 3 '
key Enter
title "the title says which CPUs are shown" 'CPUs 2 *$'
gone "other panes are gone" 'CPU0 +[0-9,]+ rows'
see "the chosen one is there" '^> CPU2 +1,357 rows'
key c e C-u
typed '9'
see "a CPU that is not there is refused with those that are" 'there are 0-3'
key Escape
gone "Esc leaves the prompt" 'CPUs to show'
key c e C-u Enter
see "an empty list means all" '^  CPU3 '

key s
see "s asks for a path and suggests one" 'save .*: vtrace-capture-[0-9-]+'
key C-u
see "an empty path is no path" 'a path .* is needed'
typed "$CAPTURE"
see "an existing one is refused" 'this exists'
key C-w
resize 70x20
see "the prompt survives a resize" '^save .*to:'
key C-u
typed saved
key Enter
see "the end of saving is told with pages and size" 'saved saved: 48 pages, 192K'
ok "the copy is a capture with the same rows" \
	test "$(rows_of "$CAPTURE" | md5sum)" = "$(rows_of "$WORK/saved" | md5sum)"
is "the copy holds the same pages" "$(cat "$WORK"/saved/cpu*.raw | md5sum)" \
	"$(cat "$CAPTURE"/cpu*.raw | md5sum)"
key s C-u
typed saved.dat
key Enter
see "a trace.dat is saved likewise" 'saved saved\.dat: 48 pages, 192K'
is "trace-cmd report counts as many events of CPU 1 in it" \
	"$(trace-cmd report "$WORK/saved.dat" 2> /dev/null | grep -cF '[001]')" \
	"$(rows_of "$CAPTURE" | grep -cF '[001]')"
resize 90x24

key C
see "a capture is not cleared" 'it stays as it was saved'
key t
see "nor traced" 'tracing is started and stopped in a running guest'
key R
see "nor asked for formats" 'its formats were saved'
key q
see "q leaves, naming what was saved" 'vtrace-top: saved saved: 48 pages, 192K'
see "with status 0" 'ended with 0'

open_console 90x24 "$UTF8 '$TOP' -r '$WORK/saved'"
see "the saved capture shows the same screen" 'n=0 '

tap_end
