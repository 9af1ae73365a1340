#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An agent that knows nothing but '1' and '0', as that of 2012: start, stop and decoding work,
# with formats that somebody put on the share.
# shellcheck source=tests/guest/domain disable=SC2317
. "$(dirname "$0")/domain"

own_guest vtrace-test-old
formats=$STATE/$DOMAIN/share/formats
has_formats()
{
	[ -s "$formats" ]
}
ok "today's agent exports its formats" within "$PATIENCE" has_formats
in_guest "touch /run/vtrace/no-agent; kill \$(pidof trace-agent)" > /dev/null

cat > "$WORK/agent" <<'EOF2'
port()
{
	for name in /sys/class/virtio-ports/*/name; do
		[ "$(cat "$name")" != "$1" ] || echo "/dev/$(basename "$(dirname "$name")")"
	done
}
cd /sys/kernel/tracing
while read -r word; do
	echo "$word" > tracing_on
	if [ "$word" = 1 ]; then
		pumps=
		for cpu in 0 1; do
			cat "per_cpu/cpu$cpu/trace_pipe_raw" > "$(port "trace-path-cpu$cpu")" &
			pumps="$pumps $!"
		done
	else
		sleep 1
		kill $pumps
	fi
done < "$(port agent-ctl-path)"
EOF2
in_guest "echo $(base64 -w0 "$WORK/agent") | base64 -d > /run/agent
	sh /run/agent > /dev/null 2>&1 &" > /dev/null

batch "$DOMAIN" -d 5 --stats
is "status 0" "$STATUS" 0 || diag_run
like "it is said" "$(cat "$ERR")" 'no answer to hello'
ok "events" some_events 100 || diag_run
for cpu in 0 1; do
	like "CPU $cpu delivers" "$(cat "$OUT")" "^ *[^ ].*-[0-9]+ +\[00$cpu\] "
done
is "no unknown events" "$(value unknown_events)" 0
is "no bad pages" "$(value bad_pages)" 0
is "tracing is off afterwards" "$(tracing_on)" 0

tap_end
