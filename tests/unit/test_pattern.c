// SPDX-License-Identifier: GPL-2.0-only
/* What searches look for, and what is said of what they can't. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/engine/pattern.h"

/* Where pattern is found in text, as "START-END"; "" for nowhere. */
static void assert_found(const char *text, const char *pattern_text, int start, int end)
{
	struct pattern pattern;
	struct pattern_fault fault;
	size_t from = 99, to = 99;

	if (pattern_compile(&pattern, pattern_text, &fault))
		fail_msg("%s: %s", pattern_text, fault.why);
	if (pattern_find(&pattern, text, 0, &from, &to) != (start >= 0))
		fail_msg("'%s' in '%s'", pattern_text, text);
	if (start >= 0) {
		assert_int_equal(from, start);
		assert_int_equal(to, end);
	}
	pattern_release(&pattern);
}

static void patterns_are_found(void **state)
{
	static const char text[] = "bash-25 sched_switch prev_comm=Bash ==> next_pid=3 [x]";

	(void)state;
	assert_found(text, "sched", 8, 13);
	assert_found(text, "next_pid=[0-9]+", 40, 50);
	assert_found(text, "^sched", -1, -1);
	assert_found(text, "^bash-[0-9]* sched", 0, 13);
	assert_found(text, "x]", 52, 54);
	assert_found(text, "\\[x]$", 51, 54);
	assert_found(text, "(next|prev)_comm", 21, 30);
	assert_found(text, "z", -1, -1);
	assert_found(text, "z*h_", -1, -1);
	assert_found("aaxx", "x*", 2, 4);
	assert_found("aa", "x*", -1, -1);
	assert_found("abab", "(ab){2}", 0, 4);
	assert_found("a{b}", "a\\{b}", 0, 4);
	assert_found("a]b", "[]]b", 1, 3);
	assert_found("a5b", "[[:digit:]]b", 1, 3);
}

static void case_is_smart(void **state)
{
	(void)state;
	assert_found("the Bash", "bash", 4, 8);
	assert_found("the Bash", "ba.h", 4, 8);
	assert_found("the bash", "Bash", -1, -1);
	assert_found("the bash", "Ba.h", -1, -1);
	assert_found("the bash", "B", -1, -1);
}

static void matches_go_on(void **state)
{
	struct pattern pattern;
	struct pattern_fault fault;
	size_t start, end;

	(void)state;
	assert_int_equal(pattern_compile(&pattern, "^a|b.", &fault), 0);
	assert_true(pattern_find(&pattern, "abcabd", 0, &start, &end));
	assert_int_equal(end, 1);
	assert_true(pattern_find(&pattern, "abcabd", end, &start, &end));
	assert_int_equal(start, 1);
	/* The start of a line is not wherever one goes on. */
	assert_true(pattern_find(&pattern, "abcabd", 3, &start, &end));
	assert_int_equal(start, 4);
	assert_false(pattern_find(&pattern, "abcabd", end, &start, &end));
	pattern_release(&pattern);
	/* Nor is that of a word. */
	assert_int_equal(pattern_compile(&pattern, "\\<cab", &fault), 0);
	assert_false(pattern_find(&pattern, "abcabd", 2, &start, &end));
	assert_true(pattern_find(&pattern, "ab cab", 2, &start, &end));
	assert_int_equal(start, 3);
	assert_int_equal(end, 6);
	pattern_release(&pattern);
	pattern_release(&pattern);
}

static void assert_refused(const char *text, size_t at, const char *why)
{
	struct pattern pattern;
	struct pattern_fault fault;

	assert_int_equal(pattern_compile(&pattern, text, &fault), -EINVAL);
	assert_false(pattern.ready);
	if (fault.at != at || !strstr(fault.why, why))
		fail_msg("'%s': %s, at %zu", text, fault.why, fault.at);
}

