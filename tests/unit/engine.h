/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A real engine process at the end of tui/engine/client.h, fed through pipes with pages made by
 * hand, for the unit tests of the engine. What takes time is waited for, with a patience that
 * only a hang uses up.
 */
#ifndef VTRACE_TESTS_ENGINE_H
#define VTRACE_TESTS_ENGINE_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/pages.h"
#include "tui/engine/client.h"

#define PATIENCE_MS 60000
#define PAGE	    4096
#define EVENT_ID    300 /* what the records of made pages say */
#define CHANNELS    2

struct engine {
	struct engine_client *client;
	int in[CHANNELS];	   /* write ends of the channels, -1: closed */
	unsigned messages;	   /* ENGINE_MESSAGE so far */
	char said[512];		   /* the last of them */
	uint32_t states[CHANNELS]; /* as told last */
};

/* The client looks beside this program for the engine. */
static inline void link_engine(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 32);
	char *slash;

	assert_true(length > 0);
	path[length] = '\0';
	slash = strrchr(path, '/');
	strcpy(slash, "/vtrace-engine");
	if (symlink("../../vtrace-engine", path) < 0)
		assert_int_equal(errno, EEXIST);
}

/* ---- packets ---- */

static inline void note(struct engine *engine, const struct engine_packet *packet)
{
	const struct engine_stream_state *state = packet->payload;
	const struct engine_text *text = packet->payload;

	if (packet->type == ENGINE_MESSAGE) {
		engine->messages++;
		snprintf(engine->said, sizeof(engine->said), "%s", text->text);
	} else if (packet->type == ENGINE_STREAM_STATE && state->cpu < CHANNELS) {
		engine->states[state->cpu] = state->state;
	}
}

static inline uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The next packet of that type and serial (0: any); others are noted and dropped. */
static inline struct engine_packet await(struct engine *engine, enum engine_type type,
					 uint32_t serial)
{
	struct pollfd pollfd = {.fd = engine_client_fd(engine->client), .events = POLLIN};
	struct engine_packet packet;
	uint64_t end = now_ms() + PATIENCE_MS;

	while (now_ms() < end) {
		int got = engine_client_receive(engine->client, &packet);

		assert_true(got >= 0);
		if (!got) {
			poll(&pollfd, 1, 100);
			continue;
		}
		note(engine, &packet);
		if (packet.type == type && (!serial || packet.serial == serial))
			return packet;
	}
	fail_msg("no packet of type %d came", type);
	return packet;
}

static inline uint32_t ask(struct engine *engine, enum engine_type type, const void *payload,
			   size_t length, int fd)
{
	struct pollfd pollfd = {.fd = engine_client_fd(engine->client), .events = POLLOUT};
	uint32_t serial = 0;
	int ret;

	while ((ret = engine_client_send(engine->client, type, payload, length, fd, &serial)) ==
	       -EAGAIN)
		poll(&pollfd, 1, 100);
	assert_int_equal(ret, 0);
	return serial;
}

static inline void ask_cpu(struct engine *engine, enum engine_type type, uint32_t cpu, int fd)
{
	struct engine_stream stream = {.cpu = cpu};

	ask(engine, type, &stream, sizeof(stream), fd);
}

struct stats {
	struct engine_stats head;
	struct engine_cpu_stats cpu[VTRACE_MAX_CPUS]; /* by number; zero where there is none */
};

static inline void get_stats(struct engine *engine, struct stats *stats)
{
	struct engine_packet packet =
		await(engine, ENGINE_STATS_REPLY, ask(engine, ENGINE_STATS, NULL, 0, -1));
	const struct engine_cpu_stats *cpu;

	memset(stats, 0, sizeof(*stats));
	memcpy(&stats->head, packet.payload, sizeof(stats->head));
	cpu = (const void *)((const char *)packet.payload + sizeof(stats->head));
	for (uint32_t i = 0; i < stats->head.cpus; i++)
		stats->cpu[cpu[i].cpu] = cpu[i];
}

/* All that was sent so far has been answered. */
static inline void settle(struct engine *engine)
{
	struct stats stats;

	get_stats(engine, &stats);
}

