// SPDX-License-Identifier: GPL-2.0-only
/* Asking an agent for its guest's events and ordering them, with a fake agent. */
#include "tests/unit/fake_guest.h"
#include "tui/guest/events.h"

/* What came of what was asked. */
struct asked {
	struct guest_event_list *list;
	char text[256], error[256];
	unsigned answers;
};

/* The agent's: what it answers in turn, and what it was asked. */
static const char *const *script;
static char requests[1024];

static void answer(struct fake *fake, const struct control_request *request)
{
	size_t used = strlen(requests);

	snprintf(requests + used, sizeof(requests) - used, "%s %s|", request->name, request->args);
	if (*script)
		say(fake, "%s\n", *script++);
}

static void listed(void *data, struct guest_event_list *list, const char *error)
{
	struct asked *asked = data;

	assert_true(!list != !error);
	asked->answers++;
	asked->list = list;
	snprintf(asked->error, sizeof(asked->error), "%s", error ? error : "");
}

static void ordered(void *data, const char *text, const char *error)
{
	struct asked *asked = data;

	assert_true(!text != !error);
	asked->answers++;
	snprintf(asked->text, sizeof(asked->text), "%s", text ? text : "");
	snprintf(asked->error, sizeof(asked->error), "%s", error ? error : "");
}

static void begin(struct fake *fake, const char *const *lines)
{
	script = lines;
	requests[0] = '\0';
	fake->other = answer;
	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
}

