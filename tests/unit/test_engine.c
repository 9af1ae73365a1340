// SPDX-License-Identifier: GPL-2.0-only
/* What an engine shows of the pages that it is fed: views, pulls, formats, epochs, layouts. */
#include "tests/unit/engine.h"
#include "tests/unit/formats.h"

/* Ten events on each CPU, CPU 0 at 1000, 1020, ... and CPU 1 at 1010, 1030, ... */
static void feed_interleaved(struct engine *engine)
{
	struct stats stats;

	feed_page(engine, 0, 1000, 10, 20);
	feed_page(engine, 1, 1010, 10, 20);
	await_bytes(engine, 0, PAGE, &stats);
	await_bytes(engine, 1, PAGE, &stats);
}

static struct engine_view all_cpus(uint32_t origin, uint32_t count)
{
	struct engine_view view = {.origin = origin, .count = count};

	memset(view.cpus, 0xff, sizeof(view.cpus));
	return view;
}

/* count rows from ts on, 10 apart, CPUs taking turns. */
static void assert_interleaved(const struct answer *answer, uint32_t count, uint64_t ts)
{
	assert_int_equal(answer->head.count, count);
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(answer->row[i].ts, ts + 10 * i);
		assert_int_equal(answer->row[i].cpu, (ts / 10 + i) % 2);
		assert_int_equal(answer->row[i].kind, ENGINE_ROW_UNKNOWN);
	}
}

static void test_view_from_the_head(void **state)
{
	struct engine_view view = all_cpus(ENGINE_FROM_HEAD, 6);
	struct answer answer;

	feed_interleaved(*state);
	view_rows(*state, &view, &answer);
	assert_interleaved(&answer, 6, 1000);
	assert_int_equal(answer.head.flags, ENGINE_ROWS_HEAD);
	assert_int_equal(answer.head.total, 20);
	assert_int_equal(answer.head.newer, 14);
	view.skip = 3;
	view_rows(*state, &view, &answer);
	assert_interleaved(&answer, 6, 1030);
	assert_int_equal(answer.head.flags, 0);
	view.skip = -3;
	view_rows(*state, &view, &answer);
	assert_interleaved(&answer, 6, 1000);
}

static void test_view_from_the_tail(void **state)
{
	struct engine_view view = all_cpus(ENGINE_FROM_TAIL, 6);
	struct answer answer;

	feed_interleaved(*state);
	view_rows(*state, &view, &answer);
	assert_interleaved(&answer, 6, 1140);
	assert_int_equal(answer.head.flags, ENGINE_ROWS_TAIL);
	view.skip = -4;
	view_rows(*state, &view, &answer);
	assert_interleaved(&answer, 6, 1100);
	assert_int_equal(answer.head.newer, 4);
	view.skip = 100;
	view_rows(*state, &view, &answer);
	assert_interleaved(&answer, 6, 1140);
	view.count = 50;
	view_rows(*state, &view, &answer);
	assert_interleaved(&answer, 20, 1000);
	assert_int_equal(answer.head.flags, ENGINE_ROWS_HEAD | ENGINE_ROWS_TAIL);
}

static void test_view_from_a_position(void **state)
{
	struct engine_view view = all_cpus(ENGINE_FROM_POSITION, 5);
	struct answer answer;

	feed_interleaved(*state);
	view.at = (struct engine_position){.ts = 1050, .row = 2, .cpu = 1};
	view_rows(*state, &view, &answer);
	assert_interleaved(&answer, 5, 1050);
	view.skip = -2;
	view_rows(*state, &view, &answer);
	assert_interleaved(&answer, 5, 1030);
	/* Near the end the window stays full. */
	view.skip = 0;
	view.at = (struct engine_position){.ts = 1180, .row = 9, .cpu = 0};
	view_rows(*state, &view, &answer);
	assert_interleaved(&answer, 5, 1150);
	assert_int_equal(answer.head.flags, ENGINE_ROWS_TAIL);
}

/* More rows came; what is looked at stays where it is. */
static void test_position_outlives_new_rows(void **state)
{
	struct engine_view view = all_cpus(ENGINE_FROM_POSITION, 5);
	struct answer answer;
	struct stats stats;

	feed_interleaved(*state);
	feed_page(*state, 0, 2000, 100, 1);
	await_bytes(*state, 0, 2 * PAGE, &stats);
	view.at = (struct engine_position){.ts = 1110, .row = 5, .cpu = 1};
	view_rows(*state, &view, &answer);
	assert_interleaved(&answer, 5, 1110);
	assert_int_equal(answer.head.total, 120);
}

