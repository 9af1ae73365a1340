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
#define CODE_BTAB      0541
#define CODE_UP	       0403

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

/* Answers must begin with 'a' and have no 'z', at which the fault is then; about a '?' the verdict
 * comes later. */
static void check(void *data, const char *text, struct prompt_verdict *verdict)
{
	(void)data;
	if (*text != 'a' || strchr(text, 'z')) {
		verdict->state = PROMPT_INVALID;
		snprintf(verdict->why, sizeof(verdict->why), "no a");
		if (*text == 'a')
			verdict->at = (size_t)(strchr(text, 'z') - text);
	} else if (strchr(text, '?')) {
		verdict->state = PROMPT_CHECKING;
	}
}

static void complete(void *data, const char *text, size_t cursor, struct completion *completion)
{
	static const char *const words[] = {"follow", "format", "freeze", "quit"};
	size_t from = cursor;

	(void)data;
	while (from && text[from - 1] != ' ')
		from--;
	completion_begin(completion, from, ' ');
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		completion_add(completion, words[i], text + from, cursor - from);
	completion_sort(completion);
}

static void ask(struct outcome *outcome, const char *prefill)
{
	prompt_line(&outcome->prompt,
		    &(struct prompt_ask){
			    .label = "path:", .prefill = prefill, .done = done, .data = outcome});
}

static void ask_checked(struct outcome *outcome, const char *prefill)
{
	prompt_line(&outcome->prompt, &(struct prompt_ask){.label = "a:",
							   .prefill = prefill,
							   .check = check,
							   .complete = complete,
							   .done = done,
							   .data = outcome});
}

/* The text, with the cursor as a bar. */
static void assert_line(const struct outcome *outcome, const char *line)
{
	char bytes[EDIT_BYTES], shown[EDIT_BYTES + 1];
	size_t cursor = prompt_text(&outcome->prompt, bytes);

	snprintf(shown, sizeof(shown), "%.*s|%s", (int)cursor, bytes, bytes + cursor);
	assert_string_equal(shown, line);
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

	ask(outcome, "ab");
	type(outcome, "c d\r");
	assert_int_equal(outcome->calls, 1);
	assert_string_equal(outcome->text, "abc d");
}

static void escape_cancels(void **state)
{
	struct outcome *outcome = *state;

	ask(outcome, "ab");
	prompt_key(&outcome->prompt, KEY_ESCAPE);
	assert_int_equal(outcome->calls, 1);
	assert_true(outcome->cancelled);
}

static void emacs_keys_edit(void **state)
{
	struct outcome *outcome = *state;
	struct prompt *prompt = &outcome->prompt;

	ask(outcome, "one two");
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

	ask(outcome, "");
	prompt_key(prompt, KEY_CONTROL('B'));
	prompt_key(prompt, KEY_CONTROL('H'));
	prompt_key(prompt, KEY_CONTROL('D'));
	prompt_key(prompt, KEY_CONTROL('F'));
	prompt_key(prompt, KEY_CONTROL('K'));
	prompt_key(prompt, KEY_CONTROL('U'));
	prompt_key(prompt, KEY_CONTROL('W'));
	prompt_key(prompt, KEY_CONTROL('Y'));
	for (unsigned i = 0; i < EDIT_MAX + 10; i++)
		prompt_key(prompt, 'a');
	assert_int_equal(prompt->edit.length, EDIT_MAX);
	prompt_key(prompt, KEY_CONTROL('U'));
	prompt_key(prompt, KEY_CONTROL('Y'));
	prompt_key(prompt, KEY_CONTROL('Y'));
	assert_int_equal(prompt->edit.length, EDIT_MAX);
}

static void wrong_answers_stay_open(void **state)
{
	struct outcome *outcome = *state;

	ask_checked(outcome, "b");
	assert_int_equal(outcome->prompt.verdict.state, PROMPT_INVALID);
	assert_string_equal(outcome->prompt.verdict.why, "no a");
	type(outcome, "\r");
	assert_int_equal(outcome->calls, 0);
	prompt_key(&outcome->prompt, KEY_CONTROL('U'));
	type(outcome, "a");
	assert_int_equal(outcome->prompt.verdict.state, PROMPT_VALID);
	assert_string_equal(outcome->prompt.verdict.why, "");
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

	ask(outcome, "ab");
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
	ask(outcome, "caf");
	prompt_key(&outcome->prompt, 0xe9);
	prompt_key(&outcome->prompt, 0x6f22);
	type(outcome, "\r");
	assert_string_equal(outcome->text, "caf\xc3\xa9\xe6\xbc\xa2");
}

static void enter_goes_to_the_fault(void **state)
{
	struct outcome *outcome = *state;

	ask_checked(outcome, "abczde");
	type(outcome, "\r");
	assert_int_equal(outcome->calls, 0);
	assert_line(outcome, "abc|zde");
}

