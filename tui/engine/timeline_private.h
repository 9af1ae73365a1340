/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of a timeline, shared by the files that make it up and by nobody else: timeline.c
 * decodes pages and keeps the streams in order, timeline_shown.c passes over what a filter hides.
 */
#ifndef VTRACE_ENGINE_TIMELINE_PRIVATE_H
#define VTRACE_ENGINE_TIMELINE_PRIVATE_H

#include "tui/engine/timeline.h"

/*
 * A stream's part in a timeline: the row it stands before, the rows on both sides of that place,
 * and one page decoded. What is known of the rows beside outlives the page: they may lie in two.
 */
struct cursor {
	struct timeline *timeline;
	struct stream *stream;
	uint64_t row;
	bool loaded;
	uint64_t page;
	const struct entry *entry;
	const uint8_t *data;
	uint8_t *window; /* pages of a file, read at once */
	size_t window_room;
	uint32_t window_size; /* of its pages, bytes */
	uint32_t window_count;
	uint64_t window_page; /* the first one's number */
	struct page_record *records;
	uint32_t record_count;
	uint32_t record_room;
	bool sifted;	 /* shown is of this page */
	uint32_t *shown; /* with a filter: which of the page's rows pass, by number in it */
	uint32_t shown_count;
	uint32_t shown_room;
	struct engine_position beside[TIMELINE_WAYS];
	bool have[TIMELINE_WAYS];     /* beside is known */
	bool bound[TIMELINE_WAYS];    /* but as a place before which no row is, on an unread page */
	unsigned slot[TIMELINE_WAYS]; /* in the heaps */
};

/* ---- timeline.c ---- */

/* Decode the page that holds row; the one before stays when there is none. */
bool cursor_load(struct cursor *cursor, uint64_t row);
/* The event of a row in the page that is decoded; NULL when the row is none, or is unreadable. */
const struct page_record *cursor_record(const struct cursor *cursor, uint64_t row);
/* Where a row stands in time. False when it is not held. */
bool cursor_position(struct cursor *cursor, uint64_t row, struct engine_position *at);
/* Find the row on one side. False when there is none. */
bool cursor_look(struct cursor *cursor, enum timeline_way way);

/* ---- timeline_shown.c ---- */

/* Does a filter decide which rows there are? */
bool cursor_is_filtered(const struct cursor *cursor);
/* Then cursor_look() is this: the next row that passes, in the page that is decoded, or how far
 * off the next page is. Rows that do not pass are passed. */
bool cursor_look_shown(struct cursor *cursor, enum timeline_way way);
/* Look into the page that bounds one side. */
void cursor_resolve(struct cursor *cursor, enum timeline_way way);

#endif
