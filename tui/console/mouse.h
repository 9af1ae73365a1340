/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a mouse does, as a terminal tells it: in reports of the kind SGR (xterm's ctlseqs, "Mouse
 * Tracking", modes 1000 and 1006), which all of today's terminals know, and which have no bounds
 * for columns. Called by terminal.c, between curses' keys and the console; a terminal sends none
 * unless it is asked to, for then it no longer selects text to be copied.
 */
#ifndef VTRACE_CONSOLE_MOUSE_H
#define VTRACE_CONSOLE_MOUSE_H

#include <stdbool.h>
#include <stdint.h>

/* The code of what begins a report, as in paste.h. */
#define MOUSE_BEGIN	  0x3f2

#define MOUSE_PATIENCE_MS 1000 /* for the rest of a report */

enum mouse_kind {
	MOUSE_OTHER, /* other buttons, releases */
	MOUSE_CLICK, /* the left button went down */
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN,
};

struct mouse_event {
	enum mouse_kind kind;
	int line, column; /* of the screen, from 0 */
};

/* All zero is a valid start. */
struct mouse {
	bool open; /* a report's end has not come yet */
	bool done; /* event is one */
	uint64_t when;
	unsigned count; /* numbers that are complete */
	unsigned numbers[3];
	struct mouse_event event;
};

/* Have curses know what begins a report; after its terminal was opened. */
void mouse_init(void);
/* Ask the terminal for reports, or no longer. Safe in a signal handler. */
void mouse_reports(bool on);
/* A key came, at a time in ms. True: it is part of a report, or its end, after which done is set.
 */
bool mouse_takes(struct mouse *mouse, int key, uint64_t now);

#endif
