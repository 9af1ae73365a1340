// SPDX-License-Identifier: GPL-2.0-only
/* Reports of a mouse: what is one, what is none, a report that does not end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/console/keymap.h"
#include "tui/console/mouse.h"

static struct mouse mouse;

static int fresh(void **state)
{
	(void)state;
	memset(&mouse, 0, sizeof(mouse));
	return 0;
}

/* All of it is taken for a report. */
static void report(const char *text)
{
	mouse.done = false;
	assert_true(mouse_takes(&mouse, KEY_FUNCTION(MOUSE_BEGIN), 1));
	for (; *text; text++)
		assert_true(mouse_takes(&mouse, *text, 1));
	assert_false(mouse.open);
}

static void is_event(enum mouse_kind kind, int column, int line)
{
	assert_true(mouse.done);
	assert_int_equal(mouse.event.kind, kind);
	assert_int_equal(mouse.event.column, column);
	assert_int_equal(mouse.event.line, line);
}

static void keys_are_none(void **state)
{
	(void)state;
	assert_false(mouse_takes(&mouse, 'M', 1));
	assert_false(mouse_takes(&mouse, '1', 1));
	assert_false(mouse_takes(&mouse, ';', 1));
}

static void clicks_and_wheels(void **state)
{
	(void)state;
	report("0;1;1M");
	is_event(MOUSE_CLICK, 0, 0);
	report("0;300;57m");
	is_event(MOUSE_OTHER, 299, 56);
	report("64;10;3M");
	is_event(MOUSE_WHEEL_UP, 9, 2);
	report("65;10;3M");
	is_event(MOUSE_WHEEL_DOWN, 9, 2);
	report("65;10;3m");
	is_event(MOUSE_OTHER, 9, 2);
	/* With Ctrl; the right button. */
	report("80;10;3M");
	is_event(MOUSE_WHEEL_UP, 9, 2);
	report("2;10;3M");
	is_event(MOUSE_OTHER, 9, 2);
}

static void no_places(void **state)
{
	(void)state;
	report("0;1M");
	assert_false(mouse.done);
	report("M");
	assert_false(mouse.done);
	report("0;0;1M");
	assert_false(mouse.done);
}

static void what_follows_is_a_key_again(void **state)
{
	(void)state;
	assert_true(mouse_takes(&mouse, KEY_FUNCTION(MOUSE_BEGIN), 1));
	assert_true(mouse_takes(&mouse, '6', 1));
	assert_false(mouse_takes(&mouse, 'q', 1));
	assert_false(mouse_takes(&mouse, '4', 1));
	/* Too many numbers, too long a one. */
	assert_true(mouse_takes(&mouse, KEY_FUNCTION(MOUSE_BEGIN), 1));
	for (unsigned i = 0; i < 2; i++)
		assert_true(mouse_takes(&mouse, ';', 1));
	assert_false(mouse_takes(&mouse, ';', 1));
	assert_true(mouse_takes(&mouse, KEY_FUNCTION(MOUSE_BEGIN), 1));
	for (unsigned i = 0; i < 5; i++)
		assert_true(mouse_takes(&mouse, '9', 1));
	assert_false(mouse_takes(&mouse, '9', 1));
}

static void an_end_that_never_comes(void **state)
{
	(void)state;
	assert_true(mouse_takes(&mouse, KEY_FUNCTION(MOUSE_BEGIN), 1));
	assert_true(mouse_takes(&mouse, '6', 1));
	assert_false(mouse_takes(&mouse, '4', 2 + MOUSE_PATIENCE_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(keys_are_none, fresh),
		cmocka_unit_test_setup(clicks_and_wheels, fresh),
		cmocka_unit_test_setup(no_places, fresh),
		cmocka_unit_test_setup(what_follows_is_a_key_again, fresh),
		cmocka_unit_test_setup(an_end_that_never_comes, fresh),
	};

	return cmocka_run_group_tests_name("mouse", tests, NULL, NULL);
}
