// SPDX-License-Identifier: GPL-2.0-only
/* A guest's memory as a source of a real engine: found, read live, and read when the guest is dead.
 */
#include "tests/unit/chance.h"
#include "tests/unit/engine.h"
#include "tests/unit/ring_memory.h"

#define SIZE  (8u << 20)
#define START 1000000000 /* the time before the first event, ns */

struct fixture {
	struct engine *engine;
	struct ring_memory memory;
	struct ring_writer writer[2];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->engine = engine_start(64 << 20);
	f->memory = ring_memory_new(SIZE, 1 << 20, 2, 64);
	for (unsigned cpu = 0; cpu < 2; cpu++)
		f->writer[cpu] = ring_writer_at(&f->memory, cpu, START);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	void *engine = f->engine;

	ring_memory_free(&f->memory);
	free(f);
	return engine_tear_down(&engine);
}

/* What the engine says of it when it has looked at all. */
static struct engine_memory_reply search(struct fixture *f, int fd, bool live,
					 struct engine_memory_buffer *buffer)
{
	struct engine_memory_reply reply;
	struct engine_packet packet;
	uint32_t serial;

	assert_int_equal(engine_client_memory(f->engine->client, fd, ENGINE_MEMORY_ANYWHERE, live,
					      &serial),
			 0);
	do {
		packet = await(f->engine, ENGINE_MEMORY_REPLY, serial);
		memcpy(&reply, packet.payload, sizeof(reply));
		if (reply.buffers && buffer)
			*buffer = *engine_memory_buffers(&packet);
	} while (reply.error == -EINPROGRESS);
	return reply;
}

static void read_it(struct fixture *f, bool once)
{
	assert_int_equal(engine_client_memory_read(f->engine->client, ENGINE_MEMORY_ANYWHERE, once),
			 0);
	settle(f->engine);
}

static void await_events(struct fixture *f, uint64_t first, uint64_t second)
{
	uint64_t end = now_ms() + PATIENCE_MS;
	struct stats stats;

	do {
		get_stats(f->engine, &stats);
		if (stats.cpu[0].events == first && stats.cpu[1].events == second)
			return;
		usleep(1000);
	} while (now_ms() < end);
	fail_msg("%llu and %llu events came", (unsigned long long)stats.cpu[0].events,
		 (unsigned long long)stats.cpu[1].events);
}

static void await_state(struct fixture *f, uint32_t state)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (now_ms() < end) {
		settle(f->engine);
		if (f->engine->states[0] == state && f->engine->states[1] == state)
			return;
		usleep(1000);
	}
	fail_msg("streams are in states %u and %u", f->engine->states[0], f->engine->states[1]);
}

static void test_what_is_found_is_told(void **state)
{
	struct fixture *f = *state;
	struct engine_memory_buffer buffer;
	struct engine_memory_reply reply;

	ring_write(&f->writer[0], 1);
	reply = search(f, f->memory.fd, true, &buffer);
	assert_int_equal(reply.error, 0);
	assert_int_equal(reply.kind, ENGINE_MEMORY_RAW);
	assert_int_equal(reply.size, SIZE);
	assert_int_equal(reply.buffers, 1);
	assert_int_equal(buffer.offset, 1 << 20);
	assert_int_equal(buffer.used, 2);
	assert_int_equal(buffer.newest, START + 10);
	assert_string_equal(buffer.layout, "6.12");
}

static void test_what_is_no_memory_is_told(void **state)
{
	struct fixture *f = *state;
	struct engine_memory_reply reply;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	reply = search(f, ends[0], true, NULL);
	assert_int_equal(reply.error, -EINVAL);
	assert_non_null(strstr(reply.reason, "regular file"));
	close(ends[0]);
	close(ends[1]);
	/* Nothing can be read then. */
	read_it(f, false);
	assert_non_null(strstr(f->engine->said, "no ring buffer"));
}

