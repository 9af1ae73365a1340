// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/paste.h"

#include <curses.h>
#include <string.h>
#include <unistd.h>
#include <wctype.h>

#include "tui/console/keymap.h"

_Static_assert(PASTE_BEGIN > KEY_MAX, "codes of its own");

void paste_init(void)
{
	define_key("\033[200~", PASTE_BEGIN);
	define_key("\033[201~", PASTE_END);
}

void paste_marks(bool on)
{
	const char *text = on ? "\033[?2004h" : "\033[?2004l";

	/* Of a terminal that is gone there is nothing to be put right. */
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		return;
}

static void add(struct paste *paste, int key)
{
	wchar_t character = (wchar_t)key;

	if (key == '\n' || key == '\r' || key == '\t')
		character = L' ';
	if (key < 0 || key >= KEY_FUNCTION(0) || !iswprint((wint_t)character) ||
	    paste->length == PASTE_MAX)
		return;
	paste->text[paste->length++] = character;
}

static void end(struct paste *paste)
{
	while (paste->length && paste->text[paste->length - 1] == L' ')
		paste->length--;
	paste->text[paste->length] = L'\0';
	paste->open = false;
	paste->done = true;
}

bool paste_takes(struct paste *paste, int key, uint64_t now)
{
	if (paste->open && now - paste->when > PASTE_PATIENCE_MS)
		paste->open = false;
	paste->when = now;
	if (key == KEY_FUNCTION(PASTE_BEGIN)) {
		paste->open = true;
		paste->done = false;
		paste->length = 0;
		return true;
	}
	if (key == KEY_FUNCTION(PASTE_END)) {
		if (paste->open)
			end(paste);
		return true;
	}
	if (!paste->open)
		return false;
	add(paste, key);
	return true;
}
