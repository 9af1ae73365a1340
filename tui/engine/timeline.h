/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows in the order of time over a set of CPUs, forwards and backwards, from any place. Called
 * by the server to answer views and pulls. It reads histories and decodes pages into record
 * positions; it makes no text. A timeline is set up anew for every request, because pages may
 * have come and gone since the last one; while it is used, its streams stay as they are.
 *
 * The next and the previous row are kept on top of two heaps of the streams, so that a step
 * costs the logarithm of their number, both ways. Set-up and seeking look at every stream.
 *
 * With a filter only rows that it lets pass are there for peeking and stepping. They are looked for
 * page by page in the order of time, and no more of them than the budget allows: then the timeline
 * ends early and says so. What a page has for the shown filter is noted in the history, so that
 * pages without any are passed over at once the next time.
 */
#ifndef VTRACE_ENGINE_TIMELINE_H
#define VTRACE_ENGINE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/engine/filter_set.h"
#include "tui/engine/stream.h"

/* One row's whereabouts. */
struct place {
	struct engine_position at;
	const struct entry *entry;
	const uint8_t *record; /* data of the event; NULL when the row is none, or is unreadable */
	uint32_t size;	       /* of record, bytes */
	bool lost;	       /* the row tells of lost events before the page's own */
};

/* Events of one page that stand one behind the other in the order of time: count rows from row on.
 */
struct timeline_run {
	uint32_t cpu; /* of the stream, as in a position */
	uint32_t count;
	uint64_t row;
	const struct entry *entry;
	const uint8_t *page;
	const struct page_record *records; /* offsets are in page */
};

enum timeline_way {
	TIMELINE_NEXT, /* to newer rows */
	TIMELINE_PREV,
	TIMELINE_WAYS,
};

struct cursor;

/* The cursors, none before the one in half its slot: that whose row is passed first is on top. */
struct timeline_heap {
	struct cursor *cursors[VTRACE_MAX_CPUS];
	unsigned count; /* 0: not made yet */
};

/* Rows on pages without any to show that are looked at for one request: some 20 ms of work. */
#define TIMELINE_BUDGET (1u << 20)

struct timeline {
	/* The caller's, before timeline_begin(); NULL: all rows. */
	const struct filter_set *filter; /* what is shown; its answers are noted in histories */
	const struct filter_set *find;	 /* what is looked for among that; no row but an event is */
	int64_t budget;			 /* rows still to be looked at; set by timeline_begin() */
	bool stopped;			 /* the budget was used up before the next row was found */
	uint64_t ends;		/* how often a stream was found to have no further row: grows */
	struct cursor *cursors; /* VTRACE_MAX_CPUS of them */
	struct cursor *active[VTRACE_MAX_CPUS];
	unsigned count;
	struct timeline_heap heaps[TIMELINE_WAYS];
};

int timeline_init(struct timeline *timeline); /* 0 or -ENOMEM */
void timeline_release(struct timeline *timeline);

/* Stand at the oldest row of those streams (NULL entries allowed) that cpus names. 0 or -ENOMEM. */
int timeline_begin(struct timeline *timeline, struct stream *const *streams, const uint8_t *cpus);

void timeline_seek_tail(struct timeline *timeline);
/* Stand before the row at position, or where it would be. */
void timeline_seek(struct timeline *timeline, const struct engine_position *position);
/* Stand before the first row that is not before ts. */
void timeline_seek_time(struct timeline *timeline, uint32_t epoch, uint64_t ts);
/* Stand such that way leads from position on: to its row first where here says so. */
void timeline_seek_from(struct timeline *timeline, const struct engine_position *position,
			enum timeline_way way, bool here);
/* Stand before row of one CPU, or at its oldest when that is not held any more. Returns how many
 * rows that was too late. */
uint64_t timeline_seek_row(struct timeline *timeline, unsigned cpu, uint64_t row);
/* Where one CPU stands. */
uint64_t timeline_row(const struct timeline *timeline, unsigned cpu);

/* Look at the next row without passing it; place is valid until the timeline moves. */
bool timeline_peek(struct timeline *timeline, struct place *place);
/* The same of as many rows as can be told at once: what is read in order of time needs no heap from
 * row to row. False when the next row is no event, or a filter picks the rows: then peek. */
bool timeline_run(struct timeline *timeline, struct timeline_run *run);
/* Pass the first count rows of the run that was asked for last, with nothing in between. */
void timeline_pass(struct timeline *timeline, uint32_t count);
/* The next row on one side without passing it. False at the end, or when stopped: then at is how
 * far that way was looked, and where to go on. */
bool timeline_look(struct timeline *timeline, enum timeline_way way, struct engine_position *at);
/* Pass the next, or the previous row. False at the end. */
bool timeline_next(struct timeline *timeline);
bool timeline_prev(struct timeline *timeline);

/* Look with the filter into pages that it has not looked at, for the count in the store, as far as
 * the budget allows. False when some are left. */
bool timeline_sift(struct timeline *timeline);

/* Rows held before here, and after. Counted over all streams: not for every row. */
uint64_t timeline_older(const struct timeline *timeline);
uint64_t timeline_newer(const struct timeline *timeline);

#endif
