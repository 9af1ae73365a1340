// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linked into a vtrace-top (make fuzz-recorder): what console, engine and agent say to each other
 * becomes seeds of the fuzz targets server, client and control, in the directory that
 * VTRACE_FUZZ_RECORD names. The layouts are those of fuzz_server.c, fuzz_client.c and
 * fuzz_control.c. What a file cannot be made of is left out.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/control.h"
#include "tui/engine/client.h"

#define SEED_MAX 8000 /* bytes: tests/fuzz/run has -max_len=8192 */
#define REQUESTS 6    /* of one seed, behind those that open a guest */

/* ld(1), --wrap */
int __real_engine_client_send(struct engine_client *client, enum engine_type type,
			      const void *payload, size_t length, int fd, uint32_t *serial);
int __wrap_engine_client_send(struct engine_client *client, enum engine_type type,
			      const void *payload, size_t length, int fd, uint32_t *serial);
int __real_engine_client_receive(struct engine_client *client, struct engine_packet *packet);
int __wrap_engine_client_receive(struct engine_client *client, struct engine_packet *packet);
void __real_control_lines_feed(struct control_lines *lines, const char *bytes, size_t length,
			       control_line_fn *take, void *data);
void __wrap_control_lines_feed(struct control_lines *lines, const char *bytes, size_t length,
			       control_line_fn *take, void *data);

struct seed {
	uint8_t bytes[SEED_MAX];
	size_t length;
};

static struct seed opening, session; /* the requests that open a guest; those that came last */
static unsigned requests;
static unsigned long written;

static bool put(struct seed *seed, const void *bytes, size_t length)
{
	if (length > sizeof(seed->bytes) - seed->length)
		return false;
	if (length)
		memcpy(seed->bytes + seed->length, bytes, length);
	seed->length += length;
	return true;
}

static void keep(const char *target, const struct seed *seed)
{
	const char *directory = getenv("VTRACE_FUZZ_RECORD");
	char path[4096];
	int fd;

	if (!directory)
		return;
	snprintf(path, sizeof(path), "%s/%s-%d-%lu", directory, target, (int)getpid(), written++);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	(void)!write(fd, seed->bytes, seed->length);
	close(fd);
}

/* What descriptor stands for that of a request, see enum descriptor of fuzz_server.c. */
static uint8_t descriptor_of(enum engine_type type, const void *payload, int fd)
{
	const struct engine_stream *stream = payload;

	if (fd < 0)
		return 0;
	if (type == ENGINE_FORMATS)
		return 1;
	if (type == ENGINE_STREAM && stream->kind == ENGINE_STREAM_CHANNEL)
		return 5;
	if (type == ENGINE_STREAM)
		return stream->cpu ? 6 : 2;
	return 4;
}

static bool opens(enum engine_type type)
{
	return type == ENGINE_FORMATS || type == ENGINE_STREAM;
}

static void note_request(enum engine_type type, const void *payload, size_t length, int fd)
{
	uint8_t head[4] = {(uint8_t)type, descriptor_of(type, payload, fd), (uint8_t)length,
			   (uint8_t)(length >> 8)};
	struct seed *seed = opens(type) && !requests ? &opening : &session;
	struct seed whole;

	if (length + sizeof(head) > sizeof(seed->bytes) - seed->length ||
	    !put(seed, head, sizeof(head)) || !put(seed, payload, length) || seed == &opening ||
	    ++requests % REQUESTS)
		return;
	whole = opening;
	if (put(&whole, session.bytes, session.length))
		keep("server", &whole);
	session.length = 0;
}

int __wrap_engine_client_send(struct engine_client *client, enum engine_type type,
			      const void *payload, size_t length, int fd, uint32_t *serial)
{
	note_request(type, payload, length, fd);
	return __real_engine_client_send(client, type, payload, length, fd, serial);
}

int __wrap_engine_client_receive(struct engine_client *client, struct engine_packet *packet)
{
	int got = __real_engine_client_receive(client, packet);
	struct seed seed = {.length = 0};
	uint8_t type;

	if (got != 1)
		return got;
	type = (uint8_t)(packet->type - ENGINE_READY);
	if (put(&seed, &type, 1) && put(&seed, packet->payload, packet->length))
		keep("client", &seed);
	return got;
}

void __wrap_control_lines_feed(struct control_lines *lines, const char *bytes, size_t length,
			       control_line_fn *take, void *data)
{
	static const uint8_t piece = 0xff;
	struct seed seed = {.length = 0};

	if (put(&seed, &piece, 1) && put(&seed, bytes, length))
		keep("control", &seed);
	__real_control_lines_feed(lines, bytes, length, take, data);
}