static void faults_have_places(void **state)
{
	char long_one[PATTERN_BYTES + 1];

	(void)state;
	assert_refused("", 0, "nothing to look for");
	assert_refused("ab(c", 2, "no ')' closes (character 3)");
	assert_refused("(a)b)", 4, "that nothing opened");
	assert_refused("x[a-", 1, "no ']' closes");
	assert_refused("x[[:digit:", 1, "no ']' closes");
	assert_refused("*a", 0, "nothing to repeat");
	assert_refused("a|+", 2, "nothing to repeat");
	assert_refused("a\\", 1, "behind the backslash");
	assert_refused("(a)\\1", 3, "back-references");
	assert_refused("a{2", 1, "{2,5}");
	assert_refused("a{b}", 1, "{2,5}");
	assert_refused("a{3,2}", 1, "wrong way round");
	assert_refused("a{1001}", 1, "too many");
	assert_refused("((a{20}){20}){20}", 13, "too many");
	assert_refused("[z-a]", 0, "");
	memset(long_one, 'a', sizeof(long_one));
	long_one[PATTERN_BYTES] = '\0';
	assert_refused(long_one, PATTERN_BYTES - 1, "too long");
	long_one[PATTERN_BYTES - 1] = '\0';
	assert_found(long_one, long_one, 0, PATTERN_BYTES - 1);
}

static void repetitions_at_their_limit(void **state)
{
	char text[64];

	(void)state;
	snprintf(text, sizeof(text), "a{%d}b", PATTERN_ITEMS);
	assert_found("aab", text, -1, -1);
	snprintf(text, sizeof(text), "a{%d}b", PATTERN_ITEMS + 1);
	assert_refused(text, 1, "too many");
	/* With what stands before, inside and outside of groups. */
	snprintf(text, sizeof(text), "xy(z|a{%d})", PATTERN_ITEMS - 4);
	assert_found("xyz", text, 0, 3);
	snprintf(text, sizeof(text), "xy(z|a{%d})", PATTERN_ITEMS - 3);
	assert_refused(text, 6, "too many");
	snprintf(text, sizeof(text), "(a{%d}b)+c", PATTERN_ITEMS / 2 - 1);
	assert_found("abc", text, -1, -1);
	snprintf(text, sizeof(text), "(a{%d}b)+c", PATTERN_ITEMS / 2);
	assert_refused(text, 9, "too many");
}

/* A "+" is written as a copy and a "*", of all that is before it. */
static void each_plus_doubles(void **state)
{
	(void)state;
	assert_found("xaab", "a+++++++++b", 1, 4);
	assert_refused("a++++++++++b", 10, "too many");
	assert_refused("((((((((((a)+)+)+)+)+)+)+)+)+)+", 30, "too many");
	/* Beside each other they do not. */
	assert_found("abcdefghijkl", "a+b+c+d+e+f+g+h+i+j+k+l+", 0, 12);
	assert_found("xab", "a****?b", 1, 3);
}

static void assert_basic(const char *text, const char *why)
{
	struct pattern_fault fault = {.why = ""};

	assert_int_equal(pattern_check_basic(text, &fault), why ? -EINVAL : 0);
	if (why && !strstr(fault.why, why))
		fail_msg("'%s': %s", text, fault.why);
}

static void basic_ones_of_filters(void **state)
{
	(void)state;
	assert_basic("a+++++++++++++++++++++++++++++++*{9999}", NULL);
	assert_basic("a\\+\\+\\+\\+\\+\\+\\+\\+\\+", NULL);
	assert_basic("a\\+\\+\\+\\+\\+\\+\\+\\+\\+\\+", "too many repetitions (character 20)");
	assert_basic("\\(b\\{500\\}\\)\\{2\\}", NULL);
	assert_basic("\\(bc\\{500\\}\\)\\{2\\}", "too many repetitions (character 14)");
	assert_basic("[\\+\\+\\+\\+\\+\\+\\+\\+\\+\\+]\\?", NULL);
	assert_basic("\\)\\)\\(\\(", NULL); /* regcomp(3) says so */
	assert_basic("\\(a\\)\\1", "back-references");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_are_found),
		cmocka_unit_test(case_is_smart),
		cmocka_unit_test(matches_go_on),
		cmocka_unit_test(faults_have_places),
		cmocka_unit_test(repetitions_at_their_limit),
		cmocka_unit_test(each_plus_doubles),
		cmocka_unit_test(basic_ones_of_filters),
	};

	return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
