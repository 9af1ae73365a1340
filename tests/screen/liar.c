// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vtrace-engine in its guest's hands: every packet is of a right shape, and all that is said in
 * it is made up. It answers what it is asked, mostly, with numbers at the ends of their ranges and
 * names full of terminal commands, and says things that nobody has asked for. VTRACE_LIAR is where
 * its chances begin.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tui/engine/client.h"
#include "tui/engine/protocol.h"

#define NAMES 300

static uint64_t seed;
static struct {
	struct engine_header header;
	_Alignas(8) uint8_t payload[ENGINE_PACKET_MAX];
} packet;
static uint32_t columns = 50; /* that were asked for last */

static uint32_t chance(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u; /* Knuth, MMIX */
	return (uint32_t)((seed >> 33) % below);
}

static uint64_t number(void)
{
	static const uint64_t ends[] = {
		0,
		1,
		2,
		63,
		64,
		255,
		256,
		65535,
		INT32_MAX,
		1ull << 31,
		UINT32_MAX,
		1ull << 32,
		INT64_MAX,
		1ull << 63,
		UINT64_MAX,
		999999999,
		1000000000,
		1ull << 60,
		(1ull << 60) - 1,
	};

	switch (chance(3)) {
	case 0:
		return ends[chance(sizeof(ends) / sizeof(ends[0]))];
	case 1:
		return chance(1000);
	default:
		return (uint64_t)chance(UINT32_MAX) << 32 | chance(UINT32_MAX);
	}
}

static int32_t error(void)
{
	static const int32_t errors[] = {0,	  0,	   0,	     -EPERM,
					 -ENOMEM, -EINVAL, -EBADMSG, -EINPROGRESS,
					 -EXFULL, -4095};

	return errors[chance(sizeof(errors) / sizeof(errors[0]))];
}

/* Every word of it a random number. */
static void fill(void *to, size_t size)
{
	for (size_t i = 0; i + 8 <= size; i += 8)
		memcpy((uint8_t *)to + i, &(uint64_t){number()}, 8);
}

/* Up to most bytes. Returns how many. */
static size_t put_text(void *to, size_t most)
{
	static const char *const words[] = {
		"a",	"\x1b[2J", "\n", "%s%n", "\xe6\xbc\xa2",     "\xcc\x81", "\xe2\x80\xae",
		"\xff", "\"",	   "\\", " ",	 "sched_switch",     "'",	 "\t",
		"/",	":",	   ",",	 "0",	 "\xf0\x9f\x98\x80", "\xc2\x9b",
	};
	size_t used = 0, want = chance(4) ? chance(20) : most;

	while (used < want) {
		const char *word = words[chance(sizeof(words) / sizeof(words[0]))];
		size_t length = strlen(word);

		if (length > most - used)
			break;
		memcpy((char *)to + used, word, length);
		used += length;
	}
	return used;
}

static void string(char *to, size_t size)
{
	to[put_text(to, size - 1)] = '\0';
}

static uint8_t *pad(uint8_t *at)
{
	while ((at - packet.payload) % 8)
		*at++ = 0;
	return at;
}

static size_t length_to(const void *end)
{
	return (size_t)((const uint8_t *)end - packet.payload);
}

/* ---- packets; each returns its length ---- */

static void position(struct engine_position *at)
{
	fill(at, sizeof(*at));
	at->cpu = chance(3) ? chance(2) : chance(VTRACE_MAX_CPUS);
	at->epoch = chance(4);
}

static size_t make_text(void)
{
	string((char *)packet.payload, sizeof(struct engine_text));
	return sizeof(struct engine_text);
}

static void formats(struct engine_formats_reply *reply)
{
	fill(reply, sizeof(*reply));
	reply->error = error();
	string(reply->boot_id, sizeof(reply->boot_id));
	string(reply->kernel, sizeof(reply->kernel));
	string(reply->machine, sizeof(reply->machine));
	string(reply->clock, sizeof(reply->clock));
	string(reply->reason, sizeof(reply->reason));
}

static size_t make_formats(void)
{
	formats((void *)packet.payload);
	return sizeof(struct engine_formats_reply);
}

