// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent's probes, with plain files in the place of tracefs: what is written to kprobe_events is
 * added to that file, so that it shows the orders. tests/guest/verbs.sh has the real one.
 */
#include "formats/names.h"
#include "guest-agent/kprobes.h"
#include "tests/unit/fake_tracefs.h"

struct bench {
	struct fake_tracefs fake;
	struct kprobes kprobes;
};

static const char of_the_owner[] = "p:kprobes/theirs schedule\n";

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	fake_tracefs_open(&bench->fake);
	bench->kprobes.tracefs = &bench->fake.tracefs;
	fake_tracefs_put(&bench->fake, "kprobe_events", of_the_owner);
	fake_tracefs_put(&bench->fake, "error_log", "");
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	int status;

	kprobes_release(&bench->kprobes);
	status = fake_tracefs_close(&bench->fake);
	free(bench);
	return status;
}

/* What was written to kprobe_events so far. */
static const char *orders(struct bench *bench)
{
	return fake_tracefs_contents(&bench->fake, "kprobe_events") + strlen(of_the_owner);
}

static const char *ask(struct bench *bench, const char *args)
{
	kprobe_answer(&bench->kprobes, args, &bench->fake.answers);
	return fake_tracefs_answer(&bench->fake);
}

static void adding_and_listing(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask(bench, ""), "ok kprobe count=1 list=kprobes:theirs added=");
	assert_string_equal(ask(bench, "add p:opened do_sys_openat2 dfd=%di"),
			    "ok kprobe added=vtrace:opened");
	assert_string_equal(ask(bench, "add  r12:mine/done vfs_read"), "ok kprobe added=mine:done");
	assert_string_equal(orders(bench), "p:vtrace/opened do_sys_openat2 dfd=%di\n"
					   "r12:mine/done vfs_read\n");
	assert_string_equal(ask(bench, ""),
			    "ok kprobe count=3 list=kprobes:theirs,vtrace:opened,mine:done "
			    "added=vtrace:opened,mine:done");
}

static void what_is_expected(void **state)
{
	static const char *const definitions[] = {
		"",
		"p",
		"p schedule",
		"p:x",
		"p:x   ",
		"q:x y",
		"-:vtrace/opened",
		"p:9x schedule",
		"p:a/b/c schedule",
		"p:/x schedule",
		"p:x/ schedule",
		"px:y schedule",
		"p:a-b schedule",
		"x schedule p:y",
		"p:a234567890123456789012345678901234567890123456789012345678901234 schedule",
	};
	struct bench *bench = *state;
	char line[128];

	for (size_t i = 0; i < sizeof(definitions) / sizeof(definitions[0]); i++) {
		snprintf(line, sizeof(line), "add %s", definitions[i]);
		if (!strstr(ask(bench, line), "error kprobe add is followed by a definition"))
			fail_msg("%s: %s", definitions[i], bench->fake.text);
	}
	assert_non_null(strstr(ask(bench, "add"), "error kprobe takes add DEFINITION"));
	assert_non_null(strstr(ask(bench, "dance x"), "error kprobe takes add DEFINITION"));
	assert_non_null(strstr(ask(bench, "remove a b"), "error kprobe remove is followed by"));
	assert_string_equal(orders(bench), "");
}

static void an_event_of_that_name_is_not_added_to(void **state)
{
	struct bench *bench = *state;

	fake_tracefs_put(&bench->fake, "events/vtrace/opened/enable", "0");
	assert_string_equal(ask(bench, "add p:opened schedule"),
			    "error kprobe there is an event vtrace:opened already");
	assert_string_equal(orders(bench), "");
}

static void only_the_hosts_are_removed(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask(bench, "remove kprobes:theirs"),
			    "error kprobe kprobes:theirs was not added by the host");
	ask(bench, "add p:mine/a schedule");
	assert_string_equal(ask(bench, "remove mine/a"), "ok kprobe removed=mine:a");
	/* Of an agent that was killed. */
	assert_string_equal(ask(bench, "remove left"), "ok kprobe removed=vtrace:left");
	assert_string_equal(orders(bench), "p:mine/a schedule\n-:mine/a\n-:vtrace/left\n");
}

static void restoring_disables_and_removes(void **state)
{
	struct bench *bench = *state;
	struct kprobes_result result;

	ask(bench, "add p:a schedule");
	ask(bench, "add p:b schedule");
	ask(bench, "remove b");
	fake_tracefs_put(&bench->fake, "events/vtrace/a/enable", "1");
	kprobes_restore(&bench->kprobes, &result);
	assert_int_equal(result.removed, 1);
	assert_string_equal(result.refused, "");
	assert_string_equal(orders(bench), "p:vtrace/a schedule\np:vtrace/b schedule\n"
					   "-:vtrace/b\n-:vtrace/a\n");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "events/vtrace/a/enable"), "0");
	kprobes_restore(&bench->kprobes, &result);
	assert_int_equal(result.removed, 0);
}

static void what_the_kernel_lacks(void **state)
{
	struct bench *bench = *state;

	unlinkat(bench->fake.tracefs.top, "kprobe_events", 0);
	unlinkat(bench->fake.tracefs.top, "error_log", 0);
	assert_string_equal(ask(bench, ""),
			    "error kprobe this guest's kernel has no kprobe_events");
	assert_string_equal(ask(bench, "add p:a schedule"),
			    "error kprobe this guest's kernel has no kprobe_events");
}

#define KPROBES_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		KPROBES_TEST(adding_and_listing),
		KPROBES_TEST(what_is_expected),
		KPROBES_TEST(an_event_of_that_name_is_not_added_to),
		KPROBES_TEST(only_the_hosts_are_removed),
		KPROBES_TEST(restoring_disables_and_removes),
		KPROBES_TEST(what_the_kernel_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
