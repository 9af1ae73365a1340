// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/timeline_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_BYTES (64 * 1024) /* of a file's pages that are read at once */

int timeline_init(struct timeline *timeline)
{
	*timeline = (struct timeline){0};
	timeline->cursors = calloc(VTRACE_MAX_CPUS, sizeof(*timeline->cursors));
	return timeline->cursors ? 0 : -ENOMEM;
}

void timeline_release(struct timeline *timeline)
{
	for (unsigned i = 0; timeline->cursors && i < VTRACE_MAX_CPUS; i++) {
		free(timeline->cursors[i].window);
		free(timeline->cursors[i].records);
		free(timeline->cursors[i].shown);
	}
	free(timeline->cursors);
	timeline->cursors = NULL;
}

static void cursor_move(struct cursor *cursor, uint64_t row)
{
	cursor->row = row;
	cursor->have[TIMELINE_NEXT] = cursor->have[TIMELINE_PREV] = false;
}

static int cursor_begin(struct cursor *cursor, struct stream *stream)
{
	uint32_t size = stream->history.page_size, records = size / 8;
	size_t window = size > WINDOW_BYTES ? size : WINDOW_BYTES;

	if (stream->file && cursor->window_room < window) {
		uint8_t *room = realloc(cursor->window, window);

		if (!room)
			return -ENOMEM;
		cursor->window = room;
		cursor->window_room = window;
	}
	if (cursor->window_size != size)
		cursor->window_count = 0;
	cursor->window_size = size;
	if (cursor->record_room < records) {
		/* A record takes 8 bytes at least: header and one word. */
		struct page_record *room = reallocarray(cursor->records, records, sizeof(*room));

		if (!room)
			return -ENOMEM;
		cursor->records = room;
		cursor->record_room = records;
	}
	if (cursor->shown_room <= records) {
		/* And one row of lost events. */
		uint32_t *room = reallocarray(cursor->shown, records + 1, sizeof(*room));

		if (!room)
			return -ENOMEM;
		cursor->shown = room;
		cursor->shown_room = records + 1;
	}
	cursor->stream = stream;
	cursor->loaded = false;
	cursor_move(cursor, stream->history.first_row);
	return 0;
}

/* The cursors were moved by something else than a step. */
static void forget_order(struct timeline *timeline)
{
	timeline->heaps[TIMELINE_NEXT].count = timeline->heaps[TIMELINE_PREV].count = 0;
}

int timeline_begin(struct timeline *timeline, struct stream *const *streams, const uint8_t *cpus)
{
	timeline->count = 0;
	timeline->budget = TIMELINE_BUDGET;
	timeline->stopped = false;
	forget_order(timeline);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		struct cursor *cursor = &timeline->cursors[cpu];

		if (!streams[cpu] || !((cpus[cpu / 8] >> (cpu % 8)) & 1))
			continue;
		cursor->timeline = timeline;
		if (cursor_begin(cursor, streams[cpu]))
			return -ENOMEM;
		timeline->active[timeline->count++] = cursor;
	}
	return 0;
}

/* A page of a file, with some more around it in the way that pages are read: forwards, or backwards
 * where the window before this one is asked for. NULL when it can't be read. */
static const uint8_t *cursor_file_page(struct cursor *cursor, uint64_t page)
{
	const struct history *history = &cursor->stream->history;
	uint64_t pages = cursor->window_room / cursor->window_size, from = page, first, end;

	if (page - cursor->window_page < cursor->window_count)
		return cursor->window + (page - cursor->window_page) * cursor->window_size;
	history_pages(history, &first, &end);
	if (page + 1 == cursor->window_page && page - first >= pages)
		from = page - pages + 1;
	cursor->window_page = from;
	cursor->window_count =
		history_file_pages(history, from, cursor->window, cursor->window_room);
	if (page - from < cursor->window_count)
		return cursor->window + (page - from) * cursor->window_size;
	/* It alone, when those around it lie elsewhere. */
	cursor->window_count = 0;
	return history_page(history, page, cursor->window);
}

/* Time stamps that run backwards in a page keep their row's order; none is outside what the index
 * says, as a file may have changed since it was made. */
static void order_records(struct cursor *cursor)
{
	const struct stream *stream = cursor->stream;
	uint64_t time = cursor->entry->first_ts, last = cursor->entry->last_ts;

	for (uint32_t i = 0; i < cursor->record_count; i++) {
		struct page_record *record = &cursor->records[i];
		uint64_t ts = stream->clock ? stream_time(stream, record->ts) : record->ts;

		if (ts > time)
			time = ts < last ? ts : last;
		record->ts = time;
	}
}

