// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/keymap.h"
#include "tui/console/prompt.h"

/* ---- the text and what is said of it ---- */

size_t prompt_text(const struct prompt *prompt, char *bytes)
{
	return edit_bytes(&prompt->edit, bytes);
}

static void recheck(struct prompt *prompt)
{
	char bytes[EDIT_BYTES];

	prompt->entered = false;
	prompt->verdict = (struct prompt_verdict){.at = PROMPT_NOWHERE};
	if (!prompt->ask.check)
		return;
	prompt_text(prompt, bytes);
	prompt->ask.check(prompt->ask.data, bytes, &prompt->verdict);
}

/* Words that were listed for another text. */
static void forget_words(struct prompt *prompt)
{
	completion_begin(&prompt->completion, 0, '\0');
	prompt->listing = false;
	prompt->chosen = -1;
}

static void text_changed(struct prompt *prompt)
{
	forget_words(prompt);
	recheck(prompt);
}

/* ---- opening and closing ---- */

static void finish(struct prompt *prompt, const char *text)
{
	prompt->active = false;
	forget_words(prompt);
	prompt->ask.done(prompt->ask.data, text);
}

static void open_prompt(struct prompt *prompt, const struct prompt_ask *ask, const char *answers)
{
	if (prompt->active)
		finish(prompt, NULL);
	prompt->active = true;
	prompt->ask = *ask;
	prompt->answers = answers;
	prompt->recalled = -1;
	prompt->seeking = false;
	snprintf(prompt->label, sizeof(prompt->label), "%s", ask->label ? ask->label : "");
	edit_set(&prompt->edit, ask->prefill ? ask->prefill : "");
	text_changed(prompt);
}

void prompt_line(struct prompt *prompt, const struct prompt_ask *ask)
{
	open_prompt(prompt, ask, NULL);
}

void prompt_question(struct prompt *prompt, const char *label, const char *answers,
		     prompt_done_fn *done, void *data)
{
	const struct prompt_ask ask = {.label = label, .done = done, .data = data};

	open_prompt(prompt, &ask, answers);
}

void prompt_release(struct prompt *prompt)
{
	completion_release(&prompt->completion);
}

static void answer(struct prompt *prompt)
{
	char bytes[EDIT_BYTES];

	prompt_text(prompt, bytes);
	if (prompt->ask.history && bytes[0])
		prompt_history_add(prompt->ask.history, prompt->ask.kind, bytes);
	finish(prompt, bytes);
}

static void enter(struct prompt *prompt)
{
	if (prompt->verdict.state == PROMPT_CHECKING)
		prompt->entered = true;
	else if (prompt->verdict.state == PROMPT_VALID)
		answer(prompt);
	else if (prompt->verdict.at != PROMPT_NOWHERE)
		prompt->edit.cursor = edit_at_byte(&prompt->edit, prompt->verdict.at);
}

void prompt_judge(struct prompt *prompt, const struct prompt_verdict *verdict)
{
	bool entered = prompt->entered;

	if (!prompt->active || prompt->verdict.state != PROMPT_CHECKING)
		return;
	prompt->verdict = *verdict;
	prompt->entered = false;
	if (entered)
		enter(prompt);
}

/* ---- history ---- */

static void recall(struct prompt *prompt, int number)
{
	const char *line = prompt->typed;

	if (!prompt->ask.history || number < -1)
		return;
	if (number >= 0)
		line = prompt_history_get(prompt->ask.history, prompt->ask.kind, (unsigned)number);
	if (!line)
		return;
	if (prompt->recalled < 0)
		prompt_text(prompt, prompt->typed);
	if (number == prompt->recalled)
		return;
	edit_set(&prompt->edit, line);
	prompt->recalled = number;
	text_changed(prompt);
}

/* The next older answer that has in it what was typed before the first ^R. */
static void seek(struct prompt *prompt)
{
	char now[EDIT_BYTES];
	const char *line;

	if (!prompt->ask.history)
		return;
	prompt_text(prompt, now);
	if (!prompt->seeking)
		strcpy(prompt->sought, now);
	for (int n = prompt->recalled + 1;
	     (line = prompt_history_get(prompt->ask.history, prompt->ask.kind, (unsigned)n)); n++) {
		if (!strstr(line, prompt->sought) || !strcmp(line, now))
			continue;
		recall(prompt, n);
		return;
	}
}

