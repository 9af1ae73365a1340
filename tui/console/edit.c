// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "tui/console/edit.h"
#include "tui/console/keymap.h"
#include "tui/text.h"

/* ---- places ---- */

static size_t before(const struct edit *edit, size_t at)
{
	if (at)
		at--;
	while (at && wcwidth(edit->text[at]) == 0)
		at--;
	return at;
}

static size_t after(const struct edit *edit, size_t at)
{
	if (at < edit->length)
		at++;
	while (at < edit->length && wcwidth(edit->text[at]) == 0)
		at++;
	return at;
}

static bool in_word(wchar_t character)
{
	return iswalnum((wint_t)character);
}

static size_t word_start(const struct edit *edit)
{
	size_t at = edit->cursor;

	while (at && !in_word(edit->text[at - 1]))
		at--;
	while (at && in_word(edit->text[at - 1]))
		at--;
	return at;
}

static size_t word_end(const struct edit *edit)
{
	size_t at = edit->cursor;

	while (at < edit->length && !in_word(edit->text[at]))
		at++;
	while (at < edit->length && in_word(edit->text[at]))
		at++;
	return at;
}

/* A word of ^W goes from blank to blank, as in a shell. */
static size_t blank_start(const struct edit *edit)
{
	size_t at = edit->cursor;

	while (at && iswspace((wint_t)edit->text[at - 1]))
		at--;
	while (at && !iswspace((wint_t)edit->text[at - 1]))
		at--;
	return at;
}

/* ---- changes ---- */

static bool insert(struct edit *edit, const wchar_t *text, size_t count)
{
	if (!count || edit->length + count > EDIT_MAX)
		return false;
	wmemmove(edit->text + edit->cursor + count, edit->text + edit->cursor,
		 edit->length - edit->cursor + 1);
	wmemcpy(edit->text + edit->cursor, text, count);
	edit->length += count;
	edit->cursor += count;
	return true;
}

static bool erase_span(struct edit *edit, size_t from, size_t to)
{
	wmemmove(edit->text + from, edit->text + to, edit->length - to + 1);
	edit->length -= to - from;
	edit->cursor = from;
	return from != to;
}

/* Keys that cut one after the other put it all together, in the order of the text. */
static bool cut_span(struct edit *edit, size_t from, size_t to)
{
	size_t count = to - from, held = edit->cutting ? wcslen(edit->cut) : 0;
	bool front = to == edit->cursor;

	if (!count)
		return false;
	if (held + count > EDIT_MAX)
		held = 0;
	if (front)
		wmemmove(edit->cut + count, edit->cut, held);
	wmemcpy(edit->cut + (front ? 0 : held), edit->text + from, count);
	edit->cut[held + count] = L'\0';
	edit->cutting = 2; /* counted down by the next key */
	return erase_span(edit, from, to);
}

/* Swap the characters around the cursor, at the end the last two. */
static bool swap(struct edit *edit)
{
	size_t middle = edit->cursor < edit->length ? edit->cursor : before(edit, edit->length);
	size_t from = before(edit, middle), to = after(edit, middle);
	wchar_t left[EDIT_MAX];

	if (from == middle || middle == to)
		return false;
	wmemcpy(left, edit->text + from, middle - from);
	wmemmove(edit->text + from, edit->text + middle, to - middle);
	wmemcpy(edit->text + from + (to - middle), left, middle - from);
	edit->cursor = to;
	return true;
}

/* What the screen would show as an escape has no place in a line that is edited on it. */
static bool can_be_typed(int key)
{
	char bytes[MB_LEN_MAX + 1] = "", stripped[4 * MB_LEN_MAX + 1];
	int length;

	if (key < ' ' || key >= KEY_FUNCTION(0) || !iswprint((wint_t)key))
		return false;
	length = wctomb(bytes, (wchar_t)key);
	if (length <= 0)
		return false;
	text_strip(stripped, sizeof(stripped), bytes, (size_t)length, 0);
	return MB_CUR_MAX == 1 || !strncmp(stripped, bytes, (size_t)length);
}

static bool type(struct edit *edit, int key)
{
	wchar_t character = (wchar_t)key;

	return can_be_typed(key) && insert(edit, &character, 1);
}

/* ---- keys ---- */

