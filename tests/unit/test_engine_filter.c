// SPDX-License-Identifier: GPL-2.0-only
/* An engine asked to show only some rows of the recorded capture, and to look for others. */
#include "tests/unit/engine.h"

static struct engine_filter filter_of(const char *events, const char *expression)
{
	struct engine_filter filter = {{0}, {0}};

	snprintf(filter.events, sizeof(filter.events), "%s", events);
	snprintf(filter.expression, sizeof(filter.expression), "%s", expression);
	return filter;
}

static struct engine_filter_reply set_filter(struct engine *engine, const char *events,
					     const char *expression)
{
	struct engine_filter filter = filter_of(events, expression);
	struct engine_packet packet;
	struct engine_filter_reply reply;

	packet = await(engine, ENGINE_FILTER_REPLY,
		       ask(engine, ENGINE_FILTER, &filter, sizeof(filter), -1));
	memcpy(&reply, packet.payload, sizeof(reply));
	return reply;
}

/* Rows of all of the capture, and of these, such of one event. */
static uint64_t pull_everything(struct engine *engine, const char *event, uint64_t *of_event,
				uint64_t *hidden)
{
	static struct answer answer;
	uint32_t flags = ENGINE_PULL_RESET;
	uint64_t rows = 0;

	*of_event = *hidden = 0;
	do {
		pull_rows(engine, 500, flags, &answer);
		flags = 0;
		rows += answer.head.count;
		*hidden += answer.head.hidden;
		for (uint32_t i = 0; i < answer.head.count; i++)
			*of_event += !strcmp(answer.row[i].event, event);
	} while (!(answer.head.flags & ENGINE_ROWS_END));
	return rows;
}

static void test_pulls_and_views_are_filtered(void **state)
{
	static struct answer answer;
	struct engine *engine = *state;
	struct engine_view view = {.origin = ENGINE_FROM_TAIL, .count = 30};
	uint64_t all, switches, rows, hidden;
	struct engine_filter_reply reply;

	all = pull_everything(engine, "sched_switch", &switches, &hidden);
	assert_int_equal(hidden, 0);
	assert_true(switches > 100 && switches < all);
	reply = set_filter(engine, "", "sched_switch: prev_prio < 1000");
	assert_int_equal(reply.error, 0);
	assert_int_equal(reply.on, 1);
	assert_int_equal(reply.waiting, 0);
	assert_int_equal(reply.events, 1);
	assert_int_equal(reply.tested, 1);
	rows = pull_everything(engine, "sched_switch", &switches, &hidden);
	assert_int_equal(rows, switches);
	assert_int_equal(hidden, all - switches);

	memset(view.cpus, 0xff, sizeof(view.cpus));
	view_rows(engine, &view, &answer);
	assert_int_equal(answer.head.count, 30);
	assert_int_equal(answer.head.flags, ENGINE_ROWS_TAIL);
	assert_int_equal(answer.head.total, all);
	/* The pull has looked at everything. */
	assert_int_equal(answer.head.unseen, 0);
	assert_int_equal(answer.head.hidden, hidden);
	for (uint32_t i = 0; i < 30; i++)
		assert_string_equal(answer.row[i].event, "sched_switch");
	view.skip = -(int32_t)switches;
	view_rows(engine, &view, &answer);
	assert_int_equal(answer.head.flags, ENGINE_ROWS_HEAD);
	assert_int_equal(answer.head.count, 30);
	/* The window stays full at both ends, and is all there is when that is little. */
	view = (struct engine_view){.origin = ENGINE_FROM_HEAD, .count = 30, .skip = 90000};
	memset(view.cpus, 0xff, sizeof(view.cpus));
	view_rows(engine, &view, &answer);
	assert_int_equal(answer.head.flags, ENGINE_ROWS_TAIL);
	assert_int_equal(answer.head.count, 30);
	assert_int_equal(set_filter(engine, "", "sched_switch: prev_prio > 1000").error, 0);
	view_rows(engine, &view, &answer);
	assert_int_equal(answer.head.count, 0);
	assert_int_equal(answer.head.flags, ENGINE_ROWS_HEAD | ENGINE_ROWS_TAIL);
	assert_int_equal(answer.head.hidden, all);

	assert_int_equal(set_filter(engine, "", " ").on, 0);
	assert_int_equal(pull_everything(engine, "sched_switch", &switches, &hidden), all);
	assert_int_equal(hidden, 0);
}

static void test_what_is_refused_changes_nothing(void **state)
{
	struct engine *engine = *state;
	uint64_t all, switches, hidden;
	struct engine_filter_reply reply;

	assert_int_equal(set_filter(engine, "sched:sched_switch", "").error, 0);
	reply = set_filter(engine, "sched:sched_switch", "prev_prio <");
	assert_int_equal(reply.error, -EINVAL);
	assert_int_equal(reply.on, 1);
	assert_non_null(strstr(reply.reason, "the end comes at position 12"));
	reply = set_filter(engine, "nothing*", "");
	assert_int_equal(reply.error, -EINVAL);
	assert_non_null(strstr(reply.reason, "'nothing*'"));
	all = pull_everything(engine, "sched_switch", &switches, &hidden);
	assert_int_equal(all, switches);
	assert_true(hidden > 0);
}