static bool history_key(struct prompt *prompt, int key)
{
	switch (key) {
	case KEY_CONTROL('P'):
	case KEY_FUNCTION(KEY_UP):
		recall(prompt, prompt->recalled + 1);
		return true;
	case KEY_CONTROL('N'):
	case KEY_FUNCTION(KEY_DOWN):
		recall(prompt, prompt->recalled - 1);
		return true;
	case KEY_CONTROL('R'):
		seek(prompt);
		prompt->seeking = true;
		return true;
	default:
		return false;
	}
}

/* ---- completion ---- */

static void put_word(struct prompt *prompt, const char *word, char after)
{
	char text[EDIT_BYTES + 1]; /* a word as long as a line, and what comes after it */
	size_t from = edit_at_byte(&prompt->edit, prompt->completion.from);

	snprintf(text, sizeof(text), "%s%c", word, after);
	edit_replace(&prompt->edit, from, text);
	recheck(prompt);
}

/* Put as much of the words into the line as is sure. */
static void put_common(struct prompt *prompt)
{
	struct completion *words = &prompt->completion;
	char bytes[EDIT_BYTES], common[EDIT_BYTES];
	size_t typed = prompt_text(prompt, bytes) - words->from, sure = completion_common(words);

	if (words->count == 1) {
		put_word(prompt, completion_word(words, 0), words->after);
		forget_words(prompt);
		return;
	}
	prompt->listing = true;
	if (sure > typed) {
		snprintf(common, sizeof(common), "%.*s", (int)sure, completion_word(words, 0));
		put_word(prompt, common, '\0');
	}
}

void prompt_completed(struct prompt *prompt)
{
	prompt->completion.pending = false;
	if (!prompt->active)
		return;
	if (prompt->completion.count)
		put_common(prompt);
	else if (!prompt->verdict.why[0])
		snprintf(prompt->verdict.why, sizeof(prompt->verdict.why),
			 "nothing that is known begins so");
}

bool prompt_wants_words(const struct prompt *prompt)
{
	return prompt->active && prompt->completion.pending;
}

/* Tab once fills in what is sure and lists the rest; then it goes through the list. */
static bool completion_key(struct prompt *prompt, int key)
{
	struct completion *words = &prompt->completion;
	char bytes[EDIT_BYTES];
	int count = (int)words->count, step = key == '\t' ? 1 : count - 1;

	if ((key != '\t' && key != KEY_FUNCTION(KEY_BTAB)) || !prompt->ask.complete)
		return false;
	if (words->pending)
		return true;
	if (prompt->listing) {
		if (prompt->chosen < 0 && key != '\t')
			prompt->chosen = 0;
		prompt->chosen = prompt->chosen < 0 ? 0 : (prompt->chosen + step) % count;
		put_word(prompt, completion_word(words, (unsigned)prompt->chosen), '\0');
		return true;
	}
	size_t cursor = prompt_text(prompt, bytes);

	completion_begin(words, cursor, '\0');
	prompt->ask.complete(prompt->ask.data, bytes, cursor, words);
	if (!words->pending)
		prompt_completed(prompt);
	return true;
}

/* ---- keys ---- */

static void question_key(struct prompt *prompt, int key)
{
	char text[2] = {0};

	if (key <= 0 || key > 127 || !strchr(prompt->answers, key))
		return;
	text[0] = (char)key;
	finish(prompt, text);
}

static void line_key(struct prompt *prompt, int key)
{
	bool seeking = prompt->seeking;

	prompt->seeking = false;
	if (key == KEY_CONTROL('R'))
		prompt->seeking = seeking;
	if (completion_key(prompt, key) || history_key(prompt, key))
		return;
	switch (edit_key(&prompt->edit, key)) {
	case EDIT_CHANGED:
		text_changed(prompt);
		break;
	case EDIT_MOVED:
		forget_words(prompt);
		break;
	case EDIT_IGNORED:
		break;
	}
}

bool prompt_takes_text(const struct prompt *prompt)
{
	return prompt->active && !prompt->answers;
}

void prompt_key(struct prompt *prompt, int key)
{
	bool list = prompt->listing && !prompt->answers;

	if (key == KEY_CONTROL('G') || key == KEY_CONTROL('C'))
		finish(prompt, NULL);
	else if (key == KEY_ESCAPE && list)
		forget_words(prompt); /* the list first, as in zsh */
	else if (key == KEY_ESCAPE)
		finish(prompt, NULL);
	else if (prompt->answers)
		question_key(prompt, key);
	else if (key == '\r' || key == '\n' || key == KEY_FUNCTION(KEY_ENTER))
		enter(prompt);
	else
		line_key(prompt, key);
}
