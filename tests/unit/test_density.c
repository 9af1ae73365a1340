// SPDX-License-Identifier: GPL-2.0-only
/* How rows are spread over columns of time: against a walk over all entries, with epochs, lost
 * events, gaps, and a file that is not indexed to its end. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/timelines.h"
#include "tui/engine/density.h"
#include "tui/engine/density_scale.h"

static struct density_reply fill(const struct guest *guest, uint32_t columns)
{
	struct engine_density_request request = {.columns = columns};
	struct density_reply reply;

	memset(request.cpus, 0xff, sizeof(request.cpus));
	assert_int_equal(density_fill(&reply, &request, guest->streams, &guest->shared), 0);
	assert_int_equal(reply.head.columns, columns);
	return reply;
}

static void begin_empty(struct guest *guest, unsigned count)
{
	*guest = (struct guest){.count = count};
	guest->shared.geometry = (struct page_geometry){PAGE, 8, false};
	store_init(&guest->shared.store, 1 << 30);
	for (unsigned cpu = 0; cpu < count; cpu++)
		assert_int_equal(stream_new(&guest->streams[cpu], &guest->shared, cpu), 0);
}

static void append(struct guest *guest, unsigned cpu, const struct entry *entry)
{
	static const uint8_t page[PAGE];

	assert_int_equal(history_append(&guest->streams[cpu]->history, entry,
					entry->kind == ENTRY_GAP ? NULL : page, 0),
			 0);
}

static void nothing_is_held(void **state)
{
	struct guest guest;
	struct density_reply reply;

	(void)state;
	begin_empty(&guest, 2);
	reply = fill(&guest, 80);
	assert_int_equal(reply.head.epoch_count, 0);
	assert_int_equal(reply.head.known, 80);
	for (uint32_t i = 0; i < 80; i++)
		assert_int_equal(reply.columns[i].events, 0);
	guest_release(&guest);
}

static void a_page_is_spread(void **state)
{
	struct guest guest;
	struct density_reply reply;

	(void)state;
	begin_empty(&guest, 2);
	append(&guest, 0, &(struct entry){.first_ts = 1000, .last_ts = 2000, .events = 1000});
	/* All at one moment, behind lost ones. */
	append(&guest, 1,
	       &(struct entry){
		       .first_ts = 1550, .last_ts = 1550, .events = 7, .flags = ENTRY_LOST});
	append(&guest, 1, &(struct entry){.kind = ENTRY_BAD, .first_ts = 1850, .last_ts = 1850});
	reply = fill(&guest, 10);
	assert_int_equal(reply.head.epoch_count, 1);
	assert_int_equal(reply.head.epochs[0].first, 1000);
	assert_int_equal(reply.head.epochs[0].last, 2000);
	for (uint32_t i = 0; i < 10; i++) {
		assert_int_equal(reply.columns[i].events, 100 + (i == 5 ? 7 : 0));
		assert_int_equal(reply.columns[i].losses, i == 5);
		assert_int_equal(reply.columns[i].breaks, i == 8);
	}
	guest_release(&guest);
}

/* After the clock has started again, columns go on to the right. */
static void epochs_lie_behind_each_other(void **state)
{
	const struct engine_position places[] = {{.ts = 5000},
						 {.ts = 5099},
						 {.epoch = 3, .ts = 10},
						 {.epoch = 3, .ts = 109}};
	static const uint32_t columns[] = {0, 4, 5, 9};
	struct guest guest;
	struct density_reply reply;
	uint32_t column;

	(void)state;
	begin_empty(&guest, 2);
	append(&guest, 0, &(struct entry){.first_ts = 5000, .last_ts = 5099, .events = 50});
	append(&guest, 1, &(struct entry){.kind = ENTRY_GAP, .epoch = 3});
	append(&guest, 1,
	       &(struct entry){.first_ts = 10, .last_ts = 109, .events = 500, .epoch = 3});
	reply = fill(&guest, 10);
	assert_int_equal(reply.head.epoch_count, 2);
	assert_int_equal(reply.head.epochs[1].first, 10);
	assert_int_equal(density_length(&reply.head), 200);
	for (uint32_t i = 0; i < 10; i++)
		assert_in_range(reply.columns[i].events, i < 5 ? 9 : 95, i < 5 ? 11 : 102);
	/* What has no time of its own is where the clock began. */
	assert_int_equal(reply.columns[4].breaks + reply.columns[5].breaks, 1);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(density_column(&reply.head, &places[i], &column));
		assert_int_equal(column, columns[i]);
	}
	assert_false(density_column(&reply.head, &(struct engine_position){.epoch = 1, .ts = 50},
				    &column));
	assert_int_equal(column, 5);
	assert_false(density_column(&reply.head, &(struct engine_position){.ts = 4999}, &column));
	assert_int_equal(column, 0);
	assert_false(density_column(&reply.head, &(struct engine_position){.epoch = 3, .ts = 110},
				    &column));
	assert_int_equal(column, 9);
	guest_release(&guest);
}

static bool is_earlier(const struct entry *entry, const struct engine_position *at)
{
	return entry->epoch != at->epoch ? entry->epoch < at->epoch : entry->last_ts < at->ts;
}

/* Rows before a place, of all that is held. */
static void walk(const struct guest *guest, const struct engine_position *at, uint64_t *events,
		 uint64_t *losses, uint64_t *breaks)
{
	*events = *losses = *breaks = 0;
	for (unsigned cpu = 0; cpu < guest->count; cpu++) {
		const struct history *history = &guest->streams[cpu]->history;
		uint64_t page, end;

		for (history_pages(history, &page, &end); page < end; page++) {
			const struct entry *entry = history_entry(history, page);
			double share = 1;

			if (at && !is_earlier(entry, at)) {
				if (entry->epoch != at->epoch || entry->first_ts >= at->ts)
					break;
				share = (double)(at->ts - entry->first_ts) /
					(double)(entry->last_ts - entry->first_ts);
			}
			*events += (uint64_t)(entry->events * share);
			*losses += entry->flags & ENTRY_LOST;
			*breaks += entry->kind != ENTRY_PAGE;
			if (share < 1)
				break;
		}
	}
}

