/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes in hex and, where they are printable ASCII, as text; some of them marked. Called by the
 * detail view; it keeps nothing.
 */
#ifndef VTRACE_CONSOLE_HEXDUMP_H
#define VTRACE_CONSOLE_HEXDUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/console/draw.h"

/* Bytes from start up to, not including, end; none when they are the same. */
struct hexdump_mark {
	size_t start, end;
};

#define HEXDUMP_MARKS 2

struct hexdump {
	const uint8_t *bytes;
	size_t length;
	size_t a_line; /* bytes: 16 or 8 */
	struct hexdump_mark marks[HEXDUMP_MARKS];
};

/* How many bytes a line of so many columns takes. */
size_t hexdump_a_line(int columns);
int hexdump_lines(const struct hexdump *dump);
/* The line that has a byte. */
int hexdump_line_of(const struct hexdump *dump, size_t byte);
/* Draw a line, from 0: offset, hex, text. */
void hexdump_draw(const struct hexdump *dump, struct pen *pen, int line);

#endif
