// SPDX-License-Identifier: GPL-2.0-only
/* Counts and rates of the statistics view, from the engine's packets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tui/console/statistics.h"

struct fixture {
	struct statistics statistics;
	struct meters meters;
	struct {
		struct engine_counts head;
		struct engine_count entries[2 * ENGINE_COUNTS_MAX];
	} payload;
	struct engine_packet packet;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->packet = (struct engine_packet){.type = ENGINE_COUNTS_REPLY, .payload = &f->payload};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static void put(struct fixture *f, int32_t key, const char *system, const char *name,
		uint64_t count)
{
	struct engine_count *entry = &f->payload.entries[f->payload.head.events++];

	*entry = (struct engine_count){.key = key, .count = count};
	snprintf(entry->system, sizeof(entry->system), "%s", system);
	snprintf(entry->name, sizeof(entry->name), "%s", name);
}

static void take(struct fixture *f, uint64_t now)
{
	statistics_take(&f->statistics, &f->packet, &f->meters, now);
	memset(&f->payload, 0, sizeof(f->payload));
}

static const struct statistic *entry(struct fixture *f, enum statistics_kind kind, int32_t key)
{
	const struct statistics_table *table = &f->statistics.tables[kind];

	for (uint32_t i = 0; i < table->count; i++)
		if (table->entries[i].key == key)
			return &table->entries[i];
	return NULL;
}

/* What had come before anybody looked is no rate. */
static void test_rates(void **state)
{
	struct fixture *f = *state;
	const struct statistic *tick;

	put(f, 7, "demo", "tick", 1000000);
	take(f, 5000);
	tick = entry(f, STATISTICS_EVENTS, 7);
	assert_string_equal(tick->name, "demo:tick");
	assert_int_equal(tick->count, 1000000);
	assert_int_equal(statistic_rate(tick), 0);
	put(f, 7, "demo", "tick", 1000400);
	take(f, 5500); /* half a cell */
	assert_int_equal(statistic_rate(entry(f, STATISTICS_EVENTS, 7)), 0);
	put(f, 7, "demo", "tick", 1003000);
	take(f, 7000);
	tick = entry(f, STATISTICS_EVENTS, 7);
	assert_int_equal(statistic_rate(tick), 1500);
	put(f, 7, "demo", "tick", 1003010);
	take(f, 8000);
	tick = entry(f, STATISTICS_EVENTS, 7);
	assert_int_equal(statistic_rate(tick), 10);
	assert_int_equal(tick->cells[STATISTICS_CELLS - 2], 1500);
	assert_int_equal(f->statistics.tables[STATISTICS_EVENTS].all, 1003010);
}

/* An engine that was started again counts from nothing. */
static void test_restart(void **state)
{
	struct fixture *f = *state;

	put(f, 7, "demo", "tick", 1000000);
	take(f, 1000);
	put(f, 7, "demo", "tick", 50);
	take(f, 2000);
	assert_int_equal(statistic_rate(entry(f, STATISTICS_EVENTS, 7)), 50);
}

/* A new event has all of its count from now; one that others had kept out of the list has not. */
static void test_new_entries(void **state)
{
	struct fixture *f = *state;

	put(f, 7, "demo", "tick", 10);
	take(f, 1000);
	put(f, 7, "demo", "tick", 10);
	put(f, 8, "demo", "tock", 300);
	f->payload.head.other_events = 5000;
	take(f, 2000);
	assert_int_equal(statistic_rate(entry(f, STATISTICS_EVENTS, 8)), 300);
	assert_int_equal(f->statistics.tables[STATISTICS_EVENTS].all, 5310);
	assert_int_equal(f->statistics.tables[STATISTICS_EVENTS].others, 5000);
	put(f, 9, "demo", "late", 4000);
	f->payload.head.other_events = 1310;
	take(f, 3000);
	assert_int_equal(statistic_rate(entry(f, STATISTICS_EVENTS, 9)), 0);
	assert_null(entry(f, STATISTICS_EVENTS, 7));
}

static void test_kinds(void **state)
{
	struct fixture *f = *state;

	f->meters.cpu[3].known = true;
	f->meters.cpu[3].now.events = 70;
	put(f, 7, "demo", "tick", 10);
	put(f, 1000, "", "worker", 6);
	f->payload.head.events = 1;
	f->payload.head.tasks = 1;
	take(f, 1000);
	assert_string_equal(entry(f, STATISTICS_TASKS, 1000)->name, "worker");
	assert_int_equal(f->statistics.tables[STATISTICS_TASKS].count, 1);
	assert_int_equal(entry(f, STATISTICS_CPUS, 3)->count, 70);
	assert_int_equal(f->statistics.tables[STATISTICS_CPUS].all, 70);
}

static void check_order(const struct statistics_table *table, enum statistics_order order,
			int32_t first, int32_t second, int32_t third)
{
	const struct statistic *sorted[STATISTICS_MAX];

	assert_int_equal(statistics_sort(table, order, sorted), 3);
	assert_int_equal(sorted[0]->key, first);
	assert_int_equal(sorted[1]->key, second);
	assert_int_equal(sorted[2]->key, third);
}

static void test_orders(void **state)
{
	struct fixture *f = *state;
	const struct statistics_table *table = &f->statistics.tables[STATISTICS_EVENTS];

	put(f, 1, "b", "x", 500);
	put(f, 2, "a", "x", 100);
	put(f, 3, "c", "x", 100);
	take(f, 1000);
	put(f, 1, "b", "x", 510);
	put(f, 2, "a", "x", 120);
	put(f, 3, "c", "x", 190);
	take(f, 2000);
	check_order(table, STATISTICS_BY_COUNT, 1, 3, 2);
	check_order(table, STATISTICS_BY_RATE, 3, 2, 1);
	check_order(table, STATISTICS_BY_NAME, 2, 1, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_restart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_new_entries, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kinds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_orders, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
