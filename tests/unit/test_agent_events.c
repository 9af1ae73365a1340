// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent's orders about events, with plain files in the place of tracefs: what is written to
 * set_event is added to that file, so that it shows the orders, and what they do not bring about is
 * what a kernel has refused. tests/guest/events.sh has the real one.
 */
#include <errno.h>

#include "formats/control.h"
#include "guest-agent/error_log.h"
#include "guest-agent/event_answers.h"
#include "guest-agent/event_table.h"
#include "tests/unit/fake_tracefs.h"

struct bench {
	struct fake_tracefs fake;
	struct events events;
};

static const char available[] = "sched:sched_switch\nsched:sched_waking\ntimer:timer_init\n"
				"timer:timer_start\ntimer:timer_cancel\nkvm:kvm_exit\n"
				"sched:sched_wakeup\n";
static const char enabled[] = "sched:sched_switch\ntimer:timer_start\n";

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	fake_tracefs_open(&bench->fake);
	bench->events.tracefs = &bench->fake.tracefs;
	fake_tracefs_put(&bench->fake, "available_events", available);
	fake_tracefs_put(&bench->fake, "set_event", enabled);
	fake_tracefs_put(&bench->fake, "events/sched/sched_switch/filter", "none\n");
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	int status;

	events_release(&bench->events);
	status = fake_tracefs_close(&bench->fake);
	free(bench);
	return status;
}

/* What was written to set_event so far. */
static const char *orders(struct bench *bench)
{
	return fake_tracefs_contents(&bench->fake, "set_event") + strlen(enabled);
}

/* The answer to a line of the host's, without "ok events " or "error events ". */
static const char *ask(struct bench *bench, const char *line)
{
	struct control_request request;
	control_request_parse(line, &request);
	if (request.verb == CONTROL_FILTER)
		filter_answer(&bench->events, request.args, &bench->fake.answers);
	else
		events_answer(&bench->events, request.args, &bench->fake.answers);
	return fake_tracefs_answer(&bench->fake);
}

static void patterns(void **state)
{
	static const struct {
		const char *pattern;
		bool matches;
	} tries[] = {
		{"sched", true},
		{"sched_switch", true},
		{"sched:sched_switch", true},
		{"sched:*", true},
		{"sched:", true},
		{"*:sched_sw*", true},
		{"s?hed:*", true},
		{"[rst]ched", true},
		{"*", true},
		{"sched:sched", false},
		{"sch", false},
		{"Sched", false},
		{"timer:sched_switch", false},
		{"sched:sched_switch:x", false},
		{":", false},
	};
	const struct event_entry entry = {.system = "sched", .name = "sched_switch"};
	char longest[2 * VTRACE_EVENT_NAME_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (event_entry_matches(&entry, tries[i].pattern, strlen(tries[i].pattern)) !=
		    tries[i].matches)
			fail_msg("%s", tries[i].pattern);
	memset(longest, '*', sizeof(longest));
	assert_false(event_entry_matches(&entry, longest, sizeof(longest)));
}

static void lists(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask(bench, "events list 0"),
			    "ok events from=0 count=7 total=7 enabled=2 list="
			    "sched:+sched_switch,-sched_waking;timer:-timer_init,+timer_start,"
			    "-timer_cancel;kvm:-kvm_exit;sched:-sched_wakeup");
	assert_string_equal(ask(bench, "events list 5"),
			    "ok events from=5 count=2 total=7 enabled=2 list="
			    "kvm:-kvm_exit;sched:-sched_wakeup");
	assert_string_equal(ask(bench, "events list 7"),
			    "ok events from=7 count=0 total=7 enabled=2 list=");
	fake_tracefs_put(&bench->fake, "events/sched/sched_switch/filter", "prev_prio < 5\n");
	assert_non_null(strstr(ask(bench, "events list 0"), "sched:%sched_switch,"));
	assert_string_equal(ask(bench, "events"), "ok events total=7 enabled=2 changed=0");
	assert_non_null(strstr(ask(bench, "events list"), "error events list is followed"));
	assert_non_null(strstr(ask(bench, "events list x"), "error events list is followed"));
	assert_non_null(strstr(ask(bench, "events dance"), "error events takes list"));
	assert_non_null(strstr(ask(bench, "events lists 0"), "error events takes list"));
}

static void only_what_differs_is_written(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask(bench, "events add sched:sched_switch,kvm_exit"),
			    "ok events matched=2 total=7 enabled=3");
	assert_string_equal(orders(bench), "kvm:kvm_exit\n");
}

static void a_whole_system_is_one_word(void **state)
{
	struct bench *bench = *state;

	/* Of sched, wherever it stands in the list, two are still off. */
	ask(bench, "events add sched");
	assert_string_equal(orders(bench), "sched:*\n");
	ask(bench, "events remove timer:*");
	assert_string_equal(orders(bench), "sched:*\n!timer:timer_start\n");
}

