/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text onto the screen. A pen writes within one line from left to right and never beyond its
 * end. This is the one place where text meets curses: every byte passes text_strip() here,
 * whoever wrote it. Called by views, title, footer and prompt between terminal_begin() and
 * terminal_end(); it keeps nothing.
 */
#ifndef VTRACE_CONSOLE_DRAW_H
#define VTRACE_CONSOLE_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "tui/console/terminal.h"

/* A part of the screen, in cells. */
struct area {
	int top, left, rows, columns;
};

struct pen {
	const struct terminal *terminal;
	int row, column;
	int end; /* first column that is not ours */
};

/* A pen at the start of a line of the area (0 is its first), which spans its width. */
struct pen pen_at(const struct terminal *terminal, const struct area *area, int line);

/* Write at most columns columns of length bytes, after skipping the first skip columns. Returns
 * the columns written. */
int pen_bytes(struct pen *pen, enum style style, const char *bytes, size_t length, int skip,
	      int columns);
void pen_text(struct pen *pen, enum style style, const char *text);
void pen_printf(struct pen *pen, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Fill up to a column (counted from the screen's left) with blanks, or with a rule. */
void pen_pad(struct pen *pen, enum style style, int column);
void pen_rule(struct pen *pen, enum style style, int column);

/* A cell for each value, as high as it is beside the highest; above 0 when there is none. */
void pen_sparkline(struct pen *pen, enum style style, const uint32_t *values, unsigned count,
		   uint32_t highest);

/* How many bytes of text make a line of so many columns, broken at a blank where there is one;
 * *next: where the next line starts. */
size_t text_break(const char *text, int columns, size_t *next);
/* A sentence from the top of an area on, broken into lines, as far as they fit. */
void area_sentence(const struct terminal *terminal, const struct area *area, const char *text);

/* The columns that bytes, and text, take when they are drawn. */
int bytes_columns(const struct terminal *terminal, const char *bytes, size_t length);
int text_columns(const struct terminal *terminal, const char *text);

#endif
