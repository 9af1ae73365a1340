// SPDX-License-Identifier: GPL-2.0-only
/* The tree of a guest's events: what is to be seen of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/console/event_tree.h"

static const struct guest_event all[] = {
	{"timer", "timer_init", EVENT_OFF},	   {"sched", "sched_waking", EVENT_ON},
	{"sched", "sched_switch", EVENT_FILTERED}, {"kvm", "kvm_exit", EVENT_OFF},
	{"timer", "hrtimer_init", EVENT_ON},
};

static struct guest_event_list *new_list(const struct guest_event *events, unsigned count)
{
	struct guest_event_list *list = calloc(1, sizeof(*list));

	assert_non_null(list);
	list->event = calloc(count + 1, sizeof(*list->event));
	assert_non_null(list->event);
	memcpy(list->event, events, count * sizeof(*events));
	list->count = count;
	return list;
}

static int setup(void **state)
{
	struct event_tree *tree = calloc(1, sizeof(*tree));

	assert_non_null(tree);
	assert_int_equal(event_tree_take(tree, new_list(all, 5)), 0);
	*state = tree;
	return 0;
}

static int teardown(void **state)
{
	event_tree_release(*state);
	free(*state);
	return 0;
}

/* The lines, each as its name: systems with their counts, events with a blank before. */
static const char *seen(const struct event_tree *tree)
{
	static char text[512];
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < tree->lines; i++) {
		const struct guest_event *event = event_tree_event(tree, i);
		const struct tree_system *system = &tree->system[tree->line[i].system];

		if (event)
			used += (size_t)snprintf(text + used, sizeof(text) - used, " %s",
						 event->name);
		else
			used += (size_t)snprintf(text + used, sizeof(text) - used, "/%s %u/%u",
						 system->name, system->on, system->count);
	}
	return text;
}

static void systems_are_sorted_and_closed(void **state)
{
	struct event_tree *tree = *state;

	assert_string_equal(seen(tree), "/kvm 0/1/sched 2/2/timer 1/2");
	assert_int_equal(tree->on, 3);
	assert_true(event_tree_is_on(tree, 1));
	assert_false(event_tree_is_on(tree, 2));
}

static void a_system_opens_and_closes(void **state)
{
	struct event_tree *tree = *state;

	assert_int_equal(event_tree_open(tree, 1, true), 1);
	assert_string_equal(seen(tree), "/kvm 0/1/sched 2/2 sched_switch sched_waking/timer 1/2");
	assert_true(event_tree_is_on(tree, 2));
	/* From one of its events, too; the cursor is on the system then. */
	assert_int_equal(event_tree_open(tree, 3, false), 1);
	assert_string_equal(seen(tree), "/kvm 0/1/sched 2/2/timer 1/2");
	assert_int_equal(event_tree_open(tree, 77, true), 0);
}

static void what_was_open_stays_open(void **state)
{
	static const struct guest_event fresh[] = {
		{"aaa", "first", EVENT_OFF},
		{"sched", "sched_switch", EVENT_OFF},
	};
	struct event_tree *tree = *state;

	event_tree_open(tree, 1, true);
	assert_int_equal(event_tree_take(tree, new_list(fresh, 2)), 0);
	assert_string_equal(seen(tree), "/aaa 0/1/sched 0/1 sched_switch");
	assert_int_equal(tree->on, 0);
}

static void a_search_opens_what_fits(void **state)
{
	struct event_tree *tree = *state;

	event_tree_search(tree, "INIT");
	assert_string_equal(seen(tree), "/timer 1/2 hrtimer_init timer_init");
	event_tree_search(tree, "ed:sched_s");
	assert_string_equal(seen(tree), "/sched 2/2 sched_switch");
	event_tree_search(tree, "nothing");
	assert_string_equal(seen(tree), "");
	event_tree_search(tree, "");
	assert_string_equal(seen(tree), "/kvm 0/1/sched 2/2/timer 1/2");
}

static void only_what_is_enabled(void **state)
{
	struct event_tree *tree = *state;

	event_tree_only_on(tree, true);
	assert_string_equal(seen(tree),
			    "/sched 2/2 sched_switch sched_waking/timer 1/2 hrtimer_init");
	event_tree_search(tree, "init");
	assert_string_equal(seen(tree), "/timer 1/2 hrtimer_init");
	event_tree_only_on(tree, false);
	assert_string_equal(seen(tree), "/timer 1/2 hrtimer_init timer_init");
}

static void finding_a_line_again(void **state)
{
	struct event_tree *tree = *state;

	assert_int_equal(event_tree_find(tree, "timer", "hrtimer_init"), 2);
	event_tree_open(tree, 2, true);
	assert_int_equal(event_tree_find(tree, "timer", "hrtimer_init"), 3);
	assert_int_equal(event_tree_find(tree, "timer", ""), 2);
	assert_int_equal(event_tree_find(tree, "nosuch", "x"), 0);
}

static void patterns_of_lines(void **state)
{
	struct event_tree *tree = *state;
	char text[64];

	event_tree_open(tree, 0, true);
	event_tree_pattern(tree, 0, text, sizeof(text));
	assert_string_equal(text, "kvm:*");
	event_tree_pattern(tree, 1, text, sizeof(text));
	assert_string_equal(text, "kvm:kvm_exit");
}

static void no_events_at_all(void **state)
{
	struct event_tree *tree = *state;

	assert_int_equal(event_tree_take(tree, new_list(all, 0)), 0);
	assert_string_equal(seen(tree), "");
	event_tree_search(tree, "x");
	event_tree_only_on(tree, true);
	assert_int_equal(tree->lines, 0);
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(systems_are_sorted_and_closed),
		TREE_TEST(a_system_opens_and_closes),
		TREE_TEST(what_was_open_stays_open),
		TREE_TEST(a_search_opens_what_fits),
		TREE_TEST(only_what_is_enabled),
		TREE_TEST(finding_a_line_again),
		TREE_TEST(patterns_of_lines),
		TREE_TEST(no_events_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
