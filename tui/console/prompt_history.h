/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was answered to prompts before, a list for each kind of prompt, kept in a file from one
 * console to the next: $XDG_STATE_HOME/vtrace/history, ~/.local/state in its place where that is
 * not set (XDG Base Directory Specification 0.8). Called by prompt.c and console.c. A file that
 * is missing, broken or can't be written never stops anything: lists then last as long as the
 * console does.
 *
 * The file has one line an answer, oldest first: the kind's letter, then the text. Lines are
 * appended, so that consoles that run side by side keep each other's; a file that has grown long
 * is written anew, next to it, and renamed.
 */
#ifndef VTRACE_CONSOLE_PROMPT_HISTORY_H
#define VTRACE_CONSOLE_PROMPT_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#define HISTORY_LINES	   200		/* of a kind that are kept */
#define HISTORY_LINE_BYTES 1024		/* longer ones are not kept */
#define HISTORY_FILE_BYTES (256 * 1024) /* that are read of a file, from its end */

enum prompt_history_kind { HISTORY_COMMAND, HISTORY_SEARCH, HISTORY_FILTER, HISTORY_KINDS };

/* All zero is a valid start: nothing held, no file. */
struct prompt_history {
	char *path; /* NULL: no file */
	struct {
		char *lines[HISTORY_LINES]; /* oldest first */
		unsigned count;
	} kinds[HISTORY_KINDS];
};

/* Where the file belongs in this environment. 0, or -ENOENT when there is no such place. */
int prompt_history_path(char *path, size_t size);
/* Read a file that need not be there, and append to it from now on. 0 or -errno when it can't be
 * used, with nothing changed. */
int prompt_history_open(struct prompt_history *history, const char *path);
/* Add an answer, without blanks behind it; one that is there already becomes the newest. 0 or
 * -errno of the file: the answer is held all the same. */
int prompt_history_add(struct prompt_history *history, enum prompt_history_kind kind,
		       const char *text);
/* The n-th newest, from 0; NULL behind the oldest. */
const char *prompt_history_get(const struct prompt_history *history, enum prompt_history_kind kind,
			       unsigned n);
void prompt_history_release(struct prompt_history *history);

#endif