static void test_a_dead_guest(void **state)
{
	struct fixture *f = *state;
	struct answer *answer = calloc(1, sizeof(*answer));
	uint64_t last = 0;

	assert_non_null(answer);
	ring_write(&f->writer[0], 1000);
	ring_write(&f->writer[1], 3);
	assert_int_equal(search(f, f->memory.fd, false, NULL).error, 0);
	read_it(f, true);
	await_state(f, ENGINE_CHANNEL_ENDED);
	await_events(f, 1000, 3);
	for (uint32_t rows = 0; rows < 1003; rows += answer->head.count) {
		pull_rows(f->engine, 500, ENGINE_PULL_ALL | (rows ? 0 : ENGINE_PULL_RESET), answer);
		assert_in_range(answer->head.count, 1, 500);
		for (uint32_t i = 0; i < answer->head.count; i++) {
			assert_true(answer->row[i].ts >= last);
			last = answer->row[i].ts;
		}
		if (!rows)
			assert_int_equal(answer->row[0].ts, START + 10);
	}
	assert_int_equal(last, START + 1000 * 10);
	/* And once more, should somebody want it. */
	read_it(f, true);
	await_state(f, ENGINE_CHANNEL_ENDED);
	await_events(f, 2000, 6);
	free(answer);
}

static void test_a_guest_that_runs(void **state)
{
	struct fixture *f = *state;
	struct stats stats;

	assert_int_equal(search(f, f->memory.fd, true, NULL).error, 0);
	read_it(f, false);
	await_state(f, ENGINE_CHANNEL_OPEN);
	for (unsigned i = 1; i <= 50; i++) {
		ring_write(&f->writer[0], 300);
		ring_write(&f->writer[1], 1);
		await_events(f, 300 * i, i);
	}
	get_stats(f->engine, &stats);
	assert_int_equal(stats.cpu[0].lost_unknown, 0);
	assert_int_equal(stats.cpu[0].bad_pages + stats.cpu[0].gaps, 0);
	assert_int_equal(stats.cpu[0].last_ts, f->writer[0].time);
	/* It is closed as any other. */
	ask_cpu(f->engine, ENGINE_CLOSE_STREAM, 0, -1);
	settle(f->engine);
	assert_int_equal(f->engine->states[0], ENGINE_CHANNEL_NONE);
	ring_write(&f->writer[0], 300);
	ring_write(&f->writer[1], 1);
	await_events(f, 300 * 50, 51);
}

static void test_losses_are_rows(void **state)
{
	struct fixture *f = *state;
	struct stats stats;

	assert_int_equal(search(f, f->memory.fd, true, NULL).error, 0);
	read_it(f, false);
	ring_write(&f->writer[0], 10);
	await_events(f, 10, 0);
	/* Faster than anybody can look. */
	ask(f->engine, ENGINE_DISCARD, &(struct engine_flag){.on = 0}, sizeof(struct engine_flag),
	    -1);
	ring_write(&f->writer[0], 1000000);
	do {
		get_stats(f->engine, &stats);
	} while (stats.cpu[0].last_ts != f->writer[0].time);
	assert_true(stats.cpu[0].lost_unknown > 0);
	assert_true(stats.cpu[0].events < f->writer[0].number);
	assert_int_equal(stats.cpu[0].bad_pages + stats.cpu[0].gaps, 0);
}

static void test_a_file_that_goes_away(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(search(f, f->memory.fd, true, NULL).error, 0);
	read_it(f, false);
	await_state(f, ENGINE_CHANNEL_OPEN);
	assert_int_equal(ftruncate(f->memory.fd, 0), 0);
	await_state(f, ENGINE_CHANNEL_FAILED);
	assert_non_null(strstr(f->engine->said, "was cut off"));
}

static void test_formats_of_another_kernel(void **state)
{
	struct fixture *f = *state;
	int fd = demo_formats("subbuf-size ", "8192");

	assert_int_equal(search(f, f->memory.fd, true, NULL).error, 0);
	read_it(f, false);
	await_state(f, ENGINE_CHANNEL_OPEN);
	assert_int_equal(load_formats(f->engine, fd).error, 0);
	await_state(f, ENGINE_CHANNEL_FAILED);
	assert_non_null(strstr(f->engine->said, "sub-buffers have 8192 bytes, but in the guest's "
						"memory they have 4096"));
}

static void boot(struct ring_writer *writer)
{
	writer->written = 0;
	writer->time = 5000;
}