static void test_view_of_some_cpus(void **state)
{
	struct engine_view view = all_cpus(ENGINE_FROM_HEAD, 50);
	struct answer answer;

	feed_interleaved(*state);
	memset(view.cpus, 0, sizeof(view.cpus));
	engine_cpuset_add(view.cpus, 1);
	view_rows(*state, &view, &answer);
	assert_int_equal(answer.head.count, 10);
	assert_int_equal(answer.head.total, 10);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(answer.row[i].cpu, 1);
	/* A position on a CPU that is not shown: its time counts. */
	view.origin = ENGINE_FROM_POSITION;
	view.at = (struct engine_position){.ts = 1100, .row = 5, .cpu = 0};
	view.count = 2;
	view_rows(*state, &view, &answer);
	assert_int_equal(answer.row[0].ts, 1110);
	memset(view.cpus, 0, sizeof(view.cpus));
	view_rows(*state, &view, &answer);
	assert_int_equal(answer.head.total, 0);
	assert_int_equal(answer.head.flags, ENGINE_ROWS_HEAD | ENGINE_ROWS_TAIL);
}

/* Pull until the engine has no more: rows[cpu] is how many came of each CPU so far. */
static uint32_t pull_all(struct engine *engine, uint32_t count, uint32_t flags,
			 uint64_t rows[CHANNELS], uint64_t *skipped)
{
	uint64_t last = 0;
	struct answer answer;

	do {
		pull_rows(engine, count, flags, &answer);
		*skipped += answer.head.skipped;
		for (uint32_t i = 0; i < answer.head.count; i++) {
			const struct row *row = &answer.row[i];

			assert_in_range(row->ts, last, UINT64_MAX);
			last = row->ts;
			assert_int_equal(row->row, rows[row->cpu] + *skipped);
			rows[row->cpu]++;
		}
	} while (!(answer.head.flags & (ENGINE_ROWS_DRY | ENGINE_ROWS_END)));
	return answer.head.flags;
}

static void test_pull_gives_each_row_once_and_in_order(void **state)
{
	uint64_t rows[CHANNELS] = {0}, skipped = 0;
	struct engine *engine = *state;
	struct stats stats;
	uint32_t flags;

	for (unsigned page = 0; page < 20; page++)
		for (unsigned cpu = 0; cpu < CHANNELS; cpu++)
			feed_page(engine, cpu, 1000 * page + 3 * cpu + 1, 100, 7);
	await_bytes(engine, 0, 20 * PAGE, &stats);
	await_bytes(engine, 1, 20 * PAGE, &stats);
	flags = pull_all(engine, 33, ENGINE_PULL_ALL, rows, &skipped);
	assert_int_equal(flags, ENGINE_ROWS_DRY);
	assert_int_equal(rows[0], 2000);
	assert_int_equal(rows[1], 2000);
	feed_page(engine, 1, 30000, 50, 7);
	engine_close(engine, 0);
	engine_close(engine, 1);
	do
		settle(engine);
	while (engine->states[0] != ENGINE_CHANNEL_ENDED ||
	       engine->states[1] != ENGINE_CHANNEL_ENDED);
	flags = pull_all(engine, 4096, ENGINE_PULL_ALL, rows, &skipped);
	assert_int_equal(flags, ENGINE_ROWS_DRY | ENGINE_ROWS_END);
	assert_int_equal(rows[0], 2000);
	assert_int_equal(rows[1], 2050);
	assert_int_equal(skipped, 0);
}

/* CPU 1's older rows come later than CPU 0's newer ones, and are given out before them. */
static void test_pull_waits_for_stragglers(void **state)
{
	struct engine *engine = *state;
	struct answer answer;
	struct stats stats;

	feed_page(engine, 0, 5000, 10, 1);
	await_bytes(engine, 0, PAGE, &stats);
	pull_rows(engine, 100, 0, &answer);
	assert_int_equal(answer.head.count, 0);
	assert_int_equal(answer.head.flags, ENGINE_ROWS_DRY);
	assert_int_equal(answer.head.newer, 10);
	feed_page(engine, 1, 1000, 10, 1);
	await_bytes(engine, 1, PAGE, &stats);
	/* The engine tells by itself when there is something to pull. */
	do {
		await(engine, ENGINE_NEWS, 0);
		pull_rows(engine, 100, 0, &answer);
	} while (!answer.head.count);
	assert_int_equal(answer.row[0].cpu, 1);
	assert_int_equal(answer.row[0].ts, 1000);
}

