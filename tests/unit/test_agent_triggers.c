// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent's triggers and the snapshot. A trigger file is a plain one that orders are added to, so
 * that it shows them. tests/guest/verbs.sh has the real ones.
 */
#include "guest-agent/buffer_memory.h"
#include "guest-agent/triggers.h"
#include "tests/unit/fake_tracefs.h"

struct bench {
	struct fake_tracefs fake;
	struct triggers triggers;
	struct snapshot snapshot;
};

static const char file[] = "events/sched/sched_switch/trigger";
static const char none[] = "# Available triggers:\n# traceon traceoff stacktrace hist\n";
static const char freed[] = "# tracer: nop\n#\n# * Snapshot is freed *\n#\n";
static const char allocated[] = "# tracer: nop\n#\n# * Snapshot is allocated *\n#\n";

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	fake_tracefs_open(&bench->fake);
	bench->triggers.tracefs = bench->snapshot.tracefs = &bench->fake.tracefs;
	bench->triggers.snapshot = &bench->snapshot;
	fake_tracefs_put(&bench->fake, file, none);
	fake_tracefs_put(&bench->fake, "error_log", "");
	fake_tracefs_put(&bench->fake, "buffer_size_kb", "1408\n");
	fake_tracefs_put(&bench->fake, "snapshot", freed);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	int status;

	triggers_release(&bench->triggers);
	status = fake_tracefs_close(&bench->fake);
	free(bench);
	return status;
}

static const char *ask(struct bench *bench, const char *args)
{
	trigger_answer(&bench->triggers, args, &bench->fake.answers);
	return fake_tracefs_answer(&bench->fake);
}

static const char *ask_snapshot(struct bench *bench, const char *args)
{
	snapshot_answer(&bench->snapshot, args, &bench->fake.answers);
	return fake_tracefs_answer(&bench->fake);
}

/* What was ordered since the file was made. */
static const char *orders(struct bench *bench)
{
	return fake_tracefs_contents(&bench->fake, file) + strlen(none);
}

static void adding_and_listing(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask(bench, "sched:sched_switch"),
			    "ok trigger event=sched:sched_switch count=0 text=none");
	assert_string_equal(ask(bench, "sched:sched_switch stacktrace:5 if prev_pid == 1"),
			    "ok trigger event=sched:sched_switch count=1 "
			    "text=stacktrace:5 if prev_pid == 1");
	assert_string_equal(ask(bench, "sched:sched_switch   traceoff"),
			    "ok trigger event=sched:sched_switch count=2 "
			    "text=stacktrace:5 if prev_pid == 1; traceoff");
	assert_int_equal(bench->triggers.count, 2);
}

static void what_is_expected(void **state)
{
	static const struct {
		const char *args, *answer;
	} tries[] = {
		{"", "error trigger say of which event, as in sched:sched_switch stacktrace"},
		{"sched", "error trigger say of which event, as in sched:sched_switch stacktrace"},
		{"sched:", "error trigger say of which event, as in sched:sched_switch "
			   "stacktrace"},
		{"..:.. x", "error trigger say of which event, as in sched:sched_switch "
			    "stacktrace"},
		{"sched:../sched/sched_switch x",
		 "error trigger say of which event, as in sched:sched_switch stacktrace"},
		{"sched:nosuch traceoff", "error trigger there is no event sched:nosuch"},
		{"sched:sched_switch !traceoff", "error trigger the host has not added it"},
		{"sched:sched_switch !", "error trigger the host has not added it"},
		{"sched:sched_switch hist:keys=prev_pid:pause if prev_pid > 1",
		 "error trigger pause, cont and clear change a histogram that is there: not from "
		 "here"},
	};
	struct bench *bench = *state;
	char name[300];

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (strcmp(ask(bench, tries[i].args), tries[i].answer))
			fail_msg("%s: %s", tries[i].args, bench->fake.text);
	snprintf(name, sizeof(name), "sched:%0200d traceoff", 1);
	assert_string_equal(ask(bench, name), tries[0].answer);
	assert_string_equal(orders(bench), "");
	/* Behind "if" it is no command. */
	ask(bench, "sched:sched_switch hist:keys=prev_pid if prev_comm == \":pause\"");
	assert_int_equal(bench->triggers.count, 1);
}

