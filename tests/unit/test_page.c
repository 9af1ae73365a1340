// SPDX-License-Identifier: GPL-2.0-only
/* The page walker: against kbuffer on good pages, against every malformed one that is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include <traceevent/kbuffer.h>

#include "tests/unit/pages.h"

static const struct page_geometry geometries[] = {
	{4096, 8, false}, {4096, 8, true}, {4096, 4, false}, {4096, 4, true}, {65536, 8, false},
};
#define GEOMETRIES (sizeof(geometries) / sizeof(geometries[0]))

static void begin(struct page_maker *maker, const struct page_geometry *geometry, uint64_t ts)
{
	maker->geometry = *geometry;
	/* Exactly the page, so that ASan and valgrind see a byte too far. */
	maker->page = malloc(geometry->size);
	assert_non_null(maker->page);
	make_page(maker, ts);
}

static enum page_fault check(const struct page_maker *maker, struct page_summary *summary)
{
	return page_check(&maker->geometry, maker->page, summary);
}

/* Walk the page with kbuffer and with ours; everything must agree. */
static uint32_t compare_with_kbuffer(const struct page_maker *maker)
{
	const struct page_geometry *geometry = &maker->geometry;
	struct kbuffer *kbuffer =
		kbuffer_alloc(geometry->long_size == 8 ? KBUFFER_LSIZE_8 : KBUFFER_LSIZE_4,
			      geometry->big_endian ? KBUFFER_ENDIAN_BIG : KBUFFER_ENDIAN_LITTLE);
	struct page_cursor cursor;
	struct page_record record;
	unsigned long long ts;
	uint32_t events = 0;
	uint8_t *data;

	assert_non_null(kbuffer);
	assert_int_equal(kbuffer_load_subbuffer(kbuffer, maker->page), 0);
	page_cursor_init(&cursor, geometry, maker->page);
	for (data = kbuffer_read_event(kbuffer, &ts); data;
	     data = kbuffer_next_event(kbuffer, &ts)) {
		assert_true(page_next(&cursor, &record));
		assert_int_equal(record.ts, ts);
		assert_ptr_equal(maker->page + record.offset, data);
		assert_int_equal(record.size, kbuffer_event_size(kbuffer));
		events++;
	}
	assert_false(page_next(&cursor, &record));
	assert_int_equal(cursor.fault, PAGE_GOOD);
	kbuffer_free(kbuffer);
	return events;
}

static void test_every_record_type_as_kbuffer(void **state)
{
	(void)state;
	for (size_t g = 0; g < GEOMETRIES; g++) {
		struct page_summary summary;
		struct page_maker maker;

		begin(&maker, &geometries[g], 1000000);
		for (unsigned words = 1; words <= 28; words++)
			make_event(&maker, words, words, (uint8_t)words);
		make_special(&maker, 30, 5, 3); /* 3 << 27 | 5 later */
		make_event(&maker, 7, 2, 0xaa);
		make_long_event(&maker, 9, 200, 0xbb);
		make_special(&maker, 29, 11, 4); /* a discarded event of one word */
		make_event(&maker, 1, 1, 0xcc);
		make_special(&maker, 31, 77, 9); /* the time is now 9 << 27 | 77 */
		make_event(&maker, 1, 3, 0xdd);
		assert_int_equal(compare_with_kbuffer(&maker), 32);
		assert_int_equal(check(&maker, &summary), PAGE_GOOD);
		assert_int_equal(summary.events, 32);
		assert_int_equal(summary.first_ts, 1000001);
		assert_int_equal(summary.last_ts, ((uint64_t)9 << 27) + 77 + 1);
		assert_false(summary.lost_flag);
		free(maker.page);
	}
}

static void test_random_pages_as_kbuffer(void **state)
{
	unsigned seed = 12345;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		const struct page_geometry *geometry = &geometries[round % GEOMETRIES];
		struct page_summary summary;
		struct page_maker maker;
		uint32_t room = geometry->size - page_header_size(geometry), events = 0;

		begin(&maker, geometry, rand_r(&seed));
		while (room - maker.length > 512 && maker.length < 4000) {
			switch (rand_r(&seed) % 8) {
			case 0:
				make_special(&maker, 30, rand_r(&seed) % 1000, rand_r(&seed) % 64);
				break;
			case 1:
				make_special(&maker, 29, 1 + rand_r(&seed) % 1000, 4);
				break;
			case 2:
				make_long_event(&maker, 1, 4 + 4 * (rand_r(&seed) % 100), 0x11);
				events++;
				break;
			default:
				make_event(&maker, rand_r(&seed) % (1 << 27),
					   1 + rand_r(&seed) % 28, 0x22);
				events++;
			}
		}
		assert_int_equal(compare_with_kbuffer(&maker), events);
		assert_int_equal(check(&maker, &summary), PAGE_GOOD);
		assert_int_equal(summary.events, events);
		free(maker.page);
	}
}

