// SPDX-License-Identifier: GPL-2.0-only
/* The build id among a kernel's notes: in literal bytes, and in notes that are cut or lie. */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/names.h"
#include "guest-agent/build_id.h"

/* As /sys/kernel/notes has them: Xen's, of 4 bytes; the build id, of 20; Linux's, of 4. */
static const uint8_t notes[] = {
	4, 0, 0, 0, 4,	0, 0, 0, 6,   0,   0,	0,   'X', 'e', 'n', 0,	  1,	2,    3,    4,
	4, 0, 0, 0, 20, 0, 0, 0, 3,   0,   0,	0,   'G', 'N', 'U', 0,	  0x7f, 0x30, 0xc4, 0xab,
	0, 1, 2, 3, 4,	5, 6, 7, 8,   9,   10,	11,  12,  13,  14,  0xff, 6,	0,    0,    0,
	4, 0, 0, 0, 0,	1, 0, 0, 'L', 'i', 'n', 'u', 'x', 0,   0,   0,	  0,	0,    0,    0,
};
#define BUILD_ID_END 56 /* bytes up to the end of the build id */

static char text[VTRACE_BUILD_ID_SIZE];

/* In memory of just its size, where a sanitizer sees each byte too far. */
static int read_notes(const void *bytes, size_t length, size_t size)
{
	uint8_t *copy = malloc(length ? length : 1);
	int ret;

	assert_non_null(copy);
	memcpy(copy, bytes, length);
	ret = build_id_of_notes(copy, length, text, size);
	free(copy);
	return ret;
}

static void test_found(void **state)
{
	(void)state;
	assert_int_equal(read_notes(notes, sizeof(notes), sizeof(text)), 0);
	assert_string_equal(text, "7f30c4ab000102030405060708090a0b0c0d0eff");
}

static void test_cut(void **state)
{
	(void)state;
	for (size_t length = 0; length < BUILD_ID_END; length++)
		assert_true(read_notes(notes, length, sizeof(text)) < 0);
	assert_int_equal(read_notes(notes, BUILD_ID_END, sizeof(text)), 0);
	assert_int_equal(read_notes(notes, 20, sizeof(text)), -ENOENT);
}

static void test_room(void **state)
{
	(void)state;
	assert_int_equal(read_notes(notes, sizeof(notes), 41), 0);
	assert_int_equal(read_notes(notes, sizeof(notes), 40), -EINVAL);
}

static void test_lies(void **state)
{
	uint8_t lying[sizeof(notes)];

	(void)state;
	for (size_t at = 20; at < 28; at++) {
		memcpy(lying, notes, sizeof(notes));
		lying[at] = 0xff;
		assert_true(read_notes(lying, sizeof(lying), sizeof(text)) < 0);
	}
	/* An id of no bytes. */
	memcpy(lying, notes, sizeof(notes));
	lying[24] = 0;
	assert_int_equal(read_notes(lying, sizeof(lying), sizeof(text)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
