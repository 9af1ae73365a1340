// SPDX-License-Identifier: GPL-2.0-only
/* Pages that are packed, well and badly; nothing beyond them is read or written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>
#ifdef VTRACE_LZO
#include <lzo/lzo1x.h>
#endif
#ifdef VTRACE_SNAPPY
#include <snappy-c.h>
#endif

#include <cmocka.h>

#include "tests/unit/chance.h"
#include "tests/unit/packed.h"

#define BLOCK PACKED_BLOCK
#define ROOM  (4 * BLOCK)

static const uint32_t all[] = {RAM_PACKED_ZLIB, RAM_PACKED_LZO, RAM_PACKED_SNAPPY, RAM_PACKED_ZSTD};

/* Memory whose ends are the last and the first bytes that can be touched. */
static uint8_t *fenced(size_t size)
{
	size_t host = (size_t)sysconf(_SC_PAGESIZE), whole = (size + host - 1) / host * host;
	uint8_t *at = mmap(NULL, whole + 2 * host, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(at != MAP_FAILED);
	assert_int_equal(mprotect(at + host, whole, PROT_READ | PROT_WRITE), 0);
	return at + host + whole - size;
}

static uint8_t *page;	/* BLOCK bytes at the end of what can be written */
static uint8_t *source; /* ROOM bytes, likewise */

/* Unpack size bytes of packed, which end where nothing can be read any more. */
static bool unpack(uint32_t way, const uint8_t *packed, size_t size, size_t page_size)
{
	uint8_t *at = source + ROOM - size;

	memmove(at, packed, size);
	return ram_unpack(way, at, size, page + BLOCK - page_size, page_size);
}

static uint32_t chance_below(uint32_t bound)
{
	return (uint32_t)(random_number() % bound);
}

/* Bytes at random, and after some of them what was there before, as in memory. */
static void fill(uint8_t *bytes, size_t size)
{
	size_t at = 0, back, run;

	while (at < size) {
		back = at > 8 && chance_below(2) ? 1 + chance_below((uint32_t)at) : 0;
		for (run = 1 + chance_below(back ? 60 : 8); run && at < size; run--, at++)
			bytes[at] = back ? bytes[at - back] : (uint8_t)random_number();
	}
}

/* Packed by the library that others pack with. 0: it is not there. */
static size_t pack(uint32_t way, const uint8_t *bytes, size_t size, uint8_t *to)
{
	uLongf zlib = ROOM;

	switch (way) {
#ifdef VTRACE_LZO
	case RAM_PACKED_LZO: {
		static uint8_t work[LZO1X_1_MEM_COMPRESS] __attribute__((aligned(16)));
		lzo_uint length = ROOM;

		assert_int_equal(lzo1x_1_compress(bytes, size, to, &length, work), LZO_E_OK);
		return length;
	}
#endif
#ifdef VTRACE_SNAPPY
	case RAM_PACKED_SNAPPY: {
		size_t length = ROOM;

		assert_int_equal(snappy_compress((const char *)bytes, size, (char *)to, &length),
				 SNAPPY_OK);
		return length;
	}
#endif
	case RAM_PACKED_ZSTD:
		return ZSTD_compress(to, ROOM, bytes, size, 1);
	case RAM_PACKED_ZLIB:
		assert_int_equal(compress(to, &zlib, bytes, size), Z_OK);
		return zlib;
	default:
		return 0;
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(ram_packed_name(RAM_PACKED_LZO), "lzo");
	assert_string_equal(ram_packed_name(RAM_PACKED_ZSTD), "zstd");
	assert_true(ram_packed_known(RAM_PACKED_ZLIB) && ram_packed_known(RAM_PACKED_ZSTD));
	/* One at a time. */
	assert_null(ram_packed_name(RAM_PACKED_ZLIB | RAM_PACKED_LZO));
	assert_null(ram_packed_name(0));
	assert_false(ram_packed_known(8));
	assert_false(ram_unpack(8, source, 10, page, BLOCK));
}

static void test_by_hand(void **state)
{
	uint8_t bytes[BLOCK], packed[PACKED_ROOM];

	(void)state;
	fill(bytes, BLOCK);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		size_t size = packed_page(all[i], bytes, packed);

		assert_int_equal(unpack(all[i], packed, size, BLOCK), ram_packed_known(all[i]));
		if (ram_packed_known(all[i]))
			assert_memory_equal(page, bytes, BLOCK);
		/* It has to be all that the page is, and no more. */
		assert_false(unpack(all[i], packed, size, BLOCK - 1));
		assert_false(unpack(all[i], packed, size - 1, BLOCK));
		assert_false(unpack(all[i], packed, 0, BLOCK));
	}
}

static void test_by_libraries(void **state)
{
	static uint8_t bytes[BLOCK + 1], packed[ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		size_t size;

		fill(bytes, sizeof(bytes));
		size = pack(all[i], bytes, BLOCK, packed);
		assert_int_equal(!size, !ram_packed_known(all[i]));
		if (!size)
			continue;
		assert_true(size < BLOCK);
		assert_true(unpack(all[i], packed, size, BLOCK));
		assert_memory_equal(page, bytes, BLOCK);
		/* Cut off anywhere it is no page. */
		for (size_t less = 0; less < size; less++)
			assert_false(unpack(all[i], packed, less, BLOCK));
		/* Nor is one that is a byte too short or too long. */
		size = pack(all[i], bytes, BLOCK - 1, packed);
		assert_false(unpack(all[i], packed, size, BLOCK));
		size = pack(all[i], bytes, BLOCK + 1, packed);
		assert_false(unpack(all[i], packed, size, BLOCK));
	}
}

/* What is damaged somewhere may be another page; the fences are not touched. */
static void test_damaged(void **state)
{
	static uint8_t bytes[BLOCK], packed[ROOM], damaged[ROOM];
	unsigned refused[sizeof(all) / sizeof(all[0])] = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (unsigned round = 0; round < 3000; round++) {
			size_t size;

			if (round % 100 == 0)
				fill(bytes, BLOCK);
			size = pack(all[i], bytes, BLOCK, packed);
			memcpy(damaged, packed, size);
			for (unsigned n = 1 + chance_below(4); size && n; n--)
				damaged[chance_below((uint32_t)size)] = (uint8_t)chance_below(256);
			refused[i] += !unpack(all[i], damaged, size, BLOCK);
		}
		assert_true(refused[i] > 0);
	}
}

/* No bytes that anybody packed. */
static void test_rubbish(void **state)
{
	static uint8_t rubbish[2 * BLOCK];

	(void)state;
	for (unsigned round = 0; round < 4000; round++) {
		size_t size = chance_below(sizeof(rubbish) + 1);
		uint32_t way = all[round % (sizeof(all) / sizeof(all[0]))];

		for (size_t i = 0; i < size; i++)
			rubbish[i] =
				(uint8_t)(round % 3 ? chance_below(256) : chance_below(2) * 255);
		assert_false(unpack(way, rubbish, size, BLOCK));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	     cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_by_libraries), cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_rubbish),
	};

	page = fenced(BLOCK);
	source = fenced(ROOM);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
