// SPDX-License-Identifier: GPL-2.0-only
/* How exact shares of a histogram are, and what is bounded whatever a guest does. */
#include "tests/unit/latencies.h"

#define NUMBERS 20000

static int by_size(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* ---- histograms ---- */

/* Sorted numbers: what the histogram says of a share is off by a thirty-second at most. */
static void check_shares(const uint64_t *numbers, size_t count, const struct histogram *histogram)
{
	static const unsigned shares[] = {1, 10, 250, 500, 900, 990, 999, 1000};

	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		uint64_t exact = numbers[(count * shares[i] + 999) / 1000 - 1];
		uint64_t told = histogram_share(histogram, shares[i]);

		assert_in_range(told > exact ? told - exact : exact - told, 0, exact / 32);
	}
}

static void test_shares_are_off_by_little(void **state)
{
	static uint64_t numbers[NUMBERS];
	static struct histogram histogram;
	unsigned seed = 1;

	(void)state;
	for (unsigned bits = 1; bits <= 64; bits++) {
		histogram_init(&histogram);
		for (unsigned i = 0; i < NUMBERS; i++) {
			uint64_t number = (uint64_t)rand_r(&seed) << 42 ^
					  (uint64_t)rand_r(&seed) << 21 ^ (uint64_t)rand_r(&seed);

			/* Of all sizes up to so many bits. */
			numbers[i] = number >> (64 - bits) >> rand_r(&seed) % bits;
			histogram_add(&histogram, numbers[i]);
		}
		qsort(numbers, NUMBERS, sizeof(numbers[0]), by_size);
		check_shares(numbers, NUMBERS, &histogram);
	}
}

static void test_the_ends_of_a_histogram(void **state)
{
	static struct histogram histogram;
	uint64_t powers[64];

	(void)state;
	histogram_init(&histogram);
	assert_int_equal(histogram_share(&histogram, 500), 0);
	histogram_add(&histogram, 0);
	histogram_add(&histogram, 1);
	histogram_add(&histogram, UINT64_MAX);
	assert_int_equal(histogram_share(&histogram, 1), 0);
	assert_int_equal(histogram_share(&histogram, 500), 1);
	assert_in_range(histogram_share(&histogram, 1000), UINT64_MAX - UINT64_MAX / 32,
			UINT64_MAX);
	histogram_powers(&histogram, powers);
	assert_int_equal(powers[0], 2);
	assert_int_equal(powers[63], 1);
}

static void test_a_full_cell_halves_all(void **state)
{
	static struct histogram histogram, other;

	(void)state;
	histogram_init(&histogram);
	histogram_init(&other);
	histogram.first = 3;
	histogram.last = 5;
	histogram.cells[3] = UINT32_MAX;
	histogram.cells[5] = 1;
	histogram_add(&histogram, 3);
	assert_int_equal(histogram.cells[3], UINT32_MAX / 2 + 2);
	assert_int_equal(histogram.cells[5], 1);
	other = histogram;
	histogram_merge(&histogram, &other);
	assert_in_range(histogram.cells[3], UINT32_MAX / 2 + 1, UINT32_MAX);
	assert_int_equal(histogram_share(&histogram, 500), 3);
}

static void test_sums_of_histograms(void **state)
{
	static struct histogram sum, parts[2];

	(void)state;
	histogram_init(&sum);
	histogram_init(&parts[0]);
	histogram_init(&parts[1]);
	for (unsigned i = 0; i < 1000; i++) {
		histogram_add(&sum, i * i);
		histogram_add(&parts[i % 2], i * i);
	}
	histogram_merge(&parts[0], &parts[1]);
	histogram_init(&parts[1]);
	histogram_merge(&parts[0], &parts[1]);
	assert_memory_equal(&parts[0], &sum, sizeof(sum));
}

/* ---- hostile guests ---- */

/* A million tasks: the sums are of all of them, and the longest stay. */
static void test_more_tasks_than_room(void **state)
{
	struct guest *guest = guest_new(NULL, NULL);
	const uint32_t tasks = 1000000, worst = 4711;

	(void)state;
	for (uint32_t pid = 1; pid <= tasks; pid++) {
		uint64_t ts = 1000 + pid * UINT64_C(100);

		add_four(guest, 0, ts, WAKING, pid);
		add_switch(guest, 0, ts + (pid == worst ? 90 : 1 + pid % 10), 0, pid);
	}
	answer(guest, ENGINE_LATENCY_WAKEUP);
	assert_int_equal(guest->latency.reply.head.keys, ENGINE_LATENCY_KEYS_MAX + 2);
	check_key(guest, "", tasks, 90);
	check_key(guest, "<...>-4711", 1, 90);
	assert_int_equal(guest->latency.reply.keys[1].key, ENGINE_LATENCY_OTHERS);
	assert_int_equal(guest->latency.reply.keys[1].count, tasks - LATENCY_KEYS);
	assert_int_equal(guest->latency.reply.head.given, tasks - LATENCY_KEYS);
	assert_int_equal(guest->latency.reply.head.dropped, 0);
	guest_free(guest);
}