static void what_the_kernel_refuses_is_named(void **state)
{
	struct bench *bench = *state;

	/* These files do not know what "!" means. */
	assert_string_equal(ask(bench, "events remove sched:*"),
			    "ok events matched=3 total=7 enabled=2 refused=sched:sched_switch");
}

static void what_matches_nothing_is_named(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask(bench, "events add kvm,nosuch,a:b"),
			    "ok events matched=1 total=7 enabled=3 unmatched=nosuch,a:b");
	assert_string_equal(ask(bench, "events set nosuch"),
			    "error events no event is called nosuch; nothing was changed");
	assert_string_equal(orders(bench), "kvm:kvm_exit\n");
	assert_string_equal(ask(bench, "events add"),
			    "error events say which, as in sched,timer:hrtimer_*");
	assert_string_equal(ask(bench, "events remove   "),
			    "error events say which, as in sched,timer:hrtimer_*");
}

static void set_is_these_and_no_others(void **state)
{
	struct bench *bench = *state;

	ask(bench, "events set timer:timer_start kvm");
	assert_string_equal(orders(bench), "!sched:sched_switch\nkvm:kvm_exit\n");
}

/* What the guest's owner does not allow stays, and is named with what the kernel has refused. */
static void what_the_owner_allows(void **state)
{
	struct bench *bench = *state;
	struct allowed allowed = {0};
	char error[256];

	assert_int_equal(allowed_add(&allowed, "filter,events:sched,events:timer:*_init", error,
				     sizeof(error)),
			 0);
	bench->events.allowed = &allowed;
	assert_string_equal(ask(bench, "events add kvm,timer_cancel"),
			    "error events not allowed by the guest's owner (--allow); nothing was "
			    "changed: timer:timer_cancel,kvm:kvm_exit");
	ask(bench, "events set kvm");
	assert_string_equal(bench->fake.text,
			    "error events not allowed by the guest's owner (--allow); "
			    "nothing was changed: timer:timer_start,kvm:kvm_exit");
	assert_string_equal(ask(bench, "events remove timer_start"),
			    "error events not allowed by the guest's owner (--allow); nothing was "
			    "changed: timer:timer_start");
	assert_string_equal(orders(bench), "");
	ask(bench, "events add timer");
	assert_string_equal(orders(bench), "timer:timer_init\n");
	fake_tracefs_put(&bench->fake, "set_event", enabled);
	assert_string_equal(ask(bench, "events add *"),
			    "ok events matched=7 total=7 enabled=3 vetoed=2 "
			    "refused=timer:timer_cancel,kvm:kvm_exit,sched:sched_waking,"
			    "sched:sched_wakeup");
	fake_tracefs_put(&bench->fake, "set_event", enabled);
	/* What is not the host's to change is not disabled either. */
	ask(bench, "events set");
	assert_string_equal(orders(bench), "!sched:sched_switch\n");
	assert_string_equal(ask(bench, "filter timer:timer_start x == 1"),
			    "error filter timer:timer_start is not among the events that the "
			    "guest's owner allows (--allow)");
	assert_string_equal(ask(bench, "filter sched:sched_switch x == 1"),
			    "ok filter event=sched:sched_switch text=x == 1");
	allowed_release(&allowed);
	bench->events.allowed = NULL;
}

static void restoring(void **state)
{
	struct bench *bench = *state;

	ask(bench, "events add kvm");
	ask(bench, "events add kvm,timer:timer_init");
	assert_string_equal(ask(bench, "events"), "ok events total=7 enabled=4 changed=2");
	/* As a kernel would have it by now. */
	fake_tracefs_put(&bench->fake, "set_event",
			 "sched:sched_switch\ntimer:timer_start\nkvm:kvm_exit\n"
			 "timer:timer_init\n");
	ask(bench, "events restore");
	assert_string_equal(orders(bench),
			    "kvm:kvm_exit\ntimer:timer_init\n!timer:timer_init\n!kvm:kvm_exit\n");
	/* These files do not know "!", so that it is refused, and not forgotten. */
	assert_string_equal(ask(bench, "events"), "ok events total=7 enabled=4 changed=2");
	fake_tracefs_put(&bench->fake, "set_event", enabled);
	assert_string_equal(ask(bench, "events restore"), "ok events restored=2 total=7 enabled=2");
	assert_string_equal(ask(bench, "events"), "ok events total=7 enabled=2 changed=0");
}

static void an_event_that_is_gone_is_not_put_back(void **state)
{
	struct bench *bench = *state;

	ask(bench, "events add kvm");
	fake_tracefs_put(&bench->fake, "available_events",
			 "sched:sched_switch\ntimer:timer_start\n");
	assert_string_equal(ask(bench, "events restore"), "ok events restored=0 total=2 enabled=2");
}

