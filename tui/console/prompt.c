// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "tui/console/keymap.h"
#include "tui/console/prompt.h"

/* The answer as bytes in the locale's encoding; a wide character has MB_CUR_MAX of them at most,
 * six in any locale that we know of. */
#define PROMPT_BYTES (PROMPT_MAX * 6 + 1)

static void answer(const struct prompt *prompt, char *bytes)
{
	if (wcstombs(bytes, prompt->text, PROMPT_BYTES) == (size_t)-1)
		bytes[0] = '\0';
}

static void recheck(struct prompt *prompt)
{
	char bytes[PROMPT_BYTES];

	prompt->why[0] = '\0';
	prompt->valid = true;
	if (!prompt->check)
		return;
	answer(prompt, bytes);
	prompt->valid = prompt->check(prompt->data, bytes, prompt->why, sizeof(prompt->why));
}

static void finish(struct prompt *prompt, const char *text)
{
	prompt->active = false;
	prompt->done(prompt->data, text);
}

static void open_prompt(struct prompt *prompt, const char *label, prompt_done_fn *done, void *data)
{
	if (prompt->active)
		finish(prompt, NULL);
	prompt->active = true;
	prompt->answers = NULL;
	prompt->check = NULL;
	prompt->done = done;
	prompt->data = data;
	prompt->text[0] = L'\0';
	prompt->length = prompt->cursor = 0;
	snprintf(prompt->label, sizeof(prompt->label), "%s", label);
}

void prompt_line(struct prompt *prompt, const char *label, const char *prefill,
		 prompt_check_fn *check, prompt_done_fn *done, void *data)
{
	open_prompt(prompt, label, done, data);
	prompt->check = check;
	size_t length = mbstowcs(prompt->text, prefill, PROMPT_MAX);

	prompt->length = length == (size_t)-1 ? 0 : length;
	prompt->text[prompt->length] = L'\0';
	prompt->cursor = prompt->length;
	recheck(prompt);
}

void prompt_question(struct prompt *prompt, const char *label, const char *answers,
		     prompt_done_fn *done, void *data)
{
	open_prompt(prompt, label, done, data);
	prompt->answers = answers;
	recheck(prompt);
}

static void insert(struct prompt *prompt, const wchar_t *text, size_t count)
{
	if (prompt->length + count > PROMPT_MAX)
		return;
	wmemmove(prompt->text + prompt->cursor + count, prompt->text + prompt->cursor,
		 prompt->length - prompt->cursor + 1);
	wmemcpy(prompt->text + prompt->cursor, text, count);
	prompt->length += count;
	prompt->cursor += count;
}

static void erase_span(struct prompt *prompt, size_t from, size_t to)
{
	wmemmove(prompt->text + from, prompt->text + to, prompt->length - to + 1);
	prompt->length -= to - from;
	prompt->cursor = from;
}

static void cut_span(struct prompt *prompt, size_t from, size_t to)
{
	if (from == to)
		return;
	wmemcpy(prompt->cut, prompt->text + from, to - from);
	prompt->cut[to - from] = L'\0';
	erase_span(prompt, from, to);
}

static size_t word_start(const struct prompt *prompt)
{
	size_t at = prompt->cursor;

	while (at && !iswalnum((wint_t)prompt->text[at - 1]))
		at--;
	while (at && iswalnum((wint_t)prompt->text[at - 1]))
		at--;
	return at;
}

/* Keys that move the cursor. */
static bool move_key(struct prompt *prompt, int key)
{
	switch (key) {
	case KEY_CONTROL('A'):
	case KEY_FUNCTION(KEY_HOME):
		prompt->cursor = 0;
		return true;
	case KEY_CONTROL('E'):
	case KEY_FUNCTION(KEY_END):
		prompt->cursor = prompt->length;
		return true;
	case KEY_CONTROL('B'):
	case KEY_FUNCTION(KEY_LEFT):
		if (prompt->cursor)
			prompt->cursor--;
		return true;
	case KEY_CONTROL('F'):
	case KEY_FUNCTION(KEY_RIGHT):
		if (prompt->cursor < prompt->length)
			prompt->cursor++;
		return true;
	}
	return false;
}

static void edit_key(struct prompt *prompt, int key)
{
	wchar_t character = (wchar_t)key;

	switch (key) {
	case 127:
	case KEY_CONTROL('H'):
	case KEY_FUNCTION(KEY_BACKSPACE):
		if (prompt->cursor)
			erase_span(prompt, prompt->cursor - 1, prompt->cursor);
		break;
	case KEY_CONTROL('D'):
	case KEY_FUNCTION(KEY_DC):
		if (prompt->cursor < prompt->length)
			erase_span(prompt, prompt->cursor, prompt->cursor + 1);
		break;
	case KEY_CONTROL('K'):
		cut_span(prompt, prompt->cursor, prompt->length);
		break;
	case KEY_CONTROL('U'):
		cut_span(prompt, 0, prompt->cursor);
		break;
	case KEY_CONTROL('W'):
		cut_span(prompt, word_start(prompt), prompt->cursor);
		break;
	case KEY_CONTROL('Y'):
		insert(prompt, prompt->cut, wcslen(prompt->cut));
		break;
	default:
		if (key >= ' ' && key < KEY_FUNCTION(0) && iswprint((wint_t)key))
			insert(prompt, &character, 1);
	}
	recheck(prompt);
}

static void question_key(struct prompt *prompt, int key)
{
	char text[2] = {0};

	if (key <= 0 || key > 127 || !strchr(prompt->answers, key))
		return;
	text[0] = (char)key;
	finish(prompt, text);
}

void prompt_key(struct prompt *prompt, int key)
{
	char bytes[PROMPT_BYTES];

	if (key == KEY_ESCAPE || key == KEY_CONTROL('G') || key == KEY_CONTROL('C')) {
		finish(prompt, NULL);
	} else if (prompt->answers) {
		question_key(prompt, key);
	} else if (key == '\r' || key == '\n' || key == KEY_FUNCTION(KEY_ENTER)) {
		if (!prompt->valid)
			return;
		answer(prompt, bytes);
		finish(prompt, bytes);
	} else if (!move_key(prompt, key)) {
		edit_key(prompt, key);
	}
}

void prompt_draw(const struct prompt *prompt, struct pen pen, int *column)
{
	char bytes[PROMPT_BYTES];
	wchar_t before[PROMPT_MAX + 1];
	int skip = 0, width;

	pen_text(&pen, STYLE_KEY, prompt->label);
	*column = pen.column < pen.end ? pen.column : pen.end - 1;
	if (prompt->answers)
		return;
	pen_text(&pen, STYLE_NORMAL, " ");
	wmemcpy(before, prompt->text, prompt->cursor);
	before[prompt->cursor] = L'\0';
	width = wcswidth(before, prompt->cursor);
	if (width < 0)
		width = (int)prompt->cursor;
	/* Keep the cursor in the line, which may be too short for label and text. */
	if (pen.column + width >= pen.end)
		skip = pen.column + width - pen.end + 1;
	*column = pen.column + width - skip;
	if (*column >= pen.end)
		*column = pen.end - 1;
	answer(prompt, bytes);
	pen_bytes(&pen, prompt->valid ? STYLE_NORMAL : STYLE_ERROR, bytes, strlen(bytes), skip,
		  pen.end - pen.column);
}