/* Decode the page that holds row; the one before stays when there is none. */
bool cursor_load(struct cursor *cursor, uint64_t row)
{
	const struct history *history = &cursor->stream->history;
	const struct entry *entry;
	struct page_cursor walk;
	uint64_t page;

	if (cursor->loaded && row >= cursor->entry->first_row &&
	    row - cursor->entry->first_row < entry_rows(cursor->entry))
		return true;
	entry = history_find_row(history, row, &page);
	if (!entry)
		return false;
	cursor->loaded = true;
	cursor->sifted = false;
	cursor->entry = entry;
	cursor->page = page;
	cursor->record_count = 0;
	if (cursor->entry->kind != ENTRY_PAGE)
		return true;
	cursor->data = cursor->stream->file ? cursor_file_page(cursor, page)
					    : history_page(history, page, NULL);
	if (!cursor->data)
		return true;
	page_cursor_init(&walk, &cursor->stream->shared->geometry, cursor->data);
	cursor->record_count = page_records(&walk, cursor->records, cursor->record_room);
	order_records(cursor);
	return true;
}

/* The event of a row in the page that is decoded; NULL when the row is none, or is unreadable. */
const struct page_record *cursor_record(const struct cursor *cursor, uint64_t row)
{
	uint64_t index = row - cursor->entry->first_row;

	if (cursor->entry->flags & ENTRY_LOST && !index--)
		return NULL;
	return index < cursor->record_count ? &cursor->records[index] : NULL;
}

bool cursor_position(struct cursor *cursor, uint64_t row, struct engine_position *at)
{
	const struct page_record *record;
	const struct entry *entry;

	if (!cursor_load(cursor, row))
		return false;
	entry = cursor->entry;
	record = cursor_record(cursor, row);
	at->ts = record ? record->ts : entry->first_ts;
	at->row = row;
	at->cpu = cursor->stream->stats.cpu;
	at->epoch = entry->epoch;
	return true;
}

/* The next row, which has been looked at. */
static bool cursor_place(struct cursor *cursor, struct place *place)
{
	const struct page_record *record;
	uint64_t row = cursor->beside[TIMELINE_NEXT].row;

	if (!cursor_load(cursor, row))
		return false;
	place->at = cursor->beside[TIMELINE_NEXT];
	record = cursor_record(cursor, row);
	place->entry = cursor->entry;
	place->record = record ? cursor->data + record->offset : NULL;
	place->size = record ? record->size : 0;
	place->lost = cursor->entry->flags & ENTRY_LOST && row == cursor->entry->first_row;
	return true;
}

/* Find the row on one side. False when there is none. */
bool cursor_look(struct cursor *cursor, enum timeline_way way)
{
	uint64_t row = way == TIMELINE_NEXT ? cursor->row : cursor->row - 1;

	if (cursor->have[way])
		return true;
	cursor->bound[way] = false; /* it may be so since a request with a filter */
	cursor->have[way] = cursor_is_filtered(cursor)
				    ? cursor_look_shown(cursor, way)
				    : cursor_position(cursor, row, &cursor->beside[way]);
	cursor->timeline->ends += !cursor->have[way];
	return cursor->have[way];
}

