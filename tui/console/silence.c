// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include "tui/console/silence.h"

#define SILENCE 5000 /* ms without an event until the screen says why that may be */

static void why_silent(const struct console *console, bool shown, char *text, size_t size)
{
	const struct guest_hello *hello = guest_hello(console->guest);
	uint64_t since = console->meters.last_event > console->tracing_since
				 ? console->meters.last_event
				 : console->tracing_since;
	uint64_t silent = console_now() - since;

	if (silent < SILENCE) {
		if (!shown)
			snprintf(text, size, "tracing; no events yet");
		return;
	}
	silent /= 1000;
	if (hello && hello->events_enabled == 0)
		snprintf(text, size,
			 "no events for %" PRIu64 " s: no events are enabled in the guest; "
			 "enable some there, as with: trace-cmd start -e sched",
			 silent);
	else if (hello && hello->events_enabled != (unsigned)-1)
		snprintf(text, size,
			 "no events for %" PRIu64
			 " s: %u event types are enabled in the guest, but "
			 "none of them happens",
			 silent, hello->events_enabled);
	else
		snprintf(text, size,
			 "no events for %" PRIu64 " s: are events enabled in the guest "
			 "(trace-cmd start -e sched), and does it do anything?",
			 silent);
}

void silence_reason(const struct console *console, bool shown, char *text, size_t size)
{
	const char *waiting;

	text[0] = '\0';
	if (!console->guest) {
		if (attach_named(console->options))
			snprintf(text, size, "opening...");
		return;
	}
	waiting = guest_waiting(console->guest);
	if (!guest_engine_alive(console->guest))
		snprintf(text, size, "the engine is dead: R starts it again");
	else if (waiting)
		snprintf(text, size, "%s", waiting);
	else if (attach_tracing(console) && console->tracing_since)
		why_silent(console, shown, text, size);
	else if (guest_state(console->guest) == GUEST_GONE)
		snprintf(text, size,
			 "the domain is gone: what was received is kept; d chooses "
			 "another");
	else if (shown)
		return;
	else if (console->meters.indexing)
		snprintf(text, size, "reading the capture...");
	else if (guest_state(console->guest) == GUEST_STOPPED)
		snprintf(text, size, "not tracing: t starts it");
	else if (console->filtered)
		snprintf(text, size, "the filter lets no event of these CPUs pass");
	else if (guest_state(console->guest) == GUEST_REPLAY)
		snprintf(text, size, "the capture holds no events of these CPUs");
}
