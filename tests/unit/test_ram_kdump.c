// SPDX-License-Identifier: GPL-2.0-only
/* A guest's memory in a compressed core, as one file and flattened, and cores that lie. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/limits.h"
#include "tests/unit/packed.h"
#include "tui/engine/ram.h"

#define BLOCK	 PACKED_BLOCK
#define PAGES	 40 /* numbers of pages; those from HOLE to HOLE_END are not there */
#define HOLE	 10
#define HOLE_END 30
#define ZERO	 5 /* is stored as it is */
#define MAPS	 2 /* blocks of both maps */
#define DESCS	 ((2 + MAPS) * BLOCK)
#define DATA	 (DESCS + BLOCK)
#define SIZE	 (DATA + PAGES * PACKED_ROOM)

static uint8_t core[SIZE];
static size_t length;
static uint32_t way; /* in which its pages are packed */

static void put(uint64_t at, uint64_t value, unsigned bytes)
{
	memcpy(core + at, &value, bytes);
}

static uint8_t content(uint64_t at)
{
	return at / BLOCK == ZERO ? 0 : (uint8_t)(at / BLOCK * 7 + at % 251);
}

static void add_page(uint32_t number, uint32_t rank)
{
	uint8_t page[BLOCK];
	size_t size = BLOCK;

	for (uint32_t i = 0; i < BLOCK; i++)
		page[i] = content((uint64_t)number * BLOCK + i);
	if (number == ZERO)
		memcpy(core + length, page, BLOCK);
	else
		size = packed_page(way, page, core + length);
	put(DESCS + rank * 24, length, 8);
	put(DESCS + rank * 24 + 8, size, 4);
	put(DESCS + rank * 24 + 12, number == ZERO ? 0 : way, 4);
	length += size;
	core[2 * BLOCK + number / 8] |= (uint8_t)(1u << number % 8);
	core[3 * BLOCK + number / 8] |= (uint8_t)(1u << number % 8);
}

static void make_core(void)
{
	uint32_t rank = 0;

	memset(core, 0, sizeof(core));
	memcpy(core, "KDUMP   ", 8);
	put(8, 6, 4);
	put(428, BLOCK, 4);
	put(432, 1, 4);
	put(436, MAPS, 4);
	put(440, PAGES, 4);
	put(BLOCK + 96, PAGES, 8);
	length = DATA;
	for (uint32_t number = 0; number < PAGES; number++)
		if (number < HOLE || number >= HOLE_END)
			add_page(number, rank++);
}

static int plain(void)
{
	int fd = memfd_create("core", MFD_CLOEXEC);

	assert_int_equal(write(fd, core, length), length);
	return fd;
}

static void put_big(int fd, uint64_t value)
{
	value = __builtin_bswap64(value);
	assert_int_equal(write(fd, &value, 8), 8);
}

static void put_piece(int fd, uint64_t at, uint64_t size)
{
	put_big(fd, at);
	put_big(fd, size);
	assert_int_equal(write(fd, core + at, size), size);
}

/* In pieces of some bytes, the second half first. */
static int flattened(uint64_t piece, bool ended)
{
	static const uint8_t head[4096] = "makedumpfile\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1";
	int fd = memfd_create("core", MFD_CLOEXEC);
	uint64_t half = length / 2;

	assert_int_equal(write(fd, head, sizeof(head)), sizeof(head));
	for (uint64_t at = half; at < length; at += piece)
		put_piece(fd, at, length - at < piece ? length - at : piece);
	for (uint64_t at = 0; at < half; at += piece)
		put_piece(fd, at, half - at < piece ? half - at : piece);
	if (ended) {
		put_big(fd, UINT64_MAX);
		put_big(fd, UINT64_MAX);
	}
	return fd;
}

static struct ram *open_it(int fd)
{
	struct ram *ram = NULL;
	char error[256] = "";

	if (ram_open(&ram, fd, false, error, sizeof(error)))
		fail_msg("%s", error);
	assert_int_equal(ram_kind(ram), RAM_KDUMP);
	return ram;
}

static void assert_refused(int fd, int error, const char *why)
{
	struct ram *ram = NULL;
	char text[256] = "";

	assert_int_equal(ram_open(&ram, fd, false, text, sizeof(text)), error);
	if (!strstr(text, why))
		fail_msg("\"%s\" is not in: %s", why, text);
}

