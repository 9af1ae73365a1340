// SPDX-License-Identifier: GPL-2.0-only
/* What a real engine measures in a recorded capture is what its rows' texts say. */
#include <inttypes.h>

#include "tests/unit/engine.h"

#define MOST 4096 /* pairs, and numbers by which they are told apart */

/* Pairs of one kind, as they are read off the rows' texts. */
struct reading {
	uint64_t began[MOST]; /* time, by number; 0: not open */
	uint64_t took[MOST];
	size_t count;
	struct row worst;
	uint64_t max;
};

static struct answer rows;

/* All rows, in the order of time. */
static void pull_all(struct engine *engine)
{
	struct answer *part = calloc(1, sizeof(*part));
	uint32_t flags = ENGINE_PULL_ALL | ENGINE_PULL_RESET;

	assert_non_null(part);
	rows.head.count = 0;
	do {
		pull_rows(engine, 500, flags, part);
		assert_in_range(rows.head.count + part->head.count, 0, ROWS_MAX);
		memcpy(rows.row + rows.head.count, part->row,
		       part->head.count * sizeof(part->row[0]));
		rows.head.count += part->head.count;
		flags = ENGINE_PULL_ALL;
	} while (part->head.count);
	free(part);
	assert_true(rows.head.count > 3000);
}

/* The number behind a word in a row's text. */
static uint64_t number_behind(const struct row *row, const char *word, int base)
{
	const char *at = strstr(row->detail, word);

	assert_non_null(at);
	return strtoull(at + strlen(word), NULL, base);
}

/* The pid of "NAME:PID [PRIORITY]" there, in whose name there may be colons. */
static uint64_t pid_at(const char *text)
{
	const char *at = strstr(text, " [");

	assert_non_null(at);
	while (at[-1] != ':')
		at--;
	return strtoull(at, NULL, 10);
}

static void open_pair(struct reading *reading, uint64_t number, uint64_t ts)
{
	assert_in_range(number, 0, MOST - 1);
	reading->began[number] = ts;
}

static void close_pair(struct reading *reading, uint64_t number, const struct row *row,
		       uint64_t took)
{
	assert_in_range(number, 0, MOST - 1);
	if (!reading->began[number])
		return;
	reading->began[number] = 0;
	if (!reading->count || took > reading->max) {
		reading->max = took;
		reading->worst = *row;
	}
	reading->took[reading->count++] = took;
}

static void close_since(struct reading *reading, uint64_t number, const struct row *row)
{
	close_pair(reading, number, row, row->ts - reading->began[number]);
}

static bool is(const struct row *row, const char *event)
{
	return !strcmp(row->event, event);
}

static void read_wakeup(struct reading *reading, const struct row *row)
{
	if (is(row, "sched_waking")) {
		open_pair(reading, number_behind(row, " pid=", 10), row->ts);
	} else if (is(row, "sched_wakeup_new")) {
		open_pair(reading, pid_at(row->detail), row->ts);
	} else if (is(row, "sched_switch")) {
		reading->began[pid_at(row->detail)] = 0;
		close_since(reading, pid_at(strstr(row->detail, "==>")), row);
	}
}

static void read_irq(struct reading *reading, const struct row *row)
{
	if (is(row, "irq_handler_entry"))
		open_pair(reading, row->cpu * 256 + number_behind(row, "irq=", 10), row->ts);
	else if (is(row, "irq_handler_exit"))
		close_since(reading, row->cpu * 256 + number_behind(row, "irq=", 10), row);
}

static void read_softirq(struct reading *reading, const struct row *row)
{
	if (is(row, "softirq_entry"))
		open_pair(reading, row->cpu * 16 + number_behind(row, "vec=", 10), row->ts);
	else if (is(row, "softirq_exit"))
		close_since(reading, row->cpu * 16 + number_behind(row, "vec=", 10), row);
}

/* Timers by a number of ours for each address. */
static uint64_t timer_of(const struct row *row)
{
	static uint64_t addresses[MOST];
	uint64_t address = number_behind(row, "hrtimer=", 16), i = 0;

	while (addresses[i] && addresses[i] != address)
		assert_in_range(++i, 0, MOST - 1);
	addresses[i] = address;
	return i;
}

