// SPDX-License-Identifier: GPL-2.0-only
/* Counts of events and tasks beyond what there is room for: nothing is lost from the sums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/pages.h"
#include "tui/engine/top.h"

struct fixture {
	struct stream_shared shared;
	struct top top;
	struct page_maker maker;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || intake_init(&f->shared.intake, 4096) || counts_init(&f->shared.counts))
		return -1;
	f->shared.comms = comms_new();
	f->maker.geometry = (struct page_geometry){4096, 8, false};
	f->maker.page = malloc(4096);
	*state = f;
	return f->maker.page && f->shared.comms ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	intake_release(&f->shared.intake);
	counts_release(&f->shared.counts);
	comms_free(f->shared.comms);
	free(f->maker.page);
	free(f);
	return 0;
}

/* A page of count events, of one id and of the tasks pid, pid + step, ... */
static void count_page(struct fixture *f, uint16_t id, int32_t pid, int32_t step, uint32_t count)
{
	const struct page_geometry *geometry = &f->maker.geometry;

	make_page(&f->maker, 1);
	for (uint32_t i = 0; i < count; i++) {
		uint8_t *at = f->maker.page + 16 + f->maker.length + 4;

		make_event(&f->maker, 1, 2, 0);
		put_bytes(geometry, at, id, 2);
		put_bytes(geometry, at + 4, (uint32_t)pid + i * (uint32_t)step, 4);
	}
	assert_int_equal(intake_fill(&f->shared.intake, geometry, NULL, f->maker.page, 1, NULL),
			 PAGE_GOOD);
	assert_int_equal(f->shared.intake.events, count);
	counts_add(&f->shared.counts, &f->shared.intake);
}

static void check_reply(const struct fixture *f, uint64_t total)
{
	const struct engine_count *entry = f->top.entries;
	uint64_t events = f->top.head.other_events, tasks = f->top.head.other_tasks;

	for (uint32_t i = 0; i < f->top.head.events; i++, entry++) {
		assert_true(!i || entry[-1].count >= entry->count);
		events += entry->count;
	}
	for (uint32_t i = 0; i < f->top.head.tasks; i++, entry++) {
		assert_true(!i || entry[-1].count >= entry->count);
		tasks += entry->count;
	}
	assert_true(events == total);
	assert_true(tasks == total);
}

static void test_more_tasks_than_room(void **state)
{
	struct fixture *f = *state;
	uint32_t pages = COUNTS_TASKS / 100 + 50;

	count_page(f, 5, 7, 0, 150);
	for (uint32_t i = 0; i < pages; i++)
		count_page(f, 5, (int32_t)(1000 + 100 * i), 1, 100);
	assert_int_equal(f->shared.counts.task_count, COUNTS_TASKS);
	assert_int_equal(f->shared.counts.other_tasks, pages * 100 + 1 - COUNTS_TASKS);
	top_fill(&f->top, &f->shared);
	assert_int_equal(f->top.head.events, 1);
	assert_int_equal(f->top.head.tasks, ENGINE_COUNTS_MAX);
	assert_int_equal(f->top.entries[1].key, 7);
	assert_int_equal(f->top.entries[1].count, 150);
	check_reply(f, pages * 100 + 150);
	counts_clear(&f->shared.counts);
	top_fill(&f->top, &f->shared);
	assert_int_equal(f->top.head.events + f->top.head.tasks, 0);
	check_reply(f, 0);
}

/* Pids whose hashes differ in the lowest bits only: they would all share a slot. */
static void test_pids_of_one_slot(void **state)
{
	struct fixture *f = *state;
	/* The inverse of the hash's multiplier (2654435769 * 340573321 = 1 mod 2^32). */
	int32_t step = 340573321;

	for (unsigned i = 0; i < 10; i++)
		count_page(f, 5, (int32_t)((uint32_t)step * 100 * i), step, 100);
	assert_in_range(f->shared.counts.task_count, 1, 999);
	top_fill(&f->top, &f->shared);
	assert_true(f->top.head.other_tasks > 0);
	check_reply(f, 1000);
}

static void test_more_ids_than_a_reply_holds(void **state)
{
	struct fixture *f = *state;
	uint64_t total = 0;

	/* The most frequent come last and in between. */
	for (uint32_t id = 0; id < 3 * ENGINE_COUNTS_MAX; id++) {
		uint32_t count = 1 + id * 7 % 100;

		count_page(f, (uint16_t)(65535 - id), -5, 0, count);
		total += count;
	}
	top_fill(&f->top, &f->shared);
	assert_int_equal(f->top.head.events, ENGINE_COUNTS_MAX);
	assert_int_equal(f->top.head.tasks, 1);
	assert_int_equal(f->top.entries[0].count, 100);
	assert_string_equal(f->top.entries[0].name, "");
	assert_int_equal(f->top.entries[ENGINE_COUNTS_MAX].key, -5);
	check_reply(f, total);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_more_tasks_than_room, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pids_of_one_slot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_more_ids_than_a_reply_holds, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
