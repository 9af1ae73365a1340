// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/ahead.h"

#include <errno.h>
#include <stdlib.h>

#include "tui/engine/page_search.h"

/* A row's name: number on its page in the lower bits, since a page of 1 MiB has less than 2^18
 * rows; the page above them. */
#define INDEX_BITS 20
#define INDEX_MASK ((UINT64_C(1) << INDEX_BITS) - 1)
#define PAGES_MAX  (UINT64_C(1) << (63 - INDEX_BITS))

/* Read for one request, of all files: a few ms. Of each file some pages in any case. */
#define BYTES_MAX   (4u * 1024 * 1024)
#define PAGES_LEAST 16

static uint64_t row_name(uint64_t page, uint64_t index)
{
	return ENGINE_ROW_AHEAD | page << INDEX_BITS | index;
}

static uint64_t page_of(uint64_t name)
{
	return (name & ~ENGINE_ROW_AHEAD) >> INDEX_BITS;
}

bool ahead_settle(struct stream *const *streams, struct engine_position *at)
{
	const struct stream *stream = at->cpu < VTRACE_MAX_CPUS ? streams[at->cpu] : NULL;
	uint64_t page = page_of(at->row), index = at->row & INDEX_MASK, number, offset;
	const struct entry *entry;

	if (!(at->row & ENGINE_ROW_AHEAD))
		return true;
	if (!stream || !stream->file) {
		/* It was of something that is closed: the time is all that is left. */
		at->row = stream ? stream->history.first_row : 0;
		return true;
	}
	offset = page * stream->history.page_size;
	entry = history_find_offset(&stream->history, offset, &number);
	if (!entry && ahead_possible(stream))
		return false;
	at->row = entry ? entry->first_row : stream->history.next_row;
	if (!entry)
		return true;
	at->epoch = entry->epoch;
	if (history_offset(&stream->history, number) == offset)
		at->row += index < entry_rows(entry) ? index : entry_rows(entry) - 1;
	return true;
}

/* ---- what is in the files ---- */

static uint64_t count_pages(const struct stream *stream, uint32_t size, uint64_t *rest, bool *more)
{
	uint64_t length = page_file_length(&stream->pages, more), pages = length / size;

	*rest = length % size;
	if (pages < PAGES_MAX)
		return pages;
	*rest = 0;
	return PAGES_MAX - 1;
}

static struct page_search search_of(const struct stream *stream,
				    const struct page_geometry *geometry, uint8_t *page)
{
	uint64_t rest;
	bool more;

	return (struct page_search){
		.file = &stream->pages,
		.geometry = geometry,
		.clock = stream->clock,
		.cpu = stream->number,
		.pages = count_pages(stream, geometry->size, &rest, &more),
		.page = page,
	};
}

/* Times of the events held, in the newest epoch. What is no event has a time of no account. */
static bool span_indexed(const struct history *history, uint64_t *first, uint64_t *last,
			 uint32_t *epoch)
{
	const struct entry *entry = NULL;
	uint64_t page, end;

	history_pages(history, &page, &end);
	while (end > page && !(entry = history_entry(history, end - 1))->events)
		end--;
	if (end == page)
		return false;
	*last = entry->last_ts;
	*epoch = entry->epoch;
	while (!(entry = history_entry(history, page))->events || entry->epoch != *epoch)
		page++;
	*first = entry->first_ts;
	return true;
}

bool ahead_span(const struct stream *stream, const struct stream_shared *shared, uint8_t *page,
		uint64_t *first, uint64_t *last, uint32_t *epoch)
{
	if (ahead_possible(stream)) {
		const struct page_search search = search_of(stream, &shared->geometry, page);

		*epoch = stream->epoch;
		return page_search_span(&search, first, last);
	}
	return span_indexed(&stream->history, first, last, epoch);
}

