// SPDX-License-Identifier: GPL-2.0-only
/* Where pages start in bytes that begin anywhere, and when looking for that is given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "formats/limits.h"
#include "tests/unit/pages.h"
#include "tui/engine/page_find.h"

#define SIZE (64 * 1024) /* of a page; what larger ones cost grows by the square */

static const struct page_geometry geometry = {SIZE, 8, false};

#define LENGTH (4 * (size_t)SIZE) /* bytes to look in */
#define PAGES  (2 * (size_t)SIZE) /* where the first of two pages is */

/* The header of a page that it takes a walk through all of it to refuse: records of 8 bytes follow
 * each other to its end, and the last one is cut off. It is such a record itself. */
#define LIE  (SIZE - 16 - 15)
#define COST (16 + LIE) /* bytes of that walk */

/* Bytes of the pages' data: so many that none seems to begin a little before. */
#define DATA 4104

/* What is such a record, and no header. */
#define RECORD UINT64_C(0xffffffff00000001)

/* Where pages are found behind so many lies. */
static size_t find(size_t lies)
{
	uint8_t *bytes = malloc(LENGTH);
	size_t found;

	assert_non_null(bytes);
	for (size_t at = 0; at < LENGTH; at += 8)
		put_bytes(&geometry, bytes + at, RECORD, 8);
	/* One behind the other, and with another where the next page would be. */
	for (size_t at = 16; at < 8 * (lies + 2); at += 8) {
		put_bytes(&geometry, bytes + at, LIE, 8);
		put_bytes(&geometry, bytes + SIZE + at, LIE, 8);
	}
	for (size_t at = PAGES; at < LENGTH; at += SIZE) {
		struct page_maker maker = {.geometry = geometry, .page = bytes + at};

		make_page(&maker, UINT64_C(1) << 40);
		make_long_event(&maker, 5, DATA - 8, 1);
	}
	found = page_find(&geometry, bytes, LENGTH);
	free(bytes);
	return found;
}

static void test_pages_behind_lies(void **state)
{
	/* A page costs all of its bytes; the second one is but begun with. */
	const size_t most = (PAGE_FIND_WORK * LENGTH - SIZE - 16 - DATA) / COST;

	(void)state;
	assert_int_equal(find(0), PAGES);
	assert_int_equal(find(1), PAGES);
	assert_int_equal(find(most), PAGES);
	/* One more, and the rest is not looked at. */
	assert_int_equal(find(most + 1), LENGTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_behind_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