static void test_absolute_stamp_keeps_top_bits(void **state)
{
	struct page_summary summary;
	struct page_maker maker;
	uint64_t top = UINT64_C(0x10) << 59;

	(void)state;
	begin(&maker, &geometries[0], top | 500);
	make_special(&maker, 31, 600, 0);
	make_event(&maker, 0, 1, 1);
	make_special(&maker, 31, 100, 0); /* wrapped: the next turn of the 59 bits */
	make_event(&maker, 0, 1, 1);
	assert_int_equal(check(&maker, &summary), PAGE_GOOD);
	assert_true(summary.first_ts == (top | 600));
	assert_true(summary.last_ts == (top | 100) + (UINT64_C(1) << 59));
	free(maker.page);
}

static void test_lost_counts(void **state)
{
	(void)state;
	for (size_t g = 0; g < GEOMETRIES; g++) {
		struct page_summary summary;
		struct page_maker maker;

		begin(&maker, &geometries[g], 10);
		make_special(&maker, 30, 1, 1); /* the record on which kbuffer forgets the count */
		make_event(&maker, 1, 2, 1);
		make_lost(&maker, 41);
		assert_int_equal(check(&maker, &summary), PAGE_GOOD);
		assert_true(summary.lost_flag);
		assert_int_equal(summary.lost, 41);
		assert_int_equal(summary.events, 1);
		make_lost(&maker, 0);
		assert_int_equal(check(&maker, &summary), PAGE_GOOD);
		assert_true(summary.lost_flag);
		assert_int_equal(summary.lost, 0);
		/* A kernel with an unsigned flag would leave the upper half alone. */
		make_commit(&maker, maker.length | PAGE_COMMIT_MISSED);
		assert_int_equal(check(&maker, &summary), PAGE_GOOD);
		assert_true(summary.lost_flag);
		free(maker.page);
	}
}

static void test_full_page_has_no_room_for_the_count(void **state)
{
	struct page_summary summary;
	struct page_maker maker;
	uint32_t room = 4096 - 16;

	(void)state;
	begin(&maker, &geometries[0], 10);
	make_long_event(&maker, 1, room - 8, 1);
	assert_int_equal(check(&maker, &summary), PAGE_GOOD);
	assert_int_equal(summary.length, room);
	make_commit(&maker, room | PAGE_COMMIT_MISSED);
	assert_int_equal(check(&maker, &summary), PAGE_GOOD);
	assert_true(summary.lost_flag);
	make_commit(&maker, room | PAGE_COMMIT_MISSED | PAGE_COMMIT_STORED);
	assert_int_equal(check(&maker, &summary), PAGE_LOST_RANGE);
	free(maker.page);
}

static void test_commit_beyond_page(void **state)
{
	(void)state;
	for (size_t g = 0; g < GEOMETRIES; g++) {
		struct page_summary summary;
		struct page_maker maker;
		uint32_t room = geometries[g].size - page_header_size(&geometries[g]);

		begin(&maker, &geometries[g], 10);
		make_event(&maker, 1, 1, 1);
		make_commit(&maker, 100000);
		assert_int_equal(check(&maker, &summary), PAGE_COMMIT_RANGE);
		make_commit(&maker, room + 1);
		assert_int_equal(check(&maker, &summary), PAGE_COMMIT_RANGE);
		make_commit(&maker, UINT64_C(1) << 28 | 8);
		assert_int_equal(check(&maker, &summary), PAGE_COMMIT_RESERVED);
		free(maker.page);
	}
}

static void test_commit_high_half_of_long(void **state)
{
	struct page_summary summary;
	struct page_maker maker;

	(void)state;
	begin(&maker, &geometries[0], 10);
	make_event(&maker, 1, 1, 1);
	make_commit(&maker, UINT64_C(1) << 40 | 8);
	assert_int_equal(check(&maker, &summary), PAGE_COMMIT_RESERVED);
	free(maker.page);
}

/* A good event, then a bad record: the event counts, the fault is named, the walk ends. */
static void expect_fault(const struct page_geometry *geometry, unsigned type, uint32_t delta,
			 uint32_t word, enum page_fault fault)
{
	struct page_summary summary;
	struct page_maker maker;

	begin(&maker, geometry, 10);
	make_event(&maker, 1, 1, 1);
	make_special(&maker, type, delta, word);
	assert_int_equal(check(&maker, &summary), fault);
	assert_int_equal(summary.events, 1);
	free(maker.page);
}

