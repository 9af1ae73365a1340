/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the mouse does on the screen: the wheel scrolls what is under it, a click puts the cursor
 * there or presses a key of the last line, a second one soon after is Enter. Called by console.c;
 * it does nothing that keys could not do.
 */
#ifndef VTRACE_CONSOLE_POINTER_H
#define VTRACE_CONSOLE_POINTER_H

#include <stdint.h>

#include "tui/console/draw.h"
#include "tui/console/mouse.h"

struct console;

/* All zero is a valid start: nothing was drawn, so nothing is clicked on. */
struct pointer {
	struct area view, footer; /* as of the last frame */
	uint64_t clicked;	  /* ms of console_now() */
	int line, column;	  /* where that was */
};

void pointer_event(struct console *console, const struct mouse_event *event);

#endif
