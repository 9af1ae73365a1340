/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time line: one line above the events that shows all the time that is held, how many events it
 * has where, what is missing of it, where searches found something, and the part that is on the
 * screen. Called by console.c, attach.c and finder.c. It asks the engine for columns, at most once
 * a beat, and keeps the last answer.
 */
#ifndef VTRACE_CONSOLE_STRIP_H
#define VTRACE_CONSOLE_STRIP_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/console/draw.h"
#include "tui/engine/client.h"

struct console;

#define STRIP_HITS 64 /* places that are remembered of a search */

/* All zero is a valid start. */
struct strip {
	uint32_t room;			       /* columns on the screen; 0: it is not there */
	struct engine_density_request request; /* what was asked last */
	bool asked;			       /* an answer with .serial is on its way */
	bool stale;			       /* something has come since it was asked */
	uint32_t serial;
	bool known; /* head and columns are an answer */
	struct engine_density head;
	struct engine_density_column columns[ENGINE_DENSITY_COLUMNS];
	struct engine_position hits[STRIP_HITS]; /* the last ones, hit_count % STRIP_HITS is next */
	unsigned hit_count;
};

/* Lines that it takes on a screen of so many rows: 0 or 1. */
int strip_lines(const struct console *console, int rows);
void strip_draw(struct console *console, const struct area *line);
/* Another guest is open. */
void strip_reset(struct console *console);
/* A beat: ask again, if something has come. */
void strip_beat(struct console *console);
/* Ask for what the screen has room for, if that is not what was asked. */
void strip_settle(struct console *console);
/* ENGINE_DENSITY_REPLY or ENGINE_NO_ANSWER came. */
void strip_packet(struct console *console, const struct engine_packet *packet);
/* A search found a row; or something else is looked for now. */
void strip_add_hit(struct console *console, const struct engine_position *at);
void strip_forget_hits(struct console *console);

#endif
