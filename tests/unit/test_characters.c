// SPDX-License-Identifier: GPL-2.0-only
/* What bytes become characters: a key behind bytes that are none is not lost. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

#include "tui/console/characters.h"

static struct characters characters;

static int fresh(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
	memset(&characters, 0, sizeof(characters));
	return 0;
}

/* All that these bytes give. */
static void gives(const char *bytes, const wchar_t *expected)
{
	wchar_t text[64] = L"", character;
	size_t length = 0;

	for (; *bytes; bytes++)
		if (characters_take(&characters, (unsigned char)*bytes, &character))
			text[length++] = character;
	assert_int_equal(wcscmp(text, expected), 0);
}

static void whole_ones(void **state)
{
	(void)state;
	gives("q\x1b:\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7.", L"q\x1b:\u00e9\u20ac\U0001f427.");
}

static void a_half_waits_for_the_other(void **state)
{
	(void)state;
	gives("\xe2\x82", L"");
	gives("\xacx", L"\u20acx");
}

static void what_is_none_takes_nothing_with_it(void **state)
{
	(void)state;
	gives("\xff\xfe\x1b[:q9", L"\x1b[:q9");
	gives("\x80:", L":");
	gives("\xe2:q", L":q");
	gives("\xe2\x82\xc3\xa9", L"\u00e9");
	gives("\xe2\xffq", L"q");
}

static void a_function_key_cuts_it(void **state)
{
	(void)state;
	gives("\xe2\x82", L"");
	characters_cut(&characters);
	gives("\xacq", L"q");
}

static void zero_is_a_key(void **state)
{
	wchar_t character = L'x';

	(void)state;
	assert_true(characters_take(&characters, 0, &character));
	assert_int_equal(character, 0);
}

static void a_locale_of_bytes(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_ALL, "C"));
	gives(":q9", L":q9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(whole_ones, fresh),
		cmocka_unit_test_setup(a_half_waits_for_the_other, fresh),
		cmocka_unit_test_setup(what_is_none_takes_nothing_with_it, fresh),
		cmocka_unit_test_setup(a_function_key_cuts_it, fresh),
		cmocka_unit_test_setup(zero_is_a_key, fresh),
		cmocka_unit_test_setup(a_locale_of_bytes, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
