// SPDX-License-Identifier: GPL-2.0-only
/* The parts of the console that need no terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tui/console/draw.h"
#include "tui/console/journal.h"
#include "tui/console/list.h"
#include "tui/console/meters.h"
#include "tui/console/numbers.h"
#include "tui/console/row.h"

static void counts(void **state)
{
	char text[NUMBER_SIZE];

	(void)state;
	assert_string_equal(number_count(text, 0), "0");
	assert_string_equal(number_count(text, 999), "999");
	assert_string_equal(number_count(text, 1000), "1.0k");
	assert_string_equal(number_count(text, 12345), "12.3k");
	assert_string_equal(number_count(text, 99949), "99.9k");
	assert_string_equal(number_count(text, 99999), "100k");
	assert_string_equal(number_count(text, 999949), "1.0M");
	assert_string_equal(number_count(text, 999999), "1.0M");
	assert_string_equal(number_count(text, UINT64_MAX), "18.4E");
}

static void bytes(void **state)
{
	char text[NUMBER_SIZE];

	(void)state;
	assert_string_equal(number_bytes(text, 1023), "1023");
	assert_string_equal(number_bytes(text, 1024), "1.0K");
	assert_string_equal(number_bytes(text, 256u << 20), "256M");
	assert_string_equal(number_bytes(text, UINT64_MAX), "16.0E");
}

static void exact_numbers_and_times(void **state)
{
	char text[NUMBER_SIZE];

	(void)state;
	assert_string_equal(number_exact(text, 7), "7");
	assert_string_equal(number_exact(text, 999), "999");
	assert_string_equal(number_exact(text, 1000), "1,000");
	assert_string_equal(number_exact(text, 1204398), "1,204,398");
	assert_string_equal(number_exact(text, UINT64_MAX), "18,446,744,073,709,551,615");
	assert_string_equal(number_duration(text, 83999), "00:01:23");
	assert_string_equal(number_duration(text, 360000000ull), "100:00:00");
}

static void lists_move_their_top(void **state)
{
	struct list list = {0};

	(void)state;
	list_fit(&list, 100, 10);
	list_act(&list, ACTION_UP);
	assert_int_equal(list.top, 0);
	list_act(&list, ACTION_PAGE_DOWN);
	list_act(&list, ACTION_DOWN);
	assert_int_equal(list.top, 11);
	assert_false(list_at_end(&list));
	list_act(&list, ACTION_END);
	assert_int_equal(list.top, 90);
	assert_true(list_at_end(&list));
	list_fit(&list, 5, 10);
	assert_int_equal(list.top, 0);
	list_fit(&list, 0, 0);
	assert_int_equal(list.top, 0);
}

static void lists_with_a_cursor_keep_it_in_sight(void **state)
{
	struct list list = {.has_cursor = true};

	(void)state;
	list_fit(&list, 100, 10);
	list_act(&list, ACTION_PAGE_DOWN);
	assert_int_equal(list.cursor, 10);
	assert_int_equal(list.top, 1);
	list_act(&list, ACTION_HOME);
	assert_int_equal(list.top, 0);
	list_act(&list, ACTION_END);
	assert_int_equal(list.cursor, 99);
	assert_int_equal(list.top, 90);
	list_fit(&list, 100, 3);
	assert_int_equal(list.top, 97);
	list_fit(&list, 2, 3);
	assert_int_equal(list.cursor, 1);
	list_fit(&list, 0, 3);
	assert_int_equal(list.cursor, 0);
}

static void an_error_stays_until_it_was_seen(void **state)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	uint64_t more = 0;

	(void)state;
	assert_non_null(journal);
	assert_null(journal_current(journal, &more));
	journal_add(journal, GUEST_DETAIL, "for the log");
	assert_null(journal_current(journal, &more));
	assert_int_equal(journal_held(journal), 1);
	journal_add(journal, GUEST_INFO, "one");
	journal_add(journal, GUEST_DETAIL, "for the log too");
	assert_string_equal(journal_current(journal, &more)->text, "one");
	journal_add(journal, GUEST_ERROR, "two");
	journal_add(journal, GUEST_INFO, "three");
	assert_string_equal(journal_current(journal, &more)->text, "two");
	assert_int_equal(more, 2);
	journal_add(journal, GUEST_WARNING, "four");
	assert_string_equal(journal_current(journal, &more)->text, "four");
	journal_acknowledge(journal);
	assert_null(journal_current(journal, &more));
	journal_add(journal, GUEST_INFO, "five");
	assert_string_equal(journal_current(journal, &more)->text, "five");
	assert_int_equal(more, 0);
	free(journal);
}

static void old_messages_are_forgotten(void **state)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	uint64_t more;

	(void)state;
	assert_non_null(journal);
	journal_add(journal, GUEST_ERROR, "first");
	for (unsigned i = 1; i <= JOURNAL_ENTRIES + 5; i++)
		journal_printf(journal, GUEST_INFO, "%u", i);
	assert_int_equal(journal_held(journal), JOURNAL_ENTRIES);
	assert_string_equal(journal_at(journal, 0)->text, "6");
	assert_string_equal(journal_at(journal, JOURNAL_ENTRIES - 1)->text, "517");
	/* What fell out can not be shown, but something newer can. */
	assert_non_null(journal_current(journal, &more));
	free(journal);
}

