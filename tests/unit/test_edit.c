// SPDX-License-Identifier: GPL-2.0-only
/* The line editor, on literal sequences of keys. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <cmocka.h>

#include "tui/console/edit.h"
#include "tui/console/keymap.h"

/* curses.h is the console's alone; these are its codes of keys. */
#define LEFT   KEY_FUNCTION(0404)
#define RIGHT  KEY_FUNCTION(0405)
#define HOME   KEY_FUNCTION(0406)
#define END    KEY_FUNCTION(0550)
#define DELETE KEY_FUNCTION(0512)
#define C(key) KEY_CONTROL(key)
#define M(key) KEY_META(key)

static struct edit edit;

static int make(void **state)
{
	(void)state;
	memset(&edit, 0, sizeof(edit));
	return setlocale(LC_ALL, "C.UTF-8") ? 0 : -1;
}

static void type(const wchar_t *text)
{
	for (; *text; text++)
		assert_int_equal(edit_key(&edit, (int)*text), EDIT_CHANGED);
}

#define press(...)                                                          \
	do {                                                                \
		const int keys_[] = {__VA_ARGS__};                          \
		for (size_t i_ = 0; i_ < sizeof(keys_) / sizeof(int); i_++) \
			edit_key(&edit, keys_[i_]);                         \
	} while (0)

/* The text, with the cursor as a bar. */
static void assert_line(const char *line)
{
	char bytes[EDIT_BYTES], shown[EDIT_BYTES + 1];
	size_t cursor = edit_bytes(&edit, bytes);

	snprintf(shown, sizeof(shown), "%.*s|%s", (int)cursor, bytes, bytes + cursor);
	assert_string_equal(shown, line);
}

static void keys_move(void **state)
{
	(void)state;
	type(L"next_comm == 42");
	assert_line("next_comm == 42|");
	press(C('A'));
	assert_line("|next_comm == 42");
	press(C('F'), RIGHT);
	assert_line("ne|xt_comm == 42");
	press(M('f'));
	assert_line("next|_comm == 42");
	press(M('f'), M('f'));
	assert_line("next_comm == 42|");
	press(M('f'), RIGHT, C('F'));
	assert_line("next_comm == 42|");
	press(M('b'));
	assert_line("next_comm == |42");
	press(M('b'), C('B'), LEFT);
	assert_line("nex|t_comm == 42");
	press(HOME, LEFT, M('b'));
	assert_line("|next_comm == 42");
	press(END);
	assert_line("next_comm == 42|");
	press(C('A'), C('E'));
	assert_line("next_comm == 42|");
}

static void keys_erase(void **state)
{
	(void)state;
	type(L"abcdef");
	press(C('H'), 127);
	assert_line("abcd|");
	press(C('D'), DELETE);
	assert_line("abcd|");
	press(C('A'), C('D'), DELETE);
	assert_line("|cd");
	press(C('H'));
	assert_line("|cd");
	assert_int_equal(edit_key(&edit, C('H')), EDIT_MOVED);
	assert_int_equal(edit_key(&edit, C('D')), EDIT_CHANGED);
}

static void keys_cut_and_put_back(void **state)
{
	(void)state;
	type(L"one /tmp/two three");
	press(C('W'));
	assert_line("one /tmp/two |");
	press(C('A'), C('Y'));
	assert_line("three|one /tmp/two ");
	press(C('E'), M(127));
	assert_line("threeone /tmp/|");
	press(C('A'), M('d'));
	assert_line("| /tmp/");
	press(C('E'), C('U'), C('Y'), C('Y'));
	assert_line(" /tmp/ /tmp/|");
	press(C('A'), C('K'));
	assert_line("|");
	press(C('Y'));
	assert_line(" /tmp/ /tmp/|");
}

static void cuts_in_a_row_are_one(void **state)
{
	(void)state;
	type(L"a b c d");
	press(C('W'), C('W'), C('Y'));
	assert_line("a b c d|");
	press(M('b'), M('b'), C('U'), C('K'), C('Y'));
	assert_line("a b c d|");
	/* Another key between them parts them. */
	press(C('W'), C('A'), C('E'), C('W'), C('Y'), C('Y'));
	assert_line("a b c c |");
}

static void characters_swap(void **state)
{
	(void)state;
	press(C('T'));
	type(L"a");
	press(C('T'));
	assert_line("a|");
	type(L"cb");
	press(C('T'));
	assert_line("abc|");
	press(C('A'), C('T'));
	assert_line("|abc");
	press(C('F'), C('T'));
	assert_line("ba|c");
}

static void wide_characters_are_whole(void **state)
{
	(void)state;
	type(L"a\u6f22\u5b57b");
	press(LEFT, LEFT);
	assert_line("a\xe6\xbc\xa2|\xe5\xad\x97"
		    "b");
	assert_int_equal(edit_columns(edit.text, edit.cursor), 3);
	press(127);
	assert_line("a|\xe5\xad\x97"
		    "b");
	press(C('T'));
	assert_line("\xe5\xad\x97"
		    "a|b");
	assert_int_equal(edit_at_byte(&edit, 0), 0);
	assert_int_equal(edit_at_byte(&edit, 2), 0);
	assert_int_equal(edit_at_byte(&edit, 3), 1);
	assert_int_equal(edit_at_byte(&edit, 5), 3);
	assert_int_equal(edit_at_byte(&edit, 50), 3);
}

static void combining_characters_go_with_theirs(void **state)
{
	(void)state;
	type(L"xe\u0301y");
	press(LEFT, LEFT);
	assert_line("x|e\xcc\x81y");
	press(RIGHT);
	assert_line("xe\xcc\x81|y");
	assert_int_equal(edit_columns(edit.text, edit.cursor), 2);
	press(127);
	assert_line("x|y");
}

static void what_steers_terminals_is_not_typed(void **state)
{
	static const int keys[] = {
		0x1b,	0x9b,	0x200b, 0x202e, 0xfeff, 0xd800, KEY_FUNCTION(0422),
		M('x'), C('O'), 0,	-1};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_int_equal(edit_key(&edit, keys[i]), EDIT_IGNORED);
	assert_line("|");
}

static void long_lines_end(void **state)
{
	(void)state;
	for (unsigned i = 0; i < EDIT_MAX; i++)
		assert_int_equal(edit_key(&edit, 0x6f22), EDIT_CHANGED);
	assert_int_equal(edit_key(&edit, 'a'), EDIT_IGNORED);
	press(C('U'), C('Y'), C('Y'));
	assert_int_equal(edit.length, EDIT_MAX);
	edit_replace(&edit, 0, "word");
	assert_line("word|");
	press(LEFT);
	edit_replace(&edit, 1, "\xff is no text");
	assert_line("wor|d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(keys_move, make),
		cmocka_unit_test_setup(keys_erase, make),
		cmocka_unit_test_setup(keys_cut_and_put_back, make),
		cmocka_unit_test_setup(cuts_in_a_row_are_one, make),
		cmocka_unit_test_setup(characters_swap, make),
		cmocka_unit_test_setup(wide_characters_are_whole, make),
		cmocka_unit_test_setup(combining_characters_go_with_theirs, make),
		cmocka_unit_test_setup(what_steers_terminals_is_not_typed, make),
		cmocka_unit_test_setup(long_lines_end, make),
	};

	return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
