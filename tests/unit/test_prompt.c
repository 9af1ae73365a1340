// SPDX-License-Identifier: GPL-2.0-only
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tui/console/keymap.h"
#include "tui/console/prompt.h"

#define CODE_LEFT      0404 /* curses.h is the console's alone */
#define CODE_BACKSPACE 0407

struct outcome {
	struct prompt prompt;
	int calls;
	bool cancelled;
	char text[64];
};

static void done(void *data, const char *text)
{
	struct outcome *outcome = data;

	assert_false(outcome->prompt.active);
	outcome->calls++;
	outcome->cancelled = !text;
	snprintf(outcome->text, sizeof(outcome->text), "%s", text ? text : "");
}

/* Answers must begin with 'a'. */
static bool check(void *data, const char *text, char *why, size_t why_size)
{
	(void)data;
	if (*text == 'a')
		return true;
	snprintf(why, why_size, "no a");
	return false;
}

static int make(void **state)
{
	static struct outcome outcome;

	memset(&outcome, 0, sizeof(outcome));
	*state = &outcome;
	return 0;
}

static void type(struct outcome *outcome, const char *keys)
{
	for (; *keys; keys++)
		prompt_key(&outcome->prompt, (unsigned char)*keys);
}

static void enter_answers(void **state)
{
	struct outcome *outcome = *state;

	prompt_line(&outcome->prompt, "path:", "ab", NULL, done, outcome);
	type(outcome, "c d\r");
	assert_int_equal(outcome->calls, 1);
	assert_string_equal(outcome->text, "abc d");
}

static void escape_cancels(void **state)
{
	struct outcome *outcome = *state;

	prompt_line(&outcome->prompt, "path:", "ab", NULL, done, outcome);
	prompt_key(&outcome->prompt, KEY_ESCAPE);
	assert_int_equal(outcome->calls, 1);
	assert_true(outcome->cancelled);
}

static void emacs_keys_edit(void **state)
{
	struct outcome *outcome = *state;
	struct prompt *prompt = &outcome->prompt;

	prompt_line(prompt, "path:", "one two", NULL, done, outcome);
	prompt_key(prompt, KEY_CONTROL('W')); /* "one " */
	prompt_key(prompt, KEY_CONTROL('A'));
	prompt_key(prompt, KEY_CONTROL('Y')); /* "twoone " */
	prompt_key(prompt, KEY_FUNCTION(CODE_LEFT));
	prompt_key(prompt, KEY_CONTROL('D')); /* "twone " */
	prompt_key(prompt, KEY_CONTROL('E'));
	prompt_key(prompt, KEY_FUNCTION(CODE_BACKSPACE)); /* "twone" */
	prompt_key(prompt, KEY_CONTROL('B'));
	prompt_key(prompt, KEY_CONTROL('K')); /* "twon" */
	type(outcome, "x\r");
	assert_string_equal(outcome->text, "twonx");
}

static void keys_at_the_ends_do_no_harm(void **state)
{
	struct outcome *outcome = *state;
	struct prompt *prompt = &outcome->prompt;

	prompt_line(prompt, "path:", "", NULL, done, outcome);
	prompt_key(prompt, KEY_CONTROL('B'));
	prompt_key(prompt, KEY_CONTROL('H'));
	prompt_key(prompt, KEY_CONTROL('D'));
	prompt_key(prompt, KEY_CONTROL('F'));
	prompt_key(prompt, KEY_CONTROL('K'));
	prompt_key(prompt, KEY_CONTROL('U'));
	prompt_key(prompt, KEY_CONTROL('W'));
	prompt_key(prompt, KEY_CONTROL('Y'));
	for (unsigned i = 0; i < PROMPT_MAX + 10; i++)
		prompt_key(prompt, 'a');
	assert_int_equal(prompt->length, PROMPT_MAX);
	prompt_key(prompt, KEY_CONTROL('U'));
	prompt_key(prompt, KEY_CONTROL('Y'));
	prompt_key(prompt, KEY_CONTROL('Y'));
	assert_int_equal(prompt->length, PROMPT_MAX);
}

static void wrong_answers_stay_open(void **state)
{
	struct outcome *outcome = *state;

	prompt_line(&outcome->prompt, "a:", "b", check, done, outcome);
	assert_false(outcome->prompt.valid);
	assert_string_equal(outcome->prompt.why, "no a");
	type(outcome, "\r");
	assert_int_equal(outcome->calls, 0);
	prompt_key(&outcome->prompt, KEY_CONTROL('U'));
	type(outcome, "a");
	assert_true(outcome->prompt.valid);
	assert_string_equal(outcome->prompt.why, "");
	type(outcome, "\r");
	assert_string_equal(outcome->text, "a");
}

static void questions_take_their_keys_only(void **state)
{
	struct outcome *outcome = *state;

	prompt_question(&outcome->prompt, "sure? (y/n)", "yn", done, outcome);
	type(outcome, "qY\r x");
	prompt_key(&outcome->prompt, KEY_FUNCTION(CODE_LEFT));
	prompt_key(&outcome->prompt, 0);
	assert_int_equal(outcome->calls, 0);
	type(outcome, "y");
	assert_int_equal(outcome->calls, 1);
	assert_string_equal(outcome->text, "y");
}

static void a_new_prompt_cancels_the_old(void **state)
{
	struct outcome *outcome = *state;

	prompt_line(&outcome->prompt, "path:", "ab", NULL, done, outcome);
	prompt_question(&outcome->prompt, "sure?", "yn", done, outcome);
	assert_int_equal(outcome->calls, 1);
	assert_true(outcome->cancelled);
	assert_true(outcome->prompt.active);
}

static void answers_are_in_the_locales_encoding(void **state)
{
	struct outcome *outcome = *state;

	if (!setlocale(LC_ALL, "C.UTF-8"))
		skip();
	prompt_line(&outcome->prompt, "path:", "caf", NULL, done, outcome);
	prompt_key(&outcome->prompt, 0xe9);
	prompt_key(&outcome->prompt, 0x6f22);
	type(outcome, "\r");
	assert_string_equal(outcome->text, "caf\xc3\xa9\xe6\xbc\xa2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(enter_answers, make),
		cmocka_unit_test_setup(escape_cancels, make),
		cmocka_unit_test_setup(emacs_keys_edit, make),
		cmocka_unit_test_setup(keys_at_the_ends_do_no_harm, make),
		cmocka_unit_test_setup(wrong_answers_stay_open, make),
		cmocka_unit_test_setup(questions_take_their_keys_only, make),
		cmocka_unit_test_setup(a_new_prompt_cancels_the_old, make),
		cmocka_unit_test_setup(answers_are_in_the_locales_encoding, make),
	};

	return cmocka_run_group_tests_name("prompt", tests, NULL, NULL);
}
