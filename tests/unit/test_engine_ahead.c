// SPDX-License-Identifier: GPL-2.0-only
/* An engine that is asked about the middle and the end of files which it has just begun to read. */
#include "tests/unit/engine.h"

#define EVENTS 100 /* of a page */
#define SMALL  500 /* pages of the file that is full of them */

/* So many zeroes in front of a page take seconds to read. */
#define HOLE (INT64_C(64) << 30)

static void open_file(struct engine *engine, unsigned cpu, int fd)
{
	struct engine_stream stream = {.cpu = cpu, .kind = ENGINE_STREAM_FILE};

	ask(engine, ENGINE_STREAM, &stream, sizeof(stream), fd);
	close(fd);
}

static int full_file(unsigned pages, unsigned events)
{
	int fd = memfd_create("full", MFD_CLOEXEC);
	uint8_t page[PAGE];

	for (unsigned i = 0; i < pages; i++) {
		fill_page(page, (uint64_t)(i + 1) * 1000, events, 1);
		assert_int_equal(write(fd, page, PAGE), PAGE);
	}
	return fd;
}

/* One CPU's pages are all there is to read of its file, the other's come behind a hole. */
static int open_both(void **state)
{
	struct engine *engine = engine_start(1 << 20);
	int fd = memfd_create("hole", MFD_CLOEXEC);
	uint8_t page[PAGE];

	fill_page(page, 400500, EVENTS, 1);
	assert_int_equal(pwrite(fd, page, PAGE, HOLE), PAGE);
	open_file(engine, 1, fd);
	open_file(engine, 0, full_file(SMALL, EVENTS));
	*state = engine;
	return 0;
}

static struct engine_view view_from(enum engine_origin origin, uint64_t ts, uint64_t row)
{
	struct engine_view view = {.origin = origin, .at = {.ts = ts, .row = row}, .count = 10};

	memset(view.cpus, 0xff, sizeof(view.cpus));
	return view;
}

/* That answers came before the file was read is what all of this is about. */
static void check_still_reading(struct engine *engine)
{
	struct stats stats;

	get_stats(engine, &stats);
	assert_true(stats.head.indexing > 0);
	assert_true(stats.head.indexed < stats.head.file_bytes);
}

static void test_the_end(void **state)
{
	struct engine_view view = view_from(ENGINE_FROM_TAIL, 0, 0);
	static struct answer answer;

	view_rows(*state, &view, &answer);
	check_still_reading(*state);
	assert_int_equal(answer.head.count, 10);
	assert_int_equal(answer.head.newer, 0);
	assert_true(answer.head.flags & ENGINE_ROWS_TAIL);
	assert_false(answer.head.flags & ENGINE_ROWS_HEAD);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(answer.row[i].ts, SMALL * 1000 + EVENTS - 10 + i);
	/* And up from there, as far as pages go before the one behind the hole. */
	for (unsigned i = 0; i < 2; i++) {
		view = view_from(ENGINE_FROM_POSITION, answer.row[0].ts, answer.row[0].row);
		view.skip = -(int)(SMALL - 401) * EVENTS / 2;
		view_rows(*state, &view, &answer);
	}
	assert_int_equal(answer.head.count, 10);
	assert_int_equal(answer.row[0].ts, 401000 + EVENTS - 10);
	check_still_reading(*state);
}

static void test_a_time(void **state)
{
	struct engine_view view = view_from(ENGINE_FROM_TIME, 250050, 0);
	static struct answer answer;

	view_rows(*state, &view, &answer);
	assert_int_equal(answer.head.count, 10);
	assert_int_equal(answer.row[0].ts, 250050);
	/* One that nothing has: the next row. */
	view = view_from(ENGINE_FROM_TIME, 250500, 0);
	view_rows(*state, &view, &answer);
	assert_int_equal(answer.row[0].ts, 251000);
	view = view_from(ENGINE_FROM_TIME, UINT64_MAX, 0);
	view_rows(*state, &view, &answer);
	assert_int_equal(answer.head.newer, 0);
	assert_int_equal(answer.row[9].ts, SMALL * 1000 + EVENTS - 1);
	view = view_from(ENGINE_FROM_SHARE, 0, ENGINE_SHARES / 2);
	view_rows(*state, &view, &answer);
	assert_in_range(answer.row[0].ts, 250500, 251000);
	check_still_reading(*state);
}

/* The recorded pages of a CPU, behind so many zeroes. */
static int recorded_file(unsigned cpu, off_t hole)
{
	const char *root = getenv("ROOT");
	int from, to = memfd_create("recorded", MFD_CLOEXEC);
	char path[PATH_MAX];
	uint8_t page[PAGE];

	snprintf(path, sizeof(path), "%s/tests/engine/demo-6.1/cpu%u.raw", root ? root : ".", cpu);
	from = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(from >= 0 && to >= 0);
	for (; read(from, page, PAGE) == PAGE; hole += PAGE)
		assert_int_equal(pwrite(to, page, PAGE, hole), PAGE);
	close(from);
	return to;
}

static struct engine *open_filtered(off_t hole)
{
	const struct engine_filter filter = {.events = "sched:sched_switch"};
	struct engine *engine = engine_start(1 << 20);

