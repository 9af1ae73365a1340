#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Saved pages give the lines that were shown live; damaged captures give what they still hold.
# shellcheck source=tests/guest/domain
. "$(dirname "$0")/domain"

capture=$WORK/capture
batch "$DOMAIN" -d 4 --stats -w "$capture"
is "recording: status 0" "$STATUS" 0 || diag_run
cp "$OUT" "$WORK/live"
events=$(value events)
ok "recording: events" test "${events:-0}" -gt 0
is "the directory is nobody else's" "$(stat -c %a "$capture")" 700
ok "it has its parts" test -s "$capture/manifest" -a -s "$capture/formats" \
	-a -s "$capture/cpu0.raw" -a -s "$capture/cpu1.raw"

batch -r "$capture" --stats
is "replay: status 0" "$STATUS" 0 || diag_run
ok "replay: the lines that were shown live" cmp "$WORK/live" "$OUT"
is "replay: as many events" "$(value events)" "$events" || diag_run

batch "$DOMAIN" -d 1 -w "$capture"
is "a path that exists is not overwritten: status 1" "$STATUS" 1
like "a path that exists is not overwritten: the sentence" "$(cat "$ERR")" "$capture.*exist"

# damaged NAME REGEX: what is left is shown, the sentence says what is not, and status is 1.
damaged()
{
	batch -r "$WORK/damaged"
	is "$1: status 1" "$STATUS" 1 || diag_run
	like "$1: the sentence" "$(cat "$ERR")" "$2"
}

fresh_copy()
{
	rm -rf "$WORK/damaged"
	cp -a "$capture" "$WORK/damaged"
}

fresh_copy
truncate -s -100 "$WORK/damaged/cpu1.raw"
damaged "torn cpu1.raw" 'cpu1\.raw'
ok "torn cpu1.raw: the rest is shown" some_events
ok "torn cpu1.raw: CPU 0 whole" cmp <(grep -E '\[000\]' "$WORK/live") <(grep -E '\[000\]' "$OUT")

fresh_copy
rm "$WORK/damaged/cpu0.raw"
damaged "missing cpu0.raw" 'cpu0\.raw'
ok "missing cpu0.raw: CPU 1 whole" cmp <(grep -E '\[001\]' "$WORK/live") <(grep -E '\[001\]' "$OUT")

fresh_copy
rm "$WORK/damaged/formats"
damaged "missing formats" formats

fresh_copy
truncate -s -1000 "$WORK/damaged/formats"
damaged "formats cut off" 'formats.*cut off'

fresh_copy
rm "$WORK/damaged/manifest"
damaged "missing manifest" manifest

fresh_copy
echo nonsense > "$WORK/damaged/manifest"
damaged "torn manifest" manifest

rm -rf "$WORK/damaged"
damaged "missing directory" "$WORK/damaged"

# A recording whose writer is killed is read as far as it went.
rm -rf "$capture"
batch_start "$DOMAIN" -w "$capture"
ok "killed recording: events come" within "$PATIENCE" some_events 100
kill -KILL "$(top_pid)"
batch_end
batch -r "$capture"
ok "killed recording: it is shown" some_events
like "killed recording: the sentence" "$(cat "$ERR")" 'not (complete|finished)|cut off|incomplete'
# The one that was killed could not stop the guest.
ok "killed recording: '0' on the control port stops the guest" stop_by_hand

tap_end
