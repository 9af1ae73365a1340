/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other end of a CPU's stream: what the agent in the guest has pumped of it, and what waits in
 * the ring buffer or was lost there. Asked of the agent at most once a second, by who draws it.
 * Called by view_statistics.c.
 */
#ifndef VTRACE_CONSOLE_PUMP_H
#define VTRACE_CONSOLE_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/console/draw.h"
#include "tui/guest/guest.h"

struct console;

#define PUMP_LINES 2
#define PUMP_TEXT  160

/* Counters of doc/vtrace-protocol.7's "ok stats", in its order; UINT64_MAX: not told. */
enum pump_counter {
	PUMP_ENTRIES,
	PUMP_OVERRUN,
	PUMP_DROPPED,
	PUMP_READ,
	PUMP_SPLICED,
	PUMP_FLUSHED,
	PUMP_SENT, /* bytes */
	PUMP_LOST, /* bytes */
	PUMP_COUNTERS
};

/* All zero is a valid start. */
struct pump {
	struct console *console;
	unsigned cpu;	/* that was asked for last */
	uint64_t asked; /* ms of console_now(); 0: never */
	bool waiting;	/* for the answer */
	bool known;	/* counters are those of cpu */
	bool refused;	/* the agent has none */
	uint64_t counters[PUMP_COUNTERS];
};

/* Take an answer, NULL when none came. */
void pump_take(struct pump *pump, const char *text);
/* What is known, or why nothing is; how many lines that is, which for a capture is 0. *losses:
 * they tell of some. */
int pump_text(const struct pump *pump, enum guest_state state, char lines[PUMP_LINES][PUMP_TEXT],
	      bool *losses);

/* Lines that it takes. */
int pump_lines(const struct console *console);
/* Draw what there is of a CPU, and ask for what is newer. */
void pump_draw(struct pump *pump, struct console *console, const struct area *area, unsigned cpu);
/* It is another guest. */
void pump_reset(struct pump *pump);

#endif