static void read_timer(struct reading *reading, const struct row *row)
{
	if (is(row, "hrtimer_start")) {
		open_pair(reading, timer_of(row), number_behind(row, " expires=", 10));
	} else if (is(row, "hrtimer_cancel")) {
		reading->began[timer_of(row)] = 0;
	} else if (is(row, "hrtimer_expire_entry")) {
		uint64_t due = reading->began[timer_of(row)];
		uint64_t now = number_behind(row, " now=", 10);

		close_pair(reading, timer_of(row), row, now > due ? now - due : 0);
	}
}

static int by_size(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* By nearest rank, and what the engine may be off from it. */
static void check_share(const struct reading *reading, unsigned percent, uint64_t told)
{
	uint64_t exact = reading->took[(reading->count * percent + 99) / 100 - 1];

	assert_in_range(told, exact - exact / 32, exact + exact / 32 + 1);
}

/* What the engine says once it has looked at all. */
static void measure(struct engine *engine, enum engine_latency_kind kind,
		    struct engine_latency_reply *head, struct engine_latency_key *all)
{
	struct engine_latency asked = {.kind = kind, .key = ENGINE_LATENCY_ALL};

	memset(asked.cpus, 0xff, sizeof(asked.cpus));
	do {
		struct engine_packet packet =
			await(engine, ENGINE_LATENCIES,
			      ask(engine, ENGINE_LATENCY, &asked, sizeof(asked), -1));

		memcpy(head, packet.payload, sizeof(*head));
		assert_true(head->flags || head->keys > 1);
		memcpy(all, (const char *)packet.payload + sizeof(*head), sizeof(*all));
	} while (head->flags);
}

static void check(struct engine *engine, enum engine_latency_kind kind,
		  void (*read)(struct reading *reading, const struct row *row))
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct engine_latency_reply head;
	struct engine_latency_key all;
	uint64_t total = 0, pairs = 0;

	assert_non_null(reading);
	for (uint32_t i = 0; i < rows.head.count; i++)
		read(reading, &rows.row[i]);
	qsort(reading->took, reading->count, sizeof(reading->took[0]), by_size);
	for (size_t i = 0; i < reading->count; i++)
		total += reading->took[i];
	measure(engine, kind, &head, &all);
	assert_true(reading->count > 20);
	assert_int_equal(head.looked, rows.head.count);
	assert_int_equal(head.left + head.skipped + head.broken, 0);
	assert_int_equal(all.key, ENGINE_LATENCY_ALL);
	assert_int_equal(all.count, reading->count);
	assert_int_equal(all.total, total);
	assert_int_equal(all.max, reading->max);
	assert_int_equal(all.worst.ts, reading->worst.ts);
	assert_int_equal(all.worst.row, reading->worst.row);
	assert_int_equal(all.worst.cpu, reading->worst.cpu);
	check_share(reading, 50, all.p50);
	check_share(reading, 99, all.p99);
	for (unsigned power = 0; power < ENGINE_LATENCY_POWERS; power++)
		pairs += head.powers[power];
	assert_int_equal(pairs, reading->count);
	free(reading);
}

static void test_as_the_rows_say(void **state)
{
	struct engine *engine = *state;

	pull_all(engine);
	check(engine, ENGINE_LATENCY_WAKEUP, read_wakeup);
	check(engine, ENGINE_LATENCY_IRQ, read_irq);
	check(engine, ENGINE_LATENCY_SOFTIRQ, read_softirq);
	check(engine, ENGINE_LATENCY_HRTIMER, read_timer);
}

