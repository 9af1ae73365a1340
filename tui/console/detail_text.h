/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text broken into the lines of a screen: that of a row, and its event's print format. Called by
 * the detail view. The text is a guest's: lines are bounded in number, and drawn through a pen.
 */
#ifndef VTRACE_CONSOLE_DETAIL_TEXT_H
#define VTRACE_CONSOLE_DETAIL_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "tui/console/draw.h"

#define DETAIL_TEXT_SIZE  (40 * 1024) /* bytes; what is longer is cut */
#define DETAIL_TEXT_LINES 2048

struct detail_text {
	char text[DETAIL_TEXT_SIZE]; /* paragraphs, each NUL-terminated */
	size_t length;
	struct {
		uint32_t start, length;
	} lines[DETAIL_TEXT_LINES];
	int count;
	int columns; /* that the lines are broken for; 0: not yet */
};

void detail_text_clear(struct detail_text *text);
/* Append bytes, a paragraph for each of its lines; blanks in the place of tabs. */
void detail_text_add(struct detail_text *text, const char *bytes, size_t length);
/* Break it into lines of so many columns. */
void detail_text_wrap(struct detail_text *text, int columns);
void detail_text_draw(const struct detail_text *text, struct pen *pen, int line);

#endif
