// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/density.h"

#include <errno.h>
#include <stdlib.h>

#include "tui/engine/ahead.h"
#include "tui/engine/density_scale.h"

/* A stream's part. */
struct part {
	const struct stream *stream;
	uint64_t first, end; /* pages of epochs that were not looked at yet */
	bool ahead; /* a file that goes on behind its index: from and until are its times */
	uint64_t from, until;
	uint32_t epoch; /* that they are of */
};

/* Rows that came before some place. */
struct counted {
	uint64_t rows;
	uint32_t losses, breaks;
};

/* ---- which epochs there are ---- */

static bool newest_epoch(const struct part *part, uint32_t *epoch)
{
	if (part->ahead) {
		*epoch = part->epoch;
		return true;
	}
	if (part->first == part->end)
		return false;
	*epoch = history_entry(&part->stream->history, part->end - 1)->epoch;
	return true;
}

static void extend(struct engine_density_epoch *span, bool *any, uint64_t first, uint64_t last)
{
	if (!*any || first < span->first)
		span->first = first;
	if (!*any || last > span->last)
		span->last = last;
	*any = true;
}

/* Take a part's times in span's epoch, which is its newest if it has any, and pass them. */
static void take_epoch(struct part *part, struct engine_density_epoch *span, bool *any)
{
	const struct history *history = &part->stream->history;
	uint64_t start, page;

	if (part->ahead && part->epoch == span->epoch) {
		extend(span, any, part->from, part->until);
		part->ahead = false;
	}
	if (part->first == part->end || history_entry(history, part->end - 1)->epoch != span->epoch)
		return;
	start = history_page_at(history, part->first, span->epoch, 0);
	/* What was no page has no time of its own before the first page. */
	for (page = start; page < part->end && history_entry(history, page)->kind != ENTRY_PAGE;)
		page++;
	if (page < part->end)
		extend(span, any, history_entry(history, page)->first_ts,
		       history_entry(history, part->end - 1)->last_ts);
	part->end = start;
}

/* The next older epoch of all parts. False: there is none. */
static bool next_epoch(struct part *parts, unsigned count, struct engine_density_epoch *span,
		       bool *any)
{
	bool found = false;
	uint32_t epoch;

	*any = false;
	for (unsigned i = 0; i < count; i++) {
		if (!newest_epoch(&parts[i], &epoch))
			continue;
		if (!found || epoch > span->epoch)
			span->epoch = epoch;
		found = true;
	}
	for (unsigned i = 0; i < count; i++)
		take_epoch(&parts[i], span, any);
	if (*any && span->last - span->first >= ENGINE_DENSITY_SPAN)
		span->last = span->first + ENGINE_DENSITY_SPAN - 1;
	return found;
}

static void find_epochs(struct engine_density *head, struct part *parts, unsigned count)
{
	struct engine_density_epoch *epochs = head->epochs, span = {0};
	bool any;

	while (head->epoch_count < ENGINE_DENSITY_EPOCHS && next_epoch(parts, count, &span, &any))
		if (any)
			epochs[head->epoch_count++] = span;
	for (unsigned i = 0; i < count; i++)
		head->older |= parts[i].first != parts[i].end;
	/* They were found from the newest on. */
	for (uint32_t i = 0; i < head->epoch_count / 2; i++) {
		span = epochs[i];
		epochs[i] = epochs[head->epoch_count - 1 - i];
		epochs[head->epoch_count - 1 - i] = span;
	}
}

/* ---- how many rows there are ---- */

/* Rows before a page. */
static struct counted count_pages(const struct history *history, uint64_t page)
{
	const struct entry *entry;

	if (page == history->next_page)
		return (struct counted){history->next_row, history->losses, history->breaks};
	entry = history_entry(history, page);
	return (struct counted){entry->first_row, entry->losses, entry->breaks};
}

