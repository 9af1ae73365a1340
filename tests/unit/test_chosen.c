// SPDX-License-Identifier: GPL-2.0-only
/* Which orders are kept of those that a guest has carried out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tui/guest/chosen.h"

/* Notes orders, "f " before a filter's and ". VERB " before those of others, and compares what is
 * left of them. */
static void check(const char *const *orders, const char *wanted)
{
	struct chosen chosen = {0};
	const struct choice *choice;
	char left[512] = "";

	for (; *orders; orders++) {
		struct control_request request = {CONTROL_EVENTS, "", *orders};

		if (!strncmp(*orders, "f ", 2))
			request = (struct control_request){CONTROL_FILTER, "", *orders + 2};
		else if (!strncmp(*orders, ". ", 2))
			control_request_parse(*orders + 2, &request);
		assert_int_equal(chosen_note(&chosen, request.verb, request.args), 0);
	}
	chosen_rewind(&chosen);
	while ((choice = chosen_next(&chosen)))
		snprintf(left + strlen(left), sizeof(left) - strlen(left), "%s%s%s%s|",
			 choice->verb == CONTROL_FILTER	  ? "f "
			 : choice->verb != CONTROL_EVENTS ? ". "
							  : "",
			 choice->verb > CONTROL_FILTER ? control_verb_name(choice->verb) : "",
			 choice->verb > CONTROL_FILTER ? " " : "", choice->args);
	assert_string_equal(left, wanted);
	chosen_release(&chosen);
}

#define CHECK(wanted, ...) check((const char *const[]){__VA_ARGS__, NULL}, wanted)

static void the_last_of_the_same_events_decides(void **state)
{
	(void)state;
	CHECK("add a|remove b|", "add a", "remove b");
	CHECK("remove a:b|add a|", "add a", "remove a:b", "add a");
	CHECK("remove a|", "add a", "remove a");
	CHECK("add a|add ab|", "add a", "add ab");
}

static void what_is_set_leaves_nothing_before_it(void **state)
{
	(void)state;
	CHECK("f a:b c < 1|set x|add y|", "add a", "f a:b c < 1", "remove a", "set x", "add y");
	CHECK("set|add a|", "set b", "set", "add a");
	CHECK("set a|add a|", "set a", "add a");
}

static void a_filter_follows_another_of_its_event(void **state)
{
	(void)state;
	CHECK("f a:bc x|f a:b 0|", "f a:b y", "f a:bc x", "f a:b 0");
}

static void what_is_put_back_is_forgotten(void **state)
{
	(void)state;
	CHECK("add b|", "add a", "f a:b x", "restore", "add b");
	CHECK("", "set a", "restore");
	CHECK(". pid 1|", "set a", "f a:b x", ". pid 1", "restore");
	CHECK("add b|", "set a", "f a:b x", ". pid 1", ". kprobe add p:x y", ". restore", "add b");
}

static void a_setting_has_one_value(void **state)
{
	(void)state;
	CHECK(". tracer nop|. pid 2|", ". pid 1", ". tracer function", ". tracer nop", ". pid 2");
}

static void a_probe_that_was_removed_is_forgotten(void **state)
{
	(void)state;
	CHECK(". kprobe add p:a x|. kprobe add r8:g/ab y|", ". kprobe add p:a x",
	      ". kprobe add p:b x", ". kprobe add r8:g/ab y", ". kprobe remove vtrace:b");
	CHECK("", ". kprobe add r:g/a y", ". kprobe remove a");
	CHECK(". kprobe add p:b z|", ". kprobe add p:b x", ". kprobe remove g/b",
	      ". kprobe add p:b z");
}

static void triggers_are_of_an_event(void **state)
{
	(void)state;
	CHECK(". trigger a:b stacktrace:5|. trigger a:bc stacktrace|. trigger a:b traceoff|",
	      ". trigger a:b traceoff", ". trigger a:b stacktrace:5", ". trigger a:bc stacktrace",
	      ". trigger a:b traceoff");
	CHECK(". trigger a:b snapshot|", ". trigger a:b stacktrace:5", ". trigger a:b snapshot",
	      ". trigger a:b !stacktrace");
	CHECK(". trigger a:b stacktrace:5|", ". trigger a:b stacktrace:5", ". trigger a:b !stack",
	      ". snapshot take");
}

/* A choice may go while they are gone through: none of the others is left out. */
static void noting_in_between(void **state)
{
	struct chosen chosen = {0};

	(void)state;
	chosen_note(&chosen, CONTROL_EVENTS, "add a");
	chosen_note(&chosen, CONTROL_EVENTS, "add b");
	chosen_note(&chosen, CONTROL_EVENTS, "add c");
	chosen_rewind(&chosen);
	chosen_next(&chosen);
	assert_string_equal(chosen_next(&chosen)->args, "add b");
	chosen_note(&chosen, CONTROL_EVENTS, "remove a");
	assert_string_equal(chosen_next(&chosen)->args, "add c");
	assert_string_equal(chosen_next(&chosen)->args, "remove a");
	assert_null(chosen_next(&chosen));
	chosen_release(&chosen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_of_the_same_events_decides),
		cmocka_unit_test(what_is_set_leaves_nothing_before_it),
		cmocka_unit_test(a_filter_follows_another_of_its_event),
		cmocka_unit_test(what_is_put_back_is_forgotten),
		cmocka_unit_test(a_setting_has_one_value),
		cmocka_unit_test(a_probe_that_was_removed_is_forgotten),
		cmocka_unit_test(triggers_are_of_an_event),
		cmocka_unit_test(noting_in_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
