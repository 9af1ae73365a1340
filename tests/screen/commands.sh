#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The command line: every name of the key table, arguments, mistakes, Tab, history.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

HISTORY=$XDG_STATE_HOME/vtrace/history

# command TEXT: type it behind a colon, and Enter.
command_line()
{
	key ':'
	typed "$1"
	key Enter
}

open_console 100x30 "$UTF8 '$TOP' -r '$CAPTURE'"
see "the first screen" 'n=0 '

key ':'
see ": asks for a command, and says how" 'Tab lists them'
see "on the last line" '^: *$'
typed 'fol'
see "what the command would do is said while typing" 'follow: stay at the newest'
key Enter
title "a name may be shortened" 'FOLLOW'
command_line 'merge on'
title "an argument is taken" '\[merged\]'
command_line 'merge on'
title "and means what it says" '\[merged\]'
command_line 'merge'
title "without it, it is what the key does" '\[per CPU\]'
command_line 'cpus 1-2'
title "CPUs are chosen" 'CPUs 1-2'
command_line 'home'
see "moves are commands, too" '^1063\.900250 +001 '

key ':'
typed 'flollow'
see "a name that is none is told while typing" "no command 'flollow'"
key Enter
see "and stays there to be mended" '^:flollow'
key C-u
typed 'cpus 0,x'
see "a fault in an argument is told" 'character 3 is no part'
key Enter
typed '2'
see "Enter goes to the fault" '^:cpus 0,2x'
key C-k Enter
title "what is right is taken" 'CPUs 0,2'
key ':'
typed 'cpus 9'
see "a wrong CPU is told with those that there are" 'there are 0-3'
key C-u
typed 'cpus '
key Enter
see "without an argument it does what its key does" '^> \[x\] CPU0 '
key e
see "the list can be asked for" 'CPUs to show, of 0-3'
key C-u Enter
gone "an empty one means all" 'CPUs 0,2'
key ':'
typed 'redraw now'
see "an argument too many is told" "'redraw' takes nothing behind it"
key C-g
gone "^G leaves" '^:redraw'
key ':'
typed 'relist'
see "a command of another view is told as one" "of another view, such as: domains"
key Escape
gone "Esc leaves" '^:relist'

key ':'
typed 'pa'
key Tab
see "Tab lists what there is" '^page-down +page-up'
see "and fills in what is sure" '^:page-$'
key Tab
see "Tab again takes the first" '^:page-down$'
key BTab
see "S-Tab goes backwards" '^:page-up$'
key Escape
gone "Esc takes the list away" '^page-down +page-up'
see "and no more" '^:page-up$'
key C-u
typed 'vi'
key Tab
see "a sure name is completed" '^:view$'
typed 'lo'
key Tab
see "and its argument" '^:view log$'
key Enter
title "which works" '\[log\]'
command_line 'view events'
title "and back" '\[per CPU\]'
key ':'
typed "save $WORK/cap"
key Tab
see "paths are completed" "^:save $WORK/capture/"
key C-w C-w
typed "freeze "
key Tab
see "and values" '^on +off'
key Escape Escape
gone "all gone" '^:'

key ':' Up
see "Up is the command before" '^:view events$'
key C-p
see "^P the one before that" '^:view log$'
key Down
see "Down goes back" '^:view events$'
key C-u
typed 'cpus'
key C-r
see "^R finds what has in it what was typed" '^:cpus 0,2$'
key C-r
see "and again, the one before" '^:cpus 1-2$'
key C-a M-f M-d C-e C-y
see "it is edited as in emacs" '^:cpus-2 1$'
resize 60x10
see "a small screen has it, too" '^:cpus-2 1$'
typed ' and a line that is longer than the screen is wide, all of it'
see "a long line shows where the cursor is" 'wide, all of it$'
key C-a
see "at both ends" '^:cpus-2 1 and a line'
key C-g
key ':' Tab
see "a list leaves half of the rows" ' more$'
ok "with the rows above it" line 6 ' 000 worker0'
key C-c
key q
see "q leaves" 'ended with 0'

is "the history is private" "$(stat -c %a "$HISTORY")" 600
like "it has the commands" "$(tr '\n' ' ' < "$HISTORY")" ':fol :merge on :merge '

head -c 3000 /dev/urandom > "$HISTORY"
printf '\n:cpus 3\n' >> "$HISTORY"
open_console 100x30 "$UTF8 '$TOP' -r '$CAPTURE'"
see "a broken history stops nothing" 'n=0 '
key ':' Up
see "and what is good of it is there" '^:cpus 3$'
key Escape q
see "q leaves" 'ended with 0'
rm -rf "$XDG_STATE_HOME"
: > "$XDG_STATE_HOME"
open_console 100x30 "$UTF8 '$TOP' -r '$CAPTURE'"
see "nor does a place that can't be written" 'n=0 '
command_line 'cpus 3'
title "commands work" 'CPUs 3'
key ':' Up
see "and are remembered while it runs" '^:cpus 3$'
key Escape
command_line 'view log'
see "the log says that they are not kept" 'is not kept in .*/vtrace/history'
key q q
see "q leaves that, too" 'ended with 0'

open_console 80x24 "LC_ALL=C '$TOP' -r '$CAPTURE'"
see "without UTF-8" 'n=0 '
key ':'
typed 'fol'
key Tab Enter
title "commands work as well" 'FOLLOW'
key q
see "q leaves" 'ended with 0'

open_console 80x24 "$UTF8 '$TOP' -r '$CAPTURE'"
see "once more" 'n=0 '
key s C-u
typed 'z漢字'
key Left BSpace
see "wide characters are edited whole" 'to: z字$'
key Escape q
see "q leaves" 'ended with 0'
tap_end