/* Of one CPU alone there are none. */
static void test_pull_of_one_cpu_does_not_wait(void **state)
{
	struct engine_pull pull = {.count = 100, .cpus = {1}};
	struct engine *engine = *state;
	struct engine_packet packet;
	struct answer answer;
	struct stats stats;

	feed_page(engine, 0, 5000, 10, 1);
	await_bytes(engine, 0, PAGE, &stats);
	packet = await(engine, ENGINE_ROWS, ask(engine, ENGINE_PULL, &pull, sizeof(pull), -1));
	take_rows(&answer, &packet);
	assert_int_equal(answer.head.count, 10);
}

static void test_pull_again_from_the_start(void **state)
{
	struct answer answer;

	feed_interleaved(*state);
	pull_rows(*state, 7, ENGINE_PULL_ALL, &answer);
	assert_interleaved(&answer, 7, 1000);
	pull_rows(*state, 7, ENGINE_PULL_ALL, &answer);
	assert_interleaved(&answer, 7, 1070);
	pull_rows(*state, 7, ENGINE_PULL_ALL | ENGINE_PULL_RESET, &answer);
	assert_interleaved(&answer, 7, 1000);
	assert_int_equal(answer.head.skipped, 0);
}

static void test_clear_forgets_pages_and_keeps_numbers(void **state)
{
	struct engine_view view = all_cpus(ENGINE_FROM_HEAD, 50);
	struct engine *engine = *state;
	struct answer answer;
	struct stats stats;

	feed_interleaved(engine);
	pull_rows(engine, 7, ENGINE_PULL_ALL, &answer);
	ask(engine, ENGINE_CLEAR, NULL, 0, -1);
	view_rows(engine, &view, &answer);
	assert_int_equal(answer.head.total, 0);
	get_stats(engine, &stats);
	assert_int_equal(stats.cpu[0].pages, 1);
	assert_int_equal(stats.cpu[0].first_row, 10);
	assert_int_equal(stats.head.memory_used, 0);
	feed_page(engine, 0, 3000, 5, 1);
	await_bytes(engine, 0, 2 * PAGE, &stats);
	pull_rows(engine, 50, ENGINE_PULL_ALL, &answer);
	assert_int_equal(answer.head.count, 5);
	assert_int_equal(answer.row[0].row, 10);
	assert_int_equal(answer.head.skipped, 13);
}

/* One wild time stamp on one CPU: the others' rows do not stay behind it for ever. */
static void test_wild_time_stamp(void **state)
{
	struct engine_view view = all_cpus(ENGINE_FROM_TAIL, 20);
	struct engine *engine = *state;
	bool seen[CHANNELS] = {false};
	struct answer answer;
	struct stats stats;

	feed_page(engine, 0, UINT64_C(1) << 60, 1, 1);
	feed_interleaved(engine);
	/* The other CPU's pages that came before it was known that time began anew are of before.
	 */
	await_bytes(engine, 0, 2 * PAGE, &stats);
	await_bytes(engine, 1, PAGE, &stats);
	feed_page(engine, 0, 2000, 10, 20);
	feed_page(engine, 1, 2010, 10, 20);
	await_bytes(engine, 0, 3 * PAGE, &stats);
	await_bytes(engine, 1, 2 * PAGE, &stats);
	view_rows(engine, &view, &answer);
	for (unsigned i = 0; i < answer.head.count; i++) {
		assert_in_range(answer.row[i].ts, 2000, 3000);
		seen[answer.row[i].cpu] = true;
	}
	assert_true(seen[0] && seen[1]);
}