/* Rows before a time; *page is a page before it, and becomes the one that it is in. */
static struct counted count_rows(const struct history *history, uint64_t *page,
				 const struct engine_position *at)
{
	struct counted count;
	const struct entry *entry;
	double share;

	*page = history_page_at(history, *page, at->epoch, at->ts);
	count = count_pages(history, *page);
	if (*page == history->next_page)
		return count;
	entry = history_entry(history, *page);
	if (entry->epoch != at->epoch || entry->first_ts >= at->ts)
		return count;
	/* Its last time is not before that one: the two differ. */
	share = (double)(at->ts - entry->first_ts) / (double)(entry->last_ts - entry->first_ts);
	count.losses += entry->flags & ENTRY_LOST;
	count.rows += (entry->flags & ENTRY_LOST) + (uint64_t)(entry->events * share);
	return count;
}

static void add_part(struct density_reply *reply, const struct part *part,
		     const struct engine_position *edges)
{
	const struct history *history = &part->stream->history;
	uint64_t page = part->end; /* of the oldest epoch that is told, the first one */
	struct counted before = count_pages(history, page), count;

	for (uint32_t i = 0; i < reply->head.columns; i++) {
		struct engine_density_column *column = &reply->columns[i];
		uint32_t losses, breaks;

		if (i + 1 < reply->head.columns)
			count = count_rows(history, &page, &edges[i + 1]);
		else
			count = count_pages(history, history->next_page);
		losses = count.losses - before.losses;
		breaks = count.breaks - before.breaks;
		column->losses += losses;
		column->breaks += breaks;
		column->events += count.rows - before.rows - losses - breaks;
		before = count;
	}
}

/* Columns behind that in which the index of a file ends are not complete. */
static void limit_known(struct engine_density *head, const struct stream *stream)
{
	const struct engine_position reach = {.ts = stream->last_ts, .epoch = stream->epoch};
	uint32_t column;

	density_column(head, &reach, &column);
	if (column < head->known)
		head->known = column;
}

static int add_columns(struct density_reply *reply, const struct part *parts, unsigned count)
{
	struct engine_density *head = &reply->head;
	struct engine_position *edges = calloc(head->columns, sizeof(*edges));

	if (!edges)
		return -ENOMEM;
	for (uint32_t i = 0; i < head->columns; i++)
		edges[i] = density_place(head, density_edge(head, i));
	for (unsigned i = 0; i < count; i++) {
		add_part(reply, &parts[i], edges);
		if (ahead_possible(parts[i].stream))
			limit_known(head, parts[i].stream);
	}
	free(edges);
	return 0;
}

static unsigned find_parts(struct part *parts, const uint8_t *cpus, struct stream *const *streams,
			   const struct stream_shared *shared, uint8_t *page)
{
	unsigned count = 0;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		struct part *part = &parts[count];

		if (!streams[cpu] || !((cpus[cpu / 8] >> (cpu % 8)) & 1))
			continue;
		*part = (struct part){.stream = streams[cpu]};
		history_pages(&streams[cpu]->history, &part->first, &part->end);
		if (ahead_possible(streams[cpu]))
			part->ahead = ahead_span(streams[cpu], shared, page, &part->from,
						 &part->until, &part->epoch);
		count++;
	}
	return count;
}

int density_fill(struct density_reply *reply, const struct engine_density_request *request,
		 struct stream *const *streams, const struct stream_shared *shared)
{
	struct part *parts = calloc(VTRACE_MAX_CPUS, sizeof(*parts));
	uint8_t *page = malloc(shared->geometry.size);
	unsigned count;
	int ret = -ENOMEM;

	*reply = (struct density_reply){
		.head = {.columns = request->columns, .known = request->columns}};
	if (parts && page) {
		count = find_parts(parts, request->cpus, streams, shared, page);
		find_epochs(&reply->head, parts, count);
		ret = reply->head.epoch_count ? add_columns(reply, parts, count) : 0;
	}
	free(page);
	free(parts);
	return ret;
}