static void removing(void **state)
{
	struct bench *bench = *state;

	ask(bench, "sched:sched_switch stacktrace:5");
	ask(bench, "sched:sched_switch hist:keys=prev_pid");
	ask(bench, "sched:sched_switch hist:keys=next_pid");
	/* Which of the two? */
	assert_string_equal(ask(bench, "sched:sched_switch !hist"),
			    "error trigger the host has not added it");
	ask(bench, "sched:sched_switch !hist:keys=prev_pid");
	assert_non_null(strstr(orders(bench), "\n!hist:keys=prev_pid\n"));
	ask(bench, "sched:sched_switch !stacktrace");
	assert_non_null(strstr(orders(bench), "\n!stacktrace:5\n"));
	assert_int_equal(bench->triggers.count, 1);
	assert_string_equal(bench->triggers.added[0].text, "hist:keys=next_pid");
}

static void putting_back(void **state)
{
	struct triggers_result result;
	struct bench *bench = *state;

	fake_tracefs_put(&bench->fake, file, "traceon:unlimited\n");
	ask(bench, "sched:sched_switch traceoff");
	ask(bench, "sched:sched_switch stacktrace");
	triggers_restore(&bench->triggers, &result);
	assert_int_equal(result.removed, 2);
	assert_string_equal(result.refused, "");
	/* The owner's is not touched. */
	assert_string_equal(fake_tracefs_contents(&bench->fake, file),
			    "traceon:unlimited\ntraceoff\nstacktrace\n!stacktrace\n!traceoff\n");
	triggers_restore(&bench->triggers, &result);
	assert_int_equal(result.removed, 0);
}

/* The event, and the one that some commands change, have to be among those that the owner allows.
 */
static void what_the_owner_allows(void **state)
{
	static const char target[] = "error trigger irq:irq_handler_entry is not among the events "
				     "that the guest's owner allows (--allow)";
	struct bench *bench = *state;
	struct allowed allowed = {0};
	char error[256];

	assert_int_equal(allowed_add(&allowed, "trigger,events:sched", error, sizeof(error)), 0);
	bench->triggers.allowed = &allowed;
	fake_tracefs_put(&bench->fake, "events/timer/timer_start/trigger", none);
	assert_string_equal(ask(bench, "timer:timer_start traceoff"),
			    "error trigger timer:timer_start is not among the events that the "
			    "guest's owner allows (--allow)");
	assert_string_equal(ask(bench, "sched:sched_switch enable_event:irq:irq_handler_entry"),
			    target);
	assert_string_equal(ask(bench, "sched:sched_switch disable_hist  irq:irq_handler_entry:3 "
				       "if x == 1"),
			    target);
	assert_string_equal(orders(bench), "");
	ask(bench, "sched:sched_switch enable_event:sched:sched_waking:2");
	assert_string_equal(orders(bench), "enable_event:sched:sched_waking:2\n");
	allowed_release(&allowed);
}

/* Its module was unloaded: then it is gone with its triggers. */
static void an_event_that_is_gone(void **state)
{
	struct triggers_result result;
	struct bench *bench = *state;

	ask(bench, "sched:sched_switch traceoff");
	unlinkat(bench->fake.tracefs.top, file, 0);
	triggers_restore(&bench->triggers, &result);
	assert_int_equal(result.removed, 1);
	assert_string_equal(result.refused, "");
}

static void snapshots(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask_snapshot(bench, ""), "ok snapshot state=free");
	assert_string_equal(ask_snapshot(bench, "2"),
			    "error snapshot takes take, free, or nothing");
	assert_int_equal(snapshot_restore(&bench->snapshot), 0);
	assert_string_equal(ask_snapshot(bench, "take"), "ok snapshot state=allocated");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "snapshot"), "1\n");
	assert_int_equal(snapshot_restore(&bench->snapshot), 1);
	assert_string_equal(fake_tracefs_contents(&bench->fake, "snapshot"), "0\n");
	assert_int_equal(snapshot_restore(&bench->snapshot), 0);
}

static void snapshots_of_others_stay(void **state)
{
	struct bench *bench = *state;

	fake_tracefs_put(&bench->fake, "snapshot", allocated);
	assert_string_equal(ask_snapshot(bench, "take"),
			    "error snapshot somebody in the guest has a snapshot, and it would be "
			    "overwritten");
	assert_string_equal(ask_snapshot(bench, "free"),
			    "error snapshot it is not the host's, but of somebody in the guest");
	assert_string_equal(ask(bench, "sched:sched_switch snapshot"),
			    "error trigger somebody in the guest has a snapshot, and it would be "
			    "overwritten");
	assert_int_equal(snapshot_restore(&bench->snapshot), 0);
	assert_string_equal(fake_tracefs_contents(&bench->fake, "snapshot"), allocated);
}

