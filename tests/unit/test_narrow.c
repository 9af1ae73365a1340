// SPDX-License-Identifier: GPL-2.0-only
/* Filters as text: adding a condition, and what could be typed next. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tui/console/narrow.h"
#include "tui/engine/protocol.h"

#define EVENTS	    (1u << ENGINE_WORDS_EVENTS)
#define EVENT_NAMES (1u << ENGINE_WORDS_EVENT_NAMES)
#define FIELDS	    (1u << ENGINE_WORDS_FIELDS)
#define TASKS	    (1u << ENGINE_WORDS_TASKS)

static void conditions_are_added(void **state)
{
	static const struct {
		const char *filter, *narrowed;
	} cases[] = {
		{"", "CPU == 1"},
		{"  ", "CPU == 1"},
		{"sched", "sched: CPU == 1"},
		{"sched, irq", "sched, irq: CPU == 1"},
		{"sched/sched_switch:", "sched/sched_switch: CPU == 1"},
		{"prev_prio < 50", "prev_prio < 50 && CPU == 1"},
		{"a == 1 || b == 2", "(a == 1 || b == 2) && CPU == 1"},
		{"sched: a == 1 || b == 2", "sched: (a == 1 || b == 2) && CPU == 1"},
		{"sched_switch: a == 1 , irq", "sched_switch: a == 1 && CPU == 1, irq: CPU == 1"},
		{"comm == \"a,b: c\", x:y==1",
		 "comm == \"a,b: c\" && CPU == 1, x: y==1 && CPU == 1"},
		{"comm == \"a\\\",b\"", "comm == \"a\\\",b\" && CPU == 1"},
	};
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(narrow_filter(out, sizeof(out), cases[i].filter, "CPU == 1"), 0);
		assert_string_equal(out, cases[i].narrowed);
	}
	assert_int_equal(narrow_filter(out, 9, "", "CPU == 1"), 0);
	assert_int_equal(narrow_filter(out, 8, "", "CPU == 1"), -E2BIG);
	assert_int_equal(narrow_filter(out, 20, "sched, irq: a == 1", "CPU == 1"), -E2BIG);
	assert_int_equal(narrow_filter(out, 20, "a == 1, b == 1, c == 1", "CPU == 1"), -E2BIG);
}

static void texts_are_quoted(void **state)
{
	char out[32];

	(void)state;
	assert_int_equal(narrow_text(out, sizeof(out), "COMM", "!=", "ba\"sh"), 0);
	assert_string_equal(out, "COMM != \"ba\\\"sh\"");
	assert_int_equal(narrow_text(out, 16, "COMM", "==", "0123456789\"\""), 0);
	assert_true(strlen(out) < 16);
}

/* What a guest calls a task is compared as it is, or not at all. */
static void no_text_leaves_its_quotes(void **state)
{
	static const char *const names[] = {"x\\\" || 1 == 1", "x\\", "x\\\\", "x\\'y"};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(narrow_text(out, sizeof(out), "COMM", "==", names[i]), -EINVAL);
	assert_int_equal(narrow_text(out, sizeof(out), "COMM", "==", "x\\y' z"), 0);
	assert_string_equal(out, "COMM == \"x\\y' z\"");
}

static void words_depend_on_their_place(void **state)
{
	static const struct {
		const char *text; /* the cursor is at its end */
		unsigned kinds;
		const char *word, *of;
	} cases[] = {
		{"", EVENTS, "", ""},
		{"sch", EVENTS | FIELDS, "sch", ""},
		{"sched/sched_sw", EVENTS | FIELDS, "sched/sched_sw", ""},
		{"sched, ir", EVENTS | FIELDS, "ir", ""},
		{"sched_switch: pre", FIELDS, "pre", "sched_switch"},
		{"irq, sched_switch:", FIELDS, "", "irq, sched_switch"},
		{"a == 1 && pr", FIELDS, "pr", ""},
		{"x: a == 1, sc", EVENTS | FIELDS, "sc", ""},
		{"x: a == 1, y: z", FIELDS, "z", "y"},
		{"next_comm == \"kwo", TASKS, "kwo", ""},
		{"x: COMM =~ \"a b", TASKS, "a b", ""},
		{"EVENT != \"sched_", EVENT_NAMES, "sched_", ""},
		{"name == \"a", 0, "a", ""},
		{"COMM == \"a\" && C", FIELDS, "C", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length = strlen(cases[i].text);
		struct narrow_word word = narrow_word_at(cases[i].text, length);
		char of[64];

		snprintf(of, sizeof(of), "%.*s", (int)(word.of_end - word.of),
			 cases[i].text + word.of);
		if (word.kinds != cases[i].kinds ||
		    strcmp(cases[i].text + word.from, cases[i].word) || strcmp(of, cases[i].of))
			fail_msg("'%s': kinds %x, from %zu, of '%s'", cases[i].text, word.kinds,
				 word.from, of);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions_are_added),
		cmocka_unit_test(texts_are_quoted),
		cmocka_unit_test(no_text_leaves_its_quotes),
		cmocka_unit_test(words_depend_on_their_place),
	};

	return cmocka_run_group_tests_name("narrow", tests, NULL, NULL);
}
