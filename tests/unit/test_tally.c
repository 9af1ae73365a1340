// SPDX-License-Identifier: GPL-2.0-only
/* Tallies of pages, one after the other, against a plain count of the same records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/pages.h"
#include "tui/engine/tally.h"

#define WANTED_ID 7
#define IDS	  12 /* ids 0 to 11, pids 100 to 103 */
#define PIDS	  4

static const struct page_geometry geometries[] = {
	{4096, 8, false}, {4096, 8, true}, {4096, 4, false}, {4096, 4, true}, {65536, 8, false},
};
#define GEOMETRIES (sizeof(geometries) / sizeof(geometries[0]))

struct plain {
	uint32_t ids[TALLY_IDS];
	uint32_t events;
	int32_t pids[65536 / 8];
	struct page_record wanted[65536 / 8];
	uint32_t wanted_count;
};

static void random_page(struct page_maker *maker, unsigned *seed, unsigned records)
{
	make_page(maker, 1 + (uint64_t)rand_r(seed));
	for (unsigned i = 0; i < records; i++) {
		uint8_t *at = maker->page + page_header_size(&maker->geometry) + maker->length + 4;
		unsigned words = 1 + rand_r(seed) % 5;

		if (rand_r(seed) % 8 == 0) {
			make_special(maker, 30, 1, 1);
			continue;
		}
		make_event(maker, rand_r(seed) % 1000, words, 0);
		put_bytes(&maker->geometry, at, rand_r(seed) % IDS, 2);
		if (words > 1)
			put_bytes(&maker->geometry, at + 4, 100 + rand_r(seed) % PIDS, 4);
	}
}

/* What page_next() gives, counted in the simplest way. */
static void count_plainly(struct plain *plain, const struct page_geometry *geometry,
			  const uint8_t *page)
{
	struct page_cursor cursor;
	struct page_record record;

	memset(plain, 0, sizeof(*plain));
	page_cursor_init(&cursor, geometry, page);
	while (page_next(&cursor, &record)) {
		uint16_t id = page_u16(geometry, page + record.offset);

		plain->ids[id]++;
		plain->pids[plain->events++] =
			record.size < 8 ? -1
					: (int32_t)page_u32(geometry, page + record.offset + 4);
		if (id == WANTED_ID)
			plain->wanted[plain->wanted_count++] = record;
	}
}

static void compare(const struct tally *tally, const struct plain *plain)
{
	uint32_t sum = 0;

	for (uint32_t id = 0; id < TALLY_IDS; id++)
		assert_int_equal(tally->by_id[id].events, plain->ids[id]);
	for (uint32_t i = 0; i < tally->id_count; i++) {
		assert_int_not_equal(plain->ids[tally->ids[i]], 0);
		sum += plain->ids[tally->ids[i]];
	}
	assert_int_equal(sum, plain->events);
	for (uint32_t run = 0, event = 0; event < plain->events; event++) {
		if (run < tally->run_count && tally->runs[run].first == event)
			run++;
		assert_int_not_equal(run, 0);
		assert_int_equal(tally->runs[run - 1].pid, plain->pids[event]);
		assert_true(event + 1 < plain->events || run == tally->run_count);
	}
	assert_int_equal(tally->found_count, plain->wanted_count);
	for (uint32_t i = 0; i < plain->wanted_count; i++) {
		assert_int_equal(tally->found[i].offset, plain->wanted[i].offset);
		assert_int_equal(tally->found[i].size, plain->wanted[i].size);
		assert_true(tally->found[i].ts == plain->wanted[i].ts);
	}
}

/* damage: a byte of each page's data is replaced as well. */
static void tally_pages(bool damage)
{
	struct plain *plain = malloc(sizeof(*plain));
	unsigned seed = 4711, faults = 0;

	assert_non_null(plain);
	for (size_t g = 0; g < GEOMETRIES; g++) {
		struct page_maker maker = {.geometry = geometries[g]};
		struct tally tally;

		assert_int_equal(tally_init(&tally, geometries[g].size), 0);
		tally.by_id[WANTED_ID].wanted = 1;
		maker.page = malloc(geometries[g].size); /* no byte more, for ASan */
		assert_non_null(maker.page);
		for (unsigned round = 0; round < 40; round++) {
			struct page_summary checked, scanned;
			enum page_fault fault;

			random_page(&maker, &seed, rand_r(&seed) % 160);
			if (damage && maker.length)
				maker.page[page_header_size(&geometries[g]) +
					   rand_r(&seed) % maker.length] ^= rand_r(&seed);
			fault = page_scan(&geometries[g], maker.page, &scanned, &tally);
			assert_int_equal(fault, page_check(&geometries[g], maker.page, &checked));
			assert_int_equal(scanned.events, checked.events);
			assert_true(scanned.first_ts == checked.first_ts);
			assert_true(scanned.last_ts == checked.last_ts);
			count_plainly(plain, &geometries[g], maker.page);
			compare(&tally, plain);
			faults += fault != PAGE_GOOD;
		}
		free(maker.page);
		tally_release(&tally);
	}
	assert_true(damage == !!faults);
	free(plain);
}

static void test_good_pages(void **state)
{
	(void)state;
	tally_pages(false);
}

static void test_damaged_pages(void **state)
{
	(void)state;
	tally_pages(true);
}

/* As many records as fit, each of another task: the tally's lists are just long enough. */
static void test_the_smallest_records(void **state)
{
	const struct page_geometry *geometry = &geometries[0];
	struct page_maker maker = {.geometry = *geometry, .page = malloc(4096)};
	struct page_summary summary;
	struct tally tally;
	uint32_t records = (4096 - 16) / 8;

	(void)state;
	assert_non_null(maker.page);
	assert_int_equal(tally_init(&tally, 4096), 0);
	tally.by_id[0x0101].wanted = 1;
	make_page(&maker, 1);
	for (uint32_t i = 0; i < records; i++)
		make_event(&maker, 1, 1, 1);
	assert_int_equal(page_scan(geometry, maker.page, &summary, &tally), PAGE_GOOD);
	assert_int_equal(summary.events, records);
	assert_int_equal(tally.found_count, records);
	assert_int_equal(tally.run_count, 1);
	assert_int_equal(tally.by_id[0x0101].events, records);
	/* The lists go along with the pages' size. */
	assert_int_equal(tally_resize(&tally, 8192), 0);
	assert_true(tally.by_id[0x0101].wanted);
	free(maker.page);
	tally_release(&tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_pages),
		cmocka_unit_test(test_damaged_pages),
		cmocka_unit_test(test_the_smallest_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