static void test_recorded_formats(void **state)
{
	struct engine_formats_reply reply = load_formats(*state, demo_formats(NULL, NULL));
	struct stats stats;

	assert_int_equal(reply.error, 0);
	assert_in_range(reply.events, 10, 10000);
	assert_int_equal(reply.failed, 0);
	assert_int_equal(reply.cpus, 2);
	assert_int_equal(reply.subbuf_size, 4096);
	assert_string_equal(reply.kernel, "6.1.0-56-amd64");
	assert_string_equal(reply.clock, "global");
	/* The same again is no new set. */
	assert_int_equal(load_formats(*state, demo_formats(NULL, NULL)).error, 0);
	get_stats(*state, &stats);
	assert_int_equal(stats.head.formats, 1);
}

/* Large blocks, sorting and symbols, all of it under lock-down. */
static void test_large_symbol_table(void **state)
{
	struct engine_view view = all_cpus(ENGINE_FROM_HEAD, 10);
	size_t size = 10 << 20, at = 0;
	struct engine *engine = *state;
	char *symbols = malloc(size);
	struct made_bundle made;
	struct answer answer;
	struct stats stats;

	for (unsigned i = 0; at < size - 100; i++)
		at += (size_t)sprintf(symbols + at, "%016llx t symbol_number_%u\t[module]\n",
				      0xffffffff81000000 + 16ull * i, i);
	bundle_begin(&made, "boot");
	bundle_event(&made, "call", EVENT_ID, COMMON_FIELDS, FIELD("int a", 8, 4, 1),
		     "\"%ps\", (void *)(REC->a * 16 + 0xffffffff81000000)");
	bundle_text(&made, "kallsyms", symbols);
	free(symbols);
	assert_int_equal(bundle_writer_finish(&made.writer), 0);
	assert_int_equal(load_formats(engine, made.fd).error, 0);
	feed_page(engine, 0, 1000, 10, 1);
	await_bytes(engine, 0, PAGE, &stats);
	view_rows(engine, &view, &answer);
	assert_int_equal(answer.head.count, 10);
	assert_string_equal(answer.row[7].event, "call");
	assert_string_equal(answer.row[7].detail, "symbol_number_7");
}

static void test_formats_that_are_none(void **state)
{
	int fd = memfd_create("rubbish", MFD_CLOEXEC), pipes[2];
	struct engine_formats_reply reply;

	assert_int_equal(ftruncate(fd, 5000), 0);
	reply = load_formats(*state, fd);
	assert_int_equal(reply.error, -EINVAL);
	assert_true(strlen(reply.reason) > 10);
	assert_int_equal(pipe(pipes), 0);
	reply = load_formats(*state, pipes[0]);
	assert_int_equal(reply.error, -EINVAL);
	close(pipes[1]);
	settle(*state);
}

/* Each guest's boot brings formats; those of pages that are gone make room. */
static void test_many_sets_of_formats(void **state)
{
	struct engine *engine = *state;
	struct engine_formats_reply reply;
	struct stats stats;
	char boot[8];

	for (unsigned i = 0; i < 70; i++) {
		snprintf(boot, sizeof(boot), "%06u", i);
		assert_int_equal(load_formats(engine, demo_formats("boot-id ", boot)).error, 0);
	}
	get_stats(engine, &stats);
	assert_int_equal(stats.head.formats, 70);
	assert_non_null(strstr(engine->said, "plugins"));
	/* With pages held, they don't. */
	for (unsigned i = 0; i < 70; i++) {
		feed_page(engine, 0, 1000 * (i + 1), 1, 1);
		await_bytes(engine, 0, PAGE * (i + 1), &stats);
		snprintf(boot, sizeof(boot), "%06u", 100 + i);
		reply = load_formats(engine, demo_formats("boot-id ", boot));
		assert_int_equal(reply.error, i < 63 ? 0 : -E2BIG);
	}
	assert_non_null(strstr(reply.reason, "formats"));
	ask(engine, ENGINE_CLEAR, NULL, 0, -1);
	assert_int_equal(load_formats(engine, demo_formats("boot-id ", "000200")).error, 0);
}

