// SPDX-License-Identifier: GPL-2.0-only
/* Answers to ENGINE_VIEW. */
#include <stdlib.h>

#include "tui/engine/ahead.h"
#include "tui/engine/rows_private.h"

/* Rows a view may ask for, and steps it may skip: screens, not files. */
#define VIEW_ROWS 4096
#define VIEW_SKIP 100000

/* With a filter nobody knows how many rows there are to the newest: step there and back. */
static void fill_window(struct timeline *timeline, uint32_t count)
{
	uint32_t newer = 0;

	while (newer < count && timeline_next(timeline))
		newer++;
	for (uint32_t i = 0; i < count && timeline_prev(timeline); i++)
		;
}

/* Put the timeline on the view's top row. */
static void find_top(struct timeline *timeline, const struct engine_view *view, uint32_t count)
{
	bool filtered = timeline->filter->on;
	int32_t skip = view->skip;
	uint64_t newer;

	if (skip > VIEW_SKIP)
		skip = VIEW_SKIP;
	if (skip < -VIEW_SKIP)
		skip = -VIEW_SKIP;
	if (view->origin == ENGINE_FROM_POSITION)
		timeline_seek(timeline, &view->at);
	else if (view->origin == ENGINE_FROM_TAIL)
		timeline_seek_tail(timeline);
	else if (view->origin == ENGINE_FROM_TIME)
		timeline_seek_time(timeline, view->at.epoch, view->at.ts);
	/* The window stays full: no further than count rows from the newest, before moving. */
	newer = timeline_newer(timeline);
	for (; !filtered && newer < count && timeline_prev(timeline); newer++)
		;
	for (; skip > 0 && (filtered || newer > count) && timeline_next(timeline); skip--)
		newer--;
	for (; skip < 0 && timeline_prev(timeline); skip++)
		;
	if (filtered)
		fill_window(timeline, count);
}

/* Of all rows held, those that the filter is known to hide, and those that it has not seen. */
static uint64_t count_hidden(const struct rows *rows, uint64_t *hidden, uint64_t *unseen)
{
	const struct store *store = &rows->shared->store;
	uint64_t held = 0;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (rows->streams[cpu])
			held += rows->streams[cpu]->history.next_row -
				rows->streams[cpu]->history.first_row;
	*unseen = held;
	if (store->filter == rows->shown.serial && store->seen <= held) {
		*hidden = store->seen - store->shown;
		*unseen = held - store->seen;
	}
	return held;
}

void rows_sift(struct rows *rows, struct engine_sifted *sifted)
{
	uint8_t all[ENGINE_CPUSET_BYTES];

	memset(all, 0xff, sizeof(all));
	sifted->on = rows->shown.on;
	if (!rows->shown.on || rows_begin(rows, all))
		return;
	sifted->more = !timeline_sift(&rows->timeline);
	sifted->held = count_hidden(rows, &sifted->hidden, &sifted->unseen);
}

static bool any_indexing(const struct rows *rows, const uint8_t *cpus)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (rows_has(cpus, cpu) && ahead_possible(rows->streams[cpu]))
			return true;
	return false;
}

/* Are all files indexed up to that place? */
static bool indexed_until(const struct rows *rows, const uint8_t *cpus,
			  const struct engine_position *at)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		const struct stream *stream = rows->streams[cpu];

		if (rows_has(cpus, cpu) && ahead_possible(stream) &&
		    (stream->epoch < at->epoch ||
		     (stream->epoch == at->epoch && stream->last_ts < at->ts)))
			return false;
	}
	return true;
}

static uint64_t count_held(const struct rows *rows, const uint8_t *cpus)
{
	uint64_t held = 0;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (rows->streams[cpu] && rows_has(cpus, cpu))
			held += rows->streams[cpu]->history.next_row -
				rows->streams[cpu]->history.first_row;
	return held;
}

/* Where the clock starts again, what was before counts. */
static uint64_t start_of(const struct rows *rows)
{
	const struct stream *first = NULL;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		const struct stream *stream = rows->streams[cpu];

		if (stream && stream->start_ts &&
		    (!first || stream->start_epoch < first->start_epoch ||
		     (stream->start_epoch == first->start_epoch &&
		      stream->start_ts < first->start_ts)))
			first = stream;
	}
	return first ? first->start_ts : 0;
}

