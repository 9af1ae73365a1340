// SPDX-License-Identifier: GPL-2.0-only
/* The bytes of a CPU in a file: as they lie there, and out of chunks that may lie. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "tui/engine/page_file.h"

#define FROM   123 /* of the region in the file */
#define CHUNK  5000
#define CHUNKS 7
#define TOTAL  (CHUNK * CHUNKS)

static uint8_t content(uint64_t at)
{
	return (uint8_t)(at * 7 + at / 251);
}

static void put_u32(uint8_t *to, uint32_t word)
{
	memcpy(to, &word, 4); /* tests run on little-endian hosts, and say so to the reader */
}

struct region {
	int fd;
	uint64_t length;
	uint64_t chunk_at[CHUNKS]; /* of their numbers in the file */
};

static void make_region(struct region *region, enum packing packing)
{
	uint8_t plain[CHUNK], packed[2 * CHUNK], numbers[8];
	uint64_t at = FROM;

	region->fd = memfd_create("region", 0);
	assert_true(region->fd >= 0);
	put_u32(numbers, CHUNKS);
	assert_int_equal(pwrite(region->fd, numbers, 4, (off_t)at), 4);
	at += 4;
	for (unsigned i = 0; i < CHUNKS; i++) {
		uLongf size = sizeof(packed);

		for (unsigned j = 0; j < CHUNK; j++)
			plain[j] = content((uint64_t)i * CHUNK + j);
		if (packing == PACKING_ZSTD)
			size = ZSTD_compress(packed, sizeof(packed), plain, sizeof(plain), 1);
		else
			assert_int_equal(compress(packed, &size, plain, sizeof(plain)), Z_OK);
		put_u32(numbers, (uint32_t)size);
		put_u32(numbers + 4, CHUNK);
		region->chunk_at[i] = at;
		assert_int_equal(pwrite(region->fd, numbers, 8, (off_t)at), 8);
		assert_int_equal(pwrite(region->fd, packed, size, (off_t)at + 8), (ssize_t)size);
		at += 8 + size;
	}
	region->length = at - FROM;
}

static void open_region(struct page_file *file, const struct region *region, enum packing packing,
			uint64_t length, bool cut)
{
	assert_int_equal(page_file_packed(file, region->fd, FROM, length, packing, false, cut), 0);
}

/* How many bytes come from the start on, and the error behind them. */
static uint64_t read_on(const struct page_file *file, ssize_t *last)
{
	uint8_t bytes[777];
	uint64_t at = 0;

	while ((*last = page_file_read(file, bytes, sizeof(bytes), at)) > 0) {
		for (ssize_t i = 0; i < *last; i++)
			assert_int_equal(bytes[i], content(at + (uint64_t)i));
		at += (uint64_t)*last;
	}
	return at;
}

static void test_region(void **state)
{
	int fd = memfd_create("plain", 0);
	struct page_file file = page_file_region(fd, FROM, 1000);
	uint8_t bytes[2000];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = content(i);
	assert_int_equal(pwrite(fd, bytes, sizeof(bytes), FROM), sizeof(bytes));
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(page_file_read(&file, bytes, sizeof(bytes), 0), 1000);
	assert_int_equal(bytes[999], content(999));
	assert_int_equal(bytes[1000], 0);
	assert_int_equal(page_file_read(&file, bytes, 10, 1000), 0);
	assert_int_equal(page_file_read(&file, bytes, 10, UINT64_MAX), 0);
	assert_true(page_file_read_all(&file, bytes, 100, 900));
	assert_false(page_file_read_all(&file, bytes, 101, 900));
	assert_string_equal(page_file_fault(&file), "");
	file = page_file_region(fd, UINT64_MAX - 10, UINT64_MAX);
	assert_int_equal(page_file_read(&file, bytes, 10, 5), 0);
	close(fd);
}