void ahead_share(struct stream *const *streams, const struct stream_shared *shared,
		 struct engine_position *at)
{
	uint64_t oldest = 0, newest = 0, first, last, share = at->row;
	uint8_t *page = malloc(shared->geometry.size);
	bool any = false;
	uint32_t epoch;

	*at = (struct engine_position){0};
	for (unsigned cpu = 0; page && cpu < VTRACE_MAX_CPUS; cpu++) {
		if (!streams[cpu] ||
		    !ahead_span(streams[cpu], shared, page, &first, &last, &epoch) ||
		    (any && epoch < at->epoch))
			continue;
		if (!any || epoch > at->epoch) {
			oldest = first;
			newest = last;
		}
		any = true;
		at->epoch = epoch;
		oldest = first < oldest ? first : oldest;
		newest = last > newest ? last : newest;
	}
	free(page);
	if (newest < oldest)
		newest = oldest;
	at->ts = oldest + (newest - oldest) / ENGINE_SHARES * share +
		 (newest - oldest) % ENGINE_SHARES * share / ENGINE_SHARES;
}

/* ---- windows ---- */

struct reach {
	const struct stream *indexed;
	uint64_t anchor; /* the page around which it reaches */
	uint64_t rows;	 /* to each side, without those of the anchor */
	uint64_t most;	 /* pages to each side */
	uint64_t first;	 /* page, and what stands for its time if it has none */
	uint64_t first_ts;
	uint64_t pages; /* of the file */
	uint64_t rest;	/* bytes behind them */
	uint32_t epoch;
};

/* What the index will know of a page. False when it can't be read. */
static bool describe(struct ahead *ahead, const struct reach *reach, uint64_t page,
		     struct entry *entry)
{
	const struct page_geometry *geometry = &ahead->shared.geometry;
	struct page_summary summary;
	enum page_fault fault;

	if (!page_file_read_all(&reach->indexed->pages, ahead->page, geometry->size,
				page * geometry->size))
		return false;
	fault = page_check(geometry, ahead->page, &summary);
	*entry = stream_describe(reach->indexed, fault, &summary);
	return true;
}

/* Find the first page. Time does not run backwards in a window: where the clock began anew, it
 * begins as well. */
static void reach_back(struct ahead *ahead, struct reach *reach)
{
	uint64_t rows = 0, ts = UINT64_MAX;

	for (uint64_t looked = 0; reach->first && rows < reach->rows && looked < reach->most;
	     looked++) {
		struct entry entry;

		if (!describe(ahead, reach, reach->first - 1, &entry)) {
			/* The file ends before its end, or has a hole. */
			if (reach->first < reach->anchor)
				break;
			reach->anchor = --reach->first;
			continue;
		}
		if (entry.events) {
			if (entry.last_ts > ts)
				break;
			ts = reach->first_ts = entry.first_ts;
		}
		rows += entry_rows(&entry);
		reach->first--;
	}
	if (!reach->first)
		reach->first_ts = 0;
}

/* The page's entry in the place where it stands; false at the end of what can be read. */
static bool next_entry(struct ahead *ahead, const struct reach *reach, uint64_t page, uint64_t ts,
		       struct entry *entry)
{
	const struct formats *formats = ahead->shared.formats;

	if (page == reach->pages && reach->rest)
		*entry = (struct entry){.kind = ENTRY_GAP, .count = reach->rest};
	else if (page >= reach->pages || !describe(ahead, reach, page, entry))
		return false;
	/* Pages that nothing was ever written to have a time of 0. */
	if (entry->kind != ENTRY_PAGE || (!entry->events && entry->first_ts < ts))
		entry->first_ts = entry->last_ts = ts;
	if (entry->last_ts < entry->first_ts)
		entry->last_ts = entry->first_ts;
	entry->epoch = reach->epoch;
	entry->formats = formats ? formats->number : STREAM_NO_FORMATS;
	return true;
}

