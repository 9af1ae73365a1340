/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the column TIME tells: the key T, and what the rows of the open guest need for it. Called
 * by commands.c and view_events.c.
 */
#ifndef VTRACE_CONSOLE_TIMES_H
#define VTRACE_CONSOLE_TIMES_H

#include "tui/console/row.h"

struct console;

/* T: the next kind of time. The time of day says whose clock that is, and how exact; where it is
 * not known, why, and the clock's times follow. */
void times_next(struct console *console);
/* Let rows have the times that are chosen; top: the first one shown. */
void times_fit(const struct console *console, struct row_layout *layout,
	       const struct engine_position *top);

#endif
