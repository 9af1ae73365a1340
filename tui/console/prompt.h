/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last line as a question: a line of text with a prefilled answer, or one key out of a few.
 * Called by commands.c, command_line.c and console.c, one prompt at a time. It draws itself,
 * checks while one types, knows what was answered before, completes on Tab, and calls back once:
 * with the answer, or with NULL when it was cancelled.
 */
#ifndef VTRACE_CONSOLE_PROMPT_H
#define VTRACE_CONSOLE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/console/completion.h"
#include "tui/console/draw.h"
#include "tui/console/edit.h"
#include "tui/console/prompt_history.h"

/* text is valid during the call; NULL: cancelled. The prompt is already closed. */
typedef void prompt_done_fn(void *data, const char *text);

enum prompt_state {
	PROMPT_VALID,
	PROMPT_INVALID,
	PROMPT_CHECKING, /* the verdict comes later, by prompt_judge() */
};

#define PROMPT_NOWHERE ((size_t)-1)

/* What is to be said of a text. */
struct prompt_verdict {
	enum prompt_state state;
	char why[400]; /* what is wrong; of a valid text a remark. "": nothing to say */
	size_t at;     /* the byte at fault, where Enter then puts the cursor, or PROMPT_NOWHERE */
};

/* Is text an answer? verdict comes as PROMPT_VALID without a remark. */
typedef void prompt_check_fn(void *data, const char *text, struct prompt_verdict *verdict);
/* Fill completion for the word before the cursor, a byte of text; it comes empty. */
typedef void prompt_complete_fn(void *data, const char *text, size_t cursor,
				struct completion *completion);

/* What to ask for; only done is a must. */
struct prompt_ask {
	const char *label;
	const char *prefill;
	prompt_check_fn *check;
	prompt_complete_fn *complete;
	prompt_done_fn *done;
	void *data;
	struct prompt_history *history;
	enum prompt_history_kind kind;
};

/* All zero is a valid start: closed. */
struct prompt {
	bool active;
	char label[256];
	const char *answers;   /* of a question: the keys that answer it; NULL: a line of text */
	struct prompt_ask ask; /* label and prefill are copied, and not to be used */
	struct edit edit;
	struct prompt_verdict verdict;
	bool entered; /* Enter was pressed while the verdict was still to come */

	int recalled;		 /* the number of the answer out of history; -1: none */
	char typed[EDIT_BYTES];	 /* before the first one was recalled */
	char sought[EDIT_BYTES]; /* what ^R looks for */
	bool seeking;		 /* the last key was ^R */

	struct completion completion;
	bool listing; /* the words are shown */
	int chosen;   /* of them; -1: none */
};

/* Ask for a line. A prompt that is open is cancelled first. */
void prompt_line(struct prompt *prompt, const struct prompt_ask *ask);
/* Ask for one of the keys in answers; done gets it as a string, or NULL for Esc. */
void prompt_question(struct prompt *prompt, const char *label, const char *answers,
		     prompt_done_fn *done, void *data);
/* Give it a key press. */
void prompt_key(struct prompt *prompt, int key);
/* Is a line asked for, not one key? */
bool prompt_takes_text(const struct prompt *prompt);
/* The verdict that check() left open, for the text that is there now. */
void prompt_judge(struct prompt *prompt, const struct prompt_verdict *verdict);
/* The words that complete() left pending are in prompt->completion now. */
void prompt_completed(struct prompt *prompt);
/* Does it wait for such words? */
bool prompt_wants_words(const struct prompt *prompt);
/* The text as it is now; bytes has EDIT_BYTES. Returns the bytes before the cursor. */
size_t prompt_text(const struct prompt *prompt, char *bytes);
void prompt_release(struct prompt *prompt);

/* Draw onto a line; *column is where the cursor belongs. */
void prompt_draw(const struct prompt *prompt, struct pen pen, int *column);
/* Lines that the list of words takes of at most so many, and drawing them. */
int prompt_list_lines(const struct prompt *prompt, const struct terminal *terminal, int columns,
		      int most);
void prompt_draw_list(const struct prompt *prompt, const struct terminal *terminal,
		      const struct area *area);

#endif
