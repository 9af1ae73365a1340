/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Tab may make of the word before the cursor: a list of words, and where in the line they
 * belong. Filled by who knows the words, at once or when the engine has answered; shown and
 * chosen from by prompt.c. It knows nothing of lines and keys.
 */
#ifndef VTRACE_CONSOLE_COMPLETION_H
#define VTRACE_CONSOLE_COMPLETION_H

#include <stdbool.h>
#include <stddef.h>

#define COMPLETION_WORDS 4096
#define COMPLETION_BYTES (64 * 1024) /* of all words, with their ends */

/* All zero is a valid start: empty. */
struct completion {
	size_t from;  /* the byte of the line where the word begins */
	char after;   /* to be put behind the only word that fits; '\0': nothing */
	bool pending; /* words are still to come: see prompt_completed() */
	bool more;    /* there were more than fit */
	char *bytes;  /* the words, each with its end */
	size_t used;
	unsigned count;
	unsigned starts[COMPLETION_WORDS]; /* where in bytes */
};

/* Empty it for a word that begins at byte from. */
void completion_begin(struct completion *completion, size_t from, char after);
/* Add a word if it begins with length bytes at prefix. */
void completion_add(struct completion *completion, const char *word, const char *prefix,
		    size_t length);
const char *completion_word(const struct completion *completion, unsigned n);
/* Put them in the order of the alphabet, each once. */
void completion_sort(struct completion *completion);
/* How many bytes all words begin with in common. */
size_t completion_common(const struct completion *completion);
void completion_release(struct completion *completion);

/* Add what lies at a path that is being typed: names in its directory that begin like its last
 * part, directories with a slash behind. text is length bytes, at byte at of the line. */
void completion_paths(struct completion *completion, const char *text, size_t length, size_t at);

#endif
