// SPDX-License-Identifier: GPL-2.0-only
/* The time of day: how it is learnt from counters, and how rows have it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "tui/console/row.h"
#include "tui/console/time_of_day.h"
#include "tui/guest/wall.h"

#define SECOND INT64_C(1000000000)

/* At now there are events of two CPUs, the newest at first and second. */
struct counters {
	struct engine_stats head;
	struct engine_cpu_stats cpu[2];
};

static struct counters counters(uint64_t now, uint64_t first, uint64_t second)
{
	return (struct counters){.head = {.now = now, .cpus = 2},
				 .cpu = {{.cpu = 0, .events = first != 0, .last_ts = first},
					 {.cpu = 1, .events = second != 0, .last_ts = second}}};
}

static struct engine_packet packet_of(struct counters *counters)
{
	return (struct engine_packet){.type = ENGINE_STATS_REPLY,
				      .payload = counters,
				      .length = sizeof(*counters)};
}

static void sample(struct wall_clock *wall, struct counters counters, int64_t ahead)
{
	struct engine_packet packet = packet_of(&counters);

	wall_sample(wall, &packet, ahead);
}

static void closest_is_kept(void **state)
{
	struct wall_clock wall = {0};

	(void)state;
	sample(&wall, counters(5000, 0, 0), 100);
	assert_false(wall.known);
	sample(&wall, counters(5000, 900, 1000), 100);
	assert_true(wall.known);
	assert_int_equal(wall.offset, 4100);
	sample(&wall, counters(6000, 900, 2040), 100);
	assert_int_equal(wall.offset, 4060);
	sample(&wall, counters(7000, 3000, 2040), 100);
	assert_int_equal(wall.offset, 4060);
	/* Nor does it become larger while nothing happens. */
	sample(&wall, counters(9000, 3000, 2040), 100);
	assert_int_equal(wall.offset, 4060);
}

static void another_clock_begins_anew(void **state)
{
	struct counters rebooted = counters(9000, 5000, 10);
	struct wall_clock wall = {0};

	(void)state;
	sample(&wall, counters(8000, 5000, 4000), 0);
	assert_int_equal(wall.offset, 3000);
	/* The other CPU has brought nothing yet since the clock started again. */
	rebooted.cpu[1].epoch = 1;
	sample(&wall, rebooted, 0);
	assert_int_equal(wall.epoch, 1);
	assert_int_equal(wall.offset, 8990);
}

static void what_was_there_before_tells_nothing(void **state)
{
	struct wall_clock wall = {0};

	(void)state;
	sample(&wall, counters(8000, 5000, 0), 0);
	wall_forget(&wall);
	assert_false(wall.known);
	sample(&wall, counters(80000, 5000, 0), 0);
	assert_false(wall.known);
	sample(&wall, counters(81000, 5500, 0), 0);
	assert_int_equal(wall.offset, 75500);
}

static void of_a_file_only_the_epoch_is_followed(void **state)
{
	struct counters two = counters(8000, 5000, 40);
	struct engine_packet packet = packet_of(&two);
	struct wall_clock wall = {.known = true, .offset = 7};

	(void)state;
	two.cpu[1].epoch = 2;
	wall_follow(&wall, &packet);
	assert_int_equal(wall.offset, 7);
	assert_int_equal(wall.epoch, 2);
}

static void zone(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
}

static void times_are_of_the_zone(void **state)
{
	int64_t time = 1769900399 * SECOND + 123456789; /* date -d @1769900399 */
	char text[32];

	(void)state;
	zone("UTC0");
	time_of_day_text(text, sizeof(text), time);
	assert_string_equal(text, "22:59:59.123456");
	assert_int_equal(strlen(text), TIME_OF_DAY_COLUMNS);
	time_of_day_title(text, sizeof(text), time);
	assert_string_equal(text, "2026-01-31 UTC");
	zone("XYZ-2");
	time_of_day_text(text, sizeof(text), time);
	assert_string_equal(text, "00:59:59.123456");
	time_of_day_title(text, sizeof(text), time);
	assert_string_equal(text, "2026-02-01 XYZ");
	zone("UTC0");
	time_of_day_text(text, sizeof(text), -1000);
	assert_string_equal(text, "23:59:59.999999");
	/* A guest's pages have any time. */
	time_of_day_text(text, sizeof(text), INT64_MIN);
	assert_string_equal(text, "00:12:43.145224");
}

static void columns_have_room_for_them(void **state)
{
	const struct engine_position top = {.ts = 5};
	const struct wall_clock wall = {.known = true, .offset = 100};
	struct row_columns columns;
	struct row_layout layout;

	(void)state;
	columns_init(&columns);
	layout = row_layout(&columns, 80, "local", 0, 0);
	row_layout_times(&layout, ROW_TIMES_WALL, NULL, &top);
	assert_int_equal(layout.times, ROW_TIMES_CLOCK);
	row_layout_times(&layout, ROW_TIMES_WALL, &wall, &top);
	assert_int_equal(layout.times, ROW_TIMES_WALL);
	assert_int_equal(layout.day, 105);
	assert_int_equal(layout.width[COLUMN_TIME], TIME_OF_DAY_COLUMNS);
	columns.shown[0].width = 8;
	layout = row_layout(&columns, 80, "local", 0, 0);
	row_layout_times(&layout, ROW_TIMES_WALL, &wall, &top);
	assert_int_equal(layout.width[COLUMN_TIME], 8);
	layout = row_layout(&columns, 80, "x86-tsc", 0, 0);
	row_layout_times(&layout, ROW_TIMES_WALL, &wall, &top);
	assert_int_equal(layout.times, ROW_TIMES_CLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closest_is_kept),
		cmocka_unit_test(another_clock_begins_anew),
		cmocka_unit_test(what_was_there_before_tells_nothing),
		cmocka_unit_test(of_a_file_only_the_epoch_is_followed),
		cmocka_unit_test(times_are_of_the_zone),
		cmocka_unit_test(columns_have_room_for_them),
	};

	return cmocka_run_group_tests_name("wall", tests, NULL, NULL);
}