/* Without formats the filter waits for them, and says what has become of it when they come. */
static void test_a_filter_waits_for_formats(void **state)
{
	struct engine *engine = *state;
	struct engine_filter_reply reply = set_filter(engine, "", "sched_switch: prev_pid ==");
	struct engine_packet packet;
	uint64_t switches, hidden;
	int fd = demo_formats(NULL, NULL);

	assert_int_equal(reply.error, -EINVAL);
	assert_int_equal(reply.on, 0);
	reply = set_filter(engine, "", "sched_switch: prev_pid == 0");
	assert_int_equal(reply.error, 0);
	assert_int_equal(reply.waiting, 1);
	open_capture(engine);
	assert_int_equal(pull_everything(engine, "sched_switch", &switches, &hidden), 0);
	assert_true(hidden > 0);
	ask(engine, ENGINE_FORMATS, NULL, 0, fd);
	close(fd);
	packet = await(engine, ENGINE_FILTER_REPLY, 0);
	memcpy(&reply, packet.payload, sizeof(reply));
	assert_int_equal(reply.error, 0);
	assert_int_equal(reply.waiting, 0);
	assert_int_equal(reply.events, 1);
	assert_true(pull_everything(engine, "sched_switch", &switches, &hidden) > 50);
}

/* One that the first formats refuse is off, as if it had been refused at once. */
static void test_a_filter_is_refused_by_formats(void **state)
{
	struct engine *engine = *state;
	struct engine_filter_reply reply = set_filter(engine, "", "sched_switch: nobody == 0");
	struct engine_packet packet;
	uint64_t switches, hidden;
	int fd = demo_formats(NULL, NULL);

	assert_int_equal(reply.waiting, 1);
	ask(engine, ENGINE_FORMATS, NULL, 0, fd);
	close(fd);
	packet = await(engine, ENGINE_FILTER_REPLY, 0);
	memcpy(&reply, packet.payload, sizeof(reply));
	assert_int_equal(reply.error, -EINVAL);
	assert_int_equal(reply.on, 0);
	assert_non_null(strstr(reply.reason, "has a field 'nobody'"));
	open_capture(engine);
	pull_everything(engine, "sched_switch", &switches, &hidden);
	assert_true(switches > 50);
	assert_int_equal(hidden, 0);
}

static struct engine_found find(struct engine *engine, const struct engine_find *find)
{
	struct engine_packet packet =
		await(engine, ENGINE_FOUND, ask(engine, ENGINE_FIND, find, sizeof(*find), -1));
	struct engine_found found;

	memcpy(&found, packet.payload, sizeof(found));
	return found;
}

static void test_finding_rows(void **state)
{
	struct engine *engine = *state;
	struct engine_find next = {.origin = ENGINE_FROM_HEAD, .way = ENGINE_FIND_NEXT};
	struct engine_view view = {.origin = ENGINE_FROM_POSITION, .count = 1};
	static struct answer answer;
	struct engine_found found;
	uint64_t wanted, hidden, count = 0, ts = 0;

	memset(next.cpus, 0xff, sizeof(next.cpus));
	memset(view.cpus, 0xff, sizeof(view.cpus));
	pull_everything(engine, "sched_wakeup", &wanted, &hidden);
	assert_true(wanted > 10);
	next.filter = filter_of("sched_wakeup", "");
	for (found = find(engine, &next); found.found; found = find(engine, &next)) {
		assert_int_equal(found.error, 0);
		view.at = next.at = found.at;
		next.origin = ENGINE_FROM_POSITION;
		assert_true(found.at.ts >= ts);
		ts = found.at.ts;
		view_rows(engine, &view, &answer);
		assert_string_equal(answer.row[0].event, "sched_wakeup");
		count++;
	}
	assert_int_equal(count, wanted);
	assert_int_equal(found.more, 0);
	/* And back from the end, where the last one is the first. */
	next.origin = ENGINE_FROM_TAIL;
	next.way = ENGINE_FIND_PREV;
	found = find(engine, &next);
	assert_int_equal(found.found, 1);
	assert_memory_equal(&found.at, &next.at, sizeof(found.at));
	/* Only what is shown is found. */
	assert_int_equal(set_filter(engine, "", "sched_switch").error, 0);
	found = find(engine, &next);
	assert_int_equal(found.found, 0);
	next.filter = filter_of("", "prev_pid = 3");
	found = find(engine, &next);
	assert_int_equal(found.error, -EINVAL);
	assert_non_null(strstr(found.reason, "'=' has no meaning"));
}

static void test_malformed_requests(void **state)
{
	struct engine *engine = *state;
	struct engine_find bad = {.origin = ENGINE_FROM_TAIL + 1};
	struct engine_filter open;

	memset(&open, 'x', sizeof(open));
	ask(engine, ENGINE_FILTER, &open, sizeof(open), -1);
	ask(engine, ENGINE_FILTER, &open, 100, -1);
	ask(engine, ENGINE_FIND, &bad, sizeof(bad), -1);
	bad.origin = ENGINE_FROM_TAIL;
	bad.way = ENGINE_FIND_PREV + 1;
	ask(engine, ENGINE_FIND, &bad, sizeof(bad), -1);
	bad.way = ENGINE_FIND_PREV;
	bad.filter = open;
	ask(engine, ENGINE_FIND, &bad, sizeof(bad), -1);
	settle(engine);
	assert_int_equal(engine->messages, 5);
	assert_non_null(strstr(engine->said, "malformed request"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pulls_and_views_are_filtered, open_recorded,
						engine_tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_refused_changes_nothing, open_recorded,
						engine_tear_down),
		cmocka_unit_test_setup_teardown(test_a_filter_waits_for_formats, engine_set_up,
						engine_tear_down),
		cmocka_unit_test_setup_teardown(test_a_filter_is_refused_by_formats, engine_set_up,
						engine_tear_down),
		cmocka_unit_test_setup_teardown(test_finding_rows, open_recorded, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_malformed_requests, engine_set_up,
						engine_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
