/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers to ENGINE_SEARCH: rows are printed and matched, one after the other, for a few
 * milliseconds an answer, so that keys and views need not wait for a search through everything.
 * Used by the server; the console asks again from where it ended.
 */
#ifndef VTRACE_ENGINE_SEARCH_H
#define VTRACE_ENGINE_SEARCH_H

#include "tui/engine/pattern.h"
#include "tui/engine/protocol.h"
#include "tui/engine/rows.h"

#define SEARCH_SLICE_MS 8 /* that an answer takes */

/* What was looked for last, and a row's text. All zero is a valid start. */
struct search {
	struct pattern pattern;
	char text[2 * ENGINE_NAME_MAX + 16 + ENGINE_TEXT_MAX];
};

/* What was asked for is well-formed, text included. */
void search_rows(struct search *search, struct rows *rows, const struct engine_search *asked,
		 struct engine_searched *found);
void search_release(struct search *search);

#endif
