/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the rows are shown: the filter in force, the prompt for another one, quick ones from
 * the row under the cursor, and how many rows it shows. Filters are the engine's: it says while
 * one types whether a text is one, and which names could follow. What is received, recorded and
 * saved is not touched by them. Called by commands.c, attach.c and view_events.c.
 */
#ifndef VTRACE_CONSOLE_FILTERING_H
#define VTRACE_CONSOLE_FILTERING_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/console/draw.h"
#include "tui/console/prompt.h"
#include "tui/engine/client.h"

struct console;

struct filtering {
	struct engine_filter filter;   /* in force, or to be again */
	struct engine_filter in_force; /* what the engine took last */
	bool off;		       /* everything is shown for now */
	bool waiting;		       /* for formats */

	struct engine_sifted count;
	bool counted, counting;
	uint32_t count_serial;

	struct engine_filter wanted, tried; /* what is typed, and what the engine is asked */
	bool wants, trying;
	uint32_t try_serial;

	uint32_t words_serial;

	/* Of the row that a quick filter is asked for: more may arrive under the question. */
	struct {
		int32_t pid;
		unsigned cpu;
		char event[ENGINE_NAME_MAX + 1];
		char task[ENGINE_NAME_MAX + 1];
	} row;
};

/* The filter of -e and -F. */
void filtering_init(struct console *console);
/* The filter for a guest that is opened. */
struct engine_filter filtering_now(const struct console *console);

/* Ask for a filter. */
void filtering_open(struct console *console);
/* Use one, "" for none; and whether it is one: a prompt_check_fn. */
void filtering_use(struct console *console, const char *expression);
void filtering_check(void *data, const char *text, struct prompt_verdict *verdict);
/* What Tab may make of a filter: a prompt_complete_fn. */
void filtering_complete(void *data, const char *text, size_t cursor, struct completion *completion);
/* Show only, or all without, what the row under the cursor is: asks which of it. */
void filtering_only(struct console *console);
void filtering_without(struct console *console);
/* Show everything, or filter again. */
void filtering_toggle(struct console *console);

/* ENGINE_FILTER_REPLY, ENGINE_FILTER_TRIED, ENGINE_SIFTED or ENGINE_WORDS_REPLY came. */
void filtering_packet(struct console *console, const struct engine_packet *packet);
/* Ask the engine what it did not take before. */
void filtering_settle(struct console *console);
/* The engine is another one. */
void filtering_reset(struct console *console);
/* Rows came: count again. */
void filtering_beat(struct console *console);

/* Lines that it needs in the events view, and drawing them. */
int filtering_lines(const struct console *console);
void filtering_draw(const struct console *console, const struct area *line);

#endif