static void test_impossible_lengths(void **state)
{
	(void)state;
	for (size_t g = 0; g < GEOMETRIES; g++) {
		expect_fault(&geometries[g], 29, 1, 0xfffffffc, PAGE_RECORD_RANGE);
		expect_fault(&geometries[g], 29, 1, 0, PAGE_RECORD_LENGTH);
		expect_fault(&geometries[g], 29, 1, 3, PAGE_RECORD_LENGTH);
		expect_fault(&geometries[g], 29, 1, 8, PAGE_RECORD_RANGE);
		expect_fault(&geometries[g], 0, 1, 0, PAGE_RECORD_LENGTH);
		expect_fault(&geometries[g], 0, 1, 7, PAGE_RECORD_LENGTH);
		expect_fault(&geometries[g], 0, 1, 8, PAGE_RECORD_RANGE);
		expect_fault(&geometries[g], 0, 1, 0xffffffff, PAGE_RECORD_RANGE);
		expect_fault(&geometries[g], 0, 1, 0x7ffffff8, PAGE_RECORD_RANGE);
		expect_fault(&geometries[g], 28, 1, 0, PAGE_RECORD_RANGE);
		expect_fault(&geometries[g], 2, 1, 0, PAGE_RECORD_RANGE);
	}
}

/* commit ends inside a record's header, or inside the word behind it. */
static void test_cut_headers(void **state)
{
	(void)state;
	for (size_t g = 0; g < GEOMETRIES; g++) {
		for (unsigned type = 0; type < 32; type++) {
			for (uint32_t cut = 1; cut < 8; cut++) {
				struct page_summary summary;
				struct page_maker maker;

				begin(&maker, &geometries[g], 10);
				make_event(&maker, 1, 1, 1);
				make_special(&maker, type, 1, 64);
				make_commit(&maker, maker.length - cut);
				assert_int_not_equal(check(&maker, &summary), PAGE_GOOD);
				assert_int_equal(summary.events, 1);
				free(maker.page);
			}
		}
	}
}

static void test_padding_of_delta_zero_ends_the_page(void **state)
{
	struct page_summary summary;
	struct page_maker maker;

	(void)state;
	begin(&maker, &geometries[0], 10);
	make_event(&maker, 1, 1, 1);
	make_special(&maker, 29, 0, 0xfffffffc);
	make_event(&maker, 1, 1, 1);
	assert_int_equal(check(&maker, &summary), PAGE_GOOD);
	assert_int_equal(summary.events, 1);
	free(maker.page);
}

static void test_zero_tail_inside_commit(void **state)
{
	struct page_summary summary;
	struct page_maker maker;

	(void)state;
	begin(&maker, &geometries[0], 10);
	make_event(&maker, 1, 1, 1);
	make_commit(&maker, maker.length + 400);
	assert_int_equal(check(&maker, &summary), PAGE_GOOD);
	assert_int_equal(summary.events, 1);
	maker.page[16 + maker.length + 300] = 1;
	assert_int_equal(check(&maker, &summary), PAGE_RECORD_LENGTH);
	free(maker.page);
}

static void test_empty_page(void **state)
{
	struct page_summary summary;
	struct page_maker maker;

	(void)state;
	begin(&maker, &geometries[0], 10);
	assert_int_equal(check(&maker, &summary), PAGE_GOOD);
	assert_int_equal(summary.events, 0);
	assert_false(page_plausible(&maker.geometry, maker.page));
	make_event(&maker, 1, 1, 1);
	assert_true(page_plausible(&maker.geometry, maker.page));
	free(maker.page);
}

/* Every byte of a page replaced by every value of a set: the walk ends, inside the page. */
static void test_any_byte_wrong(void **state)
{
	static const uint8_t values[] = {0x00, 0x01, 0x1d, 0x1e, 0x1f, 0x7f, 0x80, 0xff};
	struct page_maker maker;
	uint32_t end;

	(void)state;
	begin(&maker, &geometries[0], 10);
	make_event(&maker, 1, 3, 0);
	make_special(&maker, 30, 1, 1);
	make_long_event(&maker, 1, 64, 0);
	make_special(&maker, 29, 1, 4);
	make_event(&maker, 1, 28, 0);
	end = page_header_size(&maker.geometry) + maker.length;
	for (uint32_t at = 0; at < end; at++) {
		uint8_t good = maker.page[at];

		for (size_t v = 0; v < sizeof(values); v++) {
			struct page_summary summary;

			maker.page[at] = values[v];
			check(&maker, &summary);
			assert_in_range(summary.events, 0, 4096 / 8);
			assert_in_range(summary.length, 0, 4096 - 16);
		}
		maker.page[at] = good;
	}
	free(maker.page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_record_type_as_kbuffer),
		cmocka_unit_test(test_random_pages_as_kbuffer),
		cmocka_unit_test(test_absolute_stamp_keeps_top_bits),
		cmocka_unit_test(test_lost_counts),
		cmocka_unit_test(test_full_page_has_no_room_for_the_count),
		cmocka_unit_test(test_commit_beyond_page),
		cmocka_unit_test(test_commit_high_half_of_long),
		cmocka_unit_test(test_impossible_lengths),
		cmocka_unit_test(test_cut_headers),
		cmocka_unit_test(test_padding_of_delta_zero_ends_the_page),
		cmocka_unit_test(test_zero_tail_inside_commit),
		cmocka_unit_test(test_empty_page),
		cmocka_unit_test(test_any_byte_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
