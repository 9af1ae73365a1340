// SPDX-License-Identifier: GPL-2.0-only
/* What is pasted: marks, what is kept of it, a terminal that forgets the end. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/console/keymap.h"
#include "tui/console/paste.h"

#define BEGIN	KEY_FUNCTION(PASTE_BEGIN)
#define FINISH	KEY_FUNCTION(PASTE_END)

#define CODE_UP 0403 /* KEY_UP of curses, which only the console includes */

static struct paste paste;

static int fresh(void **state)
{
	(void)state;
	setlocale(LC_ALL, "C.UTF-8");
	memset(&paste, 0, sizeof(paste));
	return 0;
}

static void put(const wchar_t *text, uint64_t now)
{
	for (; *text; text++)
		assert_true(paste_takes(&paste, (int)*text, now));
}

static void keys_are_no_paste(void **state)
{
	(void)state;
	assert_false(paste_takes(&paste, 'a', 1));
	assert_false(paste_takes(&paste, '\r', 1));
	assert_false(paste_takes(&paste, KEY_FUNCTION(CODE_UP), 1));
	assert_false(paste.done);
}

static void what_is_between_the_marks(void **state)
{
	(void)state;
	assert_true(paste_takes(&paste, BEGIN, 1));
	put(L"prio < 5\r\n\tand \x1b\x03 \u00e9\n\n", 2);
	assert_true(paste_takes(&paste, KEY_FUNCTION(CODE_UP), 2));
	assert_false(paste.done);
	assert_true(paste_takes(&paste, FINISH, 3));
	assert_true(paste.done);
	assert_int_equal(wcscmp(paste.text, L"prio < 5   and  \u00e9"), 0);
	assert_false(paste_takes(&paste, 'a', 4));
}

static void a_long_one_is_cut(void **state)
{
	(void)state;
	assert_true(paste_takes(&paste, BEGIN, 1));
	for (int i = 0; i < 100000; i++)
		assert_true(paste_takes(&paste, 'x', 1));
	assert_true(paste_takes(&paste, FINISH, 1));
	assert_int_equal(paste.length, PASTE_MAX);
	assert_int_equal(wcslen(paste.text), PASTE_MAX);
}

static void an_end_that_never_comes(void **state)
{
	(void)state;
	assert_true(paste_takes(&paste, BEGIN, 1000));
	assert_true(paste_takes(&paste, 'a', 1000 + PASTE_PATIENCE_MS));
	assert_false(paste_takes(&paste, 'q', 1001 + 2 * PASTE_PATIENCE_MS));
	assert_false(paste.done);
	assert_true(paste_takes(&paste, FINISH, 5000));
	assert_false(paste.done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(keys_are_no_paste, fresh),
		cmocka_unit_test_setup(what_is_between_the_marks, fresh),
		cmocka_unit_test_setup(a_long_one_is_cut, fresh),
		cmocka_unit_test_setup(an_end_that_never_comes, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