/* ---- life ---- */

static inline struct engine *engine_start(uint64_t memory)
{
	struct engine_config config = {.memory = memory};
	struct engine *engine = calloc(1, sizeof(*engine));
	char error[512] = "";

	assert_non_null(engine);
	link_engine();
	if (engine_client_start(&engine->client, &config, error, sizeof(error)))
		fail_msg("%s", error);
	await(engine, ENGINE_READY, 0);
	for (unsigned cpu = 0; cpu < CHANNELS; cpu++)
		engine->in[cpu] = -1;
	return engine;
}

/* A pipe to the engine for each channel. */
static inline void engine_connect(struct engine *engine)
{
	for (unsigned cpu = 0; cpu < CHANNELS; cpu++) {
		int ends[2];

		assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
		ask_cpu(engine, ENGINE_STREAM, cpu, ends[0]);
		close(ends[0]);
		engine->in[cpu] = ends[1];
	}
	settle(engine);
	assert_int_equal(engine->states[0], ENGINE_CHANNEL_OPEN);
	assert_int_equal(engine->states[1], ENGINE_CHANNEL_OPEN);
}

static inline void engine_close(struct engine *engine, unsigned cpu)
{
	close(engine->in[cpu]);
	engine->in[cpu] = -1;
}

static inline int engine_set_up(void **state)
{
	struct engine *engine = engine_start(64 << 20);

	engine_connect(engine);
	*state = engine;
	return 0;
}

static inline int engine_tear_down(void **state)
{
	struct engine *engine = *state;

	for (unsigned cpu = 0; cpu < CHANNELS; cpu++)
		if (engine->in[cpu] >= 0)
			close(engine->in[cpu]);
	engine_client_free(engine->client);
	free(engine);
	return 0;
}

/* ---- pages ---- */

/* A page of events, the first at ts and each step after the one before. */
static inline void fill_page(uint8_t *page, uint64_t ts, unsigned events, uint32_t step)
{
	struct page_maker maker = {.geometry = {PAGE, 8, false}, .page = page};

	make_page(&maker, ts);
	for (unsigned i = 0; i < events; i++) {
		uint8_t *record = page + 16 + maker.length + 4;

		make_event(&maker, i ? step : 0, 4, 0);
		put_bytes(&maker.geometry, record, EVENT_ID, 2);
		put_bytes(&maker.geometry, record + 4, 1000, 4);
		put_bytes(&maker.geometry, record + 8, i, 4);
	}
}

static inline void feed(struct engine *engine, unsigned cpu, const void *bytes, size_t length)
{
	for (size_t done = 0; done < length;) {
		ssize_t n = write(engine->in[cpu], (const char *)bytes + done, length - done);

		assert_true(n > 0);
		done += (size_t)n;
	}
}

static inline void feed_page(struct engine *engine, unsigned cpu, uint64_t ts, unsigned events,
			     uint32_t step)
{
	uint8_t page[PAGE];

	fill_page(page, ts, events, step);
	feed(engine, cpu, page, PAGE);
}

/* Wait until the channel's engine has read so many bytes. */
static inline void await_bytes(struct engine *engine, unsigned cpu, uint64_t bytes,
			       struct stats *stats)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	do {
		get_stats(engine, stats);
		if (stats->cpu[cpu].bytes >= bytes)
			return;
		usleep(1000);
	} while (now_ms() < end);
	fail_msg("CPU %u: %llu bytes of %llu came", cpu, (unsigned long long)stats->cpu[cpu].bytes,
		 (unsigned long long)bytes);
}

/* ---- rows ---- */

struct row {
	uint64_t ts, row, count;
	uint32_t cpu, epoch;
	int kind;
	char event[32], task[32], detail[128]; /* their beginnings */
};

#define ROWS_MAX 4096

struct answer {
	struct engine_rows head;
	struct row row[ROWS_MAX];
};