static void filters(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask(bench, "filter sched:sched_switch"),
			    "ok filter event=sched:sched_switch text=none");
	assert_string_equal(ask(bench, "filter sched:sched_switch prev_prio < 5 && next_pid"),
			    "ok filter event=sched:sched_switch text=prev_prio < 5 && next_pid");
	ask(bench, "filter sched:sched_switch next_pid == 1");
	assert_string_equal(ask(bench, "events restore"), "ok events restored=1 total=7 enabled=2");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "events/sched/sched_switch/filter"),
			    "0");
	assert_string_equal(ask(bench, "filter sched:nosuch"),
			    "error filter there is no event sched:nosuch");
	assert_string_equal(ask(bench, "filter sched:nosuch x"),
			    "error filter there is no such event");
	assert_string_equal(ask(bench, "filter sched"), "error filter there is no event sched");
	assert_string_equal(ask(bench, "filter"),
			    "error filter say of which event, as in sched:sched_switch");
	assert_string_equal(ask(bench, "filter kvm:kvm_exit"),
			    "error filter cannot read it: No such file or directory");
}

/* Lines of error_log, as Linux 6.1 writes them. */
static void words_of_the_kernel(void **state)
{
	char reason[128];

	(void)state;
	assert_int_equal(error_log_parse("[   14.218110] event filter parse error: error: "
					 "Invalid operator\n"
					 "  Command: a ~ b\n"
					 "           ^\n"
					 "[   21.004512] event filter parse error: error: "
					 "Field not found\n"
					 "  Command: prev_prio < 1 && foo == 1\n"
					 "                                ^\n",
					 reason, sizeof(reason)),
			 0);
	assert_string_equal(reason, "Field not found, at character 22");
	assert_int_equal(error_log_parse("[ 1.5] hist:sched:sched_switch: error: Odd\n", reason,
					 sizeof(reason)),
			 0);
	assert_string_equal(reason, "Odd");
	assert_int_equal(error_log_parse("", reason, sizeof(reason)), -EINVAL);
	assert_int_equal(error_log_parse("no colon error here\n", reason, sizeof(reason)), -EINVAL);
}

/* A host's probes come and go, each with another name. */
static void events_that_are_gone_are_forgotten(void **state)
{
	struct bench *bench = *state;

	for (unsigned i = 0; i < 50; i++) {
		char text[512], path[64];

		snprintf(text, sizeof(text), "%svtrace:probe%u\n", available, i);
		fake_tracefs_put(&bench->fake, "available_events", text);
		snprintf(path, sizeof(path), "events/vtrace/probe%u/filter", i);
		fake_tracefs_put(&bench->fake, path, "none\n");
		snprintf(text, sizeof(text), "events add vtrace:probe%u", i);
		ask(bench, text);
		snprintf(text, sizeof(text), "filter vtrace:probe%u common_pid > 1", i);
		ask(bench, text);
		assert_in_range(bench->events.changed, 1, 9);
	}
	/* Of the one that is there it is known. */
	ask(bench, "events restore");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "events/vtrace/probe49/filter"),
			    "0");
}

static void without_tracefs(void **state)
{
	struct bench *bench = *state;

	unlinkat(bench->fake.tracefs.top, "available_events", 0);
	assert_non_null(strstr(ask(bench, "events"), "error events cannot read available_events"));
	assert_non_null(strstr(ask(bench, "events add *"), "error events cannot read"));
	assert_non_null(strstr(ask(bench, "events list 0"), "error events cannot read"));
	assert_non_null(strstr(ask(bench, "events restore"), "error events cannot read"));
}

/* A kernel newer than this may list what is none of its events. */
static void strange_lines_are_passed_over(void **state)
{
	struct bench *bench = *state;

	fake_tracefs_put(&bench->fake, "available_events",
			 "sched:sched_switch\nwhat is this\n:\n:x\ny:\n\n");
	fake_tracefs_put(&bench->fake, "set_event", "sched:sched_switch\n*:*:mod:foo\n");
	assert_string_equal(ask(bench, "events list 0"),
			    "ok events from=0 count=1 total=1 enabled=1 list=sched:+sched_switch");
}

#define EVENTS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns),
		cmocka_unit_test(words_of_the_kernel),
		EVENTS_TEST(lists),
		EVENTS_TEST(only_what_differs_is_written),
		EVENTS_TEST(a_whole_system_is_one_word),
		EVENTS_TEST(what_the_kernel_refuses_is_named),
		EVENTS_TEST(what_matches_nothing_is_named),
		EVENTS_TEST(set_is_these_and_no_others),
		EVENTS_TEST(what_the_owner_allows),
		EVENTS_TEST(restoring),
		EVENTS_TEST(an_event_that_is_gone_is_not_put_back),
		EVENTS_TEST(filters),
		EVENTS_TEST(events_that_are_gone_are_forgotten),
		EVENTS_TEST(without_tracefs),
		EVENTS_TEST(strange_lines_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
