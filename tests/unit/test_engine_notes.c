// SPDX-License-Identifier: GPL-2.0-only
/* What happened to a guest, told to a real engine: where its rows stand, and by which formats the
 * pages before and behind are decoded. */
#include "tests/unit/engine.h"

static void tell_cpu(struct engine *engine, uint32_t cpu, const char *text, bool rebooted)
{
	struct engine_note note = {.rebooted = rebooted, .cpu = cpu};

	snprintf(note.text, sizeof(note.text), "%s", text);
	ask(engine, ENGINE_NOTE, &note, sizeof(note), -1);
	settle(engine); /* what is fed from now on is behind it */
}

static void tell(struct engine *engine, const char *text, bool rebooted)
{
	tell_cpu(engine, ENGINE_NOTE_ALL, text, rebooted);
}

/* The demo guest's formats, in which this event has the number of the records that are made. */
static void load(struct engine *engine, const char *name)
{
	char key[64];

	snprintf(key, sizeof(key), "name: %s\nID: ", name);
	assert_int_equal(load_formats(engine, demo_formats(key, "300")).error, 0);
}

static void feed_and_wait(struct engine *engine, unsigned cpu, uint64_t ts, uint64_t bytes)
{
	struct stats stats;

	feed_page(engine, cpu, ts, 2, 10);
	await_bytes(engine, cpu, bytes, &stats);
}

/* What rows are, in a letter each, and the CPUs of notes. */
static void assert_kinds(struct engine *engine, const char *wanted)
{
	static const char letters[] = "eum-bgn";
	struct answer answer;
	char kinds[64] = "";

	pull_rows(engine, 60, ENGINE_PULL_ALL | ENGINE_PULL_RESET, &answer);
	for (uint32_t i = 0; i < answer.head.count; i++)
		kinds[i] = letters[answer.row[i].kind];
	assert_string_equal(kinds, wanted);
}

static void test_a_note_stands_between_pages(void **state)
{
	struct engine *engine = *state;
	struct answer answer;

	load(engine, "softirq_entry");
	feed_and_wait(engine, 0, 1000, PAGE);
	feed_and_wait(engine, 1, 1500, PAGE);
	tell(engine, "guest paused for 3 s", false);
	assert_kinds(engine, "eeneen"); /* each stream has it where it stood */
	feed_and_wait(engine, 0, 2000, 2 * PAGE);
	assert_kinds(engine, "eeneenee");
	pull_rows(engine, 60, ENGINE_PULL_ALL | ENGINE_PULL_RESET, &answer);
	assert_string_equal(answer.row[2].detail, "guest paused for 3 s");
	assert_int_equal(answer.row[2].ts, 1010);
	assert_int_equal(answer.row[7].epoch, answer.row[0].epoch);
}

static void test_a_note_of_one_cpu(void **state)
{
	struct engine *engine = *state;
	struct answer answer;

	load(engine, "softirq_entry");
	feed_and_wait(engine, 0, 1000, PAGE);
	feed_and_wait(engine, 1, 1500, PAGE);
	tell_cpu(engine, 0, "offline", false);
	tell_cpu(engine, 7, "of one that there is not", false);
	tell_cpu(engine, VTRACE_MAX_CPUS, "nor can be", false);
	assert_kinds(engine, "eenee");
	pull_rows(engine, 60, ENGINE_PULL_ALL | ENGINE_PULL_RESET, &answer);
	assert_int_equal(answer.row[2].cpu, 0);
	assert_string_equal(answer.row[2].detail, "offline");
}

/* A stream that has brought nothing has no place for it yet: that is before its first page. */
static void test_a_note_waits_for_the_first_page(void **state)
{
	struct engine *engine = *state;
	struct answer answer;

	tell(engine, "another note", false);
	tell(engine, "a note", false);
	assert_kinds(engine, "");
	feed_and_wait(engine, 1, 5000, PAGE);
	feed_and_wait(engine, 1, 6000, 2 * PAGE);
	pull_rows(engine, 60, ENGINE_PULL_ALL, &answer);
	assert_int_equal(answer.head.count, 5);
	assert_int_equal(answer.row[0].kind, ENGINE_ROW_NOTE);
	assert_string_equal(answer.row[0].detail, "a note");
	assert_int_equal(answer.row[0].ts, 5000);
}

static void test_a_page_in_hand_is_kept(void **state)
{
	struct engine *engine = *state;
	struct stats stats;
	uint8_t page[PAGE];

	feed_and_wait(engine, 0, 1000, PAGE);
	fill_page(page, 2000, 2, 10);
	feed(engine, 0, page, 100);
	await_bytes(engine, 0, PAGE + 100, &stats);
	tell(engine, "agent restarted", false);
	feed(engine, 0, page + 100, PAGE - 100);
	feed_and_wait(engine, 0, 3000, 3 * PAGE);
	assert_kinds(engine, "uunuuuu");
	get_stats(engine, &stats);
	assert_int_equal(stats.cpu[0].gaps, 0);
}