static void test_chunks(void **state)
{
	const enum packing packings[] = {PACKING_ZSTD, PACKING_ZLIB};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct region region;
		struct page_file file;
		uint8_t byte;
		ssize_t last;

		make_region(&region, packings[i]);
		open_region(&file, &region, packings[i], region.length, false);
		/* Anywhere first, then on from the start. */
		assert_int_equal(page_file_read(&file, &byte, 1, TOTAL - 1), 1);
		assert_int_equal(byte, content(TOTAL - 1));
		assert_int_equal(read_on(&file, &last), TOTAL);
		assert_int_equal(last, 0);
		for (unsigned n = 0; n < 500; n++) {
			uint64_t at = (uint64_t)n * 7919 % TOTAL;

			assert_int_equal(page_file_read(&file, &byte, 1, at), 1);
			assert_int_equal(byte, content(at));
		}
		page_file_release(&file);
		close(region.fd);
	}
}

/* However many bytes there are, those of whole chunks can be read. */
static void test_cut(void **state)
{
	struct region region;

	(void)state;
	make_region(&region, PACKING_ZSTD);
	for (uint64_t length = 0; length < region.length; length += 13) {
		struct page_file file;
		unsigned whole = 0;
		ssize_t last;

		while (whole + 1 < CHUNKS && region.chunk_at[whole + 1] <= FROM + length)
			whole++;
		open_region(&file, &region, PACKING_ZSTD, length, true);
		assert_int_equal(read_on(&file, &last), whole * CHUNK);
		assert_int_equal(last, 0);
		page_file_release(&file);
		/* Where the file is said to be whole, it is a lie. */
		open_region(&file, &region, PACKING_ZSTD, length, false);
		assert_int_equal(read_on(&file, &last), whole * CHUNK);
		assert_int_equal(last, length < 4 ? 0 : -EBADMSG);
		page_file_release(&file);
	}
	close(region.fd);
}

static void test_lies(void **state)
{
	static const struct {
		uint32_t packed, size;
		const char *words;
	} lies[] = {
		{0, CHUNK, "impossible"},	 {100, 0, "impossible"},
		{100, UINT32_MAX, "impossible"}, {UINT32_MAX, CHUNK, "impossible"},
		{1024 * 1024, CHUNK, "beyond"},	 {100, CHUNK, "unpacked"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct region region;
		struct page_file file;
		uint8_t numbers[8];
		ssize_t last;

		make_region(&region, PACKING_ZSTD);
		put_u32(numbers, lies[i].packed);
		put_u32(numbers + 4, lies[i].size);
		assert_int_equal(pwrite(region.fd, numbers, 8, (off_t)region.chunk_at[3]), 8);
		open_region(&file, &region, PACKING_ZSTD, region.length, false);
		assert_int_equal(read_on(&file, &last), 3 * CHUNK);
		assert_int_equal(last, -EBADMSG);
		assert_non_null(strstr(page_file_fault(&file), "chunk 3"));
		assert_non_null(strstr(page_file_fault(&file), lies[i].words));
		page_file_release(&file);
		close(region.fd);
	}
}

/* Sizes that do not fit what is unpacked, one way or the other. */
static void test_wrong_size(void **state)
{
	(void)state;
	for (int more = -1; more <= 1; more += 2) {
		struct region region;
		struct page_file file;
		uint8_t number[4];
		ssize_t last;

		make_region(&region, PACKING_ZLIB);
		put_u32(number, (uint32_t)(CHUNK + more));
		assert_int_equal(pwrite(region.fd, number, 4, (off_t)region.chunk_at[1] + 4), 4);
		open_region(&file, &region, PACKING_ZLIB, region.length, false);
		assert_int_equal(read_on(&file, &last), CHUNK);
		assert_int_equal(last, -EBADMSG);
		page_file_release(&file);
		close(region.fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_region),	   cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_cut),	   cmocka_unit_test(test_lies),
		cmocka_unit_test(test_wrong_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