/* Pass the row on one side, which is known and lies on the other side from then on. */
static void cursor_step(struct cursor *cursor, enum timeline_way way)
{
	enum timeline_way back = way == TIMELINE_NEXT ? TIMELINE_PREV : TIMELINE_NEXT;

	cursor->row = cursor->beside[way].row + (way == TIMELINE_NEXT);
	cursor->beside[back] = cursor->beside[way];
	cursor->have[back] = true;
	cursor->bound[back] = false;
	cursor->have[way] = false;
	cursor_look(cursor, way);
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

/* Is a's row on that side passed before b's? Cursors without one come last. */
static bool goes_first(const struct cursor *a, const struct cursor *b, enum timeline_way way)
{
	if (!a->have[way] || !b->have[way])
		return a->have[way];
	if (way == TIMELINE_NEXT)
		return earlier(&a->beside[way], &b->beside[way]);
	return earlier(&b->beside[way], &a->beside[way]);
}

/* ---- the cursors in the order of their rows on one side ---- */

static void heap_set(struct timeline_heap *heap, enum timeline_way way, unsigned slot,
		     struct cursor *cursor)
{
	heap->cursors[slot] = cursor;
	cursor->slot[way] = slot;
}

/* Of the two below slot, the one that goes first; NULL at the bottom. */
static struct cursor *heap_below(const struct timeline_heap *heap, enum timeline_way way,
				 unsigned slot)
{
	unsigned left = 2 * slot + 1, right = left + 1;

	if (left >= heap->count)
		return NULL;
	if (right < heap->count && goes_first(heap->cursors[right], heap->cursors[left], way))
		return heap->cursors[right];
	return heap->cursors[left];
}

/* Bring a cursor whose row is another one now to its place, upwards or downwards. */
static void heap_settle(struct timeline_heap *heap, enum timeline_way way, struct cursor *cursor)
{
	unsigned slot = cursor->slot[way];
	struct cursor *other;

	for (; slot; slot = (slot - 1) / 2) {
		other = heap->cursors[(slot - 1) / 2];
		if (!goes_first(cursor, other, way))
			break;
		heap_set(heap, way, slot, other);
	}
	while ((other = heap_below(heap, way, slot)) && goes_first(other, cursor, way)) {
		unsigned below = other->slot[way];

		heap_set(heap, way, slot, other);
		slot = below;
	}
	heap_set(heap, way, slot, cursor);
}

static void heap_make(struct timeline *timeline, enum timeline_way way)
{
	struct timeline_heap *heap = &timeline->heaps[way];

	for (unsigned i = 0; i < timeline->count; i++) {
		struct cursor *cursor = timeline->active[i];

		cursor_look(cursor, way);
		heap_set(heap, way, heap->count++, cursor);
		heap_settle(heap, way, cursor);
	}
}

/*
 * The cursor whose row is passed next, going that way; NULL at the end. A heap is made when its
 * way is first taken, as most requests take one way only, and is kept in order from then on.
 */
static struct cursor *timeline_first(struct timeline *timeline, enum timeline_way way)
{
	struct timeline_heap *heap = &timeline->heaps[way];

	if (!heap->count)
		heap_make(timeline, way);
	while (heap->count && heap->cursors[0]->have[way] && heap->cursors[0]->bound[way]) {
		struct cursor *cursor = heap->cursors[0];

		if (timeline->budget <= 0) {
			timeline->stopped = true;
			return NULL;
		}
		cursor_resolve(cursor, way);
		heap_settle(heap, way, cursor);
	}
	return heap->count && heap->cursors[0]->have[way] ? heap->cursors[0] : NULL;
}

static bool timeline_step(struct timeline *timeline, enum timeline_way way)
{
	struct cursor *cursor = timeline_first(timeline, way);

	if (!cursor)
		return false;
	cursor_step(cursor, way);
	for (way = 0; way < TIMELINE_WAYS; way++)
		if (timeline->heaps[way].count)
			heap_settle(&timeline->heaps[way], way, cursor);
	return true;
}

/* ---- from any place ---- */

void timeline_seek_tail(struct timeline *timeline)
{
	forget_order(timeline);
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
	uint64_t ts = position->ts;
	uint32_t epoch = position->epoch;
	struct engine_position at;
	const struct entry *entry;

	/* Those of a lower CPU at that very time are earlier, and a guest may give all its events
	 * one time: the page behind them is looked for, not walked to. */
	if (cursor->stream->stats.cpu < position->cpu)
		epoch += !++ts;
	entry = history_find_time(history, epoch, ts);
	cursor_move(cursor, entry ? entry->first_row : history->next_row);
	while (cursor_position(cursor, cursor->row, &at) && earlier(&at, position))
		cursor_move(cursor, cursor->row + 1);
}

void timeline_seek(struct timeline *timeline, const struct engine_position *position)
{
	forget_order(timeline);
	for (unsigned i = 0; i < timeline->count; i++) {
		struct cursor *cursor = timeline->active[i];

		if (cursor->stream->stats.cpu == position->cpu)
			cursor_move(cursor, clamp_row(&cursor->stream->history, position->row));
		else
			cursor_seek_time(cursor, position);
	}
}

void timeline_seek_time(struct timeline *timeline, uint32_t epoch, uint64_t ts)
{
	/* No row of that time is earlier than one of the first CPU. */
	const struct engine_position position = {.ts = ts, .epoch = epoch, .cpu = 0};

	forget_order(timeline);
	for (unsigned i = 0; i < timeline->count; i++)
		cursor_seek_time(timeline->active[i], &position);
}

void timeline_seek_from(struct timeline *timeline, const struct engine_position *position,
			enum timeline_way way, bool here)
{
	struct engine_position at;

	timeline_seek(timeline, position);
	for (unsigned i = 0; i < timeline->count; i++) {
		struct cursor *cursor = timeline->active[i];

		/* To stand behind it, pass it. */
		if (cursor->stream->stats.cpu == position->cpu && (way == TIMELINE_PREV) == here &&
		    cursor->row == position->row && cursor_position(cursor, cursor->row, &at))
			cursor_move(cursor, cursor->row + 1);
	}
}

uint64_t timeline_seek_row(struct timeline *timeline, unsigned cpu, uint64_t row)
{
	struct cursor *cursor = &timeline->cursors[cpu];
	uint64_t held = clamp_row(&cursor->stream->history, row);

	forget_order(timeline);
	cursor_move(cursor, held);
	return held > row ? held - row : 0;
}

uint64_t timeline_row(const struct timeline *timeline, unsigned cpu)
{
	return timeline->cursors[cpu].row;
}

bool timeline_peek(struct timeline *timeline, struct place *place)
{
	struct cursor *cursor = timeline_first(timeline, TIMELINE_NEXT);

	return cursor && cursor_place(cursor, place);
}

/* The stream whose row comes behind all that the first one has before it; NULL: nobody's. */
static const struct cursor *second(const struct timeline *timeline)
{
	const struct timeline_heap *heap = &timeline->heaps[TIMELINE_NEXT];
	const struct cursor *other = heap_below(heap, TIMELINE_NEXT, 0);

	return other && other->have[TIMELINE_NEXT] ? other : NULL;
}

/* How many of these records come before a place of another stream. */
static uint32_t records_before(const struct cursor *cursor, const struct page_record *records,
			       uint32_t count, const struct engine_position *place)
{
	uint32_t epoch = cursor->entry->epoch, n = 0;
	uint64_t limit = place->ts;

	if (epoch != place->epoch)
		return epoch < place->epoch ? count : 0;
	/* Of one time the lower CPU's come first. */
	if (cursor->stream->stats.cpu > place->cpu) {
		if (!limit)
			return 0;
		limit--;
	}
	while (n < count && records[n].ts <= limit)
		n++;
	return n;
}

bool timeline_run(struct timeline *timeline, struct timeline_run *run)
{
	struct cursor *cursor = timeline_first(timeline, TIMELINE_NEXT);
	const struct page_record *record;
	const struct cursor *other;
	uint64_t row, left;

	if (!cursor || cursor_is_filtered(cursor))
		return false;
	row = cursor->beside[TIMELINE_NEXT].row;
	if (!cursor_load(cursor, row))
		return false;
	record = cursor_record(cursor, row);
	if (!record)
		return false;
	run->cpu = cursor->stream->stats.cpu;
	run->entry = cursor->entry;
	run->page = cursor->data;
	run->row = row;
	run->records = record;
	run->count = cursor->record_count - (uint32_t)(record - cursor->records);
	/* The index has the last word on how many rows there are. */
	left = entry_rows(cursor->entry) - (row - cursor->entry->first_row);
	if (run->count > left)
		run->count = (uint32_t)left;
	other = second(timeline);
	if (other)
		run->count =
			records_before(cursor, record, run->count, &other->beside[TIMELINE_NEXT]);
	return run->count;
}

void timeline_pass(struct timeline *timeline, uint32_t count)
{
	struct cursor *cursor = timeline->heaps[TIMELINE_NEXT].cursors[0];

	cursor_move(cursor, cursor->row + count);
	for (enum timeline_way way = 0; way < TIMELINE_WAYS; way++) {
		if (!timeline->heaps[way].count)
			continue;
		cursor_look(cursor, way);
		heap_settle(&timeline->heaps[way], way, cursor);
	}
}

bool timeline_look(struct timeline *timeline, enum timeline_way way, struct engine_position *at)
{
	const struct cursor *cursor = timeline_first(timeline, way);

	if (!cursor && timeline->stopped)
		*at = timeline->heaps[way].cursors[0]->beside[way];
	else if (cursor)
		*at = cursor->beside[way];
	return cursor;
}

bool timeline_next(struct timeline *timeline)
{
	return timeline_step(timeline, TIMELINE_NEXT);
}

bool timeline_prev(struct timeline *timeline)
{
	return timeline_step(timeline, TIMELINE_PREV);
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
