// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "formats/control.h"
#include "tui/console/numbers.h"
#include "tui/console/pump.h"
#include "tui/console/state.h"

#define PERIOD_MS 1000
#define NOT_TOLD  UINT64_MAX

/* The keys of the answer, doc/vtrace-protocol.7. */
static const char *const keys[PUMP_COUNTERS] = {
	[PUMP_ENTRIES] = "entries",	  [PUMP_OVERRUN] = "overrun",
	[PUMP_DROPPED] = "dropped",	  [PUMP_READ] = "read",
	[PUMP_SPLICED] = "pages-spliced", [PUMP_FLUSHED] = "pages-flushed",
	[PUMP_SENT] = "bytes-sent",	  [PUMP_LOST] = "lost-bytes",
};

void pump_take(struct pump *pump, const char *text)
{
	pump->waiting = false;
	pump->known = text != NULL;
	for (unsigned i = 0; text && i < PUMP_COUNTERS; i++)
		if (control_value_u64(text, keys[i], &pump->counters[i]))
			pump->counters[i] = NOT_TOLD;
}

static const char *exact(char *text, uint64_t number)
{
	return number == NOT_TOLD ? "?" : number_exact(text, number);
}

static const char *bytes(char *text, uint64_t number)
{
	return number == NOT_TOLD ? "?" : number_bytes(text, number);
}

static bool is_some(uint64_t number)
{
	return number && number != NOT_TOLD;
}

static const char *why_unknown(const struct pump *pump, enum guest_state state)
{
	if (state == GUEST_OLD_AGENT)
		return "nobody answers, or it is the agent of 2012, which has no counters";
	if (state == GUEST_GONE)
		return "the domain is gone";
	if (state == GUEST_CONNECTING || pump->refused)
		return "the agent has not answered yet";
	return pump->waiting || !pump->asked ? "they are asked for"
					     : "the agent did not tell them; it is asked again";
}

int pump_text(const struct pump *pump, enum guest_state state, char lines[PUMP_LINES][PUMP_TEXT],
	      bool *losses)
{
	const uint64_t *counters = pump->counters;
	char number[4][NUMBER_SIZE];

	*losses = false;
	if (state == GUEST_REPLAY)
		return 0;
	if (!pump->known) {
		snprintf(lines[0], PUMP_TEXT, "agent: its counters are not known: %s",
			 why_unknown(pump, state));
		return 1;
	}
	*losses = is_some(counters[PUMP_OVERRUN]) || is_some(counters[PUMP_DROPPED]) ||
		  is_some(counters[PUMP_LOST]);
	snprintf(lines[0], PUMP_TEXT,
		 "agent, CPU%u: %s full pages spliced, %s flushed early, %s sent, %s lost by the "
		 "port's driver",
		 pump->cpu, exact(number[0], counters[PUMP_SPLICED]),
		 exact(number[1], counters[PUMP_FLUSHED]), bytes(number[2], counters[PUMP_SENT]),
		 bytes(number[3], counters[PUMP_LOST]));
	snprintf(lines[1], PUMP_TEXT,
		 "ring buffer, CPU%u: %s events wait, %s read, %s overwritten unread, %s dropped",
		 pump->cpu, exact(number[0], counters[PUMP_ENTRIES]),
		 exact(number[1], counters[PUMP_READ]), exact(number[2], counters[PUMP_OVERRUN]),
		 exact(number[3], counters[PUMP_DROPPED]));
	return 2;
}

static void answered(void *data, const char *text)
{
	struct pump *pump = data;

	pump_take(pump, text);
	console_invalidate(pump->console);
}

static void ask(struct pump *pump, struct console *console, unsigned cpu)
{
	uint64_t now = console_now();
	int ret;

	if (pump->waiting || (pump->asked && now - pump->asked < PERIOD_MS))
		return;
	pump->console = console;
	pump->cpu = cpu;
	pump->asked = now;
	ret = guest_stats(console->guest, (int)cpu, answered, pump);
	pump->waiting = !ret;
	pump->refused = ret == -EOPNOTSUPP;
	if (ret)
		pump->known = false;
}

int pump_lines(const struct console *console)
{
	return console->guest && guest_state(console->guest) != GUEST_REPLAY &&
			       !guest_is_memory(console->guest)
		       ? PUMP_LINES
		       : 0;
}

void pump_draw(struct pump *pump, struct console *console, const struct area *area, unsigned cpu)
{
	char lines[PUMP_LINES][PUMP_TEXT];
	bool losses;
	int count;

	if (pump->cpu != cpu) {
		/* Another CPU is not to wait for a second. */
		pump->known = false;
		if (!pump->waiting)
			pump->asked = 0;
	}
	ask(pump, console, cpu);
	count = pump_text(pump, guest_state(console->guest), lines, &losses);
	for (int i = 0; i < count && i < area->rows; i++) {
		struct pen pen = pen_at(console->terminal, area, i);

		pen_bytes(&pen, losses ? STYLE_WARNING : STYLE_DIM, lines[i], strlen(lines[i]), 0,
			  area->columns);
	}
}

void pump_reset(struct pump *pump)
{
	*pump = (struct pump){.console = pump->console};
}