/* Take the pages from the first one on, as many as are wanted behind the anchor. */
static int fill(struct ahead *ahead, struct ahead_window *window, const struct reach *reach)
{
	struct history *history = &window->stream->history;
	uint64_t page = reach->first, ts = reach->first_ts, rows = 0;
	struct entry entry;
	int ret = 0;

	/* All pages are taken, so that they have the numbers here that they have in the file. */
	history->next_page = page;
	for (; rows < reach->rows && page < reach->anchor + reach->most; page++) {
		if (!next_entry(ahead, reach, page, ts, &entry)) {
			window->newest = true;
			break;
		}
		if (entry.first_ts < ts)
			break;
		ts = entry.last_ts;
		ret = history_append(history, &entry, NULL, page * history->page_size);
		if (ret)
			break;
		rows += page > reach->anchor ? entry_rows(&entry) : 0;
	}
	window->behind = page < reach->pages ? reach->pages - page : 0;
	window->newest = window->newest && !window->behind;
	return ret;
}

static int window_open(struct ahead *ahead, unsigned cpu, struct reach *reach)
{
	struct ahead_window *window = &ahead->windows[cpu];
	const struct stream *indexed = reach->indexed;
	int ret = stream_new(&window->stream, &ahead->shared, cpu);
	bool more;

	if (ret)
		return ret;
	window->stream->file = true;
	window->stream->number = indexed->number;
	window->stream->clock = indexed->clock;
	window->stream->prefix = indexed->prefix;
	window->stream->history.file = &indexed->pages;
	reach->pages = count_pages(indexed, ahead->shared.geometry.size, &reach->rest, &more);
	if (reach->anchor > reach->pages)
		reach->anchor = reach->pages;
	reach->first = reach->anchor;
	reach_back(ahead, reach);
	window->oldest = !reach->first;
	ret = fill(ahead, window, reach);
	window->newest = window->newest && !more;
	return ret;
}

/* The page at which a file's window is to be, and for the CPU that the view names, its row. */
static uint64_t find_anchor(const struct ahead *ahead, const struct stream *indexed,
			    const struct engine_view *view)
{
	const struct engine_position *at = &view->at;
	uint64_t number;

	if (view->origin == ENGINE_FROM_HEAD)
		return 0;
	if (view->origin == ENGINE_FROM_TAIL)
		return PAGES_MAX;
	if (view->origin == ENGINE_FROM_POSITION && at->cpu == indexed->stats.cpu) {
		if (at->row & ENGINE_ROW_AHEAD)
			return page_of(at->row);
		if (history_find_row(&indexed->history, at->row, &number))
			return history_offset(&indexed->history, number) /
			       indexed->history.page_size;
	}
	const struct page_search search = search_of(indexed, &ahead->shared.geometry, ahead->page);

	return page_search_time(&search, at->ts);
}

/* The row of the index, or the one with that name, by its number in its window. */
static uint64_t row_in_window(const struct ahead *ahead, const struct engine_position *at)
{
	const struct stream *indexed = ahead->indexed[at->cpu];
	const struct history *history = &ahead->windows[at->cpu].stream->history;
	uint64_t page, number, first, end, index = at->row & INDEX_MASK;
	const struct entry *entry;

	page = page_of(at->row);
	if (!(at->row & ENGINE_ROW_AHEAD)) {
		entry = history_find_row(&indexed->history, at->row, &number);
		if (!entry)
			return history->next_row;
		page = history_offset(&indexed->history, number) / indexed->history.page_size;
		index = at->row - entry->first_row;
	}
	history_pages(history, &first, &end);
	if (page < first)
		return history->first_row;
	if (page >= end)
		return history->next_row;
	entry = history_entry(history, page);
	return entry->first_row + (index < entry_rows(entry) ? index : entry_rows(entry));
}

static bool takes_part(struct stream *const *streams, const uint8_t *cpus, unsigned cpu)
{
	return streams[cpu] && ((cpus[cpu / 8] >> (cpu % 8)) & 1);
}

