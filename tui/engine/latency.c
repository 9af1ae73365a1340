// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/latency.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tui/engine/rows_private.h"

#define ROWS_A_LOOK 512 /* rows of a page between looks at the clock */

/* What one step has passed. */
struct step {
	unsigned cpu;
	uint32_t rows;
	bool page; /* they are the first of one, or none of any */
};

void latency_release(struct latency *latency)
{
	latency_pairs_release(&latency->pairs);
	latency->on = false;
	for (unsigned i = 0; i < FORMATS_SETS; i++)
		free(latency->events[i]);
	memset(latency->events, 0, sizeof(latency->events));
}

void latency_restart(struct latency *latency)
{
	latency->on = false;
}

static int start(struct latency *latency, const uint8_t *cpus)
{
	int ret;

	memset(latency->next, 0, sizeof(latency->next));
	memset(latency->blind, 0, sizeof(latency->blind));
	memset(latency->missed, 0, sizeof(latency->missed));
	latency->epoch = 0;
	latency->ts = latency->looked = latency->skipped = 0;
	ret = latency_pairs_init(&latency->pairs, cpus);
	latency->on = !ret;
	return ret;
}

const struct latency_events *latency_events_of(struct latency *latency,
					       const struct formats *formats)
{
	struct latency_events **slot, *events;
	bool known;

	if (!formats)
		return NULL;
	slot = &latency->events[formats->number % FORMATS_SETS];
	events = *slot;
	known = events && events->number == formats->number;
	if (!events)
		events = *slot = malloc(sizeof(*events));
	if (events && !known)
		latency_events_find(events, formats);
	return events;
}

/* ---- where events may be missing ---- */

static void see(struct latency *latency, unsigned cpu)
{
	latency->pairs.blind -= latency->blind[cpu];
	latency->blind[cpu] = latency->missed[cpu] = false;
}

static void go_blind(struct latency *latency, unsigned cpu)
{
	latency->pairs.blind += !latency->blind[cpu];
	latency->blind[cpu] = true;
	latency_pairs_break(&latency->pairs, cpu);
}

/* A stream stands before a row. When something is missing in front of that, nothing is known of it
 * until its next event. */
static void look_ahead(struct latency *latency, const struct rows *rows, unsigned cpu, uint64_t row)
{
	uint64_t page;
	const struct entry *entry = history_find_row(&rows->streams[cpu]->history, row, &page);

	if (entry && (entry->kind != ENTRY_PAGE ||
		      ((entry->flags & (ENTRY_LOST | ENTRY_PAUSED)) && row == entry->first_row)))
		go_blind(latency, cpu);
}

/* Rows of an epoch come: false when they are of one before, which is over. */
static bool use_epoch(struct latency *latency, uint32_t epoch)
{
	if (epoch > latency->epoch) {
		latency_pairs_break_all(&latency->pairs);
		latency->epoch = epoch;
		latency->ts = 0;
	}
	return epoch == latency->epoch;
}

/* ---- rows ---- */

static void take_run(struct latency *latency, const struct rows *rows,
		     const struct timeline_run *run)
{
	const struct page_geometry *geometry = &rows->shared->geometry;
	const struct latency_events *events =
		latency_events_of(latency, rows_formats_of(rows, run->entry));
	struct latency_record record = {
		.events = events,
		.record = {.swap = geometry->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__),
			   .big_endian = geometry->big_endian,
			   .long_size = (uint8_t)geometry->long_size},
		.at = {.cpu = run->cpu, .epoch = run->entry->epoch},
	};

	if (!use_epoch(latency, run->entry->epoch) || !events)
		return;
	/* What these change for pairs that are open now, nobody knows. */
	if (run->records[0].ts < latency->ts)
		latency_pairs_break(&latency->pairs, run->cpu);
	for (uint32_t i = 0; i < run->count; i++) {
		const uint8_t *data = run->page + run->records[i].offset;

		record.id = page_u16(geometry, data + RECORD_TYPE_OFFSET);
		if (!events->by_id[record.id])
			continue;
		record.record.data = data;
		record.record.size = run->records[i].size;
		record.at.ts = run->records[i].ts;
		record.at.row = run->row + i;
		record.late = record.at.ts < latency->ts;
		latency_pairs_take(&latency->pairs, &record);
	}
	if (latency->ts < run->records[run->count - 1].ts)
		latency->ts = run->records[run->count - 1].ts;
}

