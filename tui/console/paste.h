/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is pasted into a terminal comes as if it were typed, unless the terminal is asked to put
 * marks around it (xterm's ctlseqs, "Bracketed Paste Mode"): without them a paste would press keys.
 * Called by terminal.c, between curses' keys and the console.
 */
#ifndef VTRACE_CONSOLE_PASTE_H
#define VTRACE_CONSOLE_PASTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

/* Codes of the marks, wrapped as curses' own in keymap.h. define_key(3) wants them above KEY_MAX.
 */
#define PASTE_BEGIN	  0x3f0
#define PASTE_END	  0x3f1

#define PASTE_MAX	  1024 /* characters that are kept of one */
#define PASTE_PATIENCE_MS 1000 /* for a terminal that has forgotten the end mark */

/* All zero is a valid start. */
struct paste {
	bool open;     /* its end has not come yet */
	bool done;     /* text is one */
	uint64_t when; /* ms, of the last key of it */
	size_t length;
	wchar_t text[PASTE_MAX + 1];
};

/* Have curses know the marks; after its terminal was opened. */
void paste_init(void);
/* Ask the terminal for marks, or no longer. Safe in a signal handler. */
void paste_marks(bool on);
/* A key came, at a time in ms. True: it is part of a paste, or its end, after which done is set and
 * text holds what can be typed of it: line ends and tabs are blanks, none at its end. */
bool paste_takes(struct paste *paste, int key, uint64_t now);

#endif