static void sentences_break_at_blanks(void **state)
{
	size_t next;

	(void)state;
	assert_int_equal(text_break("one two three", 8, &next), 7);
	assert_int_equal(next, 8);
	assert_int_equal(text_break("one two three", 7, &next), 7);
	assert_int_equal(next, 8);
	assert_int_equal(text_break("one two", 7, &next), 7);
	assert_int_equal(next, 7);
	assert_int_equal(text_break("onetwothree", 4, &next), 4);
	assert_int_equal(next, 4);
	assert_int_equal(text_break("\xc3\xa9\xc3\xa9\xc3\xa9", 2, &next), 4);
	assert_int_equal(next, 4);
}

static void time_column_takes_what_times_need(void **state)
{
	struct row_columns columns;

	(void)state;
	columns_init(&columns);
	assert_int_equal(row_layout(&columns, 80, "local", 0, 0).width[COLUMN_TIME], 11);
	assert_int_equal(
		row_layout(&columns, 80, "local", 1234567000000000ull, 0).width[COLUMN_TIME], 14);
	assert_int_equal(
		row_layout(&columns, 80, "counter", 12345678901234567ull, 0).width[COLUMN_TIME],
		17);
	assert_true(row_layout(&columns, 80, NULL, 0, 0).nanoseconds);
	assert_true(row_layout(&columns, 80, "mono_raw", 0, 0).nanoseconds);
	assert_false(row_layout(&columns, 80, "x86-tsc", 0, 0).nanoseconds);
}

static void feed(struct meters *meters, uint64_t seconds, uint64_t events, uint64_t count)
{
	struct {
		struct engine_stats stats;
		struct engine_cpu_stats cpu[2];
	} packet = {.stats = {.now = seconds * 1000000000, .cpus = 2},
		    .cpu = {{.cpu = 0, .events = events, .bytes = count},
			    {.cpu = VTRACE_MAX_CPUS, .events = 1}}};
	struct engine_packet engine_packet = {.type = ENGINE_STATS_REPLY,
					      .payload = &packet,
					      .length = sizeof(packet)};

	meters_update(meters, &engine_packet, seconds * 1000);
}

static void meters_take_rates_over_a_second(void **state)
{
	struct meters *meters = calloc(1, sizeof(*meters));

	(void)state;
	assert_non_null(meters);
	meters_reset(meters, false, 0);
	feed(meters, 10, 500, 1000);
	assert_int_equal(meters->cpu[0].cells[METER_CELLS - 1], 0);
	feed(meters, 12, 700, 5000);
	assert_int_equal(meters->cpu[0].cells[METER_CELLS - 1], 100);
	assert_int_equal(meters->cpu[0].bytes_rate, 2000);
	assert_int_equal(meters->last_event, 12000);
	assert_true(meters_lively(meters));
	/* A restarted engine counts from zero. */
	feed(meters, 13, 0, 0);
	assert_int_equal(meters->cpu[0].cells[METER_CELLS - 1], 0);
	for (uint64_t i = 0; i < METER_CELLS; i++)
		feed(meters, 14 + i, 0, 0);
	assert_false(meters_lively(meters));
	assert_int_equal(meters_lines(meters, 24, 80), 1);
	free(meters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(bytes),
		cmocka_unit_test(exact_numbers_and_times),
		cmocka_unit_test(lists_move_their_top),
		cmocka_unit_test(lists_with_a_cursor_keep_it_in_sight),
		cmocka_unit_test(an_error_stays_until_it_was_seen),
		cmocka_unit_test(old_messages_are_forgotten),
		cmocka_unit_test(sentences_break_at_blanks),
		cmocka_unit_test(time_column_takes_what_times_need),
		cmocka_unit_test(meters_take_rates_over_a_second),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