static size_t make_save(void)
{
	struct engine_save_reply *reply = (void *)packet.payload;

	fill(reply, sizeof(*reply));
	reply->cpu = chance(2);
	reply->error = error();
	return sizeof(*reply);
}

static size_t make_rows(void)
{
	struct engine_rows *head = (void *)packet.payload;
	uint8_t *at = (void *)(head + 1);

	fill(head, sizeof(*head));
	head->count = chance(5) ? chance(60) : 0;
	for (uint32_t i = 0; i < head->count; i++) {
		struct engine_row *row = (void *)at;

		fill(row, sizeof(*row));
		position(&row->at);
		row->kind = (uint16_t)chance(ENGINE_ROW_NOTE + 1);
		at = (void *)(row + 1);
		at += row->task_len = (uint16_t)put_text(at, ENGINE_NAME_MAX);
		at += row->event_len = (uint16_t)put_text(at, ENGINE_NAME_MAX);
		at += row->detail_len = (uint16_t)put_text(at, ENGINE_TEXT_MAX);
		at = pad(at);
	}
	return length_to(at);
}

static size_t make_stats(void)
{
	struct engine_stats *stats = (void *)packet.payload;
	struct engine_cpu_stats *cpu = (void *)(stats + 1);

	fill(stats, sizeof(*stats));
	stats->cpus = chance(4) ? 2 : chance(VTRACE_MAX_CPUS + 1);
	for (uint32_t i = 0; i < stats->cpus; i++) {
		fill(&cpu[i], sizeof(cpu[i]));
		cpu[i].cpu = chance(4) ? i : chance(VTRACE_MAX_CPUS);
		cpu[i].state = chance(ENGINE_CHANNEL_FAILED + 1);
	}
	return length_to(cpu + stats->cpus);
}

static size_t make_state(void)
{
	struct engine_stream_state *state = (void *)packet.payload;

	fill(state, sizeof(*state));
	state->cpu = chance(2);
	state->state = chance(ENGINE_CHANNEL_FAILED + 1);
	state->error = error();
	return sizeof(*state);
}

static size_t make_counts(void)
{
	struct engine_counts *counts = (void *)packet.payload;
	struct engine_count *entry = (void *)(counts + 1);

	fill(counts, sizeof(*counts));
	counts->events = chance(3) ? chance(20) : chance(ENGINE_COUNTS_MAX + 1);
	counts->tasks = chance(3) ? chance(20) : chance(ENGINE_COUNTS_MAX + 1);
	for (uint32_t i = 0; i < counts->events + counts->tasks; i++) {
		fill(&entry[i], sizeof(entry[i]));
		string(entry[i].system, sizeof(entry[i].system));
		string(entry[i].name, sizeof(entry[i].name));
	}
	return length_to(entry + counts->events + counts->tasks);
}

static size_t make_filter(void)
{
	struct engine_filter_reply *reply = (void *)packet.payload;

	fill(reply, sizeof(*reply));
	reply->error = error();
	string(reply->reason, sizeof(reply->reason));
	return sizeof(*reply);
}

static size_t make_searched(void)
{
	struct engine_searched *reply = (void *)packet.payload;

	fill(reply, sizeof(*reply));
	reply->error = error();
	reply->more = !chance(8);
	position(&reply->at);
	string(reply->reason, sizeof(reply->reason));
	return sizeof(*reply);
}

static size_t make_sifted(void)
{
	struct engine_sifted *reply = (void *)packet.payload;

	fill(reply, sizeof(*reply));
	reply->more = !chance(20);
	return sizeof(*reply);
}

static size_t make_words(void)
{
	struct engine_words_reply *reply = (void *)packet.payload;
	char *at = (void *)(reply + 1);

	reply->count = chance(NAMES);
	reply->more = chance(2);
	for (uint32_t i = 0; i < reply->count; i++, at += strlen(at) + 1)
		string(at, 1 + chance(NAMES));
	return length_to(at);
}

static uint8_t *put_field(uint8_t *at)
{
	struct engine_detail_field *field = (void *)at;

	fill(field, sizeof(*field));
	at = (void *)(field + 1);
	at += field->name_len = (uint16_t)put_text(at, ENGINE_NAME_MAX);
	at += field->type_len = (uint16_t)put_text(at, ENGINE_VALUE_MAX);
	at += field->value_len = (uint16_t)put_text(at, ENGINE_VALUE_MAX);
	at += field->meaning_len = (uint16_t)put_text(at, ENGINE_VALUE_MAX);
	return pad(at);
}