static uint32_t view_count(const struct engine_view *view)
{
	return view->count < VIEW_ROWS ? view->count : VIEW_ROWS;
}

/* The rows of a view, of the index or (ahead not NULL) of what is not in it yet. */
static void cut_view(struct rows *rows, struct timeline *timeline, const struct ahead *ahead,
		     const struct engine_view *view, rows_take_fn *take)
{
	struct engine_rows *header = rows_header(rows);
	uint32_t count = view_count(view);
	struct engine_position beside;
	struct place place;

	find_top(timeline, view, count);
	rows_clear(rows);
	if (timeline_look(timeline, TIMELINE_PREV, &beside))
		header->above = beside.ts;
	else if (!timeline->stopped)
		header->flags |= ENGINE_ROWS_HEAD;
	header->start = start_of(rows);
	while (header->count < count && timeline_peek(timeline, &place)) {
		if (ahead)
			ahead_name(ahead, &place.at);
		if (!take(rows, &place))
			break;
		timeline_next(timeline);
	}
	header->total = count_held(rows, view->cpus);
	header->newer = timeline_newer(timeline);
	if (!timeline_look(timeline, TIMELINE_NEXT, &beside) && !timeline->stopped)
		header->flags |= ENGINE_ROWS_TAIL;
	if (timeline->stopped)
		header->flags |= ENGINE_ROWS_MORE;
	if (rows->shown.on)
		count_hidden(rows, &header->hidden, &header->unseen);
}

/* From where the index does not reach yet. */
static int view_ahead(struct rows *rows, struct engine_view *view, rows_take_fn *take)
{
	uint64_t need = view_count(view) + (uint64_t)llabs(view->skip) + 1;
	struct engine_rows *header = rows_header(rows);
	struct ahead *ahead;
	bool about;
	int ret;

	/* Nobody knows how far off the next row is that a filter lets pass. */
	ret = ahead_open(&ahead, rows->streams, rows->shared, view,
			 rows->shown.on ? UINT64_MAX : need);
	if (ret)
		return ret;
	ahead->timeline.filter = &rows->shown;
	cut_view(rows, &ahead->timeline, ahead, view, take);
	header->newer = ahead_newer(ahead, &about);
	if (about) {
		header->flags |= ENGINE_ROWS_ABOUT;
		header->flags &= ~(uint32_t)ENGINE_ROWS_TAIL;
	}
	if (!ahead_oldest(ahead))
		header->flags &= ~(uint32_t)ENGINE_ROWS_HEAD;
	if (ahead_cut(ahead))
		header->flags |= ENGINE_ROWS_MORE;
	ahead_close(ahead);
	return 0;
}

/* Does the index have what a view begins with? */
static bool begins_indexed(const struct rows *rows, struct engine_view *view)
{
	if (view->origin == ENGINE_FROM_HEAD)
		return true;
	if (view->origin == ENGINE_FROM_TAIL)
		return !any_indexing(rows, view->cpus);
	if (view->origin == ENGINE_FROM_POSITION && !ahead_settle(rows->streams, &view->at))
		return false;
	return indexed_until(rows, view->cpus, &view->at);
}

int rows_cut(struct rows *rows, const struct engine_view *asked, rows_take_fn *take)
{
	struct engine_view view = *asked;
	int ret = rows_begin(rows, view.cpus);

	if (ret)
		return ret;
	if (view.origin == ENGINE_FROM_SHARE) {
		ahead_share(rows->streams, rows->shared, &view.at);
		view.origin = ENGINE_FROM_TIME;
	}
	if (begins_indexed(rows, &view)) {
		cut_view(rows, &rows->timeline, NULL, &view, take);
		/* What one file has behind its index may belong among the rows of another. With a
		 * filter the index gets as far as those by itself. */
		if (rows->shown.on || !rows_indexing_ahead(rows, view.cpus))
			return 0;
	}
	return view_ahead(rows, &view, take);
}

int rows_view(struct rows *rows, const struct engine_view *view)
{
	return rows_cut(rows, view, rows_append);
}