static inline void take_rows(struct answer *answer, const struct engine_packet *packet)
{
	struct engine_row_view view;
	size_t offset = 0;

	memcpy(&answer->head, packet->payload, sizeof(answer->head));
	assert_in_range(answer->head.count, 0, ROWS_MAX);
	for (uint32_t i = 0; i < answer->head.count; i++) {
		struct row *row = &answer->row[i];

		assert_int_equal(engine_rows_next(packet, &offset, &view), 1);
		*row = (struct row){
			.ts = view.row->at.ts,
			.row = view.row->at.row,
			.count = view.row->count,
			.cpu = view.row->at.cpu,
			.epoch = view.row->at.epoch,
			.kind = view.row->kind,
		};
		snprintf(row->event, sizeof(row->event), "%.*s", view.row->event_len, view.event);
		snprintf(row->task, sizeof(row->task), "%.*s", view.row->task_len, view.task);
		snprintf(row->detail, sizeof(row->detail), "%.*s", view.row->detail_len,
			 view.detail);
	}
	assert_int_equal(engine_rows_next(packet, &offset, &view), 0);
}

static inline void view_rows(struct engine *engine, const struct engine_view *view,
			     struct answer *answer)
{
	struct engine_packet packet =
		await(engine, ENGINE_ROWS, ask(engine, ENGINE_VIEW, view, sizeof(*view), -1));

	take_rows(answer, &packet);
}

static inline void pull_rows(struct engine *engine, uint32_t count, uint32_t flags,
			     struct answer *answer)
{
	struct engine_pull pull = {.count = count, .flags = flags};
	struct engine_packet packet;

	memset(pull.cpus, 0xff, sizeof(pull.cpus));
	packet = await(engine, ENGINE_ROWS, ask(engine, ENGINE_PULL, &pull, sizeof(pull), -1));
	take_rows(answer, &packet);
}

/* ---- formats ---- */

/* The bytes of the recorded bundle, with a value put in the place of another of the same length. */
static inline int demo_formats(const char *key, const char *value)
{
	const char *root = getenv("ROOT");
	char path[PATH_MAX], *bytes, *at;
	int to = memfd_create("formats", MFD_CLOEXEC);
	size_t length;
	FILE *from;

	snprintf(path, sizeof(path), "%s/tests/engine/demo-6.1/formats", root ? root : ".");
	from = fopen(path, "r");
	bytes = calloc(1, 1 << 20);
	assert_true(from && to >= 0 && bytes);
	length = fread(bytes, 1, (1 << 20) - 1, from);
	fclose(from);
	if (key) {
		at = strstr(bytes, key);
		assert_non_null(at);
		memcpy(at + strlen(key), value, strlen(value));
	}
	assert_int_equal(write(to, bytes, length), length);
	free(bytes);
	return to;
}

/* fd is closed. */
static inline struct engine_formats_reply load_formats(struct engine *engine, int fd)
{
	struct engine_packet packet =
		await(engine, ENGINE_FORMATS_REPLY, ask(engine, ENGINE_FORMATS, NULL, 0, fd));
	struct engine_formats_reply reply;

	memcpy(&reply, packet.payload, sizeof(reply));
	close(fd);
	return reply;
}

/* The two CPUs of the recorded capture, as files that are all read. */
static inline void open_capture(struct engine *engine)
{
	const char *root = getenv("ROOT");

	for (unsigned cpu = 0; cpu < 2; cpu++) {
		struct engine_stream stream = {.cpu = cpu, .kind = ENGINE_STREAM_FILE};
		char path[PATH_MAX];
		int fd;

		snprintf(path, sizeof(path), "%s/tests/engine/demo-6.1/cpu%u.raw",
			 root ? root : ".", cpu);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		ask(engine, ENGINE_STREAM, &stream, sizeof(stream), fd);
		close(fd);
	}
	for (unsigned cpu = 0; cpu < 2; cpu++)
		while (engine->states[cpu] != ENGINE_CHANNEL_INDEXED)
			settle(engine);
}

static inline int open_recorded(void **state)
{
	engine_set_up(state);
	assert_int_equal(load_formats(*state, demo_formats(NULL, NULL)).error, 0);
	open_capture(*state);
	return 0;
}

#endif
