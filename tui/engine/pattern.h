/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a search looks for: an extended regular expression of regcomp(3), or plain text where the
 * pattern has no operators, which is much quicker to look for. Letters match both cases unless
 * the pattern has a capital one ("smart case", as less -i and tig do). The console checks and
 * marks with it what the engine searches with it, so both link it; it knows neither.
 *
 * Patterns that a person can type must not take the program's time or memory: back-references,
 * which make matching take for ever, and repetitions that are more than PATTERN_ITEMS when they
 * are written out are refused.
 */
#ifndef VTRACE_ENGINE_PATTERN_H
#define VTRACE_ENGINE_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "formats/limits.h"

struct pattern {
	char text[PATTERN_BYTES];
	bool fold;  /* case does not matter */
	bool plain; /* no operators: regex is not used */
	bool ready;
	regex_t regex;
};

/* What is wrong with a pattern. */
struct pattern_fault {
	char why[160];
	size_t at; /* byte of the pattern */
};

/* 0, or -EINVAL with fault filled in. An empty pattern is none. */
int pattern_compile(struct pattern *pattern, const char *text, struct pattern_fault *fault);
/* Is a basic regular expression, as filters have them, one that takes neither for ever nor all
 * memory? 0, or -EINVAL with fault filled in. Whether it is one at all is regcomp(3)'s to say. */
int pattern_check_basic(const char *text, struct pattern_fault *fault);
/* The first match in text from its byte from on: where it starts and ends. An empty match is
 * none. */
bool pattern_find(const struct pattern *pattern, const char *text, size_t from, size_t *start,
		  size_t *end);
/* Takes one that was never compiled, all zero. */
void pattern_release(struct pattern *pattern);

#endif