/* Half a page of the kernel before is no beginning of one of this. */
static void test_a_reboot_within_a_page(void **state)
{
	struct engine *engine = *state;
	struct answer answer;
	struct stats stats;
	uint8_t page[PAGE];

	feed_and_wait(engine, 0, 100000, PAGE);
	fill_page(page, 200000, 2, 10);
	feed(engine, 0, page, 2000);
	await_bytes(engine, 0, PAGE + 2000, &stats);
	tell(engine, "guest rebooted", true);
	for (unsigned i = 0; i < 3; i++)
		feed_and_wait(engine, 0, 500 + i * 100, (2 + i) * PAGE + 2000);
	assert_kinds(engine, "uugnuuuuuu");
	pull_rows(engine, 60, ENGINE_PULL_ALL | ENGINE_PULL_RESET, &answer);
	assert_int_equal(answer.row[2].count, 2000);
	assert_int_equal(answer.row[3].epoch, answer.row[0].epoch);
	assert_true(answer.row[4].epoch > answer.row[0].epoch);
	assert_int_equal(answer.row[4].ts, 500);
}

/* Until its formats come, what another kernel sends is not decoded by those of the one before. */
static void test_each_boot_has_its_formats(void **state)
{
	struct engine *engine = *state;
	struct answer answer;
	struct stats stats;

	load(engine, "softirq_entry");
	feed_and_wait(engine, 0, 1000, PAGE);
	tell(engine, "guest rebooted", true);
	feed_and_wait(engine, 0, 500, 2 * PAGE);
	assert_kinds(engine, "eenuu");
	get_stats(engine, &stats);
	assert_int_equal(stats.cpu[0].unknown_events, 0); /* or they would be fetched again */
	load(engine, "softirq_raise");
	pull_rows(engine, 60, ENGINE_PULL_ALL | ENGINE_PULL_RESET, &answer);
	assert_int_equal(answer.head.count, 5);
	assert_string_equal(answer.row[0].event, "softirq_entry");
	assert_string_equal(answer.row[3].event, "softirq_raise");
	/* And the clock began anew only once. */
	assert_int_equal(answer.row[3].epoch, answer.row[0].epoch + 1);
	feed_and_wait(engine, 0, 900, 3 * PAGE);
	pull_rows(engine, 60, ENGINE_PULL_ALL | ENGINE_PULL_RESET, &answer);
	assert_int_equal(answer.row[5].epoch, answer.row[3].epoch);
}

/* Those of a module come when its first events are there. */
static void test_formats_that_come_late(void **state)
{
	struct engine *engine = *state;
	struct answer answer;
	struct stats stats;

	assert_int_equal(load_formats(engine, demo_formats(NULL, NULL)).error, 0);
	feed_and_wait(engine, 0, 1000, PAGE);
	feed_and_wait(engine, 0, 2000, 2 * PAGE);
	assert_kinds(engine, "uuuu");
	get_stats(engine, &stats);
	assert_int_equal(stats.cpu[0].unknown_events, 4);
	load(engine, "softirq_entry");
	assert_kinds(engine, "eeee");
	feed_and_wait(engine, 0, 3000, 3 * PAGE);
	/* With these none has come that was not known, so that nothing changes when others come. */
	load(engine, "softirq_raise");
	pull_rows(engine, 60, ENGINE_PULL_ALL | ENGINE_PULL_RESET, &answer);
	for (unsigned i = 0; i < 6; i++)
		assert_string_equal(answer.row[i].event, "softirq_entry");
}

/* So many that the texts of the first are not kept. */
static void test_more_notes_than_are_kept(void **state)
{
	struct engine *engine = *state;
	struct answer answer;

	feed_and_wait(engine, 0, 1000, PAGE);
	for (unsigned i = 0; i < 300; i++)
		tell(engine, "once more", false);
	pull_rows(engine, 400, ENGINE_PULL_ALL, &answer);
	assert_int_equal(answer.head.count, 302);
	assert_non_null(strstr(answer.row[2].detail, "not kept any more"));
	assert_string_equal(answer.row[301].detail, "once more");
}

/* Pages of each boot are held with its formats, for as many boots as there is room for. */
static void test_more_formats_than_room(void **state)
{
	struct engine *engine = *state;
	struct engine_formats_reply reply;
	char boot[16];

	for (unsigned i = 0; i <= FORMATS_SETS; i++) {
		snprintf(boot, sizeof(boot), "%08x", i);
		reply = load_formats(engine, demo_formats("boot-id ", boot));
		if (i == FORMATS_SETS)
			break;
		assert_int_equal(reply.error, 0);
		feed_and_wait(engine, 0, 1000 + i * 100, (i + 1) * PAGE);
	}
	assert_int_equal(reply.error, -E2BIG);
	assert_non_null(strstr(reply.reason, "clear them first"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, engine_set_up, engine_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_note_stands_between_pages), TEST(test_a_note_waits_for_the_first_page),
		TEST(test_a_page_in_hand_is_kept),	TEST(test_a_reboot_within_a_page),
		TEST(test_each_boot_has_its_formats),	TEST(test_more_notes_than_are_kept),
		TEST(test_more_formats_than_room),	TEST(test_a_note_of_one_cpu),
		TEST(test_formats_that_come_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
