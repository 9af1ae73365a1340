// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/timeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A stream's part in a timeline: the row it stands before, and one page decoded. */
struct cursor {
	const struct stream *stream;
	uint64_t row;
	bool loaded;
	uint64_t page;
	const struct entry *entry;
	const uint8_t *data;
	uint8_t *file_page;
	size_t file_page_size;
	struct page_record *records;
	uint32_t record_count;
	uint32_t record_room;
	struct place next, prev; /* the rows on both sides */
	bool have_next, have_prev;
};

int timeline_init(struct timeline *timeline)
{
	*timeline = (struct timeline){0};
	timeline->cursors = calloc(VTRACE_MAX_CPUS, sizeof(*timeline->cursors));
	return timeline->cursors ? 0 : -ENOMEM;
}

void timeline_release(struct timeline *timeline)
{
	for (unsigned i = 0; timeline->cursors && i < VTRACE_MAX_CPUS; i++) {
		free(timeline->cursors[i].file_page);
		free(timeline->cursors[i].records);
	}
	free(timeline->cursors);
	timeline->cursors = NULL;
}

static int cursor_begin(struct cursor *cursor, const struct stream *stream)
{
	uint32_t size = stream->history.page_size, records = size / 8;

	if (cursor->file_page_size < size) {
		uint8_t *page = realloc(cursor->file_page, size);

		if (!page)
			return -ENOMEM;
		cursor->file_page = page;
		cursor->file_page_size = size;
	}
	if (cursor->record_room < records) {
		/* A record takes 8 bytes at least: header and one word. */
		struct page_record *room = reallocarray(cursor->records, records, sizeof(*room));

		if (!room)
			return -ENOMEM;
		cursor->records = room;
		cursor->record_room = records;
	}
	cursor->stream = stream;
	cursor->row = stream->history.first_row;
	cursor->loaded = cursor->have_next = cursor->have_prev = false;
	return 0;
}

int timeline_begin(struct timeline *timeline, struct stream *const *streams, const uint8_t *cpus)
{
	timeline->count = 0;
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		struct cursor *cursor = &timeline->cursors[cpu];

		if (!streams[cpu] || !((cpus[cpu / 8] >> (cpu % 8)) & 1))
			continue;
		if (cursor_begin(cursor, streams[cpu]))
			return -ENOMEM;
		timeline->active[timeline->count++] = cursor;
	}
	return 0;
}

/* Decode the page that holds row. */
static bool cursor_load(struct cursor *cursor, uint64_t row)
{
	const struct history *history = &cursor->stream->history;
	struct page_cursor walk;
	uint64_t page, time = 0;

	if (cursor->loaded && row >= cursor->entry->first_row &&
	    row - cursor->entry->first_row < entry_rows(cursor->entry))
		return true;
	/* What was found in the page before is gone with it. */
	cursor->loaded = cursor->have_next = cursor->have_prev = false;
	cursor->entry = history_find_row(history, row, &page);
	if (!cursor->entry)
		return false;
	cursor->loaded = true;
	cursor->page = page;
	cursor->record_count = 0;
	if (cursor->entry->kind != ENTRY_PAGE)
		return true;
	cursor->data = history_page(history, page, cursor->file_page);
	if (!cursor->data)
		return true;
	page_cursor_init(&walk, &cursor->stream->shared->geometry, cursor->data);
	while (cursor->record_count < cursor->record_room &&
	       page_next(&walk, &cursor->records[cursor->record_count])) {
		struct page_record *record = &cursor->records[cursor->record_count++];

		/* Time stamps that run backwards in a page keep their row's order. */
		if (record->ts < time)
			record->ts = time;
		time = record->ts;
	}
	return true;
}

static bool cursor_place(struct cursor *cursor, uint64_t row, struct place *place)
{
	const struct entry *entry;
	uint64_t index;

	if (!cursor_load(cursor, row))
		return false;
	entry = cursor->entry;
	*place = (struct place){
		.at = {entry->first_ts, row, cursor->stream->stats.cpu, entry->epoch},
		.entry = entry,
	};
	if (entry->kind != ENTRY_PAGE)
		return true;
	index = row - entry->first_row;
	if (entry->flags & ENTRY_LOST) {
		place->lost = !index;
		if (!index--)
			return true;
	}
	if (index < cursor->record_count) {
		const struct page_record *record = &cursor->records[index];

		place->record = cursor->data + record->offset;
		place->size = record->size;
		/* A file may have changed since it was indexed. */
		place->at.ts = record->ts < entry->first_ts  ? entry->first_ts
			       : record->ts > entry->last_ts ? entry->last_ts
							     : record->ts;
	}
	return true;
}