/* Pages of 8 KiB: what was held in another layout goes, and the stream is found again. */
static void test_layout_changes(void **state)
{
	struct engine_view view = all_cpus(ENGINE_FROM_HEAD, 50);
	struct page_maker maker = {.geometry = {2 * PAGE, 8, false}};
	struct engine *engine = *state;
	uint8_t page[2 * PAGE];
	struct answer answer;
	struct stats stats;

	feed_interleaved(engine);
	assert_int_equal(load_formats(engine, demo_formats("subbuf-size ", "8192")).subbuf_size,
			 8192);
	view_rows(engine, &view, &answer);
	assert_int_equal(answer.head.total, 0);
	maker.page = page;
	for (unsigned i = 0; i < 3; i++) {
		make_page(&maker, 9000 + 1000 * i);
		for (unsigned n = 0; n < 300; n++)
			make_event(&maker, 1, 5, 0x11);
		feed(engine, 0, page, sizeof(page));
	}
	await_bytes(engine, 0, 7 * PAGE, &stats);
	assert_int_equal(stats.cpu[0].pages, 4);
	assert_int_equal(stats.cpu[0].events, 910);
	assert_int_equal(stats.cpu[0].first_row, 10);
	assert_int_equal(stats.cpu[0].next_row, 910);
	assert_int_equal(stats.cpu[0].bad_pages, 0);
}

/* A capture's file is another's open file too: where that one stands does not matter. */
static void test_file_is_read_by_each_engine(void **state)
{
	uint64_t rows[CHANNELS] = {0}, skipped = 0;
	int fd = memfd_create("cpu0.raw", MFD_CLOEXEC);
	struct engine_stream stream = {.cpu = 0, .kind = ENGINE_STREAM_FILE};
	uint8_t page[PAGE];

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		fill_page(page, 1000 * (i + 1), 100, 1);
		assert_int_equal(write(fd, page, PAGE), PAGE);
	}
	for (unsigned round = 0; round < 2; round++) {
		struct engine *engine = engine_start(1 << 20);
		void *self = engine;

		rows[0] = 0;
		ask(engine, ENGINE_STREAM, &stream, sizeof(stream), fd);
		while (engine->states[0] != ENGINE_CHANNEL_INDEXED)
			settle(engine);
		assert_int_equal(pull_all(engine, 4096, 0, rows, &skipped),
				 ENGINE_ROWS_DRY | ENGINE_ROWS_END);
		assert_int_equal(rows[0], 1000);
		assert_int_equal(skipped, 0);
		engine_tear_down(&self);
	}
	close(fd);
}

/* How far a file is read can be asked for, and questions are answered meanwhile. */
static void test_progress_through_a_file(void **state)
{
	const uint64_t size = 256 << 20;
	struct engine_stream stream = {.cpu = 0, .kind = ENGINE_STREAM_FILE};
	int fd = memfd_create("cpu0.raw", MFD_CLOEXEC);
	struct engine *engine = engine_start(1 << 20);
	void *self = engine;
	struct stats stats;
	uint64_t last = 0;

	(void)state;
	/* Of zeroes: pages without events. */
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	ask(engine, ENGINE_STREAM, &stream, sizeof(stream), fd);
	do {
		get_stats(engine, &stats);
		assert_int_equal(stats.head.file_bytes, size);
		assert_in_range(stats.head.indexed, last, size);
		last = stats.head.indexed;
	} while (stats.head.indexing);
	assert_int_equal(last, size);
	assert_int_equal(stats.cpu[0].pages, size / PAGE);
	engine_tear_down(&self);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define ENGINE_TEST(name) cmocka_unit_test_setup_teardown(name, engine_set_up, engine_tear_down)
		ENGINE_TEST(test_view_from_the_head),
		ENGINE_TEST(test_view_from_the_tail),
		ENGINE_TEST(test_view_from_a_position),
		ENGINE_TEST(test_position_outlives_new_rows),
		ENGINE_TEST(test_view_of_some_cpus),
		ENGINE_TEST(test_pull_gives_each_row_once_and_in_order),
		ENGINE_TEST(test_pull_waits_for_stragglers),
		ENGINE_TEST(test_pull_of_one_cpu_does_not_wait),
		ENGINE_TEST(test_pull_again_from_the_start),
		ENGINE_TEST(test_clear_forgets_pages_and_keeps_numbers),
		ENGINE_TEST(test_wild_time_stamp),
		ENGINE_TEST(test_recorded_formats),
		ENGINE_TEST(test_large_symbol_table),
		ENGINE_TEST(test_formats_that_are_none),
		ENGINE_TEST(test_many_sets_of_formats),
		ENGINE_TEST(test_layout_changes),
		cmocka_unit_test(test_file_is_read_by_each_engine),
		cmocka_unit_test(test_progress_through_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
