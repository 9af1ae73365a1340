// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "tui/console/draw.h"
#include "tui/engine/protocol.h"
#include "tui/text.h"

/* A stripped byte can take four columns ("\x1b"). */
#define DRAW_TEXT_MAX (ENGINE_TEXT_MAX * 4 + 1)
#define CELLS_MAX     256 /* put at a time */

struct pen pen_at(const struct terminal *terminal, const struct area *area, int line)
{
	return (struct pen){.terminal = terminal,
			    .row = area->top + line,
			    .column = area->left,
			    .end = area->left + area->columns};
}

/* Strip bytes and turn them into wide characters. Returns their number. */
static size_t wide_text(const struct terminal *terminal, const char *bytes, size_t length,
			wchar_t *wide, size_t size)
{
	char stripped[DRAW_TEXT_MAX];
	mbstate_t state = {0};
	const char *at = stripped;

	text_strip(stripped, sizeof(stripped), bytes, length, terminal_ascii(terminal));
	size_t count = mbsrtowcs(wide, &at, size - 1, &state);

	if (count == (size_t)-1)
		count = 0;
	wide[count] = L'\0';
	return count;
}

/* A character that the C library gives no width is not worth a torn line. */
static int columns_of(wchar_t *character)
{
	int columns = wcwidth(*character);

	if (columns >= 0)
		return columns;
	*character = L'?';
	return 1;
}

/* Is all of it characters of ASCII, a column each? */
static bool is_plain(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] < ' ' || bytes[i] > '~')
			return false;
	return true;
}

/* Put cells on the screen from the pen on, with no more than a copy: most text is plain, and
 * what curses does for other text is a third of what a screen costs. */
static int put_plain(struct pen *pen, enum style style, const char *bytes, int count)
{
	attr_t attributes = (attr_t)terminal_style(pen->terminal, style);
	chtype cells[CELLS_MAX];
	int done = 0;

	while (done < count) {
		int some = count - done < CELLS_MAX ? count - done : CELLS_MAX;

		for (int i = 0; i < some; i++)
			cells[i] = (chtype)(unsigned char)bytes[done + i] | attributes;
		mvaddchnstr(pen->row, pen->column + done, cells, some);
		done += some;
	}
	pen->column += count;
	return count;
}

int pen_bytes(struct pen *pen, enum style style, const char *bytes, size_t length, int skip,
	      int columns)
{
	wchar_t wide[DRAW_TEXT_MAX];
	size_t count, first = 0, last;
	int used = 0, torn = 0;

	if (columns > pen->end - pen->column)
		columns = pen->end - pen->column;
	if (columns <= 0)
		return 0;
	if (is_plain(bytes, length)) {
		int rest = (int)length - skip;

		if (rest <= 0)
			return 0;
		return put_plain(pen, style, bytes + skip, rest < columns ? rest : columns);
	}
	count = wide_text(pen->terminal, bytes, length, wide, DRAW_TEXT_MAX);
	/* What has no column of its own goes with the character before it. */
	while (first < count && (skip > 0 || (first && !columns_of(&wide[first]))))
		skip -= columns_of(&wide[first++]);
	/* Of one that is cut in two a blank is left. */
	if (skip < 0)
		used = torn = put_plain(pen, style, " ", 1);
	for (last = first; last < count; last++) {
		int width = columns_of(&wide[last]);

		if (used + width > columns)
			break;
		used += width;
	}
	attrset((attr_t)terminal_style(pen->terminal, style));
	mvaddnwstr(pen->row, pen->column, wide + first, (int)(last - first));
	pen->column += used - torn;
	return used;
}

void pen_text(struct pen *pen, enum style style, const char *text)
{
	pen_bytes(pen, style, text, strlen(text), 0, pen->end - pen->column);
}

void pen_printf(struct pen *pen, enum style style, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	pen_text(pen, style, text);
}

void pen_pad(struct pen *pen, enum style style, int column)
{
	attr_t attributes = (attr_t)terminal_style(pen->terminal, style);
	chtype cells[CELLS_MAX];
	int some;

	if (column > pen->end)
		column = pen->end;
	for (; pen->column < column; pen->column += some) {
		some = column - pen->column < CELLS_MAX ? column - pen->column : CELLS_MAX;
		for (int i = 0; i < some; i++)
			cells[i] = ' ' | attributes;
		mvaddchnstr(pen->row, pen->column, cells, some);
	}
}

void pen_rule(struct pen *pen, enum style style, int column)
{
	const wchar_t *with = terminal_ascii(pen->terminal) ? L"-" : L"\u2500";

	if (column > pen->end)
		column = pen->end;
	attrset((attr_t)terminal_style(pen->terminal, style));
	for (; pen->column < column; pen->column++)
		mvaddnwstr(pen->row, pen->column, with, 1);
}

int text_columns(const struct terminal *terminal, const char *text)
{
	return bytes_columns(terminal, text, strlen(text));
}

int bytes_columns(const struct terminal *terminal, const char *bytes, size_t length)
{
	if (is_plain(bytes, length))
		return (int)length;

	wchar_t wide[DRAW_TEXT_MAX];
	size_t count = wide_text(terminal, bytes, length, wide, DRAW_TEXT_MAX);
	int columns = 0;

	for (size_t i = 0; i < count; i++)
		columns += columns_of(&wide[i]);
	return columns;
}

/* Columns are guessed as one for each character: text with wide or stripped ones, which is rare
 * in sentences, is cut at the end of its line by the pen. */
void pen_sparkline(struct pen *pen, enum style style, const uint32_t *values, unsigned count,
		   uint32_t highest)
{
	static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const ascii[] = {"_", ".", ":", "-", "=", "+", "*", "#"};
	const char *const *levels = terminal_ascii(pen->terminal) ? ascii : bars;

	for (unsigned i = 0; i < count; i++) {
		uint64_t height = (uint64_t)values[i] * 7 / highest;

		/* A little is not nothing. */
		if (values[i] && !height)
			height = 1;
		pen_text(pen, style, levels[height]);
	}
}

size_t text_break(const char *text, int columns, size_t *next)
{
	size_t at = 0, blank = 0;

	for (int used = 0; text[at]; at++) {
		if (((unsigned char)text[at] & 0xc0) == 0x80)
			continue; /* the rest of a UTF-8 sequence */
		if (text[at] == ' ')
			blank = at;
		if (used++ == columns)
			break;
	}
	if (!text[at] || !blank) {
		*next = at;
		return at;
	}
	*next = blank + 1;
	return blank;
}

void area_sentence(const struct terminal *terminal, const struct area *area, const char *text)
{
	size_t next;

	for (int line = 0; *text && line < area->rows; line++) {
		struct pen pen = pen_at(terminal, area, line);

		pen_bytes(&pen, STYLE_DIM, text, text_break(text, area->columns, &next), 0,
			  area->columns);
		text += next;
	}
}
