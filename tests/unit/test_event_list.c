// SPDX-License-Identifier: GPL-2.0-only
/* Events in a word of a line of the control port, as formats/event_list.h promises them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "formats/event_list.h"

struct heard {
	char text[1024];
	int most; /* ends the reading after so many; 0: never */
	int count;
};

static bool hear(void *data, const char *system, const char *event, enum event_state state)
{
	struct heard *heard = data;
	size_t used = strlen(heard->text);

	snprintf(heard->text + used, sizeof(heard->text) - used, "[%s %s %c]", system, event,
		 state);
	return ++heard->count != heard->most;
}

static void what_is_written_is_read(void **state)
{
	struct heard heard = {0};
	struct event_list list;
	char text[256];

	(void)state;
	event_list_begin(&list, text, sizeof(text));
	assert_true(event_list_add(&list, "sched", "sched_switch", EVENT_ON));
	assert_true(event_list_add(&list, "sched", "sched_waking", EVENT_OFF));
	assert_true(event_list_add(&list, "xhci-hcd", "xhci_urb", EVENT_FILTERED));
	assert_true(event_list_add(&list, "sched", "sched_stat", EVENT_OFF));
	assert_int_equal(list.count, 4);
	assert_string_equal(text, "sched:+sched_switch,-sched_waking;xhci-hcd:%xhci_urb;"
				  "sched:-sched_stat");
	assert_int_equal(event_list_read(text, hear, &heard), 4);
	assert_string_equal(heard.text, "[sched sched_switch +][sched sched_waking -]"
					"[xhci-hcd xhci_urb %][sched sched_stat -]");
}

static void what_has_no_room_leaves_no_trace(void **state)
{
	static const char wanted[] = "a:+b";
	struct event_list list;
	char text[sizeof(wanted) + 3];

	(void)state;
	event_list_begin(&list, text, sizeof(text));
	assert_true(event_list_add(&list, "a", "b", EVENT_ON));
	assert_false(event_list_add(&list, "a", "cc", EVENT_ON));
	assert_string_equal(text, wanted);
	assert_false(event_list_add(&list, "b", "c", EVENT_ON));
	assert_string_equal(text, wanted);
	/* Two bytes and the end are left: ",+c" fits exactly. */
	assert_true(event_list_add(&list, "a", "c", EVENT_ON));
	assert_int_equal(list.count, 2);
	assert_string_equal(text, "a:+b,+c");
}

static void an_empty_list_has_no_events(void **state)
{
	struct heard heard = {0};

	(void)state;
	assert_int_equal(event_list_read("", hear, &heard), 0);
	assert_int_equal(heard.count, 0);
}

static void the_reader_can_be_ended(void **state)
{
	struct heard heard = {.most = 2};

	(void)state;
	assert_int_equal(event_list_read("a:+b,+c,+d", hear, &heard), 2);
	assert_string_equal(heard.text, "[a b +][a c +]");
}

static void rubbish_is_no_list(void **state)
{
	static const char *const bad[] = {
		"a",	  "a:",	    "a:b",	":+b",	     "a:+",	 "a:+b,",	"a:+b;",
		"a:+b,c", "a:+b;c", "a:+b;:+c", ",",	     ";",	 "a:+b,,+c",	"a:+b:+c",
		"a:+b c", "a b:+c", "a:*b",	"a:+b,+c\n", "a:+b\x7f", "\xc3\xa4:+b",
	};
	char name[VTRACE_EVENT_NAME_MAX + 1], text[VTRACE_EVENT_NAME_MAX + 8];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct heard heard = {0};

		if (event_list_read(bad[i], hear, &heard) != -EINVAL)
			fail_msg("'%s' is taken for a list", bad[i]);
	}
	memset(name, 'x', sizeof(name));
	name[VTRACE_EVENT_NAME_MAX - 1] = '\0';
	snprintf(text, sizeof(text), "a:+%s", name);
	assert_int_equal(event_list_read(text, hear, &(struct heard){0}), 1);
	name[VTRACE_EVENT_NAME_MAX - 1] = 'x';
	name[VTRACE_EVENT_NAME_MAX] = '\0';
	snprintf(text, sizeof(text), "a:+%s", name);
	assert_int_equal(event_list_read(text, hear, &(struct heard){0}), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(what_has_no_room_leaves_no_trace),
		cmocka_unit_test(an_empty_list_has_no_events),
		cmocka_unit_test(the_reader_can_be_ended),
		cmocka_unit_test(rubbish_is_no_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
