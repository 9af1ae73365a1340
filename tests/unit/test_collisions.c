// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys that a guest chooses so that they fall together: how far a table looks then. What is counted
 * are steps, never time. Tables whose chains have a limit are in test_latency_bounds.c and
 * test_counts.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tui/engine/comms.h"
#include "tui/engine/siphash.h"

/* Of COMMS_PIDS chains for as many tasks, one as long comes once in 10^9 tables. */
#define CHAIN 16

/* The first of the paper's test vectors for eight bytes: 0 to 7, by the key 0 to 15. */
static void the_papers_number(void **state)
{
	const struct siphash_key key = {
		{UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};

	(void)state;
	assert_true(siphash_number(&key, UINT64_C(0x0706050403020100)) ==
		    UINT64_C(0x93f5f5799a932462));
}

static void keys_differ(void **state)
{
	struct siphash_key one, other;

	(void)state;
	assert_int_equal(siphash_key_init(&one), 0);
	assert_int_equal(siphash_key_init(&other), 0);
	assert_memory_not_equal(&one, &other, sizeof(one));
	assert_true(siphash_number(&one, 1) != siphash_number(&other, 1));
}

/* Pids a step apart, as many as there is room for, and twice as many. */
static void check_pids(uint32_t step)
{
	struct comms *comms = comms_new();

	assert_non_null(comms);
	for (uint32_t i = 1; i <= 2 * COMMS_PIDS; i++)
		comms_learn(comms, (int32_t)(i * step & INT32_MAX), 0, 1, "task", 4);
	for (uint32_t i = COMMS_PIDS + 1; i <= 2 * COMMS_PIDS; i++)
		assert_in_range(comms_steps(comms, (int32_t)(i * step & INT32_MAX)), 0, CHAIN);
	comms_free(comms);
}

static void pids_of_one_remainder(void **state)
{
	(void)state;
	check_pids(1);
	check_pids(COMMS_PIDS);
	check_pids(65536);
	/* What undoes a multiplication by the golden ratio, were it one. */
	check_pids(340573321);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_papers_number),
		cmocka_unit_test(keys_differ),
		cmocka_unit_test(pids_of_one_remainder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
