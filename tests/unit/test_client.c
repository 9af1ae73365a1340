// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an engine that was taken over may answer: packets that are too short, too long, or say what
 * is not so are refused, and nothing behind their end is read. A good one of each type shows that
 * it is the fault that has it refused. The client is made on a socket, without an engine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tui/engine/client.c"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

static struct engine_client client;
static char text[TEXT_SIZE];
static int engine; /* its end */

static int open_socket(void **state)
{
	int pair[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	client.fd = pair[0];
	client.text = text;
	engine = pair[1];
	return 0;
}

static int close_socket(void **state)
{
	(void)state;
	close(client.fd);
	return close(engine);
}

/* What the client makes of these bytes, with everything behind them out of bounds. */
static int take(const void *bytes, size_t length, struct engine_packet *packet)
{
	uint8_t *behind = client.packet + length;
	size_t rest = sizeof(client.packet) - length;
	int ret;

	assert_int_equal(send(engine, bytes, length, 0), length);
	ASAN_POISON_MEMORY_REGION(behind, rest);
	ret = engine_client_receive(&client, packet);
	ASAN_UNPOISON_MEMORY_REGION(behind, rest);
	return ret;
}

static int reply(uint32_t type, const void *payload, size_t length)
{
	struct engine_packet packet;
	struct {
		struct engine_header header;
		uint8_t payload[ENGINE_PACKET_MAX / 2];
	} all = {.header = {.type = type, .serial = 7, .length = (uint32_t)length}};

	assert_true(length <= sizeof(all.payload));
	if (length)
		memcpy(all.payload, payload, length);
	return take(&all, sizeof(all.header) + length, &packet);
}

/* ---- a good packet of each type: all zero but for what is put in ---- */

#define PUT(where, type, member, number)                                              \
	{                                                                             \
		(where) + offsetof(type, member), sizeof(((type *)0)->member), number \
	}
#define ROW    sizeof(struct engine_rows)
#define FIELDS (ROW + sizeof(struct engine_detail))

struct put {
	size_t at, size;
	uint64_t number;
};

static const struct good {
	const char *name;
	uint32_t type;
	size_t length;
	struct put puts[4];
} goods[] = {
	{"ready", ENGINE_READY, sizeof(struct engine_text), {{0}}},
	{"message", ENGINE_MESSAGE, sizeof(struct engine_text), {{0}}},
	{"formats", ENGINE_FORMATS_REPLY, sizeof(struct engine_formats_reply), {{0}}},
	{"save", ENGINE_SAVE_REPLY, sizeof(struct engine_save_reply), {{0}}},
	{"rows",
	 ENGINE_ROWS,
	 ROW + sizeof(struct engine_row) + 8,
	 {PUT(0, struct engine_rows, count, 1), PUT(ROW, struct engine_row, task_len, 3)}},
	{"stats",
	 ENGINE_STATS_REPLY,
	 sizeof(struct engine_stats) + 2 * sizeof(struct engine_cpu_stats),
	 {PUT(0, struct engine_stats, cpus, 2)}},
	{"news", ENGINE_NEWS, 0, {{0}}},
	{"stream state", ENGINE_STREAM_STATE, sizeof(struct engine_stream_state), {{0}}},
	{"lines", ENGINE_LINES, sizeof(struct engine_lines), {{0}}},
	{"dat",
	 ENGINE_DAT_REPLY,
	 sizeof(struct engine_dat_reply) + sizeof(struct engine_dat_stream) + ENGINE_NAME_MAX,
	 {PUT(0, struct engine_dat_reply, streams, 1),
	  PUT(0, struct engine_dat_reply, buffers, 1)}},
	{"dat formats", ENGINE_DAT_FORMATS_REPLY, sizeof(struct engine_dat_formats_reply), {{0}}},
	{"counts",
	 ENGINE_COUNTS_REPLY,
	 sizeof(struct engine_counts) + 2 * sizeof(struct engine_count),
	 {PUT(0, struct engine_counts, events, 1), PUT(0, struct engine_counts, tasks, 1)}},
	{"filter", ENGINE_FILTER_REPLY, sizeof(struct engine_filter_reply), {{0}}},
	{"found", ENGINE_FOUND, sizeof(struct engine_found), {{0}}},
	{"searched", ENGINE_SEARCHED, sizeof(struct engine_searched), {{0}}},
	{"filter tried", ENGINE_FILTER_TRIED, sizeof(struct engine_filter_reply), {{0}}},
	{"sifted", ENGINE_SIFTED, sizeof(struct engine_sifted), {{0}}},
	{"no answer", ENGINE_NO_ANSWER, sizeof(struct engine_no_answer), {{0}}},
	{"words",
	 ENGINE_WORDS_REPLY,
	 sizeof(struct engine_words_reply) + 1,
	 {PUT(0, struct engine_words_reply, count, 1)}},
	{"record full", ENGINE_RECORD_FULL, 0, {{0}}},
	{"detail",
	 ENGINE_DETAIL_REPLY,
	 FIELDS + ((sizeof(struct engine_detail_field) + 7) & ~(size_t)7),
	 {PUT(0, struct engine_rows, count, 1), PUT(ROW, struct engine_detail, fields, 1)}},
	{"latencies",
	 ENGINE_LATENCIES,
	 sizeof(struct engine_latency_reply) + sizeof(struct engine_latency_key),
	 {PUT(0, struct engine_latency_reply, keys, 1)}},
	{"density",
	 ENGINE_DENSITY_REPLY,
	 sizeof(struct engine_density) + 2 * sizeof(struct engine_density_column),
	 {PUT(0, struct engine_density, columns, 2),
	  PUT(0, struct engine_density, epoch_count, 1)}},
	{"a memory",
	 ENGINE_MEMORY_REPLY,
	 sizeof(struct engine_memory_reply) + sizeof(struct engine_memory_buffer),
	 {PUT(0, struct engine_memory_reply, buffers, 1)}},
};

#define GOODS (sizeof(goods) / sizeof(goods[0]))

static uint8_t payload[ENGINE_PACKET_MAX / 2];

static void put(const struct put *put)
{
	/* The least significant bytes of it, on this machine's order as the protocol's. */
	for (size_t i = 0; i < put->size; i++)
		payload[put->at + i] = (uint8_t)(i < 8 ? put->number >> (8 * i) : 0);
}

static void make(const struct good *good)
{
	memset(payload, 0, sizeof(payload));
	for (size_t i = 0; i < sizeof(good->puts) / sizeof(good->puts[0]); i++)
		put(&good->puts[i]);
}

static void good_ones_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOODS; i++) {
		make(&goods[i]);
		if (reply(goods[i].type, payload, goods[i].length) != 1)
			fail_msg("%s is refused", goods[i].name);
	}
}