static void check_columns(const struct guest *guest, uint32_t columns)
{
	struct density_reply reply = fill(guest, columns);
	uint64_t events, losses, breaks, before[3] = {0};

	assert_int_not_equal(reply.head.epoch_count, 0);
	for (uint32_t i = 0; i <= columns; i++) {
		uint64_t edge = density_edge(&reply.head, i);
		struct engine_position at;
		/* What is older than the epochs that there is room for is in no column. */
		bool end = i == columns;

		if (end) {
			walk(guest, NULL, &events, &losses, &breaks);
		} else {
			at = density_place(&reply.head, edge);
			if (!i)
				at.ts = 0;
			walk(guest, &at, &events, &losses, &breaks);
		}
		if (i) {
			assert_int_equal(reply.columns[i - 1].events, events - before[0]);
			assert_int_equal(reply.columns[i - 1].losses, losses - before[1]);
			assert_int_equal(reply.columns[i - 1].breaks, breaks - before[2]);
		}
		before[0] = events;
		before[1] = losses;
		before[2] = breaks;
	}
}

static void columns_are_what_a_walk_counts(void **state)
{
	static const unsigned cpus[] = {1, 3, 64};
	struct guest guest;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		guest_init(&guest, cpus[i], 71 + i);
		check_columns(&guest, 1);
		check_columns(&guest, 77);
		check_columns(&guest, ENGINE_DENSITY_COLUMNS);
		guest_release(&guest);
	}
}

/* A clock that jumps as far as it can leaves all numbers whole. */
static void spans_have_an_end(void **state)
{
	struct guest guest;
	struct density_reply reply;
	uint64_t events = 0;

	(void)state;
	begin_empty(&guest, 1);
	for (uint32_t epoch = 0; epoch < 12; epoch++)
		append(&guest, 0,
		       &(struct entry){.last_ts = UINT64_MAX, .events = 10, .epoch = epoch});
	reply = fill(&guest, 64);
	assert_int_equal(reply.head.epoch_count, ENGINE_DENSITY_EPOCHS);
	assert_int_equal(reply.head.older, 1);
	assert_int_equal(reply.head.epochs[0].epoch, 4);
	assert_int_equal(density_length(&reply.head), ENGINE_DENSITY_EPOCHS * ENGINE_DENSITY_SPAN);
	for (uint32_t i = 0; i < 64; i++)
		events += reply.columns[i].events;
	assert_int_equal(events, 10 * ENGINE_DENSITY_EPOCHS);
	guest_release(&guest);
}

/* Pages of ten events, 100 apart, of which some are read: the rest is there, but not known. */
static void a_file_is_not_indexed_yet(void **state)
{
	struct guest guest = {.count = 1};
	struct page_file file;
	struct density_reply reply;
	int fd = memfd_create("pages", MFD_CLOEXEC);
	uint64_t known = 0;

	(void)state;
	for (uint64_t n = 0; n < 100; n++) {
		uint8_t page[PAGE];
		struct page_maker maker = {.geometry = {PAGE, 8, false}, .page = page};

		make_page(&maker, 1000 + 1000 * n);
		for (unsigned i = 0; i < 10; i++)
			make_event(&maker, i ? 100 : 0, 2, 0);
		assert_int_equal(write(fd, page, PAGE), PAGE);
	}
	guest.shared.geometry = (struct page_geometry){PAGE, 8, false};
	guest.shared.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	guest.shared.comms = comms_new();
	store_init(&guest.shared.store, 1 << 30);
	assert_int_equal(intake_init(&guest.shared.intake, PAGE), 0);
	assert_int_equal(counts_init(&guest.shared.counts), 0);
	assert_int_equal(stream_new(&guest.streams[0], &guest.shared, 0), 0);
	file = page_file_whole(fd);
	stream_open_pages(guest.streams[0], &file);
	reply = fill(&guest, 50);
	assert_int_equal(reply.head.known, 0);
	stream_read(guest.streams[0], 30 * PAGE, 0);
	reply = fill(&guest, 50);
	assert_int_equal(reply.head.epochs[0].first, 1000);
	assert_int_equal(reply.head.epochs[0].last, 100900);
	assert_in_range(reply.head.known, 1, 49);
	for (uint32_t i = 0; i < 50; i++)
		known += reply.columns[i].events;
	assert_int_equal(known, guest.streams[0]->stats.events);
	assert_true(known < 1000);
	while (guest.streams[0]->stats.state == ENGINE_CHANNEL_OPEN)
		stream_read(guest.streams[0], 1 << 20, 0);
	reply = fill(&guest, 50);
	assert_int_equal(reply.head.known, 50);
	for (uint32_t i = 0; i < 50; i++)
		assert_in_range(reply.columns[i].events, 17, 24);
	stream_free(guest.streams[0]);
	store_release(&guest.shared.store);
	comms_free(guest.shared.comms);
	intake_release(&guest.shared.intake);
	counts_release(&guest.shared.counts);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_held),
		cmocka_unit_test(a_page_is_spread),
		cmocka_unit_test(epochs_lie_behind_each_other),
		cmocka_unit_test(columns_are_what_a_walk_counts),
		cmocka_unit_test(spans_have_an_end),
		cmocka_unit_test(a_file_is_not_indexed_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
