/* SPDX-License-Identifier: GPL-2.0-only */
/* Streams of rows made by chance, all of them sorted, and checks of a timeline against those. */
#ifndef VTRACE_TESTS_TIMELINES_H
#define VTRACE_TESTS_TIMELINES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/pages.h"
#include "tui/engine/timeline.h"

#define PAGE	   4096
#define EVENTS_MAX 12 /* of a page */

struct row {
	struct engine_position at;
	enum entry_kind kind;
	bool lost;
	uint8_t fill; /* what the event's data is made of */
};

struct guest {
	struct stream_shared shared;
	struct stream *streams[VTRACE_MAX_CPUS];
	unsigned count;
	uint64_t clock[VTRACE_MAX_CPUS]; /* time of the newest row */
	uint32_t epoch[VTRACE_MAX_CPUS];
	struct row *rows;
	size_t row_count, row_room;
	struct timeline timeline;
	unsigned seed;
};

static inline unsigned chance(struct guest *guest, unsigned sides)
{
	return (unsigned)rand_r(&guest->seed) % sides;
}

static inline void note_row(struct guest *guest, unsigned cpu, const struct row *row)
{
	if (guest->row_count == guest->row_room) {
		guest->row_room = guest->row_room ? guest->row_room * 2 : 1024;
		guest->rows = reallocarray(guest->rows, guest->row_room, sizeof(*guest->rows));
		assert_non_null(guest->rows);
	}
	guest->rows[guest->row_count] = *row;
	guest->rows[guest->row_count++].at.cpu = cpu;
}

/* A page of some events, some of them at one moment, maybe with a row for lost ones before. */
static inline void add_page(struct guest *guest, unsigned cpu)
{
	uint8_t page[PAGE];
	struct page_maker maker = {.geometry = guest->shared.geometry, .page = page};
	struct history *history = &guest->streams[cpu]->history;
	struct row row = {.kind = ENTRY_PAGE};
	struct entry entry = {.kind = ENTRY_PAGE, .epoch = guest->epoch[cpu]};

	guest->clock[cpu] += chance(guest, 3);
	entry.events = 1 + chance(guest, EVENTS_MAX);
	entry.first_ts = guest->clock[cpu];
	entry.flags = chance(guest, 3) ? 0 : ENTRY_LOST;
	row.at = (struct engine_position){entry.first_ts, history->next_row, cpu, entry.epoch};
	row.lost = entry.flags;
	if (row.lost) {
		note_row(guest, cpu, &row);
		row.at.row++;
	}
	row.lost = false;
	make_page(&maker, entry.first_ts);
	for (unsigned i = 0; i < entry.events; i++, row.at.row++) {
		unsigned delta = i ? chance(guest, 3) : 0;

		row.fill = (uint8_t)row.at.row;
		row.at.ts += delta;
		make_event(&maker, delta, 2, row.fill);
		note_row(guest, cpu, &row);
	}
	guest->clock[cpu] = entry.last_ts = row.at.ts;
	assert_int_equal(history_append(history, &entry, page, 0), 0);
}

static inline void add_gap(struct guest *guest, unsigned cpu)
{
	struct history *history = &guest->streams[cpu]->history;
	struct entry entry = {
		.kind = ENTRY_GAP,
		.epoch = guest->epoch[cpu],
		.first_ts = guest->clock[cpu],
		.last_ts = guest->clock[cpu],
		.count = 7,
	};
	struct row row = {
		.at = {entry.first_ts, history->next_row, cpu, entry.epoch},
		.kind = ENTRY_GAP,
	};

	note_row(guest, cpu, &row);
	assert_int_equal(history_append(history, &entry, NULL, 0), 0);
}

/* Streams grow in any order; now and then a clock starts again. */
static inline void grow(struct guest *guest, unsigned pages)
{
	for (unsigned i = 0; i < pages; i++) {
		unsigned cpu = chance(guest, guest->count);

		if (!chance(guest, 8)) {
			guest->epoch[cpu]++;
			guest->clock[cpu] = chance(guest, 5);
		}
		if (chance(guest, 5))
			add_page(guest, cpu);
		else
			add_gap(guest, cpu);
	}
}

