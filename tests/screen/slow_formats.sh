#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# While an engine reads event formats it answers nothing: after a moment the screen says so, and keys
# are answered all the same. Here it takes its time because it is stopped, so that nothing is timed.
# shellcheck source=tests/screen/console
. "$(dirname "$0")/console"

READS='the engine reads the event formats; until it has done so rows stand'

feed
open_console 160x24 "$UTF8 '$TOP' --dir '$FED' --start"
title "tracing" 'TRACING'
see "rows" '^[0-9]+\.[0-9]{6} +00[01] '
ok "nothing is said of formats" lacks "$READS"
engine=$(engine_pid)
kill -STOP "$engine"
key R
see "formats that take long: it is told" "$READS"
see "the rows stay" '^[0-9]+\.[0-9]{6} +00[01] '
key '?'
see "keys are answered" 'keys of the events view'
key q
kill -CONT "$engine"
gone "when they are read it is gone" "$READS"
title "tracing goes on" 'TRACING'
key q
key y
see "q leaves" 'ended with 0'

tap_end