static void test_a_clear_forgets(void **state)
{
	struct engine *engine = *state;
	struct engine_latency asked = {.kind = ENGINE_LATENCY_IRQ};
	struct engine_latency_reply head;
	struct engine_latency_key all;
	struct engine_packet packet;

	memset(asked.cpus, 0xff, sizeof(asked.cpus));
	measure(engine, ENGINE_LATENCY_IRQ, &head, &all);
	assert_int_equal(all.count, 23);
	ask(engine, ENGINE_CLEAR, NULL, 0, -1);
	packet = await(engine, ENGINE_LATENCIES,
		       ask(engine, ENGINE_LATENCY, &asked, sizeof(asked), -1));
	assert_int_equal(((const struct engine_latency_reply *)packet.payload)->keys, 0);
}

static void test_what_is_no_kind_is_refused(void **state)
{
	struct engine *engine = *state;
	struct engine_latency asked = {.kind = ENGINE_LATENCY_KINDS};
	unsigned messages = engine->messages;

	ask(engine, ENGINE_LATENCY, &asked, sizeof(asked), -1);
	settle(engine);
	asked = (struct engine_latency){.order = ENGINE_LATENCY_ORDERS};
	ask(engine, ENGINE_LATENCY, &asked, sizeof(asked), -1);
	settle(engine);
	assert_int_equal(engine->messages, messages + 2);
}

/* The id that the recorded formats give an event. */
static uint16_t id_of(const char *event)
{
	char line[256], name[64];
	const char *root = getenv("ROOT");
	unsigned id = 0;
	FILE *formats;

	snprintf(line, sizeof(line), "%s/tests/engine/demo-6.1/formats", root ? root : ".");
	formats = fopen(line, "r");
	assert_non_null(formats);
	snprintf(name, sizeof(name), "name: %s\n", event);
	while (!id && fgets(line, sizeof(line), formats))
		if (!strcmp(line, name) && fgets(line, sizeof(line), formats))
			assert_int_equal(sscanf(line, "ID: %u", &id), 1);
	fclose(formats);
	assert_true(id);
	return (uint16_t)id;
}

/* A page of the first channel with one event, of softirq 1. */
static void feed_softirq(struct engine *engine, uint64_t ts, const char *event)
{
	uint8_t page[PAGE];
	struct page_maker maker = {.geometry = {PAGE, 8, false}, .page = page};

	make_page(&maker, ts);
	make_event(&maker, 0, 4, 0);
	put_bytes(&maker.geometry, page + 20, id_of(event), 2);
	put_bytes(&maker.geometry, page + 28, 1, 4);
	feed(engine, 0, page, PAGE);
}

/* What came before tracing was off, and what after it, make no pair. */
static void test_what_a_pause_breaks(void **state)
{
	struct engine *engine = *state;
	struct engine_latency asked = {.kind = ENGINE_LATENCY_SOFTIRQ};
	const struct engine_latency_reply *head;
	const struct engine_latency_key *key;
	struct engine_packet packet;
	struct stats stats;

	memset(asked.cpus, 0xff, sizeof(asked.cpus));
	assert_int_equal(load_formats(engine, demo_formats(NULL, NULL)).error, 0);
	feed_softirq(engine, 1000, "softirq_entry");
	ask(engine, ENGINE_PAUSED, NULL, 0, -1);
	settle(engine);
	feed_softirq(engine, 2000, "softirq_exit");
	feed_softirq(engine, 3000, "softirq_entry");
	feed_softirq(engine, 3007, "softirq_exit");
	await_bytes(engine, 0, 4 * PAGE, &stats);
	do {
		packet = await(engine, ENGINE_LATENCIES,
			       ask(engine, ENGINE_LATENCY, &asked, sizeof(asked), -1));
		head = packet.payload;
	} while (head->looked < 4);
	key = (const struct engine_latency_key *)(head + 1);
	assert_int_equal(head->broken, 1);
	assert_int_equal(head->keys, 2);
	assert_int_equal(key->count, 1);
	assert_int_equal(key->max, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_as_the_rows_say, open_recorded,
						engine_tear_down),
		cmocka_unit_test_setup_teardown(test_a_clear_forgets, open_recorded,
						engine_tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_no_kind_is_refused, open_recorded,
						engine_tear_down),
		cmocka_unit_test_setup_teardown(test_what_a_pause_breaks, engine_set_up,
						engine_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
