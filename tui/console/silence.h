/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why nothing comes: the sentence that stands in an empty screen. Called by view_events.c; it
 * looks at the guest and at the meters and changes nothing.
 */
#ifndef VTRACE_CONSOLE_SILENCE_H
#define VTRACE_CONSOLE_SILENCE_H

#include "tui/console/state.h"

/* Write what is awaited, or why there are no events and what to do about it; "" when there is
 * nothing to say. shown: there are rows on the screen. */
void silence_reason(const struct console *console, bool shown, char *text, size_t size);

#endif