static void every_other_length_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOODS; i++) {
		make(&goods[i]);
		for (size_t length = 0; length < goods[i].length + 64; length++)
			if (length != goods[i].length &&
			    reply(goods[i].type, payload, length) != -EPROTO)
				fail_msg("%s of %zu bytes in the place of %zu is taken",
					 goods[i].name, length, goods[i].length);
	}
}

/* ---- what is not so ---- */

#define MUCH UINT64_C(0xffffffff)
#define LIE(type, where, struct_type, member, number)                         \
	{                                                                     \
		type, #member, PUT(where, struct_type, member, number), false \
	}
#define TEXT(type, where, struct_type, member)                    \
	{                                                         \
		type, #member,                                    \
			{(where) + offsetof(struct_type, member), \
			 sizeof(((struct_type *)0)->member), 0},  \
			true                                      \
	}

static const struct lie {
	uint32_t type;
	const char *member;
	struct put put;
	bool unterminated; /* the member is full of letters */
} lies[] = {
	TEXT(ENGINE_READY, 0, struct engine_text, text),
	TEXT(ENGINE_MESSAGE, 0, struct engine_text, text),
	TEXT(ENGINE_FORMATS_REPLY, 0, struct engine_formats_reply, boot_id),
	TEXT(ENGINE_FORMATS_REPLY, 0, struct engine_formats_reply, kernel),
	TEXT(ENGINE_FORMATS_REPLY, 0, struct engine_formats_reply, machine),
	TEXT(ENGINE_FORMATS_REPLY, 0, struct engine_formats_reply, clock),
	TEXT(ENGINE_FORMATS_REPLY, 0, struct engine_formats_reply, reason),
	LIE(ENGINE_SAVE_REPLY, 0, struct engine_save_reply, cpu, VTRACE_MAX_CPUS),
	LIE(ENGINE_ROWS, 0, struct engine_rows, count, 0),
	LIE(ENGINE_ROWS, 0, struct engine_rows, count, 2),
	LIE(ENGINE_ROWS, 0, struct engine_rows, count, MUCH),
	LIE(ENGINE_ROWS, ROW, struct engine_row, kind, ENGINE_ROW_NOTE + 1),
	LIE(ENGINE_ROWS, ROW, struct engine_row, at.cpu, VTRACE_MAX_CPUS),
	LIE(ENGINE_ROWS, ROW, struct engine_row, task_len, 9),
	LIE(ENGINE_ROWS, ROW, struct engine_row, event_len, 0xff),
	LIE(ENGINE_ROWS, ROW, struct engine_row, detail_len, 0xffff),
	LIE(ENGINE_STATS_REPLY, 0, struct engine_stats, cpus, 3),
	LIE(ENGINE_STATS_REPLY, 0, struct engine_stats, cpus, MUCH),
	LIE(ENGINE_STATS_REPLY, sizeof(struct engine_stats), struct engine_cpu_stats, cpu,
	    VTRACE_MAX_CPUS),
	LIE(ENGINE_STATS_REPLY, sizeof(struct engine_stats), struct engine_cpu_stats, state,
	    ENGINE_CHANNEL_FAILED + 1),
	LIE(ENGINE_STREAM_STATE, 0, struct engine_stream_state, cpu, VTRACE_MAX_CPUS),
	LIE(ENGINE_STREAM_STATE, 0, struct engine_stream_state, state, MUCH),
	LIE(ENGINE_LINES, 0, struct engine_lines, slot, ENGINE_TEXT_SLOTS),
	LIE(ENGINE_LINES, 0, struct engine_lines, length, ENGINE_TEXT_SLOT + 1),
	LIE(ENGINE_DAT_REPLY, 0, struct engine_dat_reply, streams, 2),
	LIE(ENGINE_DAT_REPLY, 0, struct engine_dat_reply, streams, MUCH),
	LIE(ENGINE_DAT_REPLY, 0, struct engine_dat_reply, buffers, MUCH),
	TEXT(ENGINE_DAT_REPLY, 0, struct engine_dat_reply, packing),
	TEXT(ENGINE_DAT_REPLY, 0, struct engine_dat_reply, warning),
	TEXT(ENGINE_DAT_REPLY, 0, struct engine_dat_reply, formats.kernel),
	LIE(ENGINE_DAT_REPLY, sizeof(struct engine_dat_reply), struct engine_dat_stream, slot,
	    VTRACE_MAX_CPUS),
	LIE(ENGINE_DAT_REPLY, sizeof(struct engine_dat_reply), struct engine_dat_stream, buffer, 1),
	LIE(ENGINE_COUNTS_REPLY, 0, struct engine_counts, events, 2),
	LIE(ENGINE_COUNTS_REPLY, 0, struct engine_counts, tasks, MUCH),
	TEXT(ENGINE_COUNTS_REPLY, sizeof(struct engine_counts), struct engine_count, system),
	TEXT(ENGINE_COUNTS_REPLY, sizeof(struct engine_counts), struct engine_count, name),
	TEXT(ENGINE_FILTER_REPLY, 0, struct engine_filter_reply, reason),
	TEXT(ENGINE_FILTER_TRIED, 0, struct engine_filter_reply, reason),
	LIE(ENGINE_FOUND, 0, struct engine_found, at.cpu, VTRACE_MAX_CPUS),
	TEXT(ENGINE_FOUND, 0, struct engine_found, reason),
	LIE(ENGINE_SEARCHED, 0, struct engine_searched, at.cpu, VTRACE_MAX_CPUS),
	TEXT(ENGINE_SEARCHED, 0, struct engine_searched, reason),
	LIE(ENGINE_WORDS_REPLY, 0, struct engine_words_reply, count, MUCH),
	LIE(ENGINE_DETAIL_REPLY, 0, struct engine_rows, count, 0),
	LIE(ENGINE_DETAIL_REPLY, 0, struct engine_rows, count, 2),
	LIE(ENGINE_DETAIL_REPLY, ROW, struct engine_detail, kind, ENGINE_ROW_NOTE + 1),
	LIE(ENGINE_DETAIL_REPLY, ROW, struct engine_detail, at.cpu, VTRACE_MAX_CPUS),
	LIE(ENGINE_DETAIL_REPLY, ROW, struct engine_detail, fields, 2),
	LIE(ENGINE_DETAIL_REPLY, ROW, struct engine_detail, task_len, 0xffff),
	LIE(ENGINE_DETAIL_REPLY, ROW, struct engine_detail, text_len, MUCH),
	LIE(ENGINE_DETAIL_REPLY, ROW, struct engine_detail, format_len, 1000),
	LIE(ENGINE_DETAIL_REPLY, ROW, struct engine_detail, raw_len, 8),
	LIE(ENGINE_DETAIL_REPLY, FIELDS, struct engine_detail_field, name_len, 8),
	LIE(ENGINE_DETAIL_REPLY, FIELDS, struct engine_detail_field, meaning_len, 0xffff),
	LIE(ENGINE_LATENCIES, 0, struct engine_latency_reply, kind, ENGINE_LATENCY_KINDS),
	LIE(ENGINE_LATENCIES, 0, struct engine_latency_reply, order, MUCH),
	LIE(ENGINE_LATENCIES, 0, struct engine_latency_reply, begin, ENGINE_LATENCY_EVENTS),
	LIE(ENGINE_LATENCIES, 0, struct engine_latency_reply, end, ENGINE_LATENCY_EVENTS),
	LIE(ENGINE_LATENCIES, 0, struct engine_latency_reply, keys, 2),
	LIE(ENGINE_LATENCIES, 0, struct engine_latency_reply, keys, MUCH),
	TEXT(ENGINE_LATENCIES, 0, struct engine_latency_reply, fault),
	TEXT(ENGINE_LATENCIES, sizeof(struct engine_latency_reply), struct engine_latency_key,
	     name),
	TEXT(ENGINE_LATENCIES, sizeof(struct engine_latency_reply), struct engine_latency_key,
	     task),
	LIE(ENGINE_DENSITY_REPLY, 0, struct engine_density, columns, 0),
	LIE(ENGINE_DENSITY_REPLY, 0, struct engine_density, columns, 3),
	LIE(ENGINE_DENSITY_REPLY, 0, struct engine_density, columns, MUCH),
	LIE(ENGINE_DENSITY_REPLY, 0, struct engine_density, known, 3),
	LIE(ENGINE_DENSITY_REPLY, 0, struct engine_density, epoch_count, ENGINE_DENSITY_EPOCHS + 1),
	LIE(ENGINE_DENSITY_REPLY, 0, struct engine_density, epoch_count, 2),
	LIE(ENGINE_DENSITY_REPLY, 0, struct engine_density, epochs[0].first, 1),
	LIE(ENGINE_DENSITY_REPLY, 0, struct engine_density, epochs[0].last, UINT64_MAX),
	LIE(ENGINE_MEMORY_REPLY, 0, struct engine_memory_reply, buffers, 0),
	LIE(ENGINE_MEMORY_REPLY, 0, struct engine_memory_reply, buffers, 2),
	LIE(ENGINE_MEMORY_REPLY, 0, struct engine_memory_reply, buffers, MUCH),
	LIE(ENGINE_MEMORY_REPLY, 0, struct engine_memory_reply, kind, ENGINE_MEMORY_KINDS),
	LIE(ENGINE_MEMORY_REPLY, 0, struct engine_memory_reply, newest, 1),
	TEXT(ENGINE_MEMORY_REPLY, 0, struct engine_memory_reply, banner),
	TEXT(ENGINE_MEMORY_REPLY, 0, struct engine_memory_reply, release),
	TEXT(ENGINE_MEMORY_REPLY, 0, struct engine_memory_reply, build_id),
	TEXT(ENGINE_MEMORY_REPLY, 0, struct engine_memory_reply, reason),
	TEXT(ENGINE_MEMORY_REPLY, 0, struct engine_memory_reply, warning),
	LIE(ENGINE_MEMORY_REPLY, sizeof(struct engine_memory_reply), struct engine_memory_buffer,
	    cpus, VTRACE_MAX_CPUS + 1),
	LIE(ENGINE_MEMORY_REPLY, sizeof(struct engine_memory_reply), struct engine_memory_buffer,
	    used, 1),
	TEXT(ENGINE_MEMORY_REPLY, sizeof(struct engine_memory_reply), struct engine_memory_buffer,
	     layout),
	/* Neither 0 nor one of -errno; the last has no positive counterpart. */
	LIE(ENGINE_FORMATS_REPLY, 0, struct engine_formats_reply, error, 1),
	LIE(ENGINE_FORMATS_REPLY, 0, struct engine_formats_reply, error, (uint32_t)-4096),
	LIE(ENGINE_FORMATS_REPLY, 0, struct engine_formats_reply, error, (uint32_t)INT32_MIN),
	LIE(ENGINE_SAVE_REPLY, 0, struct engine_save_reply, error, (uint32_t)INT32_MIN),
	LIE(ENGINE_STREAM_STATE, 0, struct engine_stream_state, error, (uint32_t)INT32_MIN),
	LIE(ENGINE_DAT_REPLY, 0, struct engine_dat_reply, formats.error, (uint32_t)INT32_MIN),
	LIE(ENGINE_DAT_FORMATS_REPLY, 0, struct engine_dat_formats_reply, error,
	    (uint32_t)INT32_MIN),
	LIE(ENGINE_FILTER_REPLY, 0, struct engine_filter_reply, error, (uint32_t)INT32_MIN),
	LIE(ENGINE_FILTER_TRIED, 0, struct engine_filter_reply, error, (uint32_t)INT32_MIN),
	LIE(ENGINE_FOUND, 0, struct engine_found, error, (uint32_t)INT32_MIN),
	LIE(ENGINE_SEARCHED, 0, struct engine_searched, error, (uint32_t)INT32_MIN),
	LIE(ENGINE_NO_ANSWER, 0, struct engine_no_answer, error, (uint32_t)INT32_MIN),
	LIE(ENGINE_MEMORY_REPLY, 0, struct engine_memory_reply, error, (uint32_t)INT32_MIN),
};

