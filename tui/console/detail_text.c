// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/detail_text.h"

#include <string.h>

void detail_text_clear(struct detail_text *text)
{
	text->length = 0;
	text->count = 0;
	text->columns = 0;
}

void detail_text_add(struct detail_text *text, const char *bytes, size_t length)
{
	text->columns = 0;
	for (size_t i = 0; i < length && text->length < DETAIL_TEXT_SIZE - 1; i++) {
		char c = bytes[i];

		if (c == '\0')
			c = '?';
		if (c == '\t')
			c = ' ';
		text->text[text->length++] = c == '\n' ? '\0' : c;
	}
	if (text->length && text->text[text->length - 1])
		text->text[text->length++] = '\0';
}

void detail_text_wrap(struct detail_text *text, int columns)
{
	size_t at = 0, next;

	if (text->columns == columns || columns <= 0)
		return;
	text->columns = columns;
	text->count = 0;
	while (at < text->length && text->count < DETAIL_TEXT_LINES) {
		size_t length = text_break(text->text + at, columns, &next);

		text->lines[text->count].start = (uint32_t)at;
		text->lines[text->count++].length = (uint32_t)length;
		at += next;
		if (at < text->length && !text->text[at])
			at++;
	}
}

void detail_text_draw(const struct detail_text *text, struct pen *pen, int line)
{
	pen_bytes(pen, STYLE_NORMAL, text->text + text->lines[line].start, text->lines[line].length,
		  0, pen->end - pen->column);
}
