/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line of text under the keys of emacs and of a shell: what is typed into a prompt. Called by
 * prompt.c with each key; it knows no screen and no history. Written here, because GNU readline
 * is GPL-3.0-or-later and may not be linked with this program, and libedit wants to own the
 * terminal; neither draws within a curses line.
 *
 * Text is wide characters. A character that takes no column belongs to the one before it: the
 * cursor never stands between them, and they are erased together.
 */
#ifndef VTRACE_CONSOLE_EDIT_H
#define VTRACE_CONSOLE_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#define EDIT_MAX 1024 /* characters */
/* Bytes of a line in the locale's encoding, with its end: a character has six at most in any
 * locale that we know of. */
#define EDIT_BYTES (EDIT_MAX * 6 + 1)

/* All zero is a valid start: an empty line. */
struct edit {
	wchar_t text[EDIT_MAX + 1];
	size_t length, cursor;
	wchar_t cut[EDIT_MAX + 1]; /* what was cut last, for ^Y */
	int cutting;		   /* the last key cut: the next one adds to it. -1: at the front */
};

enum edit_result {
	EDIT_IGNORED, /* no key of ours */
	EDIT_MOVED,   /* at most the cursor */
	EDIT_CHANGED, /* the text */
};

enum edit_result edit_key(struct edit *edit, int key);
/* Is it one of the keys with Alt that mean something here? */
bool edit_has_meta(int key);
/* Replace all of it, cursor at the end; what was cut stays. Bytes that are no text in this
 * locale leave it empty. */
void edit_set(struct edit *edit, const char *bytes);
/* Replace the characters from from up to the cursor. */
void edit_replace(struct edit *edit, size_t from, const char *bytes);
/* The text as bytes of the locale's encoding, at most EDIT_BYTES. Returns the bytes before the
 * cursor. */
size_t edit_bytes(const struct edit *edit, char *bytes);
/* The character that a byte of edit_bytes() is part of. */
size_t edit_at_byte(const struct edit *edit, size_t byte);
/* Columns of count characters. */
int edit_columns(const wchar_t *text, size_t count);

#endif