/* As many that are woken and never run: those that do are still measured. */
static void test_more_open_pairs_than_room(void **state)
{
	struct guest *guest = guest_new(NULL, NULL);

	(void)state;
	for (uint32_t pid = 1; pid <= 300000; pid++)
		add_four(guest, 0, 1000 + pid, WAKING, pid);
	add_four(guest, 0, 500000, WAKING, 1000000);
	add_switch(guest, 1, 500007, 0, 1000000);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_key(guest, "<...>-1000000", 1, 7);
	assert_in_range(guest->latency.reply.head.open, 1, OPEN_PAIRS);
	assert_int_equal(guest->latency.reply.head.open + guest->latency.reply.head.dropped,
			 300000);
	guest_free(guest);
}

/* Numbers that are all in one chain. */
static void test_one_chain(void **state)
{
	struct open_pairs open = {0};
	struct open_pair pair;
	uint64_t number = 0;
	unsigned found = 0;

	(void)state;
	assert_int_equal(open_pairs_init(&open), 0);
	/* The inverse of the hash's multiplier, so that hashes are these: all have one top. */
	for (uint64_t hash = 0; hash < 10000; hash++) {
		number = hash * UINT64_C(0xf1de83e19937733d);
		assert_false(open_pairs_put(&open, number, 0, hash, 0));
	}
	assert_int_equal(open_pairs_count(&open) + open.given, 10000);
	assert_int_equal(open_pairs_count(&open), LATENCY_CHAIN_MAX);
	for (uint64_t hash = 0; hash < 10000; hash++)
		found += open_pairs_take(&open, hash * UINT64_C(0xf1de83e19937733d), 0, &pair);
	assert_int_equal(found, LATENCY_CHAIN_MAX);
	assert_int_equal(open_pairs_count(&open), 0);
	open_pairs_release(&open);
}

/* Records of any bytes and any length: nothing outside of them is read. A sanitizer sees to that.
 */
static void test_one_chain_of_keys(void **state)
{
	struct latency_keys keys = {0};
	const struct latency_pair pair = {.took = 5};
	bool fresh;

	(void)state;
	assert_int_equal(latency_keys_init(&keys), 0);
	for (uint64_t hash = 0; hash < 10000; hash++) {
		uint64_t number = hash * UINT64_C(0xf1de83e19937733d);
		struct latency_key *key = latency_keys_get(&keys, number, &fresh);

		assert_true(fresh);
		assert_int_equal(key->number, number);
		latency_keys_add(&keys, key, &pair);
		assert_ptr_equal(latency_keys_get(&keys, number, &fresh), key);
		assert_false(fresh);
	}
	assert_in_range(keys.used, 1, 100);
	assert_int_equal(keys.given + keys.used, 10000);
	assert_int_equal(keys.others.count + keys.used, 10000);
	latency_keys_release(&keys);
}

static void test_malformed_records(void **state)
{
	struct guest *guest = guest_new(NULL, NULL);
	unsigned seed = 7;
	uint64_t ts = 1000;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		unsigned words = (unsigned)rand_r(&seed) % 8;
		unsigned id = WAKING + (unsigned)rand_r(&seed) % (OTHER - WAKING + 2);
		uint8_t *data = add_event(guest, (unsigned)rand_r(&seed) % CPUS, ts, id,
					  rand_r(&seed), words);

		for (unsigned byte = 0; byte < 4 * words; byte++)
			data[byte] = rand_r(&seed) % 3 ? 0 : (uint8_t)rand_r(&seed);
		ts += (unsigned)rand_r(&seed) % 3;
		if (i % 1000 == 0)
			end_page(guest, (unsigned)rand_r(&seed) % CPUS, i % 2000 == 0);
	}
	for (unsigned kind = 0; kind < ENGINE_LATENCY_KINDS; kind++) {
		answer(guest, kind);
		assert_true(guest->latency.reply.head.left == 0);
		for (uint32_t i = 0; i < guest->latency.reply.head.keys; i++)
			assert_true(guest->latency.reply.keys[i].max <= INT64_MAX ||
				    kind == ENGINE_LATENCY_HRTIMER);
	}
	guest_free(guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares_are_off_by_little),
		cmocka_unit_test(test_the_ends_of_a_histogram),
		cmocka_unit_test(test_a_full_cell_halves_all),
		cmocka_unit_test(test_sums_of_histograms),
		cmocka_unit_test(test_more_tasks_than_room),
		cmocka_unit_test(test_more_open_pairs_than_room),
		cmocka_unit_test(test_one_chain),
		cmocka_unit_test(test_one_chain_of_keys),
		cmocka_unit_test(test_malformed_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