static void assert_reads(struct ram *ram)
{
	uint8_t bytes[3 * BLOCK];
	uint64_t from, to;

	assert_int_equal(ram_size(ram), PAGES * BLOCK);
	assert_int_equal(ram_read(ram, 4 * BLOCK - 7, bytes, 2 * BLOCK + 20), 0);
	for (uint64_t i = 0; i < 2 * BLOCK + 20; i++)
		assert_int_equal(bytes[i], content(4 * BLOCK - 7 + i));
	assert_int_equal(ram_read(ram, PAGES * BLOCK - 1, bytes, 1), 0);
	assert_int_equal(bytes[0], content(PAGES * BLOCK - 1));
	assert_int_equal(ram_read(ram, HOLE * BLOCK - 1, bytes, 2), -ENXIO);
	assert_string_equal(ram_fault(ram), "the core has no memory at 0xa000");
	assert_true(ram_data(ram, 100, &from, &to));
	assert_int_equal(from, 100);
	assert_int_equal(to, HOLE * BLOCK);
	assert_true(ram_data(ram, to, &from, &to));
	assert_int_equal(from, HOLE_END * BLOCK);
	assert_int_equal(to, PAGES * BLOCK);
	assert_false(ram_data(ram, to, &from, &to));
}

static void test_a_core(void **state)
{
	struct ram *ram;

	(void)state;
	make_core();
	ram = open_it(plain());
	assert_reads(ram);
	ram_free(ram);
}

/* Of each way in which others pack them, or a sentence. */
static void test_other_ways(void **state)
{
	static const uint32_t ways[] = {RAM_PACKED_LZO, RAM_PACKED_SNAPPY, RAM_PACKED_ZSTD};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct ram *ram;
		uint8_t byte;

		way = ways[i];
		make_core();
		ram = open_it(plain());
		if (ram_packed_known(way)) {
			assert_reads(ram);
		} else {
			assert_int_equal(ram_read(ram, 0, &byte, 1), -EPROTONOSUPPORT);
			assert_non_null(strstr(ram_fault(ram), "which vtrace was built without"));
			assert_non_null(strstr(ram_fault(ram), ram_packed_name(way)));
		}
		ram_free(ram);
	}
	way = RAM_PACKED_ZLIB;
}

static void test_a_flattened_core(void **state)
{
	static const uint64_t pieces[] = {1, 1000, BLOCK, SIZE};

	(void)state;
	make_core();
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct ram *ram = open_it(flattened(pieces[i], true));

		assert_reads(ram);
		ram_free(ram);
	}
}

static void test_a_core_that_ends_early(void **state)
{
	struct ram *ram;
	uint8_t byte;
	int fd;

	(void)state;
	make_core();
	fd = plain();
	assert_int_equal(ftruncate(fd, (off_t)length - 1), 0);
	ram = open_it(fd);
	assert_int_equal(ram_read(ram, 0, &byte, 1), 0);
	assert_int_equal(ram_read(ram, (PAGES - 1) * BLOCK, &byte, 1), -ENODATA);
	assert_non_null(strstr(ram_fault(ram), "ends early"));
	ram_free(ram);
	assert_refused(flattened(1000, false), -ENODATA, "ends early");
	fd = plain();
	assert_int_equal(ftruncate(fd, 100), 0);
	assert_refused(fd, -ENODATA, "ends early");
}

static void test_headers_that_lie(void **state)
{
	(void)state;
	make_core();
	put(428, 3000, 4);
	assert_refused(plain(), -EPROTONOSUPPORT, "not that of a little-endian guest");
	make_core();
	put(428, 0, 4);
	assert_refused(plain(), -EPROTONOSUPPORT, "not that of a little-endian guest");
	make_core();
	put(436, 0, 4);
	assert_refused(plain(), -EBADMSG, "map of pages is smaller");
	make_core();
	put(BLOCK + 96, BLOCK * 8, 8);
	ram_free(open_it(plain()));
	put(BLOCK + 96, BLOCK * 8 + 1, 8);
	assert_refused(plain(), -EBADMSG, "map of pages is smaller");
	make_core();
	put(432, UINT32_MAX, 4);
	assert_refused(plain(), -ENODATA, "ends early");
}

static void test_how_many_pages(void **state)
{
	(void)state;
	make_core();
	put(BLOCK + 96, RAM_PAGES_MAX, 8);
	/* So many are read, and this core does not have them. */
	assert_refused(plain(), -EBADMSG, "map of pages is smaller");
	put(BLOCK + 96, RAM_PAGES_MAX + 1ull, 8);
	assert_refused(plain(), -E2BIG, "of 268435457 pages; 268435456 are read at most");
	put(BLOCK + 96, 0, 8);
	assert_refused(plain(), -E2BIG, "of 0 pages");
	/* Older headers count in the first one. */
	put(8, 5, 4);
	ram_free(open_it(plain()));
}

