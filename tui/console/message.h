/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The message line above the last one: what the prompt has to say, else the newest message that
 * matters, else the view's hint. A long sentence grows upwards over the view. Called by
 * console.c.
 */
#ifndef VTRACE_CONSOLE_MESSAGE_H
#define VTRACE_CONSOLE_MESSAGE_H

#include "tui/console/state.h"

/* Draw so that the text's last line is the area's last. Returns the lines that it took. */
int message_draw(struct console *console, const struct area *area);

#endif