static void a_late_verdict_is_waited_for(void **state)
{
	struct outcome *outcome = *state;
	struct prompt_verdict bad = {PROMPT_INVALID, "it is not", 1}, good = {0};

	ask_checked(outcome, "a?");
	type(outcome, "\r");
	assert_int_equal(outcome->calls, 0);
	prompt_judge(&outcome->prompt, &bad);
	assert_int_equal(outcome->calls, 0);
	assert_line(outcome, "a|?");
	type(outcome, "b\r");
	/* A key after Enter takes it back. */
	type(outcome, "c");
	prompt_judge(&outcome->prompt, &good);
	assert_int_equal(outcome->calls, 0);
	type(outcome, "d\r");
	prompt_judge(&outcome->prompt, &good);
	assert_string_equal(outcome->text, "abcd?");
}

static void tab_completes_what_is_sure(void **state)
{
	struct outcome *outcome = *state;

	ask_checked(outcome, "");
	type(outcome, "q\t");
	assert_line(outcome, "quit |");
	type(outcome, "fo\t");
	assert_line(outcome, "quit fo|");
	assert_true(outcome->prompt.listing);
	assert_int_equal(outcome->prompt.completion.count, 2);
	type(outcome, "\t");
	assert_line(outcome, "quit follow|");
	type(outcome, "\t");
	assert_line(outcome, "quit format|");
	type(outcome, "\t");
	assert_line(outcome, "quit follow|");
	prompt_key(&outcome->prompt, KEY_FUNCTION(CODE_BTAB));
	assert_line(outcome, "quit format|");
	type(outcome, "s");
	assert_false(outcome->prompt.listing);
	assert_line(outcome, "quit formats|");
	type(outcome, "\t");
	assert_line(outcome, "quit formats|");
	prompt_key(&outcome->prompt, KEY_CONTROL('A'));
	type(outcome, "f\t");
	assert_line(outcome, "f|quit formats");
	prompt_key(&outcome->prompt, KEY_ESCAPE);
	assert_false(outcome->prompt.listing);
	assert_true(outcome->prompt.active);
	prompt_release(&outcome->prompt);
}

static void words_may_come_later(void **state)
{
	struct outcome *outcome = *state;
	struct prompt *prompt = &outcome->prompt;

	ask_checked(outcome, "fo");
	/* What the complete function of a prompt does that asks the engine. */
	completion_begin(&prompt->completion, 0, '\0');
	prompt->completion.pending = true;
	assert_true(prompt_wants_words(prompt));
	completion_add(&prompt->completion, "format", "fo", 2);
	prompt_completed(prompt);
	assert_line(outcome, "format|");
	assert_false(prompt_wants_words(prompt));
	prompt_release(prompt);
}

static void answers_come_back(void **state)
{
	struct outcome *outcome = *state;
	struct prompt *prompt = &outcome->prompt;
	struct prompt_history history = {0};
	const struct prompt_ask asked = {.done = done,
					 .data = outcome,
					 .history = &history,
					 .kind = HISTORY_COMMAND};

	prompt_line(prompt, &asked);
	type(outcome, "first\r");
	prompt_line(prompt, &asked);
	type(outcome, "second one\r");
	prompt_line(prompt, &asked);
	type(outcome, "dra");
	prompt_key(prompt, KEY_CONTROL('P'));
	assert_line(outcome, "second one|");
	prompt_key(prompt, KEY_FUNCTION(CODE_UP));
	assert_line(outcome, "first|");
	prompt_key(prompt, KEY_FUNCTION(CODE_UP));
	assert_line(outcome, "first|");
	prompt_key(prompt, KEY_CONTROL('N'));
	prompt_key(prompt, KEY_CONTROL('N'));
	assert_line(outcome, "dra|");
	prompt_key(prompt, KEY_CONTROL('N'));
	assert_line(outcome, "dra|");
	prompt_key(prompt, KEY_CONTROL('U'));
	type(outcome, "irs");
	prompt_key(prompt, KEY_CONTROL('R'));
	assert_line(outcome, "first|");
	prompt_key(prompt, KEY_CONTROL('R'));
	assert_line(outcome, "first|");
	prompt_history_release(&history);
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
		cmocka_unit_test_setup(enter_goes_to_the_fault, make),
		cmocka_unit_test_setup(a_late_verdict_is_waited_for, make),
		cmocka_unit_test_setup(tab_completes_what_is_sure, make),
		cmocka_unit_test_setup(words_may_come_later, make),
		cmocka_unit_test_setup(answers_come_back, make),
	};

	return cmocka_run_group_tests_name("prompt", tests, NULL, NULL);
}
