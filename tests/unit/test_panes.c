// SPDX-License-Identifier: GPL-2.0-only
/* Panes of many CPUs: which are on the screen, and which has the focus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tui/console/meters.h"
#include "tui/console/panes.h"

static struct panes *with_cpus(unsigned count)
{
	struct panes *panes = calloc(1, sizeof(*panes));
	uint8_t all[ENGINE_CPUSET_BYTES];

	assert_non_null(panes);
	memset(all, 0xff, sizeof(all));
	for (unsigned cpu = 0; cpu < count; cpu++)
		assert_true(panes_add(panes, cpu, PANE_HEAD));
	panes_choose(panes, all);
	return panes;
}

static void drop(struct panes *panes)
{
	panes_release(panes);
	free(panes);
}

static void assert_shown(struct panes *panes, unsigned focus, const char *words)
{
	char text[64];

	panes_layout(panes, 17); /* four panes */
	assert_int_equal(panes->focus, focus);
	panes_words(panes, text, sizeof(text));
	assert_string_equal(text, words);
	assert_in_range(panes->focus, panes->first, panes->first + panes->fit - 1);
}

/* An engine that has no memory for an answer is to be asked for the same again. */
static void denied_rows_are_still_wanted(void **state)
{
	const struct engine_no_answer no = {.error = -12};
	const struct engine_packet packet = {.type = ENGINE_NO_ANSWER,
					     .serial = 7,
					     .payload = &no,
					     .length = sizeof(no)};
	struct pane pane = {.anchor = PANE_TOP, .asked = true, .serial = 8, .sent = -5, .skip = 2};

	(void)state;
	assert_false(pane_answer(&pane, &packet));
	assert_true(pane.asked);
	pane.serial = 7;
	assert_true(pane_answer(&pane, &packet));
	assert_false(pane.asked);
	assert_true(pane.wanted);
	assert_false(pane.answered);
	assert_int_equal(pane.skip, -3);
	/* Who has gone to the tail meanwhile moves no rows there. */
	pane.asked = true;
	pane_go(&pane, PANE_TAIL);
	assert_true(pane_answer(&pane, &packet));
	assert_int_equal(pane.skip, 0);
	assert_true(pane.wanted);
}

static void those_that_fit_are_shown(void **state)
{
	struct panes *panes = with_cpus(64);
	char text[64];

	(void)state;
	assert_shown(panes, 0, "  panes 1-4 of 64");
	panes_move_focus(panes, 1);
	assert_shown(panes, 1, "  panes 1-4 of 64");
	panes_move_focus(panes, 3);
	assert_shown(panes, 4, "  panes 2-5 of 64");
	panes_move_focus(panes, 60);
	assert_shown(panes, 0, "  panes 1-4 of 64");
	panes_layout(panes, 3);
	panes_words(panes, text, sizeof(text));
	assert_string_equal(text, "  pane 1 of 64");
	panes_layout(panes, 64 * 4);
	panes_words(panes, text, sizeof(text));
	assert_string_equal(text, "");
	panes->merged = true;
	panes_layout(panes, 16);
	panes_words(panes, text, sizeof(text));
	assert_string_equal(text, "");
	drop(panes);
}

static void a_screenful_at_a_time(void **state)
{
	struct panes *panes = with_cpus(10);

	(void)state;
	panes_turn(panes, 1); /* nothing is laid out yet */
	assert_shown(panes, 0, "  panes 1-4 of 10");
	panes_move_focus(panes, 1);
	panes_turn(panes, 1);
	assert_shown(panes, 5, "  panes 5-8 of 10");
	panes_turn(panes, 1);
	assert_shown(panes, 9, "  panes 7-10 of 10");
	panes_turn(panes, 1);
	assert_shown(panes, 9, "  panes 7-10 of 10");
	panes_turn(panes, -1);
	assert_shown(panes, 5, "  panes 3-6 of 10");
	panes_turn(panes, -1);
	panes_turn(panes, -1);
	assert_shown(panes, 0, "  panes 1-4 of 10");
	drop(panes);
}

static struct meters *metered(unsigned count)
{
	struct meters *meters = calloc(1, sizeof(*meters));

	assert_non_null(meters);
	for (unsigned cpu = 0; cpu < count; cpu++)
		meters->cpu[cpu].known = true;
	return meters;
}

/* They leave the rows of events at least four fifths of any screen. */
static void meters_do_not_eat_the_screen(void **state)
{
	static const struct {
		unsigned cpus;
		int rows, columns, lines;
	} cases[] = {
		{1, 24, 80, 1},	   {8, 24, 80, 4},   {9, 24, 80, 2}, /* 72 bars a line */
		{64, 24, 80, 2},   {64, 10, 60, 2},  {64, 60, 200, 2},
		{48, 60, 200, 10}, {256, 24, 80, 3}, /* two CPUs a bar */
		{256, 60, 200, 3}, {256, 10, 60, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct meters *meters = metered(cases[i].cpus);

		assert_int_equal(meters_lines(meters, cases[i].rows, cases[i].columns),
				 cases[i].lines);
		free(meters);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(denied_rows_are_still_wanted),
		cmocka_unit_test(those_that_fit_are_shown),
		cmocka_unit_test(a_screenful_at_a_time),
		cmocka_unit_test(meters_do_not_eat_the_screen),
	};

	return cmocka_run_group_tests_name("panes", tests, NULL, NULL);
}
