// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk that is full, or a quota that is used up (EDQUOT of write(2)): the same for whoever saves.
 * The calls that write come here first (ld(1), --wrap), and those on one file fail when it has got
 * so much.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/capture/dat_holes.h"
#include "tui/engine/rawfile.h"

#define PAGE 4096

ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __real_pwrite(int fd, const void *bytes, size_t size, off_t offset);
ssize_t __real_copy_file_range(int from, off_t *at, int to, off_t *to_at, size_t size,
			       unsigned flags);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t offset);
ssize_t __wrap_copy_file_range(int from, off_t *at, int to, off_t *to_at, size_t size,
			       unsigned flags);

static struct {
	int fd;
	size_t room;
	int error;
	unsigned refused;
} disk = {.fd = -1};

/* How much of size fits; 0: nothing, and errno says why. */
static size_t fits(int fd, size_t size)
{
	if (fd != disk.fd)
		return size;
	if (!disk.room) {
		disk.refused++;
		errno = disk.error;
		return 0;
	}
	if (size > disk.room)
		size = disk.room;
	disk.room -= size;
	return size;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
	size_t fitting = fits(fd, size);

	return fitting ? __real_write(fd, bytes, fitting) : -1;
}

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
	size_t fitting = fits(fd, size);

	return fitting ? __real_pwrite(fd, bytes, fitting, offset) : -1;
}

ssize_t __wrap_copy_file_range(int from, off_t *at, int to, off_t *to_at, size_t size,
			       unsigned flags)
{
	size_t fitting = fits(to, size);

	return fitting ? __real_copy_file_range(from, at, to, to_at, fitting, flags) : -1;
}

static const int errors[] = {ENOSPC, EDQUOT};

/* A file on such a disk, with room for so many bytes. */
static FILE *file_with_room(size_t room, int error)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	disk.fd = fileno(file);
	disk.room = room;
	disk.error = error;
	disk.refused = 0;
	return file;
}

static uint64_t length_of(FILE *file)
{
	off_t end = lseek(fileno(file), 0, SEEK_END);

	assert_true(end >= 0);
	return (uint64_t)end;
}

/* What was written before is whole pages. */
static void pages_are_appended(void **state)
{
	uint8_t page[PAGE] = {1};
	struct rawfile raw;

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		FILE *file = file_with_room(2 * PAGE + 100, errors[i]);

		rawfile_open(&raw, dup(disk.fd), NULL);
		disk.fd = raw.fd;
		assert_int_equal(rawfile_append(&raw, page, PAGE), 0);
		assert_int_equal(rawfile_append(&raw, page, PAGE), 0);
		assert_int_equal(rawfile_append(&raw, page, PAGE), -errors[i]);
		assert_int_equal(raw.pages, 2);
		assert_int_equal(length_of(file), 2 * PAGE);
		rawfile_close(&raw);
		fclose(file);
	}
}

/* What counts of a region of a trace.dat is what it is said to have. */
static void pages_go_into_a_region(void **state)
{
	struct engine_region region = {.room = 64 * PAGE, .offset = 3 * PAGE};
	uint8_t page[PAGE] = {1};
	struct rawfile raw;

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		FILE *file = file_with_room(PAGE + 100, errors[i]);

		rawfile_open(&raw, dup(disk.fd), &region);
		disk.fd = raw.fd;
		assert_int_equal(rawfile_append(&raw, page, PAGE), 0);
		assert_int_equal(rawfile_append(&raw, page, PAGE), -errors[i]);
		assert_int_equal(raw.pages, 1);
		assert_int_equal(raw.bytes, PAGE);
		disk.fd = -1;
		rawfile_close(&raw);
		fclose(file);
	}
}

/* There is no other way to copy that would find room. */
static void holes_are_taken_out(void **state)
{
	const struct dat_holes none = {.alignment = PAGE};
	uint8_t page[PAGE] = {1};
	FILE *from = tmpfile();

	(void)state;
	assert_non_null(from);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(write(fileno(from), page, PAGE), PAGE);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		FILE *file = file_with_room(PAGE, errors[i]);

		assert_int_equal(dat_holes_copy(&none, fileno(from), disk.fd, 4 * PAGE),
				 -errors[i]);
		assert_int_equal(disk.refused, 1);
		fclose(file);
	}
	fclose(from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_appended),
		cmocka_unit_test(pages_go_into_a_region),
		cmocka_unit_test(holes_are_taken_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
