/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last line as a question: a line of text with a prefilled answer, or one key out of a few.
 * Called by commands.c and console.c, one prompt at a time. It draws itself, checks while one
 * types, and calls back once: with the answer, or with NULL when it was cancelled.
 */
#ifndef VTRACE_CONSOLE_PROMPT_H
#define VTRACE_CONSOLE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#include "tui/console/draw.h"

#define PROMPT_MAX 1024 /* characters of an answer */

/* text is valid during the call; NULL: cancelled. The prompt is already closed. */
typedef void prompt_done_fn(void *data, const char *text);
/* Is text an answer? When not, why says what is wrong; when it is, why may hold a remark. */
typedef bool prompt_check_fn(void *data, const char *text, char *why, size_t why_size);

/* All zero is a valid start: closed. */
struct prompt {
	bool active;
	bool valid;
	char label[256];
	char why[256];
	const char *answers; /* of a question: the keys that answer it; NULL: a line of text */
	wchar_t text[PROMPT_MAX + 1];
	wchar_t cut[PROMPT_MAX + 1]; /* what ^K, ^U and ^W took last, for ^Y */
	size_t length, cursor;
	prompt_check_fn *check;
	prompt_done_fn *done;
	void *data;
};

/* Ask for a line; check may be NULL. A prompt that is open is cancelled first. */
void prompt_line(struct prompt *prompt, const char *label, const char *prefill,
		 prompt_check_fn *check, prompt_done_fn *done, void *data);
/* Ask for one of the keys in answers; done gets it as a string, or
 * NULL for Esc. */
void prompt_question(struct prompt *prompt, const char *label, const char *answers,
		     prompt_done_fn *done, void *data);
/* Give it a key press. */
void prompt_key(struct prompt *prompt, int key);
/* Draw onto a line; *column is where the cursor belongs. */
void prompt_draw(const struct prompt *prompt, struct pen pen, int *column);

#endif