static void lies_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		const struct good *good = goods;

		while (good->type != lies[i].type)
			good++;
		make(good);
		put(&lies[i].put);
		if (lies[i].unterminated)
			memset(payload + lies[i].put.at, 'x', lies[i].put.size);
		if (reply(good->type, payload, good->length) != -EPROTO)
			fail_msg("%s with a wrong %s is taken", good->name, lies[i].member);
	}
}

/* 0 columns: of a reply of nothing but its head, which has the length that it says. */
static void a_density_of_no_columns(void **state)
{
	(void)state;
	memset(payload, 0, sizeof(payload));
	assert_int_equal(reply(ENGINE_DENSITY_REPLY, payload, sizeof(struct engine_density)),
			 -EPROTO);
}

static void types_that_are_none(void **state)
{
	static const uint32_t types[] = {0, ENGINE_CONFIG, ENGINE_DENSITY, ENGINE_READY - 1,
					 UINT32_MAX};

	(void)state;
	memset(payload, 0, sizeof(payload));
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_int_equal(reply(types[i], payload, 0), -EPROTO);
		assert_int_equal(reply(types[i], payload, 512), -EPROTO);
	}
}

static void headers_that_lie(void **state)
{
	struct engine_header header = {.type = ENGINE_NEWS};
	struct engine_packet packet;

	(void)state;
	assert_int_equal(take(&header, sizeof(header), &packet), 1);
	for (size_t length = 1; length < sizeof(header); length++)
		assert_int_equal(take(&header, length, &packet), -EPROTO);
	header.length = 1;
	assert_int_equal(take(&header, sizeof(header), &packet), -EPROTO);
	header.length = UINT32_MAX;
	assert_int_equal(take(&header, sizeof(header), &packet), -EPROTO);
}