	assert_int_equal(load_formats(engine, demo_formats(NULL, NULL)).error, 0);
	ask(engine, ENGINE_FILTER, &filter, sizeof(filter), -1);
	open_file(engine, 1, recorded_file(1, hole));
	open_file(engine, 0, recorded_file(0, 0));
	return engine;
}

/* The rows that a filter lets pass are those that it lets pass of files which are read. */
static void test_a_filter(void **state)
{
	static const struct engine_view views[] = {
		{.origin = ENGINE_FROM_TAIL, .count = 100},
		{.origin = ENGINE_FROM_TAIL, .count = 10, .skip = -200},
		{.origin = ENGINE_FROM_TIME, .at.ts = 12200000000, .count = 50},
		{.origin = ENGINE_FROM_TIME, .at.ts = 12400000000, .count = 50, .skip = 20},
	};
	struct engine *part = open_filtered(HOLE), *whole = open_filtered(0);
	void *both[] = {part, whole};
	static struct answer answer, wanted;

	(void)state;
	while (whole->states[0] != ENGINE_CHANNEL_INDEXED ||
	       whole->states[1] != ENGINE_CHANNEL_INDEXED)
		settle(whole);
	for (unsigned i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		struct engine_view view = views[i];

		memset(view.cpus, 0xff, sizeof(view.cpus));
		view_rows(part, &view, &answer);
		view_rows(whole, &view, &wanted);
		assert_int_equal(answer.head.count, view.count);
		assert_int_equal(wanted.head.count, view.count);
		for (unsigned row = 0; row < view.count; row++) {
			assert_int_equal(answer.row[row].ts, wanted.row[row].ts);
			assert_int_equal(answer.row[row].cpu, wanted.row[row].cpu);
			assert_string_equal(answer.row[row].event, "sched_switch");
			assert_string_equal(answer.row[row].detail, wanted.row[row].detail);
		}
	}
	check_still_reading(part);
	for (unsigned i = 0; i < 2; i++)
		engine_tear_down(&both[i]);
}

/* Rows that are looked for are looked for in the index, and there it is told what is missing. */
static void test_find_waits_for_the_index(void **state)
{
	struct engine_view view = view_from(ENGINE_FROM_TAIL, 0, 0);
	struct engine_find find = {.way = ENGINE_FIND_PREV};
	const struct engine_found *found;
	static struct answer answer;
	struct engine_packet packet;

	memset(view.cpus, 0, sizeof(view.cpus));
	engine_cpuset_add(view.cpus, 1);
	view_rows(*state, &view, &answer);
	find.at = (struct engine_position){answer.row[0].ts, answer.row[0].row, 1, 0};
	memset(find.cpus, 0xff, sizeof(find.cpus));
	packet = await(*state, ENGINE_FOUND, ask(*state, ENGINE_FIND, &find, sizeof(find), -1));
	found = packet.payload;
	assert_int_equal(found->error, -EAGAIN);
	assert_non_null(strstr(found->reason, "not read as far"));
	check_still_reading(*state);
}

static void test_no_such_origin(void **state)
{
	struct engine *engine = *state;
	struct engine_view view = view_from(ENGINE_FROM_SHARE + 1, 0, 0);

	ask(engine, ENGINE_VIEW, &view, sizeof(view), -1);
	settle(engine);
	assert_int_equal(engine->messages, 1);
	view = view_from(ENGINE_FROM_SHARE, 0, ENGINE_SHARES + 1);
	ask(engine, ENGINE_VIEW, &view, sizeof(view), -1);
	settle(engine);
	assert_int_equal(engine->messages, 2);
	assert_non_null(strstr(engine->said, "malformed"));
}

/* Of a file that is larger than the memory, every row can be had, and its pages take none. */
static void test_a_file_larger_than_the_memory(void **state)
{
	const unsigned pages = 8192;
	struct engine *engine = engine_start(1 << 20);
	void *self = engine;
	static struct answer answer;
	struct engine_view view;
	struct stats stats;

	(void)state;
	open_file(engine, 0, full_file(pages, 10));
	while (engine->states[0] != ENGINE_CHANNEL_INDEXED)
		settle(engine);
	get_stats(engine, &stats);
	assert_int_equal(stats.cpu[0].first_row, 0);
	assert_int_equal(stats.cpu[0].next_row, pages * 10);
	assert_in_range(stats.head.memory_used, 1, 1 << 20);
	for (unsigned i = 0; i < 100; i++) {
		uint64_t row = (uint64_t)i * 811;

		view = view_from(ENGINE_FROM_POSITION, 0, row);
		view_rows(engine, &view, &answer);
		assert_int_equal(answer.head.total, pages * 10);
		assert_int_equal(answer.row[0].row, row);
		assert_int_equal(answer.row[0].ts, (row / 10 + 1) * 1000 + row % 10);
	}
	engine_tear_down(&self);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define BOTH(name) cmocka_unit_test_setup_teardown(name, open_both, engine_tear_down)
		BOTH(test_the_end),
		BOTH(test_a_time),
		BOTH(test_find_waits_for_the_index),
		BOTH(test_no_such_origin),
		cmocka_unit_test(test_a_filter),
		cmocka_unit_test(test_a_file_larger_than_the_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