static inline int by_order(const void *left, const void *right)
{
	const struct engine_position *a = &((const struct row *)left)->at;
	const struct engine_position *b = &((const struct row *)right)->at;

	if (a->epoch != b->epoch)
		return a->epoch < b->epoch ? -1 : 1;
	if (a->ts != b->ts)
		return a->ts < b->ts ? -1 : 1;
	if (a->cpu != b->cpu)
		return a->cpu < b->cpu ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static inline void sort(struct guest *guest)
{
	qsort(guest->rows, guest->row_count, sizeof(*guest->rows), by_order);
}

static inline void begin(struct guest *guest)
{
	uint8_t cpus[ENGINE_CPUSET_BYTES];

	memset(cpus, 0xff, sizeof(cpus));
	assert_int_equal(timeline_begin(&guest->timeline, guest->streams, cpus), 0);
}

static inline void guest_init(struct guest *guest, unsigned count, unsigned seed)
{
	*guest = (struct guest){.count = count, .seed = seed};
	guest->shared.geometry = (struct page_geometry){PAGE, 8, false};
	store_init(&guest->shared.store, 1 << 30);
	for (unsigned cpu = 0; cpu < count; cpu++)
		assert_int_equal(stream_new(&guest->streams[cpu], &guest->shared, cpu), 0);
	assert_int_equal(timeline_init(&guest->timeline), 0);
	grow(guest, 40 + 4 * count);
	sort(guest);
	begin(guest);
}

static inline void guest_release(struct guest *guest)
{
	timeline_release(&guest->timeline);
	for (unsigned cpu = 0; cpu < guest->count; cpu++)
		stream_free(guest->streams[cpu]);
	free(guest->rows);
}

/* The timeline stands before that row of the sorted ones. */
static inline void check_place(struct guest *guest, size_t index)
{
	const struct row *row = &guest->rows[index];
	struct place place;

	if (index == guest->row_count) {
		assert_false(timeline_peek(&guest->timeline, &place));
		return;
	}
	assert_true(timeline_peek(&guest->timeline, &place));
	assert_memory_equal(&place.at, &row->at, sizeof(row->at));
	assert_int_equal(place.entry->kind, row->kind);
	assert_int_equal(place.lost, row->lost);
	if (row->kind != ENTRY_PAGE || row->lost) {
		assert_null(place.record);
		return;
	}
	assert_int_equal(place.size, 8);
	assert_int_equal(place.record[7], row->fill);
}

static inline void check_counts(const struct guest *guest, size_t index)
{
	assert_int_equal(timeline_older(&guest->timeline), index);
	assert_int_equal(timeline_newer(&guest->timeline), guest->row_count - index);
}

/* From the row at index to the newest, and from there to the oldest. */
static inline void check_both_ways(struct guest *guest, size_t index)
{
	for (; index < guest->row_count; index++) {
		check_place(guest, index);
		assert_true(timeline_next(&guest->timeline));
	}
	check_place(guest, index);
	assert_false(timeline_next(&guest->timeline));
	while (index) {
		assert_true(timeline_prev(&guest->timeline));
		check_place(guest, --index);
	}
	assert_false(timeline_prev(&guest->timeline));
	check_counts(guest, 0);
}

/* So many steps, with turns after any number of them. */
static inline void check_turns(struct guest *guest, size_t index, unsigned steps)
{
	bool forward = chance(guest, 2);

	for (; steps; steps--) {
		if (!chance(guest, 1 + chance(guest, 40)))
			forward = !forward;
		if (forward) {
			assert_int_equal(timeline_next(&guest->timeline), index < guest->row_count);
			index += index < guest->row_count;
		} else {
			assert_int_equal(timeline_prev(&guest->timeline), index > 0);
			index -= index > 0;
		}
		/* A place that was not looked at is to be passed as well. */
		if (chance(guest, 2))
			check_place(guest, index);
	}
	check_counts(guest, index);
}

/* Rows that are not held any more are none of the sorted ones. */
static inline void drop_lost_history(struct guest *guest)
{
	size_t kept = 0;

	for (size_t i = 0; i < guest->row_count; i++)
		if (guest->rows[i].at.row >=
		    guest->streams[guest->rows[i].at.cpu]->history.first_row)
			guest->rows[kept++] = guest->rows[i];
	guest->row_count = kept;
}

#endif
