/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ordering the guest to enable and disable events, from the key E's view and from the command
 * line, and having them put back before the console leaves. Called by commands.c, console.c and
 * view_enabled.c.
 */
#ifndef VTRACE_CONSOLE_ENABLING_H
#define VTRACE_CONSOLE_ENABLING_H

#include "tui/console/prompt.h"
#include "tui/guest/events.h"

struct console;

/* The filter that is asked for. */
struct enabling {
	char event[2 * VTRACE_EVENT_NAME_MAX];
	char typed[EDIT_BYTES];
	bool asking;	   /* the answer about event is on its way */
	char refused[256]; /* why the guest did not take what was typed; "": it did */
};

/* Send an order; what comes of it is told. Patterns as in "sched,timer:hr*". */
void enabling_order(struct console *console, enum guest_events_order order, const char *patterns);
/* Ask for a filter that the guest's kernel is to apply to "SYSTEM:EVENT", which has one or not. */
void enabling_ask_filter(struct console *console, const char *event);

/* Why events can not be enabled in what is open, as a sentence; NULL: they can. */
const char *enabling_obstacle(const struct console *console);

/* What the commands enable, events and disable take: a prompt_check_fn over struct console. */
void enabling_check(void *data, const char *text, struct prompt_verdict *verdict);
void enabling_add(struct console *console, const char *patterns);
void enabling_set(struct console *console, const char *patterns);
void enabling_remove(struct console *console, const char *patterns);
/* Show the events of the guest. */
void enabling_open(struct console *console);

/* Must the guest's events, and what else was set there, be put back before it is let go? */
bool enabling_owes_restore(const struct console *console);
/* Have that done. 0, or -errno: it can not be asked for now. */
int enabling_restore(struct console *console);

#endif
