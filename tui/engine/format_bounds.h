/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of an event's format libtraceevent is let see. Its parser calls itself for each bracket
 * and sign, takes time with the square of a text's length where tokens are put together, and prints
 * whatever a format asks for; so a format is measured first, in one pass, and what would take long
 * is cut before its "print fmt" or left out. Everything is counted, nothing timed: the same bundle
 * always gives the same rows. Used by formats.
 */
#ifndef VTRACE_ENGINE_FORMAT_BOUNDS_H
#define VTRACE_ENGINE_FORMAT_BOUNDS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/limits.h"

/* Those of one bundle. */
struct format_bounds {
	uint64_t work;			    /* that is left, bytes squared */
	unsigned cut;			    /* formats of which not all is parsed */
	char first[VTRACE_BUNDLE_NAME_MAX]; /* the section of the first of them */
	const char *why;		    /* it was cut */
	size_t symbols, printks;	    /* good lines of listings that were left out */
};

void format_bounds_init(struct format_bounds *bounds);

/* How many bytes of that section's text are to be parsed: all length of them, those before its
 * "print fmt", or 0. */
size_t format_bounds_take(struct format_bounds *bounds, const char *section, const char *text,
			  size_t length);

/* Sentences about what is missing; "" when nothing is. */
void format_bounds_tell(const struct format_bounds *bounds, char *text, size_t size);

#endif
