// SPDX-License-Identifier: GPL-2.0-only
/* Names of tasks by the rule of a trace.dat; test_stream.c has the other one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/engine/comms.h"

static struct engine_position at(uint32_t epoch, uint64_t ts, uint32_t cpu, uint64_t row)
{
	return (struct engine_position){ts, row, cpu, epoch};
}

static const char *find(const struct comms *comms, int32_t pid, struct engine_position place)
{
	return comms_find_at(comms, pid, &place);
}

static void learn(struct comms *comms, int32_t pid, struct engine_position place, const char *comm)
{
	comms_learn_first(comms, pid, &place, comm, VTRACE_COMM_LEN);
}

static struct comms *make(void)
{
	static const char listed[] = "42 init\n77 two words\n42 again\n";
	struct comms *comms = comms_new();

	assert_non_null(comms);
	assert_false(comms_keeps_first(comms));
	comms_load(comms, "9 before\n", 9);
	comms_keep_first(comms);
	assert_true(comms_keeps_first(comms));
	comms_load(comms, listed, sizeof(listed) - 1);
	return comms;
}

static void listed_names_hold_for_ever(void **state)
{
	struct comms *comms = make();
	const struct engine_position early = at(0, 1, 0, 0);

	(void)state;
	assert_string_equal(find(comms, 42, early), "init");
	assert_string_equal(find(comms, 77, early), "two words");
	assert_string_equal(find(comms, 0, early), "<idle>");
	assert_string_equal(find(comms, 9, early), "<...>");
	assert_false(comms_wants_first(comms, 42, &early));
	assert_false(comms_wants_first(comms, 0, &early));
	assert_false(comms_wants_first(comms, -1, &early));
	learn(comms, 42, early, "bash");
	assert_string_equal(find(comms, 42, at(9, 9, 9, 9)), "init");
	comms_free(comms);
}

/* The first in the order of rows counts, in whatever order they are seen. */
static void the_first_name_holds_behind_its_row(void **state)
{
	struct comms *comms = make();

	(void)state;
	learn(comms, 5, at(0, 300, 1, 30), "third");
	assert_string_equal(find(comms, 5, at(0, 300, 1, 30)), "<...>");
	assert_string_equal(find(comms, 5, at(0, 300, 1, 31)), "third");
	learn(comms, 5, at(0, 400, 0, 1), "fourth");
	assert_string_equal(find(comms, 5, at(0, 500, 0, 9)), "third");
	learn(comms, 5, at(0, 200, 2, 7), "second");
	assert_string_equal(find(comms, 5, at(0, 300, 1, 30)), "second");
	/* At one time: by CPU, then by row. */
	assert_string_equal(find(comms, 5, at(0, 200, 2, 7)), "<...>");
	assert_string_equal(find(comms, 5, at(0, 200, 2, 8)), "second");
	assert_string_equal(find(comms, 5, at(0, 200, 3, 0)), "second");
	assert_string_equal(find(comms, 5, at(0, 200, 1, 99)), "<...>");
	learn(comms, 5, at(0, 200, 2, 6), "first");
	assert_string_equal(find(comms, 5, at(0, 200, 2, 7)), "first");
	/* A clock that started again comes later, whatever it shows. */
	assert_string_equal(find(comms, 5, at(1, 0, 0, 0)), "first");
	learn(comms, 6, at(1, 0, 0, 0), "late");
	assert_string_equal(find(comms, 6, at(0, 999, 0, 0)), "<...>");
	/* Even an empty name is one. */
	learn(comms, 7, at(0, 1, 0, 0), "");
	assert_string_equal(find(comms, 7, at(0, 2, 0, 0)), "");
	comms_free(comms);
}

/* Who writes the names into another trace.dat writes those that were listed. */
static void what_was_listed_is_written(void **state)
{
	struct comms *comms = make();
	char text[256];
	size_t length;

	(void)state;
	learn(comms, 5, at(0, 1, 0, 0), "learned");
	length = comms_text(comms, text, sizeof(text));
	text[length] = '\0';
	assert_string_equal(text, "42 init\n77 two words\n");
	comms_free(comms);
}

/* As many as a kernel saves (PID_MAX_DEFAULT), and one more. */
static void a_list_without_an_end(void **state)
{
	struct comms *comms = comms_new();
	char *text = malloc((COMMS_PIDS + 1) * 16), *to = text;

	(void)state;
	for (int32_t pid = 1; pid <= COMMS_PIDS + 1; pid++)
		to += sprintf(to, "%d a%d\n", pid, pid);
	comms_load(comms, text, (size_t)(to - text));
	assert_string_equal(comms_find(comms, 1, 0, 1), "a1");
	assert_string_equal(comms_find(comms, COMMS_PIDS, 0, 1), "a32768");
	assert_string_equal(comms_find(comms, COMMS_PIDS + 1, 0, 1), "<...>");
	free(text);
	comms_free(comms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listed_names_hold_for_ever),
		cmocka_unit_test(the_first_name_holds_behind_its_row),
		cmocka_unit_test(what_was_listed_is_written),
		cmocka_unit_test(a_list_without_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