/* Rows in a packet of so many bytes, the last one long enough to fill it. */
static int rows_of(size_t size)
{
	static uint8_t bytes[ENGINE_PACKET_MAX + 64];
	struct engine_header header = {.type = ENGINE_ROWS,
				       .length = (uint32_t)(size - sizeof(header))};
	struct engine_rows rows = {0};
	struct engine_row row = {0};
	struct engine_packet packet;
	size_t at = sizeof(header) + sizeof(rows);

	memset(bytes, 0, sizeof(bytes));
	for (; size - at >= 2 * row_size(&row); at += row_size(&row))
		rows.count++;
	rows.count++;
	row.detail_len = (uint16_t)(size - at - sizeof(row));
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), &rows, sizeof(rows));
	memcpy(bytes + at, &row, sizeof(row));
	assert_int_equal(send(engine, bytes, size, 0), size);
	return engine_client_receive(&client, &packet);
}

static void packets_at_their_limit(void **state)
{
	(void)state;
	assert_int_equal(rows_of(ENGINE_PACKET_MAX), 1);
	assert_int_equal(rows_of(ENGINE_PACKET_MAX + 8), -EPROTO);
}

/* One row whose texts are so long. */
static int row_of(size_t task, size_t event, size_t detail)
{
	struct engine_row row = {.task_len = (uint16_t)task,
				 .event_len = (uint16_t)event,
				 .detail_len = (uint16_t)detail};
	struct engine_rows rows = {.count = 1};

	memset(payload, 'x', sizeof(payload));
	memcpy(payload, &rows, sizeof(rows));
	memcpy(payload + ROW, &row, sizeof(row));
	return reply(ENGINE_ROWS, payload, ROW + row_size(&row));
}

static void rows_at_their_limits(void **state)
{
	(void)state;
	assert_int_equal(row_of(ENGINE_NAME_MAX, ENGINE_NAME_MAX, ENGINE_TEXT_MAX), 1);
	assert_int_equal(row_of(ENGINE_NAME_MAX + 1, 0, 0), -EPROTO);
	assert_int_equal(row_of(0, ENGINE_NAME_MAX + 1, 0), -EPROTO);
	assert_int_equal(row_of(0, 0, ENGINE_TEXT_MAX + 1), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones_are_taken),
		cmocka_unit_test(every_other_length_is_refused),
		cmocka_unit_test(lies_are_refused),
		cmocka_unit_test(a_density_of_no_columns),
		cmocka_unit_test(types_that_are_none),
		cmocka_unit_test(headers_that_lie),
		cmocka_unit_test(packets_at_their_limit),
		cmocka_unit_test(rows_at_their_limits),
	};

	return cmocka_run_group_tests_name("client", tests, open_socket, close_socket);
}
