// SPDX-License-Identifier: GPL-2.0-only
/* Finding a time in a file of pages that nobody has indexed, against looking at all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/pages.h"
#include "tui/engine/page_search.h"

#define PAGE  4096
#define PAGES 500 /* at most, of a made file */

static const struct page_geometry geometry = {PAGE, 8, false};

struct made {
	int fd;
	unsigned count;
	bool usable[PAGES]; /* it is sound and has events */
	uint64_t first[PAGES], last[PAGES];
	struct page_file file;
	uint8_t page[PAGE];
	unsigned seed;
};

static unsigned chance(struct made *made, unsigned sides)
{
	return (unsigned)rand_r(&made->seed) % sides;
}

static void put_page(struct made *made, unsigned number, const uint8_t *page)
{
	assert_int_equal(pwrite(made->fd, page, PAGE, (off_t)number * PAGE), PAGE);
}

/* Events of it are step apart, from ts on. */
static uint64_t put_events(struct made *made, unsigned number, uint64_t ts, unsigned events,
			   unsigned step)
{
	uint8_t page[PAGE];
	struct page_maker maker = {.geometry = geometry, .page = page};

	make_page(&maker, ts);
	for (unsigned i = 0; i < events; i++)
		make_event(&maker, i ? step : 0, 2, 1);
	made->usable[number] = true;
	made->first[number] = ts;
	made->last[number] = ts + (uint64_t)(events - 1) * step;
	put_page(made, number, page);
	return made->last[number];
}

/* A page whose header is one, with a wild time, and whose records are none. */
static void put_damaged(struct made *made, unsigned number)
{
	uint8_t page[PAGE];
	struct page_maker maker = {.geometry = geometry, .page = page};

	make_page(&maker, chance(made, 2) ? UINT64_MAX / 2 : 1);
	make_event(&maker, 0, 28, 0xff);
	make_commit(&maker, 12);
	made->usable[number] = false;
	put_page(made, number, page);
}

static void put_empty(struct made *made, unsigned number)
{
	static const uint8_t page[PAGE];

	made->usable[number] = false;
	put_page(made, number, page);
}

/* bad of 8 pages are damaged or empty, and many times are the same. */
static void made_init(struct made *made, unsigned seed, unsigned bad)
{
	uint64_t ts = 1000;

	*made = (struct made){.fd = memfd_create("pages", MFD_CLOEXEC), .seed = seed};
	assert_true(made->fd >= 0);
	made->count = 1 + chance(made, PAGES);
	for (unsigned i = 0; i < made->count; i++) {
		ts += chance(made, 3) * chance(made, 50);
		if (chance(made, 8) >= bad)
			ts = put_events(made, i, ts, 1 + chance(made, 20), chance(made, 3));
		else if (chance(made, 2))
			put_damaged(made, i);
		else
			put_empty(made, i);
	}
	made->file = page_file_whole(made->fd);
}

static struct page_search search_of(struct made *made)
{
	return (struct page_search){
		.file = &made->file,
		.geometry = &geometry,
		.pages = made->count,
		.page = made->page,
	};
}

/* The page that all of them being looked at gives. */
static unsigned look_at_all(const struct made *made, uint64_t ts)
{
	unsigned page = 0;

	while (page < made->count && (!made->usable[page] || made->last[page] < ts))
		page++;
	return page;
}

static void test_a_time_is_where_it_is_among_all_pages(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 60; seed++) {
		struct made made;
		struct page_search search;

		made_init(&made, seed, seed % 6);
		search = search_of(&made);
		for (uint64_t ts = 990; ts < 990 + 40 * (uint64_t)made.count; ts += 7)
			assert_int_equal(page_search_time(&search, ts), look_at_all(&made, ts));
		assert_int_equal(page_search_time(&search, 0), look_at_all(&made, 0));
		assert_int_equal(page_search_time(&search, UINT64_MAX), made.count);
		close(made.fd);
	}
}

