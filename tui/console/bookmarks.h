/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows of the open guest that have a letter, and the place from where the last jump went. Called
 * by commands.c for M and ', by whatever jumps far, and by strip.c, which draws them.
 */
#ifndef VTRACE_CONSOLE_BOOKMARKS_H
#define VTRACE_CONSOLE_BOOKMARKS_H

#include <stdbool.h>

#include "tui/console/prompt.h"
#include "tui/engine/protocol.h"

struct console;

#define BOOKMARKS 26 /* a to z */

struct bookmark {
	bool set;
	struct engine_position at;
};

/* All zero is a valid start. */
struct bookmarks {
	struct bookmark of[BOOKMARKS];
	struct bookmark before;	 /* where one was before the last jump */
	char set[BOOKMARKS + 2]; /* what a jump may be answered with, while it is asked for */
};

/* Ask for the letter to set, or to jump to. */
void bookmarks_open(struct console *console);
void bookmarks_open_jump(struct console *console);

/* May this be the letter? Each a prompt_check_fn whose data is struct console. */
void bookmarks_check(void *console, const char *text, struct prompt_verdict *verdict);
void bookmarks_check_jump(void *console, const char *text, struct prompt_verdict *verdict);

/* Name the row at the cursor; go to the one that has the letter, or, with ', back. */
void bookmarks_set(struct console *console, const char *letter);
void bookmarks_jump(struct console *console, const char *letter);

/* The view is about to show another place, far away: ' goes back to where it is now. */
void bookmarks_leave(struct console *console);
/* Another guest is open, or another engine: rows have other numbers. */
void bookmarks_forget(struct console *console);

#endif
