/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that was said to the person at the screen: the message line shows the one that
 * matters most since the last key press, the log view shows all. Called by whoever has something
 * to say and by the views that show it. It keeps text as it came; draw.c strips it.
 */
#ifndef VTRACE_CONSOLE_JOURNAL_H
#define VTRACE_CONSOLE_JOURNAL_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "tui/guest/guest.h"

#define JOURNAL_ENTRIES 512 /* older ones are forgotten */

struct journal_entry {
	struct timespec when; /* CLOCK_REALTIME */
	enum guest_severity severity;
	char text[512];
};

/* All zero is a valid start. */
struct journal {
	struct journal_entry entries[JOURNAL_ENTRIES]; /* number n is at n % JOURNAL_ENTRIES */
	uint64_t count;				       /* ever added */
	uint64_t acknowledged; /* entries before this number have been seen */
	uint64_t details;      /* of those after it, nobody is to be bothered with */
	uint64_t shown;	       /* the number on the message line, if not acknowledged */
};

void journal_add(struct journal *journal, enum guest_severity severity, const char *text);
void journal_printf(struct journal *journal, enum guest_severity severity, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A key was pressed: what the message line shows has been seen. */
void journal_acknowledge(struct journal *journal);
/* The entry for the message line, or NULL; *more: how many others nobody has seen. */
const struct journal_entry *journal_current(const struct journal *journal, uint64_t *more);
/* Entries held, and one of them; 0 is the oldest. */
size_t journal_held(const struct journal *journal);
const struct journal_entry *journal_at(const struct journal *journal, size_t index);

#endif