static void test_equal_times(void **state)
{
	struct made made = {.fd = memfd_create("pages", MFD_CLOEXEC), .count = 90};
	struct page_search search;

	(void)state;
	for (unsigned i = 0; i < made.count; i++)
		put_events(&made, i, i < 30 ? 100 : i < 60 ? 200 : 300, 5, 0);
	made.file = page_file_whole(made.fd);
	search = search_of(&made);
	assert_int_equal(page_search_time(&search, 100), 0);
	assert_int_equal(page_search_time(&search, 101), 30);
	assert_int_equal(page_search_time(&search, 200), 30);
	assert_int_equal(page_search_time(&search, 300), 60);
	assert_int_equal(page_search_time(&search, 301), 90);
	/* The last event of a page is of the time of those on the next ones. */
	put_events(&made, 29, 199, 2, 1);
	assert_int_equal(page_search_time(&search, 200), 29);
	close(made.fd);
}

static void test_first_and_last_time(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 40; seed++) {
		struct made made;
		struct page_search search;
		uint64_t first, last;
		unsigned from = 0, to;

		made_init(&made, seed, seed % 8);
		search = search_of(&made);
		while (from < made.count && !made.usable[from])
			from++;
		for (to = made.count; to && !made.usable[to - 1];)
			to--;
		assert_int_equal(page_search_span(&search, &first, &last), from < made.count);
		if (from < made.count) {
			assert_int_equal(first, made.first[from]);
			assert_int_equal(last, made.last[to - 1]);
		}
		close(made.fd);
	}
}

/* A hole of 1 TiB: what is behind it is found, and whoever asks is not kept. */
static void test_a_hole(void **state)
{
	const uint64_t far = UINT64_C(1) << 28;
	struct made made = {.fd = memfd_create("pages", MFD_CLOEXEC)};
	struct page_search search;
	uint64_t first, last;

	(void)state;
	put_events(&made, 0, 100, 5, 1);
	put_events(&made, 1, 200, 5, 1);
	put_events(&made, 2, 300, 5, 1);
	assert_int_equal(pread(made.fd, made.page, PAGE, 2 * PAGE), PAGE);
	put_empty(&made, 2);
	assert_int_equal(pwrite(made.fd, made.page, PAGE, (off_t)far * PAGE), PAGE);
	made.file = page_file_whole(made.fd);
	search = search_of(&made);
	search.pages = far + 1;
	assert_int_equal(page_search_time(&search, 100), 0);
	assert_int_equal(page_search_time(&search, 104), 0);
	assert_int_equal(page_search_time(&search, 204), 1);
	assert_int_equal(page_search_time(&search, 205), far);
	assert_int_equal(page_search_time(&search, 305), far + 1);
	assert_true(page_search_span(&search, &first, &last));
	assert_int_equal(first, 100);
	assert_int_equal(last, 304);
	close(made.fd);
}

/* Nothing but bytes by chance: it ends, and gives a page of the file. */
static void test_noise(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 20; seed++) {
		struct made made = {.fd = memfd_create("pages", MFD_CLOEXEC), .count = 100};
		struct page_search search;
		uint8_t page[PAGE];

		made.seed = seed;
		for (unsigned i = 0; i < made.count; i++) {
			for (unsigned at = 0; at < PAGE; at++)
				page[at] = (uint8_t)chance(&made, 256);
			/* Times are wild, and records may be some. */
			put_bytes(&geometry, page + 8, 200, 8);
			put_page(&made, i, page);
		}
		made.file = page_file_whole(made.fd);
		search = search_of(&made);
		for (unsigned i = 0; i < 64; i++)
			assert_in_range(page_search_time(&search, UINT64_C(1) << i), 0, made.count);
		close(made.fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_time_is_where_it_is_among_all_pages),
		cmocka_unit_test(test_equal_times),
		cmocka_unit_test(test_first_and_last_time),
		cmocka_unit_test(test_a_hole),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