static size_t make_detail(void)
{
	struct engine_rows *head = (void *)packet.payload;
	struct engine_detail *detail = (void *)(head + 1);
	uint8_t *at = (void *)(detail + 1);

	fill(head, sizeof(*head));
	head->count = chance(8) != 0;
	if (!head->count)
		return sizeof(*head);
	fill(detail, sizeof(*detail));
	position(&detail->at);
	detail->kind = (uint16_t)chance(ENGINE_ROW_NOTE + 1);
	at += detail->task_len = (uint16_t)put_text(at, ENGINE_NAME_MAX);
	at += detail->event_len = (uint16_t)put_text(at, ENGINE_NAME_MAX);
	at += detail->system_len = (uint16_t)put_text(at, ENGINE_NAME_MAX);
	at += detail->text_len = (uint32_t)put_text(at, ENGINE_LONG_TEXT_MAX);
	at += detail->format_len = (uint32_t)put_text(at, ENGINE_LONG_TEXT_MAX);
	at += detail->raw_len = (uint32_t)put_text(at, ENGINE_RAW_MAX);
	detail->size = chance(2) ? detail->raw_len : UINT32_MAX;
	at = pad(at);
	detail->fields = (uint16_t)chance(20);
	for (unsigned i = 0; i < detail->fields; i++)
		at = put_field(at);
	return length_to(at);
}

static size_t make_latencies(void)
{
	struct engine_latency_reply *reply = (void *)packet.payload;
	struct engine_latency_key *key = (void *)(reply + 1);

	fill(reply, sizeof(*reply));
	reply->kind = chance(ENGINE_LATENCY_KINDS);
	reply->order = chance(ENGINE_LATENCY_ORDERS);
	reply->keys = chance(3) ? chance(20) : chance(ENGINE_LATENCY_KEYS_MAX + 3);
	reply->flags = chance(20) ? 0 : chance(4);
	reply->begin = chance(ENGINE_LATENCY_EVENTS);
	reply->end = chance(ENGINE_LATENCY_EVENTS);
	string(reply->fault, sizeof(reply->fault));
	for (uint32_t i = 0; i < reply->keys; i++) {
		fill(&key[i], sizeof(key[i]));
		position(&key[i].worst);
		string(key[i].name, sizeof(key[i].name));
		string(key[i].task, sizeof(key[i].task));
	}
	return length_to(key + reply->keys);
}

static size_t make_density(void)
{
	struct engine_density *density = (void *)packet.payload;
	struct engine_density_column *column = (void *)(density + 1);

	fill(density, sizeof(*density));
	density->columns = columns;
	density->epoch_count = chance(ENGINE_DENSITY_EPOCHS + 1);
	density->known = chance(columns + 1);
	for (uint32_t i = 0; i < density->epoch_count; i++) {
		struct engine_density_epoch *epoch = &density->epochs[i];

		epoch->epoch = (i ? epoch[-1].epoch : 0) + 1;
		epoch->first = number() / 2;
		epoch->last = epoch->first + number() % ENGINE_DENSITY_SPAN;
	}
	fill(column, density->columns * sizeof(*column));
	return length_to(column + density->columns);
}

static size_t make_memory(void)
{
	struct engine_memory_reply *reply = (void *)packet.payload;
	struct engine_memory_buffer *buffer = (void *)(reply + 1);

	fill(reply, sizeof(*reply));
	reply->error = error();
	reply->kind = chance(ENGINE_MEMORY_KINDS);
	reply->buffers = chance(RING_BUFFERS_MAX + 1);
	reply->newest = chance(reply->buffers ? reply->buffers : 1);
	string(reply->banner, sizeof(reply->banner));
	string(reply->release, sizeof(reply->release));
	string(reply->build_id, sizeof(reply->build_id));
	string(reply->reason, sizeof(reply->reason));
	string(reply->warning, sizeof(reply->warning));
	for (uint32_t i = 0; i < reply->buffers; i++) {
		fill(&buffer[i], sizeof(buffer[i]));
		buffer[i].cpus = chance(VTRACE_MAX_CPUS + 1);
		buffer[i].used = chance(buffer[i].cpus + 1);
		string(buffer[i].layout, sizeof(buffer[i].layout));
	}
	return length_to(buffer + reply->buffers);
}