static void snapshots_that_cannot_be(void **state)
{
	struct bench *bench = *state;

	fake_tracefs_put(&bench->fake, "buffer_size_kb", "1073741824\n");
	ask_snapshot(bench, "take");
	assert_non_null(strstr(bench->fake.text, "would take more than half of the guest's"));
	/* The CPUs' buffers differ. */
	fake_tracefs_put(&bench->fake, "buffer_size_kb", "X\n");
	fake_tracefs_put(&bench->fake, "per_cpu/cpu0/buffer_size_kb", "1073741824\n");
	ask(bench, "sched:sched_switch snapshot:1");
	assert_non_null(strstr(bench->fake.text, "would take more than half of the guest's"));
	assert_string_equal(fake_tracefs_contents(&bench->fake, "snapshot"), freed);
	unlinkat(bench->fake.tracefs.top, "snapshot", 0);
	assert_string_equal(ask_snapshot(bench, "take"),
			    "error snapshot this guest's kernel has no snapshot "
			    "(CONFIG_TRACER_SNAPSHOT)");
	assert_string_equal(ask_snapshot(bench, ""), bench->fake.text);
	assert_string_equal(orders(bench), "");
}

/* The trigger makes the kernel allocate it, for us. */
static void a_trigger_of_snapshots(void **state)
{
	struct bench *bench = *state;

	ask(bench, "sched:sched_switch snapshot:1");
	fake_tracefs_put(&bench->fake, "snapshot", allocated);
	assert_int_equal(snapshot_restore(&bench->snapshot), 1);
	assert_string_equal(fake_tracefs_contents(&bench->fake, "snapshot"), "0\n");
}

/* So does an action of a histogram, and it is freed at the end like the other's. */
static void a_histogram_of_snapshots(void **state)
{
	struct bench *bench = *state;
	static const char order[] = "sched:sched_switch "
				    "hist:keys=next_pid:prio=next_prio:onmax($prio).snapshot()";

	ask(bench, "sched:sched_switch hist:keys=next_pid if next_comm == \".snapshot\"");
	assert_false(bench->snapshot.ours);
	ask(bench, order);
	assert_true(bench->snapshot.ours);
	bench->snapshot.ours = false;
	fake_tracefs_put(&bench->fake, "snapshot", allocated);
	assert_string_equal(ask(bench, order),
			    "error trigger somebody in the guest has a snapshot, and it would be "
			    "overwritten");
}

/* Each has its entries in the guest's memory, a hundred MiB of them here. */
static void histograms_have_a_limit(void **state)
{
	struct bench *bench = *state;
	uint64_t all;
	char order[128];
	unsigned i, most;

	assert_int_equal(memory_check(0, 0, &all), 0);
	most = (unsigned)(all / (100 * 1024)) + 1;
	for (i = 0; i < most; i++) {
		snprintf(order, sizeof(order),
			 "sched:sched_switch hist:keys=next_pid:size=0x20000 if prev_pid == %u", i);
		if (strncmp(ask(bench, order), "ok ", 3))
			break;
	}
	assert_true(i < most);
	assert_non_null(strstr(bench->fake.text, "error trigger histograms may take "));
	assert_int_equal(bench->triggers.count, i);
	while (bench->triggers.count) {
		snprintf(order, sizeof(order), "sched:sched_switch !%s",
			 bench->triggers.added[0].text);
		ask(bench, order);
	}
	ask(bench, "sched:sched_switch hist:keys=next_pid:size=131073");
	assert_int_equal(bench->triggers.count, 1);
}

#define TRIGGERS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRIGGERS_TEST(adding_and_listing),
		TRIGGERS_TEST(what_is_expected),
		TRIGGERS_TEST(removing),
		TRIGGERS_TEST(putting_back),
		TRIGGERS_TEST(what_the_owner_allows),
		TRIGGERS_TEST(an_event_that_is_gone),
		TRIGGERS_TEST(snapshots),
		TRIGGERS_TEST(snapshots_of_others_stay),
		TRIGGERS_TEST(snapshots_that_cannot_be),
		TRIGGERS_TEST(a_trigger_of_snapshots),
		TRIGGERS_TEST(a_histogram_of_snapshots),
		TRIGGERS_TEST(histograms_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