/* Where a key moves the cursor; SIZE_MAX: it is none of those. */
static size_t moved_to(const struct edit *edit, int key)
{
	switch (key) {
	case KEY_CONTROL('A'):
	case KEY_FUNCTION(KEY_HOME):
		return 0;
	case KEY_CONTROL('E'):
	case KEY_FUNCTION(KEY_END):
		return edit->length;
	case KEY_CONTROL('B'):
	case KEY_FUNCTION(KEY_LEFT):
		return before(edit, edit->cursor);
	case KEY_CONTROL('F'):
	case KEY_FUNCTION(KEY_RIGHT):
		return after(edit, edit->cursor);
	case KEY_META('b'):
		return word_start(edit);
	case KEY_META('f'):
		return word_end(edit);
	default:
		return SIZE_MAX;
	}
}

static enum edit_result change(struct edit *edit, int key)
{
	size_t cursor = edit->cursor;

	switch (key) {
	case 127:
	case KEY_CONTROL('H'):
	case KEY_FUNCTION(KEY_BACKSPACE):
		return erase_span(edit, before(edit, cursor), cursor) ? EDIT_CHANGED : EDIT_MOVED;
	case KEY_CONTROL('D'):
	case KEY_FUNCTION(KEY_DC):
		return erase_span(edit, cursor, after(edit, cursor)) ? EDIT_CHANGED : EDIT_MOVED;
	case KEY_CONTROL('K'):
		return cut_span(edit, cursor, edit->length) ? EDIT_CHANGED : EDIT_MOVED;
	case KEY_CONTROL('U'):
		return cut_span(edit, 0, cursor) ? EDIT_CHANGED : EDIT_MOVED;
	case KEY_CONTROL('W'):
		return cut_span(edit, blank_start(edit), cursor) ? EDIT_CHANGED : EDIT_MOVED;
	case KEY_META(127):
	case KEY_META(KEY_CONTROL('H')):
		return cut_span(edit, word_start(edit), cursor) ? EDIT_CHANGED : EDIT_MOVED;
	case KEY_META('d'):
		return cut_span(edit, cursor, word_end(edit)) ? EDIT_CHANGED : EDIT_MOVED;
	case KEY_CONTROL('Y'):
		return insert(edit, edit->cut, wcslen(edit->cut)) ? EDIT_CHANGED : EDIT_MOVED;
	case KEY_CONTROL('T'):
		return swap(edit) ? EDIT_CHANGED : EDIT_MOVED;
	default:
		return type(edit, key) ? EDIT_CHANGED : EDIT_IGNORED;
	}
}

bool edit_has_meta(int key)
{
	return key == KEY_META('b') || key == KEY_META('f') || key == KEY_META('d') ||
	       key == KEY_META(127) || key == KEY_META(KEY_CONTROL('H'));
}

enum edit_result edit_key(struct edit *edit, int key)
{
	size_t moved = moved_to(edit, key);
	enum edit_result result = EDIT_MOVED;

	if (moved != SIZE_MAX)
		edit->cursor = moved;
	else
		result = change(edit, key);
	if (edit->cutting)
		edit->cutting--;
	return result;
}

/* ---- text from and to the outside ---- */

void edit_set(struct edit *edit, const char *bytes)
{
	size_t length = mbstowcs(edit->text, bytes, EDIT_MAX);

	edit->length = length == (size_t)-1 ? 0 : length;
	edit->text[edit->length] = L'\0';
	edit->cursor = edit->length;
	edit->cutting = 0;
}

void edit_replace(struct edit *edit, size_t from, const char *bytes)
{
	wchar_t text[EDIT_MAX + 1];
	size_t count = mbstowcs(text, bytes, EDIT_MAX);

	if (count == (size_t)-1 || edit->length - (edit->cursor - from) + count > EDIT_MAX)
		return;
	erase_span(edit, from, edit->cursor);
	insert(edit, text, count);
}

static size_t bytes_of(const wchar_t *text, size_t count, char *bytes)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		int length = wctomb(bytes + at, text[i]);

		at += length > 0 ? (size_t)length : 0;
	}
	bytes[at] = '\0';
	return at;
}

size_t edit_bytes(const struct edit *edit, char *bytes)
{
	size_t cursor = bytes_of(edit->text, edit->cursor, bytes);

	bytes_of(edit->text + edit->cursor, edit->length - edit->cursor, bytes + cursor);
	return cursor;
}

size_t edit_at_byte(const struct edit *edit, size_t byte)
{
	char bytes[MB_LEN_MAX];
	size_t at = 0;

	while (at < edit->length) {
		int length = wctomb(bytes, edit->text[at]);

		if (length > 0 && byte < (size_t)length)
			break;
		byte -= length > 0 ? (size_t)length : 0;
		at++;
	}
	return at;
}

int edit_columns(const wchar_t *text, size_t count)
{
	int columns = 0;

	for (size_t i = 0; i < count; i++) {
		int width = wcwidth(text[i]);

		columns += width >= 0 ? width : 1;
	}
	return columns;
}
