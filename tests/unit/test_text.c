// SPDX-License-Identifier: GPL-2.0-only
/* text_strip(): what stays, what is escaped, and that no cut splits either. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tui/text.h"

/* A literal with its length, NULs inside included. */
#define BYTES(literal) literal, sizeof(literal) - 1

static void expect(const char *in, size_t length, int ascii, const char *want)
{
	char out[256];
	size_t n = text_strip(out, sizeof(out), in, length, ascii);

	assert_string_equal(out, want);
	assert_int_equal(n, strlen(want));
}

/* UTF-8 of a code point, surrogates too: as a hostile guest would write it. */
static size_t encode(char *out, uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

static void expect_code(uint32_t code, int stays)
{
	char in[4], want[17] = "", out[32];
	size_t length = encode(in, code);

	if (stays) {
		memcpy(want, in, length);
		want[length] = '\0';
	} else {
		for (size_t i = 0; i < length; i++)
			sprintf(want + 4 * i, "\\x%02x", (unsigned char)in[i]);
	}
	text_strip(out, sizeof(out), in, length, 0);
	if (strcmp(out, want))
		fail_msg("U+%04X became \"%s\", not \"%s\"", code, out, want);
}

static void plain_text_stays(void **state)
{
	(void)state;
	expect(BYTES(""), 0, "");
	expect(BYTES(" ~prev_comm=bash ==> next_comm=\\x41"), 0,
	       " ~prev_comm=bash ==> next_comm=\\x41");
	expect(BYTES("gr\xc3\xbc\xc3\x9f \xe2\x86\x92 \xf0\x9f\x90\xa7"), 0,
	       "gr\xc3\xbc\xc3\x9f \xe2\x86\x92 \xf0\x9f\x90\xa7");
}

static void ascii_escapes_all_else(void **state)
{
	(void)state;
	expect(BYTES("a\xc3\xbc~"), 1, "a\\xc3\\xbc~");
	expect(BYTES("\xf0\x9f\x90\xa7"), 1, "\\xf0\\x9f\\x90\\xa7");
	expect(BYTES("\x7f"), 1, "\\x7f");
}

static void terminal_commands_are_escaped(void **state)
{
	(void)state;
	expect(BYTES("\x1b[2J\x1b]0;x\a"), 0, "\\x1b[2J\\x1b]0;x\\x07");
	expect(BYTES("a\nb\rc\td\0e"), 0, "a\\x0ab\\x0dc\\x09d\\x00e");
	/* CSI as C1, bare and as UTF-8. */
	expect(BYTES("\x9b[m"), 0, "\\x9b[m");
	expect(BYTES("\xc2\x9b[m"), 0, "\\xc2\\x9b[m");
}

static void borders_of_the_hidden(void **state)
{
	static const uint32_t ranges[][2] = {
		{0x00, 0x1f},	    {0x7f, 0x9f},	{0xad, 0xad},	    {0x34f, 0x34f},
		{0x61c, 0x61c},	    {0x115f, 0x1160},	{0x17b4, 0x17b5},   {0x180b, 0x180f},
		{0x200b, 0x200f},   {0x2028, 0x202e},	{0x2060, 0x206f},   {0x3164, 0x3164},
		{0xfe00, 0xfe0f},   {0xfeff, 0xfeff},	{0xffa0, 0xffa0},   {0xfff0, 0xfffb},
		{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (ranges[i][0])
			expect_code(ranges[i][0] - 1, 1);
		expect_code(ranges[i][0], 0);
		expect_code(ranges[i][1], 0);
		expect_code(ranges[i][1] + 1, 1);
	}
}

static void borders_of_utf8(void **state)
{
	(void)state;
	expect_code(0x7ff, 1);
	expect_code(0x800, 1);
	expect_code(0xd7ff, 1);
	expect_code(0xd800, 0);
	expect_code(0xdfff, 0);
	expect_code(0xe000, 1);
	expect_code(0xffff, 1);
	expect_code(0x10000, 1);
	expect_code(0x10ffff, 1);
	expect_code(0x110000, 0);
}

static void invalid_utf8_is_escaped(void **state)
{
	(void)state;
	/* overlong '/' and NUL */
	expect(BYTES("\xc0\xaf"), 0, "\\xc0\\xaf");
	expect(BYTES("\xc1\xbf"), 0, "\\xc1\\xbf");
	expect(BYTES("\xe0\x80\xaf"), 0, "\\xe0\\x80\\xaf");
	expect(BYTES("\xe0\x9f\xbf"), 0, "\\xe0\\x9f\\xbf");
	expect(BYTES("\xf0\x8f\xbf\xbf"), 0, "\\xf0\\x8f\\xbf\\xbf");
	/* stray, cut off, and bytes that UTF-8 does not have */
	expect(BYTES("\x80"), 0, "\\x80");
	expect(BYTES("\xe2\x86"), 0, "\\xe2\\x86");
	expect(BYTES("\xf5\x80\x80\x80"), 0, "\\xf5\\x80\\x80\\x80");
	expect(BYTES("\xfe\xff"), 0, "\\xfe\\xff");
	/* what follows a broken one is looked at again: the escape must not be swallowed */
	expect(BYTES("\xe2\x1b[m"), 0, "\\xe2\\x1b[m");
	expect(BYTES("\xc3\xc3\xbc"), 0, "\\xc3\xc3\xbc");
}

static void no_cut_splits_anything(void **state)
{
	static const char in[] = "a\xc3\xbc\x1b\xe2\x86\x92\x80\xe2\x80\xae\xf0\x9f\x90\xa7z";
	static const char want[] =
		"a\xc3\xbc\\x1b\xe2\x86\x92\\x80\\xe2\\x80\\xae\xf0\x9f\x90\xa7z";
	/* Where a unit ends, an escaped character being one. */
	static const size_t ends[] = {0, 1, 3, 7, 10, 14, 26, 30, 31};

	(void)state;
	for (size_t size = 1; size <= sizeof(want) + 1; size++) {
		char out[64];
		size_t best = 0, n;

		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
			if (ends[i] < size)
				best = ends[i];
		memset(out, '#', sizeof(out));
		n = text_strip(out, size, in, sizeof(in) - 1, 0);
		assert_int_equal(n, best);
		assert_memory_equal(out, want, best);
		assert_int_equal(out[n], '\0');
		for (size_t i = size; i < sizeof(out); i++)
			assert_int_equal(out[i], '#');
	}
}

static void no_room_writes_nothing(void **state)
{
	char out = '#';

	(void)state;
	assert_int_equal(text_strip(&out, 0, "abc", 3, 0), 0);
	assert_int_equal(out, '#');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_stays),
		cmocka_unit_test(ascii_escapes_all_else),
		cmocka_unit_test(terminal_commands_are_escaped),
		cmocka_unit_test(borders_of_the_hidden),
		cmocka_unit_test(borders_of_utf8),
		cmocka_unit_test(invalid_utf8_is_escaped),
		cmocka_unit_test(no_cut_splits_anything),
		cmocka_unit_test(no_room_writes_nothing),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
