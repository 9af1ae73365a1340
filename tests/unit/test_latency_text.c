// SPDX-License-Identifier: GPL-2.0-only
/* What the console says of latencies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tui/console/latency.h"

static struct latency_table table;
static char text[256];

static int set_up(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	table.answered = true;
	table.head.looked = 10;
	return 0;
}

static void check_time(uint64_t time, const char *expected)
{
	char number[NUMBER_SIZE];

	assert_string_equal(latency_time(number, time, false, "u"), expected);
}

static void test_times_have_three_digits(void **state)
{
	char number[NUMBER_SIZE];

	(void)state;
	check_time(0, "0 ns");
	check_time(999, "999 ns");
	check_time(1000, "1.00 us");
	check_time(9994, "9.99 us");
	check_time(9995, "10.0 us");
	check_time(99949, "99.9 us");
	check_time(99950, "100 us");
	check_time(999499, "999 us");
	check_time(999500, "1.00 ms");
	check_time(14200000, "14.2 ms");
	check_time(3210000000, "3.21 s");
	check_time(UINT64_C(86400) * 1000000000, "86400 s");
	assert_string_equal(latency_time(number, 14200, true, "u"), "14.2k");
	assert_string_equal(latency_time(number, 14200, false, "µ"), "14.2 µs");
}

static void test_ticks(void **state)
{
	(void)state;
	assert_true(latency_in_ticks(ENGINE_LATENCY_WAKEUP, true));
	assert_false(latency_in_ticks(ENGINE_LATENCY_HRTIMER, true));
	assert_false(latency_in_ticks(ENGINE_LATENCY_IRQ, false));
}

static struct engine_latency_key *add_key(uint64_t number, const char *name)
{
	struct engine_latency_key *key = &table.keys[table.head.keys++];

	*key = (struct engine_latency_key){
		.key = number,
		.count = 1,
		.max = 14200000,
		.began = UINT64_C(1063900138000),
		.worst = {.row = 7},
		.pid = 812,
		.task = "bash",
	};
	snprintf(key->name, sizeof(key->name), "%s", name);
	return key;
}

static void check_worst(enum engine_latency_kind kind, const struct engine_latency_key *key,
			const char *expected)
{
	table.head.kind = kind;
	latency_worst(&table, key, false, "u", text, sizeof(text));
	assert_string_equal(text, expected);
}

static void test_the_longest_in_words(void **state)
{
	const struct engine_latency_key *all = add_key(ENGINE_LATENCY_ALL, "");
	struct engine_latency_key *key = add_key(5, "RCU");

	(void)state;
	check_worst(ENGINE_LATENCY_WAKEUP, key,
		    "bash-812 waited 14.2 ms from 1063.900138, when it was woken");
	check_worst(ENGINE_LATENCY_IRQ, key, "interrupt RCU took 14.2 ms from 1063.900138");
	check_worst(ENGINE_LATENCY_SOFTIRQ, key, "softirq RCU took 14.2 ms from 1063.900138");
	check_worst(ENGINE_LATENCY_RAISE, key,
		    "softirq RCU waited 14.2 ms from 1063.900138, when it was raised");
	check_worst(ENGINE_LATENCY_SYSCALL, key, "RCU of bash-812 took 14.2 ms from 1063.900138");
	check_worst(ENGINE_LATENCY_HRTIMER, key,
		    "timer RCU, started at 1063.900138, was 14.2 ms late");
	/* That of all is somebody's. */
	check_worst(ENGINE_LATENCY_SOFTIRQ, all, "softirq RCU took 14.2 ms from 1063.900138");
	key->worst.row = 8;
	check_worst(ENGINE_LATENCY_SOFTIRQ, all,
		    "softirq (not listed) took 14.2 ms from 1063.900138");
	table.head.kind = ENGINE_LATENCY_WAKEUP;
	latency_worst(&table, key, true, "u", text, sizeof(text));
	assert_string_equal(text, "bash-812 waited 14.2M from 1063900138000, when it was woken");
}

static void check_lack(uint32_t begin, uint32_t end, const char *expected)
{
	table.head.begin = begin;
	table.head.end = end;
	latency_lack(&table, text, sizeof(text));
	assert_non_null(strstr(text, expected));
}

static void test_what_is_missing(void **state)
{
	(void)state;
	check_lack(ENGINE_LATENCY_UNSEEN, ENGINE_LATENCY_UNSEEN,
		   "no sched_waking and no sched_switch has come: enable both");
	check_lack(ENGINE_LATENCY_SEEN, ENGINE_LATENCY_UNSEEN,
		   "sched_waking has come, but no sched_switch: enable");
	check_lack(ENGINE_LATENCY_UNSEEN, ENGINE_LATENCY_SEEN,
		   "sched_switch has come, but no sched_waking: enable");
	check_lack(ENGINE_LATENCY_NO_FORMAT, ENGINE_LATENCY_SEEN,
		   "the guest's formats have no sched_waking");
	check_lack(ENGINE_LATENCY_NO_FORMAT, ENGINE_LATENCY_NO_FORMAT,
		   "have no sched_waking and no sched_switch");
	snprintf(table.head.fault, sizeof(table.head.fault), "the format of X has no Y");
	check_lack(ENGINE_LATENCY_SEEN, ENGINE_LATENCY_NO_FIELD,
		   "can not be made: the format of X has no Y");
	table.head.open = 3;
	check_lack(ENGINE_LATENCY_SEEN, ENGINE_LATENCY_SEEN, "3 have begun and not ended");
	table.head.flags = ENGINE_LATENCY_MORE;
	table.head.left = 30;
	check_lack(ENGINE_LATENCY_SEEN, ENGINE_LATENCY_SEEN, "looking: 25 % of the events held");
	table.head.flags = 0;
	table.head.looked = 0;
	check_lack(ENGINE_LATENCY_UNSEEN, ENGINE_LATENCY_UNSEEN, "no event has come yet");
	table.answered = false;
	check_lack(ENGINE_LATENCY_UNSEEN, ENGINE_LATENCY_UNSEEN, "asking the engine");
}

static void test_what_is_left_out(void **state)
{
	(void)state;
	latency_left_out(&table, text, sizeof(text));
	assert_string_equal(text, "");
	table.head.broken = 12;
	table.head.dropped = 2;
	latency_left_out(&table, text, sizeof(text));
	assert_string_equal(text,
			    "12 not counted: events may be missing in between; 2 found no room");
	table.head.unfinished = table.head.skipped = 1000;
	latency_left_out(&table, text, 80);
	assert_int_equal(strlen(text), 79);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times_have_three_digits),
		cmocka_unit_test(test_ticks),
		cmocka_unit_test_setup(test_the_longest_in_words, set_up),
		cmocka_unit_test_setup(test_what_is_missing, set_up),
		cmocka_unit_test_setup(test_what_is_left_out, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
