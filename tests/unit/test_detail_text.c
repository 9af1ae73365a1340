// SPDX-License-Identifier: GPL-2.0-only
/* A detail's text in lines: what a guest puts in it breaks nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tui/console/detail_text.h"

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct detail_text));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static void line_is(const struct detail_text *text, int line, const char *expected)
{
	assert_in_range(line, 0, text->count - 1);
	assert_int_equal(text->lines[line].length, strlen(expected));
	assert_memory_equal(text->text + text->lines[line].start, expected, strlen(expected));
}

static void add(struct detail_text *text, const char *string)
{
	detail_text_add(text, string, strlen(string));
}

static void test_lines_and_paragraphs(void **state)
{
	struct detail_text *text = *state;

	detail_text_clear(text);
	add(text, "\t=> one\n\t=> two\n");
	add(text, "\nprint fmt:");
	add(text, "a long one that is broken");
	detail_text_wrap(text, 12);
	assert_int_equal(text->count, 7);
	line_is(text, 0, " => one");
	line_is(text, 1, " => two");
	line_is(text, 2, "");
	line_is(text, 3, "print fmt:");
	line_is(text, 4, "a long one");
	line_is(text, 5, "that is");
	line_is(text, 6, "broken");
	detail_text_wrap(text, 80);
	assert_int_equal(text->count, 5);
	detail_text_clear(text);
	detail_text_wrap(text, 80);
	assert_int_equal(text->count, 0);
}

static void test_bytes_of_all_kinds(void **state)
{
	struct detail_text *text = *state;

	detail_text_clear(text);
	detail_text_add(text, "a\0b", 3);
	detail_text_wrap(text, 10);
	assert_int_equal(text->count, 1);
	line_is(text, 0, "a?b");
	/* More lines than there are, and more text. */
	for (unsigned width = 1; width < 5; width++) {
		detail_text_clear(text);
		for (unsigned i = 0; i < 2 * DETAIL_TEXT_SIZE; i++)
			detail_text_add(text, i % 3 ? "\x80" : i % 2 ? "\n" : " ", 1);
		detail_text_wrap(text, (int)width);
		assert_int_equal(text->count, DETAIL_TEXT_LINES);
		for (int i = 0; i < text->count; i++)
			assert_in_range(text->lines[i].start + text->lines[i].length, 0,
					DETAIL_TEXT_SIZE - 1);
	}
	detail_text_clear(text);
	for (unsigned i = 0; i < DETAIL_TEXT_SIZE; i++)
		text->text[i] = 'x';
	char *huge = malloc(2 * DETAIL_TEXT_SIZE);

	memset(huge, 'y', 2 * DETAIL_TEXT_SIZE);
	detail_text_add(text, huge, 2 * DETAIL_TEXT_SIZE);
	free(huge);
	add(text, "no room");
	detail_text_wrap(text, 100000);
	assert_int_equal(text->count, 1);
	assert_int_equal(text->lines[0].length, DETAIL_TEXT_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_and_paragraphs),
		cmocka_unit_test(test_bytes_of_all_kinds),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
