/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of ordering.c: what an answer says as a sentence, what an argument looks like, what Tab
 * offers. It asks nobody and changes nothing but what it is given.
 */
#ifndef VTRACE_CONSOLE_ORDERING_WORDS_H
#define VTRACE_CONSOLE_ORDERING_WORDS_H

#include "tui/console/ordering.h"

/* Of the keys of an answer "ok VERB", which are the guest's words; set: to a change. */
void ordering_sentence(enum control_verb verb, bool set, const char *keys, char *sentence,
		       size_t size);
/* What is wrong with an argument, and from which byte on; false: nothing that can be seen here. */
bool ordering_find_fault(enum control_verb verb, const char *text, char *why, size_t size,
			 size_t *at);
/* Does it mean nothing without one? */
bool ordering_needs_argument(enum control_verb verb);
/* What is known of what can stand behind the verb, with commas between; "": nothing. */
const char *ordering_words(const struct ordering *ordering, enum control_verb verb);
/* Where the last word of kprobe's argument begins; it is one of its own words, else *list stays. */
size_t ordering_probe_word(const char *text, const char **list);
/* Those of a list that begin with the length bytes at text. */
void ordering_add_words(struct completion *completion, const char *list, const char *text,
			size_t length);

#endif
