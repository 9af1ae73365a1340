// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/hexdump.h"

/* "0000  ", 16 times "00 ", a gap after each 8, and 16 characters. */
#define WIDE_COLUMNS (6 + 16 * 3 + 2 + 16)

size_t hexdump_a_line(int columns)
{
	return columns >= WIDE_COLUMNS ? 16 : 8;
}

int hexdump_lines(const struct hexdump *dump)
{
	return (int)((dump->length + dump->a_line - 1) / dump->a_line);
}

int hexdump_line_of(const struct hexdump *dump, size_t byte)
{
	return (int)(byte / dump->a_line);
}

/* Whether a byte and the one so many before it are in the same mark. */
static bool marked(const struct hexdump *dump, size_t byte, size_t before)
{
	for (unsigned i = 0; i < HEXDUMP_MARKS; i++)
		if (byte >= dump->marks[i].start + before && byte < dump->marks[i].end)
			return true;
	return false;
}

void hexdump_draw(const struct hexdump *dump, struct pen *pen, int line)
{
	size_t start = (size_t)line * dump->a_line, at;
	int left = pen->column;

	pen_printf(pen, STYLE_DIM, "%04zx ", start);
	for (at = start; at < start + dump->a_line && at < dump->length; at++) {
		/* The mark of a field of more bytes has no holes. */
		enum style gap = at > start && marked(dump, at, 1) ? STYLE_FOCUS : STYLE_NORMAL;

		pen_text(pen, gap, at > start && (at - start) % 8 == 0 ? "  " : " ");
		pen_printf(pen, marked(dump, at, 0) ? STYLE_FOCUS : STYLE_NORMAL, "%02x",
			   dump->bytes[at]);
	}
	pen_pad(pen, STYLE_NORMAL, left + 6 + (int)dump->a_line * 3 + (dump->a_line > 8 ? 2 : 1));
	for (at = start; at < start + dump->a_line && at < dump->length; at++) {
		uint8_t byte = dump->bytes[at];

		pen_printf(pen, marked(dump, at, 0) ? STYLE_FOCUS : STYLE_NORMAL, "%c",
			   byte >= ' ' && byte <= '~' ? byte : '.');
	}
}