static void a_list_of_several_answers(void **state)
{
	static const char *const lines[] = {
		"ok events from=0 count=2 total=3 enabled=1 list=sched:+a,-b",
		"ok events from=2 count=1 total=3 enabled=1 list=sched:%c", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	assert_int_equal(guest_list_events(fake->guest, listed, &asked), 0);
	assert_int_equal(guest_list_events(fake->guest, listed, &asked), -EALREADY);
	turn_until(fake, asked.answers);
	assert_string_equal(requests, "events list 0|events list 2|");
	assert_non_null(asked.list);
	assert_int_equal(asked.list->count, 3);
	assert_string_equal(asked.list->event[0].name, "a");
	assert_string_equal(asked.list->event[2].system, "sched");
	assert_string_equal(asked.list->event[2].name, "c");
	assert_int_equal(asked.list->event[0].state, EVENT_ON);
	assert_int_equal(asked.list->event[1].state, EVENT_OFF);
	assert_int_equal(asked.list->event[2].state, EVENT_FILTERED);
	guest_event_list_free(asked.list);
}

static void a_module_comes_in_between(void **state)
{
	static const char *const lines[] = {"ok events from=0 total=2 list=x:+a",
					    "ok events from=1 total=3 list=y:+b",
					    "ok events from=0 total=3 list=x:+a,+aa",
					    "ok events from=2 total=3 list=y:+b", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	assert_int_equal(guest_list_events(fake->guest, listed, &asked), 0);
	turn_until(fake, asked.answers);
	assert_string_equal(requests, "events list 0|events list 1|events list 0|events list 2|");
	assert_int_equal(asked.list->count, 3);
	assert_string_equal(asked.list->event[1].name, "aa");
	guest_event_list_free(asked.list);
}

static void modules_come_and_go_for_ever(void **state)
{
	static const char *const lines[] = {"ok events from=0 total=2 list=x:+a",
					    "ok events from=1 total=3 list=y:+b",
					    "ok events from=0 total=2 list=x:+a",
					    "ok events from=1 total=3 list=y:+b",
					    "ok events from=0 total=2 list=x:+a",
					    "ok events from=1 total=3 list=y:+b",
					    NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	assert_int_equal(guest_list_events(fake->guest, listed, &asked), 0);
	turn_until(fake, asked.answers);
	assert_non_null(strstr(asked.error, "change while they are listed"));
}

static void a_kernel_without_events(void **state)
{
	static const char *const lines[] = {"ok events from=0 total=0 enabled=0 list=", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	assert_int_equal(guest_list_events(fake->guest, listed, &asked), 0);
	turn_until(fake, asked.answers);
	assert_int_equal(asked.list->count, 0);
	guest_event_list_free(asked.list);
}

static void lists_that_make_no_sense(void **state)
{
	static const char *const bad[] = {
		"ok events from=0 total=2",
		"ok events from=1 total=2 list=a:+b",
		"ok events from=0 total=1 list=a:+b,+c",
		"ok events from=0 total=2 list=",
		"ok events from=0 total=2 list=a:b",
		"ok events from=0 list=a:+b",
		"ok events from=x total=1 list=a:+b",
	};
	struct fake *fake = *state;
	const char *lines[2] = {NULL, NULL};

	begin(fake, lines);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct asked asked = {0};

		lines[0] = bad[i];
		script = lines;
		assert_int_equal(guest_list_events(fake->guest, listed, &asked), 0);
		turn_until(fake, asked.answers);
		if (strcmp(asked.error, "the agent's list of events makes no sense"))
			fail_msg("'%s' gives '%s'", bad[i], asked.error);
	}
}

#define A_LINE	1024 /* events of one answer */
#define ANSWERS (VTRACE_EVENTS_MAX / A_LINE)

/* As many events as there may be, and one more. */
static void the_longest_list(void **state)
{
	static char text[ANSWERS][VTRACE_LINE_MAX];
	const char *lines[ANSWERS + 1] = {NULL};
	char more[64];
	struct fake *fake = *state;
	struct asked asked = {0};

	for (unsigned i = 0; i < ANSWERS; i++) {
		size_t length = (size_t)snprintf(text[i], sizeof(text[i]),
						 "ok events from=%u total=%u list=s:+e", i * A_LINE,
						 VTRACE_EVENTS_MAX);

		for (unsigned event = 1; event < A_LINE; event++, length += 3)
			strcpy(text[i] + length, ",+e");
		lines[i] = text[i];
	}
	begin(fake, lines);
	assert_int_equal(guest_list_events(fake->guest, listed, &asked), 0);
	turn_until(fake, asked.answers);
	assert_string_equal(asked.error, "");
	assert_int_equal(asked.list->count, VTRACE_EVENTS_MAX);
	guest_event_list_free(asked.list);

	snprintf(more, sizeof(more), "ok events from=0 total=%u list=s:+e", VTRACE_EVENTS_MAX + 1);
	lines[0] = more;
	lines[1] = NULL;
	script = lines;
	assert_int_equal(guest_list_events(fake->guest, listed, &asked), 0);
	turn_until(fake, asked.answers == 2);
	assert_string_equal(asked.error, "the agent's list of events makes no sense");
}

static void answer_with_one(struct fake *fake, const struct control_request *request)
{
	unsigned from = 0;

	sscanf(request->args, "list %u", &from);
	say(fake, "ok events from=%u total=%u list=%0*u:+%0*u\n", from, VTRACE_EVENTS_MAX,
	    VTRACE_EVENT_NAME_MAX - 1, from, VTRACE_EVENT_NAME_MAX - 1, from);
}

/* The longest names, and an answer for each: what has come is not copied each time. */
static void a_list_event_by_event(void **state)
{
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, NULL);
	fake->other = answer_with_one;
	assert_int_equal(guest_list_events(fake->guest, listed, &asked), 0);
	turn_until(fake, asked.answers);
	assert_string_equal(asked.error, "");
	assert_int_equal(asked.list->count, VTRACE_EVENTS_MAX);
	guest_event_list_free(asked.list);
}

/* An order that was given up is answered after all, where a list is awaited. */
static void a_late_answer_is_no_list(void **state)
{
	static const char *const lines[] = {"ok events matched=1 total=2 enabled=1",
					    "ok events from=0 total=1 list=x:+a", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	assert_int_equal(guest_list_events(fake->guest, listed, &asked), 0);
	turn_until(fake, asked.answers);
	assert_string_equal(requests, "events list 0|events list 0|");
	assert_non_null(asked.list);
	guest_event_list_free(asked.list);
}

static void an_order_without_an_answer_may_have_changed_something(void **state)
{
	static const char *const lines[] = {"error events cannot read available_events",
					    "ok events restored=1 total=9 enabled=1 refused=a:b",
					    "ok events restored=1 total=9 enabled=1", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	guest_order_events(fake->guest, GUEST_EVENTS_ADD, "a", ordered, &asked);
	assert_true(guest_orders_changed(fake->guest));
	turn_until(fake, asked.answers == 1);
	assert_true(guest_orders_changed(fake->guest));
	guest_order_events(fake->guest, GUEST_EVENTS_RESTORE, NULL, ordered, &asked);
	turn_until(fake, asked.answers == 2);
	assert_true(guest_orders_changed(fake->guest));
	guest_order_events(fake->guest, GUEST_EVENTS_RESTORE, NULL, ordered, &asked);
	turn_until(fake, asked.answers == 3);
	assert_false(guest_orders_changed(fake->guest));
}

static void an_agent_of_before(void **state)
{
	static const char *const lines[] = {"error events unknown verb; known: 1 0 hello", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	assert_int_equal(guest_list_events(fake->guest, listed, &asked), 0);
	turn_until(fake, asked.answers);
	assert_non_null(strstr(asked.error, "too old"));
}

static void orders(void **state)
{
	static const char *const lines[] = {"ok events matched=2 total=9 enabled=7",
					    "error events no event is called x",
					    "ok filter event=a:b text=c < 1",
					    "error filter Field not found",
					    "ok events restored=2 total=9 enabled=1",
					    NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	assert_false(guest_orders_changed(fake->guest));
	assert_int_equal(guest_order_events(fake->guest, GUEST_EVENTS_ADD, "sched:*,a", ordered,
					    &asked),
			 0);
	turn_until(fake, asked.answers == 1);
	assert_string_equal(asked.text, "matched=2 total=9 enabled=7");
	assert_int_equal(guest_hello(fake->guest)->events_enabled, 7);
	assert_true(guest_orders_changed(fake->guest));
	guest_order_events(fake->guest, GUEST_EVENTS_SET, "x", ordered, &asked);
	turn_until(fake, asked.answers == 2);
	assert_string_equal(asked.error, "no event is called x");
	guest_order_filter(fake->guest, "a:b", NULL, ordered, &asked);
	turn_until(fake, asked.answers == 3);
	assert_string_equal(control_rest(asked.text, "text"), "c < 1");
	guest_order_filter(fake->guest, "a:b", "d < 1", ordered, &asked);
	turn_until(fake, asked.answers == 4);
	assert_string_equal(asked.error, "Field not found");
	guest_order_events(fake->guest, GUEST_EVENTS_RESTORE, NULL, ordered, &asked);
	turn_until(fake, asked.answers == 5);
	assert_false(guest_orders_changed(fake->guest));
	assert_string_equal(requests, "events add sched:*,a|events set x|filter a:b|"
				      "filter a:b d < 1|events restore|");
}

/* The agent that begins anew knows of no order, nor does a kernel that was booted. */
static void a_rebooted_guest_is_told_again(void **state)
{
	static const char *const lines[] = {"ok events matched=2 total=9 enabled=7",
					    "error events no event is called x",
					    "ok filter event=a:b text=c < 1",
					    "ok events matched=2 total=9 enabled=7",
					    "error filter no such event",
					    NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	guest_order_events(fake->guest, GUEST_EVENTS_ADD, "sched", ordered, &asked);
	guest_order_events(fake->guest, GUEST_EVENTS_ADD, "x", ordered, &asked);
	guest_order_filter(fake->guest, "a:b", "c < 1", ordered, &asked);
	turn_until(fake, asked.answers == 3);
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	requests[0] = '\0';
	fake->boot_id = "boot-two";
	fake->state = "stopped";
	say(fake, "note agent started\n");
	turn_until(fake, fake->starts == 2 && is(fake, GUEST_TRACING));
	assert_string_equal(requests, "events add sched|filter a:b c < 1|");
	assert_true(said(fake, "W: an event chosen here is not enabled again: no such event"));
	assert_true(guest_orders_changed(fake->guest));
}

/* The agent ends once more while it is told: the next one is told all of it, and starts once. */
static void an_agent_that_ends_while_it_is_told(void **state)
{
	static const char *const lines[] = {"ok events matched=2 total=9 enabled=7", NULL};
	static const char *const more[] = {"ok events matched=2 total=9 enabled=7", NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	guest_order_events(fake->guest, GUEST_EVENTS_ADD, "sched", ordered, &asked);
	turn_until(fake, asked.answers == 1);
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	requests[0] = '\0';
	fake->state = "stopped";
	say(fake, "note agent started\n");
	turn_until(fake, !strcmp(requests, "events add sched|"));
	script = more;
	say(fake, "note agent started\n");
	turn_until(fake, is(fake, GUEST_TRACING));
	assert_string_equal(requests, "events add sched|events add sched|");
	assert_int_equal(fake->starts, 2);
}

static void what_a_killed_console_changed_is_put_back(void **state)
{
	static const char *const lines[] = {NULL};
	struct fake *fake = *state;

	fake->changed = 3;
	begin(fake, lines);
	turn_until(fake, guest_orders_changed(fake->guest));
	assert_true(said(fake, "changed by a console before this one"));
}

static void an_order_that_fits_no_line(void **state)
{
	static const char *const lines[] = {NULL};
	struct fake *fake = *state;
	char *patterns = malloc(VTRACE_LINE_MAX + 1);

	assert_non_null(patterns);
	memset(patterns, 'x', VTRACE_LINE_MAX);
	patterns[VTRACE_LINE_MAX] = '\0';
	begin(fake, lines);
	assert_int_equal(guest_order_events(fake->guest, GUEST_EVENTS_ADD, patterns, ordered, NULL),
			 -EINVAL);
	assert_int_equal(guest_order_events(fake->guest, GUEST_EVENTS_ADD, "a\nb", ordered, NULL),
			 -EINVAL);
	free(patterns);
}

static void the_guest_goes_meanwhile(void **state)
{
	static const char *const lines[] = {NULL};
	struct fake *fake = *state;
	struct asked list = {0}, order = {0};

	begin(fake, lines);
	assert_int_equal(guest_list_events(fake->guest, listed, &list), 0);
	assert_int_equal(guest_order_events(fake->guest, GUEST_EVENTS_ADD, "a", ordered, &order),
			 0);
	guest_domain_event(fake->guest, "stopped", "destroyed", true);
	assert_int_equal(list.answers, 1);
	assert_int_equal(order.answers, 1);
	assert_true(list.error[0] && order.error[0]);
	assert_int_equal(guest_list_events(fake->guest, listed, &list), -EOPNOTSUPP);
}

static void nobody_is_called_back_after_the_end(void **state)
{
	static const char *const lines[] = {NULL};
	struct fake *fake = *state;
	struct asked asked = {0};

	begin(fake, lines);
	assert_int_equal(guest_list_events(fake->guest, listed, &asked), 0);
	assert_int_equal(guest_order_events(fake->guest, GUEST_EVENTS_ADD, "a", ordered, &asked),
			 0);
	guest_free(fake->guest);
	fake->guest = NULL;
	assert_int_equal(asked.answers, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(a_list_of_several_answers),
		GUEST_TEST(a_module_comes_in_between),
		GUEST_TEST(modules_come_and_go_for_ever),
		GUEST_TEST(a_kernel_without_events),
		GUEST_TEST(lists_that_make_no_sense),
		GUEST_TEST(the_longest_list),
		GUEST_TEST(a_list_event_by_event),
		GUEST_TEST(a_late_answer_is_no_list),
		GUEST_TEST(an_order_without_an_answer_may_have_changed_something),
		GUEST_TEST(an_agent_of_before),
		GUEST_TEST(a_rebooted_guest_is_told_again),
		GUEST_TEST(an_agent_that_ends_while_it_is_told),
		GUEST_TEST(what_a_killed_console_changed_is_put_back),
		GUEST_TEST(orders),
		GUEST_TEST(an_order_that_fits_no_line),
		GUEST_TEST(the_guest_goes_meanwhile),
		GUEST_TEST(nobody_is_called_back_after_the_end),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
