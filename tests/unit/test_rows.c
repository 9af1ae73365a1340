// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers to pulls and views: no row is given out that an older one may follow from a file that
 * is still being indexed, and a view is full while there are rows for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/pages.h"
#include "tui/engine/client.h"
#include "tui/engine/rows.h"

#define PAGE 4096
#define CPUS 3

struct fixture {
	struct stream_shared shared;
	struct stream *streams[VTRACE_MAX_CPUS];
	const struct formats *formats[FORMATS_SETS];
	uint32_t formats_count;
	struct rows rows;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->shared.geometry = (struct page_geometry){PAGE, 8, false};
	f->shared.comms = comms_new();
	store_init(&f->shared.store, 64 << 20);
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		if (stream_new(&f->streams[cpu], &f->shared, cpu))
			return -1;
		f->streams[cpu]->file = true;
		f->streams[cpu]->stats.state = ENGINE_CHANNEL_OPEN;
	}
	f->rows.streams = f->streams;
	f->rows.shared = &f->shared;
	f->rows.formats = f->formats;
	f->rows.formats_count = &f->formats_count;
	*state = f;
	return rows_init(&f->rows);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	rows_release(&f->rows);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		stream_free(f->streams[cpu]);
	comms_free(f->shared.comms);
	free(f);
	return 0;
}

/* So many more rows of one CPU are indexed, one a unit of time, from ts on. */
static void index_rows(struct fixture *f, unsigned cpu, uint64_t ts, unsigned events)
{
	uint8_t page[PAGE];
	struct page_maker maker = {.geometry = f->shared.geometry, .page = page};
	struct entry entry = {
		.kind = ENTRY_PAGE,
		.first_ts = ts,
		.last_ts = ts + events - 1,
		.events = events,
		.formats = STREAM_NO_FORMATS,
	};

	make_page(&maker, ts);
	for (unsigned i = 0; i < events; i++)
		make_event(&maker, i > 0, 2, 1);
	assert_int_equal(history_append(&f->streams[cpu]->history, &entry, page, 0), 0);
}

/* How many rows a pull gives. */
static uint32_t pull(struct fixture *f, uint32_t *flags)
{
	struct engine_pull request = {.count = 1000};
	const struct engine_rows *answer = (const struct engine_rows *)f->rows.packet;
	uint64_t settles;

	memset(request.cpus, 0xff, sizeof(request.cpus));
	assert_int_equal(rows_pull(&f->rows, &request, 0, &settles), 0);
	assert_int_equal(settles, 0);
	*flags = answer->flags;
	return answer->count;
}

static void test_a_pull_ends_where_a_file_may_bring_more(void **state)
{
	struct fixture *f = *state;
	uint32_t flags;

	index_rows(f, 0, 1, 10);
	index_rows(f, 1, 1, 20);
	/* Of the third nothing is known yet. */
	assert_int_equal(pull(f, &flags), 0);
	assert_int_equal(flags, ENGINE_ROWS_DRY);
	/* 1 to 10 of each, but of the CPUs behind the first not the last. */
	index_rows(f, 2, 1, 20);
	assert_int_equal(pull(f, &flags), 28);
	assert_int_equal(flags, ENGINE_ROWS_DRY);
	assert_int_equal(pull(f, &flags), 0);
	index_rows(f, 0, 11, 5);
	assert_int_equal(pull(f, &flags), 15);
	assert_int_equal(flags, ENGINE_ROWS_DRY);
}

static void test_a_file_that_was_indexed_holds_nothing_back(void **state)
{
	struct fixture *f = *state;
	uint32_t flags;

	index_rows(f, 0, 1, 10);
	index_rows(f, 1, 1, 20);
	index_rows(f, 2, 1, 20);
	f->streams[0]->stats.state = ENGINE_CHANNEL_INDEXED;
	assert_int_equal(pull(f, &flags), 10 + 20 + 19);
	assert_int_equal(flags, ENGINE_ROWS_DRY);
	f->streams[1]->stats.state = ENGINE_CHANNEL_INDEXED;
	assert_int_equal(pull(f, &flags), 1);
	f->streams[2]->stats.state = ENGINE_CHANNEL_INDEXED;
	assert_int_equal(pull(f, &flags), 0);
	assert_int_equal(flags, ENGINE_ROWS_DRY | ENGINE_ROWS_END);
}

/* However far it is moved. */
static void test_a_view_stays_full(void **state)
{
	struct fixture *f = *state;
	const struct engine_rows *answer = (const struct engine_rows *)f->rows.packet;
	struct engine_view view = {.origin = ENGINE_FROM_HEAD, .count = 7};

	memset(view.cpus, 0xff, sizeof(view.cpus));
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		index_rows(f, cpu, 1, 10);
		f->streams[cpu]->stats.state = ENGINE_CHANNEL_INDEXED;
	}
	for (view.skip = 0; view.skip < 40; view.skip++) {
		assert_int_equal(rows_view(&f->rows, &view), 0);
		assert_int_equal(answer->count, 7);
		assert_int_equal(answer->newer, view.skip < 23 ? 23 - view.skip : 0);
		assert_int_equal(answer->total, 30);
	}
	view.origin = ENGINE_FROM_TAIL;
	for (view.skip = 0; view.skip > -40; view.skip--) {
		assert_int_equal(rows_view(&f->rows, &view), 0);
		assert_int_equal(answer->count, 7);
		assert_int_equal(answer->newer, view.skip > -23 ? -view.skip : 23);
	}
}

/* The time of the row that a detail is of; 0: there is none. */
static uint64_t detail(struct fixture *f, const struct engine_position *at, int32_t step)
{
	struct engine_detail_request request = {.at = *at, .step = step};
	const struct engine_rows *answer = (const struct engine_rows *)f->rows.packet;
	struct engine_detail_view view;

	memset(request.cpus, 0xff, sizeof(request.cpus));
	assert_int_equal(rows_detail(&f->rows, &request), 0);
	if (!answer->count)
		return 0;
	assert_int_equal(answer->count, 1);
	assert_true(engine_detail_open(f->rows.packet, f->rows.length, &view));
	return view.detail->at.ts * 10 + view.detail->at.cpu;
}

/* Over CPUs, and no further than the first and the last row; which the flags tell. */
static void test_details_go_from_row_to_row(void **state)
{
	struct fixture *f = *state;
	const struct engine_rows *answer = (const struct engine_rows *)f->rows.packet;
	const struct engine_position middle = {.ts = 5, .row = 4, .cpu = 1};

	assert_int_equal(detail(f, &middle, 0), 0);
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		index_rows(f, cpu, 1, 10);
		f->streams[cpu]->stats.state = ENGINE_CHANNEL_INDEXED;
	}
	assert_int_equal(detail(f, &middle, 0), 51);
	assert_int_equal(answer->flags, 0);
	assert_int_equal(detail(f, &middle, 1), 52);
	assert_int_equal(detail(f, &middle, 2), 60);
	assert_int_equal(detail(f, &middle, -1), 50);
	assert_int_equal(detail(f, &middle, -2), 42);
	assert_int_equal(detail(f, &middle, -100), 10);
	assert_true(answer->flags & ENGINE_ROWS_HEAD);
	assert_int_equal(detail(f, &middle, 100), 102);
	assert_true(answer->flags & ENGINE_ROWS_TAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define ROWS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		ROWS_TEST(test_a_pull_ends_where_a_file_may_bring_more),
		ROWS_TEST(test_a_file_that_was_indexed_holds_nothing_back),
		ROWS_TEST(test_a_view_stays_full),
		ROWS_TEST(test_details_go_from_row_to_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