static void test_another_boot(void **state)
{
	struct fixture *f = *state;
	struct answer *answer = calloc(1, sizeof(*answer));
	struct engine_packet packet;
	uint32_t notes = 0;

	assert_non_null(answer);
	ring_write(&f->writer[0], 2 * RING_EVENTS + 5);
	ring_write(&f->writer[1], 7);
	assert_int_equal(search(f, f->memory.fd, true, NULL).error, 0);
	read_it(f, false);
	await_events(f, 2 * RING_EVENTS + 5, 7);
	boot(&f->writer[0]);
	ring_write(&f->writer[0], 3);
	packet = await(f->engine, ENGINE_MEMORY_REPLY, 0);
	assert_int_equal(((const struct engine_memory_reply *)packet.payload)->boots, 1);
	boot(&f->writer[1]);
	ring_write(&f->writer[1], 1);
	await_events(f, 2 * RING_EVENTS + 8, 8);
	pull_rows(f->engine, ROWS_MAX, ENGINE_PULL_ALL | ENGINE_PULL_RESET, answer);
	for (uint32_t i = 0; i < answer->head.count; i++) {
		const struct row *row = &answer->row[i];

		notes += row->kind == ENGINE_ROW_NOTE;
		if (row->kind == ENGINE_ROW_NOTE)
			assert_non_null(strstr(row->detail, "previous boot"));
		else
			assert_int_equal(row->epoch, row->ts < START);
	}
	assert_int_equal(notes, 2);
	free(answer);
}

/* Anything at all, into descriptions of the ring and its pages; and small numbers into headers,
 * which make sense more often. */
static void write_rubbish(struct fixture *f)
{
	uint64_t length = f->memory.end - f->memory.start;

	for (unsigned i = 0; i < 300; i++) {
		uint8_t *at =
			f->memory.bytes + f->memory.start + (random_number() % length & ~7ull);

		ring_put64(at, random_number());
		at = ring_subbuf(&f->memory, random_number() % 2, random_number() % 64);
		ring_put64(at + random_number() % 2 * 8, random_number() % 5000);
		at = ring_field(&f->memory, random_number() % 2,
				RING_HEAD + random_number() % 2 * 8);
		ring_put64(at, ring_address(&f->memory, 0, random_number() % 64));
	}
}

static void make_anew(struct fixture *f, uint32_t events)
{
	memset(f->memory.bytes + f->memory.start, 0, f->memory.end - f->memory.start);
	ring_make_at(&f->memory, f->memory.start);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		f->writer[cpu] = ring_writer_at(&f->memory, cpu, START);
		ring_write(&f->writer[cpu], events);
	}
}

static void test_a_guest_that_writes_rubbish(void **state)
{
	struct fixture *f = *state;
	struct stats before;

	for (unsigned round = 0; round < 30; round++) {
		make_anew(f, 70 * RING_EVENTS);
		assert_int_equal(search(f, f->memory.fd, true, NULL).error, 0);
		read_it(f, round % 2);
		for (unsigned i = 0; i < 20; i++) {
			write_rubbish(f);
			settle(f->engine);
		}
	}
	/* An honest one is read all the same. */
	make_anew(f, 500);
	assert_int_equal(search(f, f->memory.fd, true, NULL).error, 0);
	get_stats(f->engine, &before);
	read_it(f, true);
	await_state(f, ENGINE_CHANNEL_ENDED);
	await_events(f, before.cpu[0].events + 500, before.cpu[1].events + 500);
}

/* A memory of many, with the reply coming in between. */
static void test_answers_go_on_during_a_search(void **state)
{
	struct fixture *f = *state;
	int fd = memfd_create("large", MFD_CLOEXEC);
	static const uint8_t page[65536] = {1};
	struct engine_memory_reply reply;
	uint32_t serial;

	for (unsigned i = 0; i < 4096; i++)
		assert_int_equal(pwrite(fd, page, sizeof(page), (off_t)i * 65536), sizeof(page));
	assert_int_equal(engine_client_memory(f->engine->client, fd, ENGINE_MEMORY_ANYWHERE, true,
					      &serial),
			 0);
	settle(f->engine);
	read_it(f, false);
	assert_non_null(strstr(f->engine->said, "still being searched"));
	reply = search(f, fd, true, NULL);
	assert_int_equal(reply.error, -ENOENT);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_found_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_no_memory_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_dead_guest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_guest_that_runs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_losses_are_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_file_that_goes_away, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_formats_of_another_kernel, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_another_boot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_guest_that_writes_rubbish, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_answers_go_on_during_a_search, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
