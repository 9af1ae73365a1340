/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Searching: for a pattern in rows, or for the next row that tells of something missing. The engine
 * looks, a few milliseconds an answer; this asks it again and again from where it ended, wraps
 * around once, and moves the events view to what was found. Keys work meanwhile, and moving or Esc
 * ends it. Called by commands.c, attach.c and console.c. It sees no row.
 */
#ifndef VTRACE_CONSOLE_FINDER_H
#define VTRACE_CONSOLE_FINDER_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/console/prompt.h"
#include "tui/engine/client.h"
#include "tui/engine/pattern.h"

struct console;

/* All zero is a valid start: nothing is looked for. */
struct finder {
	struct pattern pattern; /* what was looked for last; rows are marked with it while ready */
	bool running;
	bool asked;		     /* an answer with .serial is on its way */
	bool wrapped;		     /* it goes on from the other end */
	unsigned again;		     /* presses of its key meanwhile: as often it goes on */
	bool whole;		     /* it began at an end: there is nothing to wrap to */
	struct engine_search search; /* the next request */
	struct engine_position start;
	uint32_t serial;
	uint64_t since; /* ms of console_now() */
	uint64_t told;	/* ms, when progress was last shown */
	bool placed;	/* begun and now are known */
	double begun;	/* the part of all rows that lay behind when it began, and lies now */
	double now;
};

/* Ask for a pattern. */
void finder_open(struct console *console);
/* Look for a pattern, which is valid. */
void finder_look(struct console *console, const char *pattern);
/* What is wrong with a pattern: a prompt_check_fn. */
void finder_check(void *data, const char *text, struct prompt_verdict *verdict);
/* The next one of the last pattern, or the next break of the stream. */
void finder_next(struct console *console, enum engine_find_way way);
void finder_break(struct console *console, enum engine_find_way way);
/* End a search that runs. */
void finder_cancel(struct console *console);
/* End it, and mark nothing any more. */
void finder_forget(struct console *console);
/* ENGINE_SEARCHED came. */
void finder_packet(struct console *console, const struct engine_packet *packet);
/* Ask again, if the engine did not take the request. */
void finder_settle(struct console *console);
/* How far it is, as a sentence; "" when none runs, or has just begun. */
void finder_progress(const struct console *console, char *text, size_t size);

#endif
