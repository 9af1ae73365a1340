/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Print formats taken apart: text and conversions, as libtraceevent reads them (parse_args() in
 * its event-parse.c), which is nearly but not quite as printf(3) does. Used where events are
 * compiled and where the formats of trace_printk are followed. What libtraceevent and printf(3)
 * do not agree upon is told apart, and left to libtraceevent.
 */
#ifndef VTRACE_ENGINE_FORMAT_H
#define VTRACE_ENGINE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/engine/out.h"

enum piece_kind {
	PIECE_END,
	PIECE_TEXT,	  /* start, length: with escapes, see format_unescape() */
	PIECE_CONVERSION, /* spec, size, star, letters */
	PIECE_UNKNOWN,
};

enum star {
	STAR_NONE,
	STAR_WIDTH,
	STAR_PRECISION,
};

struct piece {
	const char *start;
	size_t length;
	struct spec spec; /* conversion: d u x X o s p */
	unsigned size;	  /* of a number's C type, bytes; 0 for %s */
	unsigned longs;	  /* a number's l and z: 0, 1 or 2 */
	enum star star;
	char letters[4]; /* that follow a p and belong to it, NUL behind */
};

/* The piece at *at, which is moved behind it. */
enum piece_kind format_next(const char **at, struct piece *piece);

/* Text with its escapes resolved, as libtraceevent does: \n \t \r \\ and %%, of any other
 * backslash the character behind it. */
void format_unescape(struct out *out, const char *start, size_t length);

#endif