static void cursor_move(struct cursor *cursor, uint64_t row)
{
	cursor->row = row;
	cursor->have_next = cursor->have_prev = false;
}

static bool cursor_next(struct cursor *cursor)
{
	if (!cursor->have_next && cursor->row < cursor->stream->history.next_row) {
		bool placed = cursor_place(cursor, cursor->row, &cursor->next);

		cursor->have_next = placed;
	}
	return cursor->have_next;
}

static bool cursor_prev(struct cursor *cursor)
{
	if (!cursor->have_prev && cursor->row > cursor->stream->history.first_row) {
		bool placed = cursor_place(cursor, cursor->row - 1, &cursor->prev);

		cursor->have_prev = placed;
	}
	return cursor->have_prev;
}

/* The order of all rows: epoch, time, CPU. Rows of one CPU never meet here. */
static bool earlier(const struct engine_position *a, const struct engine_position *b)
{
	if (a->epoch != b->epoch)
		return a->epoch < b->epoch;
	if (a->ts != b->ts)
		return a->ts < b->ts;
	return a->cpu < b->cpu;
}

void timeline_seek_tail(struct timeline *timeline)
{
	for (unsigned i = 0; i < timeline->count; i++)
		cursor_move(timeline->active[i], timeline->active[i]->stream->history.next_row);
}

static uint64_t clamp_row(const struct history *history, uint64_t row)
{
	if (row < history->first_row)
		return history->first_row;
	return row > history->next_row ? history->next_row : row;
}

/* The first row of a stream that is not earlier than position. */
static void cursor_seek_time(struct cursor *cursor, const struct engine_position *position)
{
	const struct history *history = &cursor->stream->history;
	const struct entry *entry = history_find_time(history, position->epoch, position->ts);

	cursor_move(cursor, entry ? entry->first_row : history->next_row);
	while (cursor_next(cursor) && earlier(&cursor->next.at, position))
		cursor_move(cursor, cursor->row + 1);
}

void timeline_seek(struct timeline *timeline, const struct engine_position *position)
{
	for (unsigned i = 0; i < timeline->count; i++) {
		struct cursor *cursor = timeline->active[i];

		if (cursor->stream->stats.cpu == position->cpu)
			cursor_move(cursor, clamp_row(&cursor->stream->history, position->row));
		else
			cursor_seek_time(cursor, position);
	}
}

uint64_t timeline_seek_row(struct timeline *timeline, unsigned cpu, uint64_t row)
{
	struct cursor *cursor = &timeline->cursors[cpu];
	uint64_t held = clamp_row(&cursor->stream->history, row);

	cursor_move(cursor, held);
	return held > row ? held - row : 0;
}

uint64_t timeline_row(const struct timeline *timeline, unsigned cpu)
{
	return timeline->cursors[cpu].row;
}

static struct cursor *earliest(struct timeline *timeline)
{
	struct cursor *best = NULL;

	for (unsigned i = 0; i < timeline->count; i++) {
		struct cursor *cursor = timeline->active[i];

		if (cursor_next(cursor) && (!best || earlier(&cursor->next.at, &best->next.at)))
			best = cursor;
	}
	return best;
}

bool timeline_peek(struct timeline *timeline, struct place *place)
{
	struct cursor *cursor = earliest(timeline);

	if (cursor)
		*place = cursor->next;
	return cursor;
}

bool timeline_next(struct timeline *timeline)
{
	struct cursor *cursor = earliest(timeline);

	if (cursor)
		cursor_move(cursor, cursor->row + 1);
	return cursor;
}

bool timeline_prev(struct timeline *timeline)
{
	struct cursor *best = NULL;

	for (unsigned i = 0; i < timeline->count; i++) {
		struct cursor *cursor = timeline->active[i];

		if (cursor_prev(cursor) && (!best || earlier(&best->prev.at, &cursor->prev.at)))
			best = cursor;
	}
	if (best)
		cursor_move(best, best->row - 1);
	return best;
}

uint64_t timeline_older(const struct timeline *timeline)
{
	uint64_t rows = 0;

	for (unsigned i = 0; i < timeline->count; i++)
		rows += timeline->active[i]->row - timeline->active[i]->stream->history.first_row;
	return rows;
}

uint64_t timeline_newer(const struct timeline *timeline)
{
	uint64_t rows = 0;

	for (unsigned i = 0; i < timeline->count; i++)
		rows += timeline->active[i]->stream->history.next_row - timeline->active[i]->row;
	return rows;
}