static void test_how_many_pieces(void **state)
{
	static uint8_t piece[17];
	static const uint8_t head[4096] = "makedumpfile";
	uint32_t count = RAM_PIECES_MAX;
	FILE *file;

	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		int fd = memfd_create("core", MFD_CLOEXEC);

		file = fdopen(dup(fd), "w");
		assert_non_null(file);
		fwrite(head, sizeof(head), 1, file);
		for (uint32_t i = 0; i < count + more; i++) {
			uint64_t at = __builtin_bswap64(i + 100000), size = __builtin_bswap64(1);

			memcpy(piece, &at, 8);
			memcpy(piece + 8, &size, 8);
			fwrite(piece, sizeof(piece), 1, file);
		}
		memset(piece, 0xff, 16);
		fwrite(piece, 16, 1, file);
		fclose(file);
		/* The first ones are not there. */
		if (more)
			assert_refused(fd, -E2BIG, "more than 1048576 pieces");
		else
			assert_refused(fd, -ENODATA, "lacks the piece at byte 0");
	}
}

static void assert_bad_page(int error, const char *why)
{
	struct ram *ram = open_it(plain());
	uint8_t byte;

	assert_int_equal(ram_read(ram, 0, &byte, 1), error);
	if (!strstr(ram_fault(ram), why))
		fail_msg("\"%s\" is not in: %s", why, ram_fault(ram));
	/* Others can be read. */
	assert_int_equal(ram_read(ram, BLOCK, &byte, 1), 0);
	ram_free(ram);
}

static void test_pages_that_lie(void **state)
{
	(void)state;
	make_core();
	put(DESCS + 8, 2 * BLOCK + 1, 4);
	assert_bad_page(-EBADMSG, "impossible size");
	put(DESCS + 8, 10, 4);
	assert_bad_page(-EBADMSG, "can't be unpacked");
	put(DESCS + 12, 0, 4);
	assert_bad_page(-EBADMSG, "impossible size");
	put(DESCS + 12, 8, 4);
	assert_bad_page(-EPROTONOSUPPORT,
			"in a way that is not known (0x8): dump it with --format kdump-zlib");
	put(DESCS + 12, 3, 4);
	assert_bad_page(-EPROTONOSUPPORT, "not known (0x3)");
	put(DESCS + 12, RAM_PACKED_ZSTD, 4);
	assert_bad_page(-EBADMSG, "can't be unpacked");
	put(DESCS + 12, 1, 4);
	put(DESCS, UINT64_MAX, 8);
	assert_bad_page(-ENODATA, "ends early");
	put(DESCS, 2 * BLOCK, 8);
	assert_bad_page(-EBADMSG, "can't be unpacked");
}

static void test_pieces_that_lie(void **state)
{
	static const uint8_t head[4096] = "makedumpfile";
	int fd = memfd_create("core", MFD_CLOEXEC);

	(void)state;
	make_core();
	assert_int_equal(write(fd, head, sizeof(head)), sizeof(head));
	put_piece(fd, 0, 100);
	put_piece(fd, 99, 100);
	put_big(fd, UINT64_MAX);
	put_big(fd, UINT64_MAX);
	assert_refused(dup(fd), -EBADMSG, "pieces of the core overlap");
	assert_int_equal(ftruncate(fd, 4096), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), 4096);
	put_big(fd, 5);
	put_big(fd, INT64_MAX);
	assert_refused(dup(fd), -EBADMSG, "lies outside of it");
	assert_int_equal(ftruncate(fd, 4096), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), 4096);
	put_big(fd, 5);
	put_big(fd, 0);
	assert_refused(fd, -EBADMSG, "lies outside of it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_core),
		cmocka_unit_test(test_other_ways),
		cmocka_unit_test(test_a_flattened_core),
		cmocka_unit_test(test_a_core_that_ends_early),
		cmocka_unit_test(test_headers_that_lie),
		cmocka_unit_test(test_how_many_pages),
		cmocka_unit_test(test_how_many_pieces),
		cmocka_unit_test(test_pages_that_lie),
		cmocka_unit_test(test_pieces_that_lie),
	};

	way = RAM_PACKED_ZLIB;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
