/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which columns rows have, in which order, and how wide: "time,cpu,task:20,event,detail". Called
 * by settings.c, which reads and writes it as text, and by row.c, which lays rows out by it.
 */
#ifndef VTRACE_CONSOLE_COLUMNS_H
#define VTRACE_CONSOLE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

enum column { COLUMN_TIME, COLUMN_CPU, COLUMN_TASK, COLUMN_EVENT, COLUMN_DETAIL, COLUMN_COUNT };

#define COLUMN_WIDEST 200
#define COLUMNS_TEXT  64 /* bytes of columns as text, at most, with the end */

struct row_columns {
	unsigned count; /* of those shown, at least one */
	struct {
		enum column column;
		int width; /* 0: what is sensible on the screen at hand; always so of DETAIL */
	} shown[COLUMN_COUNT];
};

/* All of them, as wide as is sensible. */
void columns_init(struct row_columns *columns);
/* 0, or -EINVAL with a sentence in why and nothing changed; *at is then the byte at fault. */
int columns_parse(struct row_columns *columns, const char *text, char *why, size_t why_size,
		  size_t *at);
/* Write them so that columns_parse() makes the same of it; text has COLUMNS_TEXT. */
void columns_format(const struct row_columns *columns, char *text);
/* Their names, in the order of the enum; NULL after the last. */
const char *column_name(unsigned n);

#endif
