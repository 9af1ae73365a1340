/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A place in a list of lines: which line is on top, and for lists that choose, which one the
 * cursor is on. Called by the log, help and domains views; it draws nothing.
 */
#ifndef VTRACE_CONSOLE_LIST_H
#define VTRACE_CONSOLE_LIST_H

#include <stdbool.h>

#include "tui/console/keymap.h"

/* All zero is a valid start. */
struct list {
	int count; /* lines there are */
	int rows;  /* lines that fit on the screen */
	int top;
	int cursor;
	bool has_cursor; /* moves move the cursor, and the top follows; else they move the top */
};

/* Tell how long the list and how high its place is now; keeps top and cursor within. */
void list_fit(struct list *list, int count, int rows);
/* Make a move of keymap.h; others are ignored. */
void list_act(struct list *list, enum action action);
/* Is the last line on the screen? */
bool list_at_end(const struct list *list);

#endif
