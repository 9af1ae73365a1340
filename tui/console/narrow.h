/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of filters, as far as the console understands it: to add a condition to one, and to find
 * out what could be typed next. What a filter means is the engine's business (filter_tree.h has
 * the grammar). Called by filtering.c.
 */
#ifndef VTRACE_CONSOLE_NARROW_H
#define VTRACE_CONSOLE_NARROW_H

#include <stddef.h>

/* A filter that lets pass what expression does, "" being all, and of that what condition is true
 * for. 0, or -E2BIG when that does not fit size bytes. */
int narrow_filter(char *out, size_t size, const char *expression, const char *condition);
/* A condition that compares a text, which may have quotes in it, with a field by an operator. 0, or
 * -EINVAL for a text that can not be written in quotes: a backslash before one or another, or at
 * the end. */
int narrow_text(char *out, size_t size, const char *field, const char *operator, const char * text);

/* What the word before the cursor could become. */
struct narrow_word {
	unsigned kinds;	   /* of enum engine_words_kind, as bits */
	size_t from;	   /* where the word begins */
	size_t of, of_end; /* the events that its part of the filter is for */
	char after;	   /* what belongs behind the word */
};

struct narrow_word narrow_word_at(const char *text, size_t cursor);

#endif