static size_t make_no_answer(void)
{
	((struct engine_no_answer *)packet.payload)->error = error();
	return sizeof(struct engine_no_answer);
}

static size_t make_nothing(void)
{
	return 0;
}

/* What is said, and in answer to what. */
static const struct {
	uint32_t answer, question;
	size_t (*make)(void);
} sayings[] = {
	{ENGINE_READY, ENGINE_CONFIG, make_text},
	{ENGINE_MESSAGE, 0, make_text},
	{ENGINE_FORMATS_REPLY, ENGINE_FORMATS, make_formats},
	{ENGINE_SAVE_REPLY, ENGINE_SAVE, make_save},
	{ENGINE_SAVE_REPLY, ENGINE_SAVE_REGION, make_save},
	{ENGINE_SAVE_REPLY, ENGINE_RECORD_END, make_save},
	{ENGINE_ROWS, ENGINE_VIEW, make_rows},
	{ENGINE_STATS_REPLY, ENGINE_STATS, make_stats},
	{ENGINE_STREAM_STATE, 0, make_state},
	{ENGINE_COUNTS_REPLY, 0, make_counts},
	{ENGINE_FILTER_REPLY, ENGINE_FILTER, make_filter},
	{ENGINE_FILTER_TRIED, ENGINE_FILTER_TRY, make_filter},
	{ENGINE_SEARCHED, ENGINE_SEARCH, make_searched},
	{ENGINE_SIFTED, ENGINE_SIFT, make_sifted},
	{ENGINE_WORDS_REPLY, ENGINE_WORDS, make_words},
	{ENGINE_DETAIL_REPLY, ENGINE_DETAIL, make_detail},
	{ENGINE_LATENCIES, ENGINE_LATENCY, make_latencies},
	{ENGINE_DENSITY_REPLY, ENGINE_DENSITY, make_density},
	{ENGINE_MEMORY_REPLY, 0, make_memory},
	{ENGINE_NO_ANSWER, 0, make_no_answer},
	{ENGINE_NEWS, 0, make_nothing},
	{ENGINE_RECORD_FULL, 0, make_nothing},
};

#define SAYINGS (sizeof(sayings) / sizeof(sayings[0]))

/* What the socket does not take is not said. */
static void say(size_t i, uint32_t serial)
{
	packet.header = (struct engine_header){
		.type = sayings[i].answer,
		.serial = serial,
		.length = (uint32_t)sayings[i].make(),
	};
	if (send(ENGINE_SOCKET_FD, &packet, sizeof(packet.header) + packet.header.length,
		 MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
	    errno == EPIPE)
		_exit(0);
}

/* The serial of what was asked. Descriptors that come with it stay in the socket's hands. */
static uint32_t answer(void)
{
	static _Alignas(8) uint8_t asked[ENGINE_PACKET_MAX];
	const struct engine_header *header = (void *)asked;

	if (recv(ENGINE_SOCKET_FD, asked, sizeof(asked), 0) <= 0)
		_exit(0);
	if (header->type == ENGINE_DENSITY)
		columns = ((const struct engine_density_request *)(header + 1))->columns;
	for (size_t i = 0; i < SAYINGS; i++)
		if (sayings[i].question == header->type && chance(20))
			say(i, header->serial);
	return header->serial;
}

int main(void)
{
	const char *begin = getenv("VTRACE_LIAR");
	uint32_t serial = 0;

	seed = begin ? strtoull(begin, NULL, 0) : 1;
	for (;;) {
		struct pollfd pollfd = {.fd = ENGINE_SOCKET_FD, .events = POLLIN};
		bool asked = poll(&pollfd, 1, 50) > 0;

		if (asked)
			serial = answer();
		if (!chance(asked ? 10 : 2))
			say(chance(SAYINGS), chance(3) ? serial - chance(3) : 0);
	}
}