static int open_windows(struct ahead *ahead, const struct engine_view *view, uint64_t rows)
{
	uint64_t most = BYTES_MAX / 2 / ahead->shared.geometry.size;
	unsigned files = 0;
	int ret = 0;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		files += takes_part(ahead->indexed, view->cpus, cpu) &&
			 ahead_possible(ahead->indexed[cpu]);
	most = files ? most / files : 0;
	if (most < PAGES_LEAST)
		most = PAGES_LEAST;
	for (unsigned cpu = 0; !ret && cpu < VTRACE_MAX_CPUS; cpu++) {
		struct reach reach = {.rows = rows, .most = most, .epoch = view->at.epoch};

		if (!takes_part(ahead->indexed, view->cpus, cpu))
			continue;
		ahead->streams[cpu] = ahead->indexed[cpu];
		if (!ahead_possible(ahead->indexed[cpu]))
			continue;
		reach.indexed = ahead->indexed[cpu];
		reach.anchor = find_anchor(ahead, reach.indexed, view);
		ret = window_open(ahead, cpu, &reach);
		ahead->streams[cpu] = ahead->windows[cpu].stream;
	}
	return ret;
}

int ahead_open(struct ahead **result, struct stream *const *streams,
	       const struct stream_shared *shared, struct engine_view *view, uint64_t rows)
{
	struct ahead *ahead = calloc(1, sizeof(*ahead));
	int ret = -ENOMEM;

	*result = NULL;
	if (!ahead)
		return ret;
	ahead->indexed = streams;
	ahead->shared.geometry = shared->geometry;
	ahead->shared.formats = shared->formats;
	store_init(&ahead->shared.store, UINT64_MAX);
	ahead->page = malloc(shared->geometry.size);
	if (ahead->page)
		ret = open_windows(ahead, view, rows);
	if (!ret)
		ret = timeline_init(&ahead->timeline);
	if (!ret)
		ret = timeline_begin(&ahead->timeline, ahead->streams, view->cpus);
	if (ret) {
		ahead_close(ahead);
		return ret;
	}
	if (view->origin == ENGINE_FROM_POSITION && view->at.cpu < VTRACE_MAX_CPUS &&
	    ahead->windows[view->at.cpu].stream)
		view->at.row = row_in_window(ahead, &view->at);
	*result = ahead;
	return 0;
}

void ahead_close(struct ahead *ahead)
{
	if (!ahead)
		return;
	timeline_release(&ahead->timeline);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		stream_free(ahead->windows[cpu].stream);
	store_release(&ahead->shared.store);
	free(ahead->page);
	free(ahead);
}

/* ---- what the timeline says ---- */

void ahead_name(const struct ahead *ahead, struct engine_position *at)
{
	const struct stream *window = ahead->windows[at->cpu].stream;
	const struct entry *entry;
	uint64_t page;

	if (!window)
		return;
	entry = history_find_row(&window->history, at->row, &page);
	if (entry)
		at->row = row_name(page, at->row - entry->first_row);
}

bool ahead_oldest(const struct ahead *ahead)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (ahead->windows[cpu].stream && !ahead->windows[cpu].oldest)
			return false;
	return true;
}

bool ahead_cut(const struct ahead *ahead)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		const struct ahead_window *window = &ahead->windows[cpu];

		if (window->stream && !window->newest &&
		    timeline_row(&ahead->timeline, cpu) == window->stream->history.next_row)
			return true;
	}
	return false;
}

uint64_t ahead_newer(const struct ahead *ahead, bool *about)
{
	uint64_t newer = timeline_newer(&ahead->timeline);

	*about = false;
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		const struct ahead_window *window = &ahead->windows[cpu];
		uint64_t first, end;

		if (!window->stream || window->newest)
			continue;
		*about = true;
		history_pages(&window->stream->history, &first, &end);
		/* As many to a page as here. */
		if (end > first)
			newer += window->stream->history.next_row / (end - first) * window->behind +
				 1;
	}
	return newer;
}