/* Pass some rows. False: the next one is not there, or has to wait. */
static bool take_some(struct latency *latency, struct rows *rows, uint64_t now, struct step *step)
{
	struct timeline *timeline = &rows->timeline;
	struct timeline_run run;
	struct place place;
	uint64_t row;

	if (timeline_run(timeline, &run)) {
		if (rows_unsettled(rows, run.cpu, run.entry, now))
			return false;
		/* A page of a megabyte is not to be one look at the clock. */
		if (run.count > ROWS_A_LOOK)
			run.count = ROWS_A_LOOK;
		see(latency, run.cpu);
		take_run(latency, rows, &run);
		*step = (struct step){
			.cpu = run.cpu,
			.rows = run.count,
			.page = run.row - run.entry->first_row <= (run.entry->flags & ENTRY_LOST),
		};
		row = run.row + run.count;
		timeline_pass(timeline, run.count);
		if (row - run.entry->first_row >= entry_rows(run.entry))
			look_ahead(latency, rows, run.cpu, row);
		return true;
	}
	if (!timeline_peek(timeline, &place) ||
	    rows_unsettled(rows, place.at.cpu, place.entry, now))
		return false;
	*step = (struct step){.cpu = place.at.cpu, .rows = 1, .page = true};
	go_blind(latency, place.at.cpu);
	timeline_next(timeline);
	return true;
}

static uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* A stream of which rows were overwritten, and no newer ones have come: has everything else been
 * looked at up to a later time than theirs? */
static bool is_behind(const struct latency *latency, const struct stream *stream)
{
	if (stream->history.first_row != stream->history.next_row)
		return false;
	return stream->epoch != latency->epoch ? stream->epoch < latency->epoch
					       : stream->last_ts <= latency->ts;
}

/* Stand before the first row that was not looked at, and see what lies there. */
static void stand(struct latency *latency, struct rows *rows)
{
	struct timeline *timeline = &rows->timeline;
	bool first = !latency->looked;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		uint64_t missed;

		if (!rows->streams[cpu])
			continue;
		missed = timeline_seek_row(timeline, cpu, latency->next[cpu]);
		/* What went before anybody asked is no news. */
		latency->skipped += first ? 0 : missed;
		if (missed) {
			go_blind(latency, cpu);
			latency->missed[cpu] = true;
		}
		if (latency->missed[cpu] && is_behind(latency, rows->streams[cpu]))
			see(latency, cpu);
		else
			look_ahead(latency, rows, cpu, timeline_row(timeline, cpu));
	}
}

/* sched_waking and raw_syscalls that were counted when they came, however far the rows go back. */
static void expect(struct latency *latency, const struct stream_shared *shared)
{
	static const enum latency_role preferred[] = {ROLE_WAKING, ROLE_SYS_ENTER};
	const struct latency_events *events = latency_events_of(latency, shared->formats);

	for (unsigned i = 0; events && i < sizeof(preferred) / sizeof(preferred[0]); i++)
		if (events->by_id[events->ids[preferred[i]]] == preferred[i] &&
		    shared->counts.by_id[events->ids[preferred[i]]])
			latency_pairs_expect(&latency->pairs, preferred[i]);
}

static void look(struct latency *latency, struct rows *rows, uint64_t now)
{
	struct engine_latency_reply *head = &latency->reply.head;
	uint64_t until = clock_ms() + LATENCY_SLICE_MS;
	uint8_t all[ENGINE_CPUSET_BYTES];
	uint32_t looked = 0;
	struct step step;

	memset(all, 0xff, sizeof(all));
	stand(latency, rows);
	if (rows_indexing_ahead(rows, all))
		head->flags |= ENGINE_LATENCY_INDEXING;
	while (!head->flags && take_some(latency, rows, now, &step)) {
		looked += step.rows;
		latency->looked += step.rows;
		if (rows_indexing_at(rows, step.cpu))
			head->flags |= ENGINE_LATENCY_INDEXING;
		/* To read a page and to unpack it may take ms, whatever rows it has. */
		if (looked < ROWS_A_LOOK && !step.page)
			continue;
		looked = 0;
		if (clock_ms() >= until)
			head->flags |= ENGINE_LATENCY_MORE;
	}
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (rows->streams[cpu])
			latency->next[cpu] = timeline_row(&rows->timeline, cpu);
	head->left = timeline_newer(&rows->timeline);
}

int latency_answer(struct latency *latency, struct rows *rows, const struct engine_latency *asked,
		   uint64_t now, size_t *length)
{
	struct timeline *timeline = &rows->timeline;
	uint8_t all[ENGINE_CPUSET_BYTES];
	int ret = 0;

	memset(&latency->reply.head, 0, sizeof(latency->reply.head));
	if (!latency->on || memcmp(latency->pairs.cpus, asked->cpus, sizeof(asked->cpus)) != 0)
		ret = start(latency, asked->cpus);
	memset(all, 0xff, sizeof(all));
	/* What a filter hides is not to make pairs of what is left. */
	timeline->filter = NULL;
	timeline->find = NULL;
	if (!ret)
		ret = timeline_begin(timeline, rows->streams, all);
	if (ret)
		return ret;
	expect(latency, rows->shared);
	look(latency, rows, now);
	*length = latency_fill(latency, rows, asked);
	return 0;
}
