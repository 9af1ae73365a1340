/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trace.dat of version 7, not compressed, read as trace-cmd.dat.v7(5) describes it, for tests of
 * what is written.
 */
#ifndef VTRACE_TESTS_DAT_FILE_H
#define VTRACE_TESTS_DAT_FILE_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/trace_dat.h"
#include "tui/capture/dat_bytes.h"

struct dat_file {
	uint8_t *bytes;
	size_t length;
	bool big_endian;
};

/* Read all of a file that has no large holes any more. */
static inline void dat_file_read(struct dat_file *file, const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(st.st_size < 8 << 20);
	free(file->bytes);
	file->length = (size_t)st.st_size;
	file->bytes = malloc(file->length);
	assert_non_null(file->bytes);
	assert_int_equal(pread(fd, file->bytes, file->length, 0), file->length);
	close(fd);
}

static inline uint64_t dat_number(const struct dat_file *file, size_t at, unsigned width)
{
	assert_true(at + width <= file->length);
	return dat_decode(file->bytes + at, width, file->big_endian);
}

static inline void dat_expect(const struct dat_file *file, size_t at, const char *text)
{
	assert_true(at + strlen(text) <= file->length);
	assert_memory_equal(file->bytes + at, text, strlen(text));
}

/* The data of the first such option, along all options sections; 0 when there is none. */
static inline size_t dat_option(const struct dat_file *file, unsigned id, size_t *size)
{
	size_t at = dat_number(file, 10 + 2 + 2 + 4 + 6, 8);

	for (unsigned sections = 0; at; sections++) {
		assert_true(sections < 3);
		assert_int_equal(dat_number(file, at, 2), TRACE_DAT_OPTIONS_SECTION);
		for (at += 16;; at += 6 + *size) {
			*size = dat_number(file, at + 2, 4);
			if (dat_number(file, at, 2) == id)
				return at + 6;
			if (dat_number(file, at, 2) == TRACE_DAT_DONE)
				break;
		}
		at = dat_number(file, at + 6, 8);
	}
	return 0;
}

/* The data of the section that an option leads to. */
static inline size_t dat_section_at(const struct dat_file *file, unsigned id)
{
	size_t size, at = dat_option(file, id, &size);

	assert_int_not_equal(at, 0);
	at = dat_number(file, at, 8);
	assert_int_equal(dat_number(file, at, 2), id);
	assert_true(at + 16 + dat_number(file, at + 8, 8) <= file->length);
	return at + 16;
}

/* Where the table of the CPUs begins: of each, id (4), offset (8), size (8). */
static inline size_t dat_table_at(const struct dat_file *file, unsigned *cpus)
{
	size_t size, at = dat_option(file, TRACE_DAT_BUFFER, &size);

	assert_int_not_equal(at, 0);
	at += 8;
	assert_string_equal((char *)file->bytes + at, ""); /* the top buffer */
	at += 1;
	at += strlen((char *)file->bytes + at) + 1; /* the clock */
	*cpus = (unsigned)dat_number(file, at + 4, 4);
	return at + 8;
}

#endif
