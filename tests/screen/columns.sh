#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Columns of rows: which, in which order, how wide.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

open_console 100x30 "$UTF8 '$TOP' -r capture"
see "all are there without a setting" '^TIME +CPU TASK-PID +EVENT +DETAIL *$'
typed ":columns"
key Enter
see "those that there are can be edited" '^:columns time,cpu,task,event,detail$'
key C-u
typed "columns event:6,task:10,det"
see "what is wrong is said while one types" 'a column is one of: time, cpu, task, event, detail'
key Tab
see "Tab completes the last one" '^:columns event:6,task:10,detail *$'
key Enter
see "titles are those chosen, as wide as was said" '^EVENT  TASK-PID   DETAIL *$'
see "and so are rows: the pid is seen, the name is cut" '^tick   worke-1000 n=0 comm=worker0'
key Right
see "what is scrolled is the detail" '^EVENT  TASK-PID   DETAIL from column 9 *$'
see "of rows, too" '^tick   worke-1000 worker0 and|^tick   worke-1000 =worker0'
key Left
typed "/wor"
key Enter
see "a search goes on in rows" 'worke-1000 n='
resize 60x10
see "on a small screen they are as wide" '^EVENT  TASK-PID   DETAIL *$'
resize 100x30
typed ":set columns cpu,event"
key Enter
see "a screen without details" '^CPU EVENT *$'
see "has none in rows" '^000 tick *$'
key Right
see "nothing is to be scrolled then" '^000 tick *$'
typed ":columns detail,time"
see "nothing follows the detail" 'no column can follow it'
key Escape
typed ":columns task:999"
see "no column is wider than a screen" 'a width is 1 to 200'
key Escape W
see "they are written" 'are written to'
is "as they are" "$(grep columns "$XDG_CONFIG_HOME/vtrace/vtrace-top.conf")" "columns = cpu,event"
key q
open_console 100x30 "$UTF8 '$TOP' -r capture"
see "and read again" '^CPU EVENT *$'
key q
see "it ends well" 'ended with 0'
tap_end
