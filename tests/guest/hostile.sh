#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest whose root is an enemy: it sends whatever it likes over CPU 0's channel, the control port and the
# share, while CPU 1's is that of an honest guest. After each attack the console answers keys, shows CPU 1's
# events, and no byte of the guest has reached the terminal as it came.
# shellcheck source=tests/guest/domain disable=SC2317
. "$(dirname "$0")/domain"
own_guest vtrace-test-hostile
# shellcheck source=tests/screen/console
. "$ROOT/tests/screen/console"
# shellcheck source=tests/guest/watching
. "$ROOT/tests/guest/watching"

SHARE=$STATE/$DOMAIN/share
MEMORY=48 # MiB of pages, so that much has to be thrown away as well

# hostile COMMANDS: run in the guest by a shell, in the background.
hostile()
{
	in_guest "echo $(base64 -w0 <<< "$1") | base64 -d > /run/attack
		sh /run/attack > /run/attack.out 2>&1 < /dev/null &" > /dev/null
}

attack_is_over()
{
	in_guest '! pgrep -f /run/attack > /dev/null'
}

# MiB of address space that are in memory, of console and engine together.
resident()
{
	awk '/^VmRSS:/ { sum += $2 } END { print int(sum / 1024) }' \
		"/proc/$CONSOLE_PID/status" "/proc/$(pgrep -P "$CONSOLE_PID" -x vtrace-engine)/status"
}

# What tmux has understood as text is printable; what it obeyed would have changed title or size of these.
unharmed()
{
	! screen | LC_ALL=C grep -q '[[:cntrl:]]' && [ "$(in_tmux display -p -t console '#{pane_title}')" = "$TITLE" ] &&
		shows 'vtrace-top'
}

# reaches TEXT: it is among the rows, from the first on.
reaches()
{
	key g
	finds "$1"
}

# survives NAME: after the attack of that name.
survives()
{
	within 60 attack_is_over || diag "$1: the guest is not done"
	ok "$1: the console lives" kill -0 "$CONSOLE_PID"
	key v
	title "$1: keys are answered" '\[statistics'
	key v v v
	title "$1: and views shown" '\[(per CPU|merged)\]'
	ok "$1: nothing has reached the terminal" unharmed || diag "$(screen)"
	COUNT=$((COUNT + 1))
	in_guest "taskset -c 1 sh -c 'echo honest-$COUNT > $TRACEFS/trace_marker'" > /dev/null
	ok "$1: CPU 1's events go on" within "$PATIENCE" reaches "honest-$COUNT" || diag "$(screen)"
	key F
	ok "$1: memory is bounded" [ "$(resident)" -lt $((MEMORY + 250)) ] || diag "$(resident) MiB"
}

ok "today's agent exports its formats" within "$PATIENCE" test -s "$SHARE/formats"
cp "$SHARE/formats" "$WORK/formats"
in_guest "touch /run/vtrace/no-agent; kill \$(pidof trace-agent); mkdir -p /run
	echo $(base64 -w0 "$ROOT/tests/guest/hostile-agent") | base64 -d > /run/hostile-agent
	echo 1 > /run/generation
	cd $TRACEFS && echo 0 > events/enable && echo 1 > events/sched/enable && echo 0 > buffer_percent && echo 1 > tracing_on
	sh /run/hostile-agent > /dev/null 2>&1 &" > /dev/null
within "$PATIENCE" in_guest 'test -e /run/control'

open_console 110x40 "$UTF8 '$TOP' --no-config --memory ${MEMORY}M '$DOMAIN'"
see "a guest is open, though its agent is none" 'not tracing: t starts it'
TITLE=$(in_tmux display -p -t console '#{pane_title}')
CONSOLE_PID=$(console_pid)
COUNT=0
key t
title "it says that it traces" TRACING
# It reads what there is, at times nothing.
in_guest "while :; do dd bs=4096 if=$TRACEFS/per_cpu/cpu1/trace_pipe_raw of=/run/cpu1; usleep 20000; done \
	> /dev/null 2>&1 < /dev/null &" > /dev/null
key m
see "CPU 1 delivers" '^[0-9 ]+\.[0-9]+ +001 '

hostile 'dd if=/dev/urandom of=/run/cpu0 bs=4096 count=4096'
survives "random pages"

# Headers of a page that is right, and records that are not: of every length, and none that ends.
hostile 'i=0
while [ $i -lt 200 ]; do
	{ printf "\1\0\0\0\0\0\0\0\360\17\0\0\0\0\0\0"; head -c 4080 /dev/urandom; } > /run/cpu0
	{ printf "\1\0\0\0\0\0\0\0\360\17\0\0\0\0\0\0"; head -c 4080 /dev/zero; } > /run/cpu0
	i=$((i + 1))
done'
survives "pages with a good head"

# A part of a page, and then nothing: what comes behind it is another one's.
hostile 'head -c 1234 /dev/urandom > /run/cpu0'
survives "a page that never ends"

hostile 'yes "note $(head -c 3000 /dev/zero | tr "\0" x)" | head -c 20000000 >&3 3> /run/control
yes "ok mark bytes=4" | head -n 200000 > /run/control
head -c 5000000 /dev/urandom > /run/control'
survives "a flood on the control port"

hostile "$(printf 'cd %s; printf "\\033]0;owned\\007\\033[2J\\033[8;5;5t\\2335n\\377\\342\\200\\256gnihtyreve\\n" > trace_marker
cp /bin/busybox "/run/$(printf "\\033[31m\\033c\\r")"; taskset -c 1 "/run/$(printf "\\033[31m\\033c\\r")" sh -c "echo 1 > /dev/null"
i=0; while [ $i -lt 50 ]; do taskset -c 1 sh -c "printf %%b \"\\\\\\033]2;owned\\\\\\007\\\\\\033[H$i\" > trace_marker"; i=$((i + 1)); done' "$TRACEFS")"
survives "escape sequences in texts and names"
key F

# Formats: of 100 MB, then of rubbish, then with fields that lie behind the end of every record.
hostile 'head -c 100000000 /dev/zero > /run/vtrace/share/formats; echo 2 > /run/generation
echo "note formats generation=2" > /run/control'
survives "formats of 100 MB"
hostile 'head -c 1000000 /dev/urandom > /run/vtrace/share/formats; echo 3 > /run/generation
echo "note formats generation=3" > /run/control'
survives "formats of random bytes"
sed -e 's/offset:8;/offset:60000;/g; s/size:16;/size:61616;/g' "$WORK/formats" > "$SHARE/formats"
in_guest "echo 4 > /run/generation; echo 'note formats generation=4' > /run/control" > /dev/null
survives "formats with fields far behind their records"
hostile 'i=5; while [ $i -lt 40 ]; do echo $i > /run/generation; echo "note formats generation=$i" > /run/control
[ $((i % 2)) = 0 ] && : > /run/vtrace/share/formats; i=$((i + 1)); done'
survives "formats that change all the time"

# An engine that dies takes no console with it.
kill -SEGV "$(pgrep -P "$CONSOLE_PID" -x vtrace-engine)"
see "the engine dies: it is said" 'engine of .* ended: killed by signal'
ok "the engine dies: the console lives" kill -0 "$CONSOLE_PID"
see "the engine dies: another is offered" 'restart the engine\?'
key y
gone "the engine dies: there is another" 'NO ENGINE'
see "the engine dies: CPU 1 goes on" '^[0-9 ]+\.[0-9]+ +001 '
key Q
# 1 would be of a console that could not start or turn its loop; nothing of that is a guest's to bring
# about, and what became of an engine was told.
see "it can be left, as after any other guest" 'ended with 0'

tap_end
