// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to an engine, which answers every one as its client expects, whatever it says. The input
 * is requests: a type, what descriptor comes with it, the length of the payload (2 bytes), the
 * payload; where the descriptor is of a file in the input, the file's length (2 bytes) and the
 * file.
 */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tui/engine/server.h"

/* For its struct, which nobody else can fill without an engine. */
#include "tui/engine/client.c" /* NOLINT(bugprone-suspicious-include) */

#define REQUESTS_MAX 24
#define FORMATS_MAX  3 /* loaded for one input: nothing else takes as long */
#define REPLY_MS     2
#define STREAM_MS    20 /* at most */

/* The rest of a request's descriptors are open files of ours. */
enum descriptor { NONE, FORMATS, CPU0, GIVEN, EMPTY, CPU0_PIPE, CPU1, GIVEN_PIPE, DESCRIPTORS };

struct bytes {
	const uint8_t *at;
	size_t length;
};

static struct {
	struct bytes formats, pages[2];
	char text[TEXT_SIZE];
} fuzz;

static struct bytes recorded(const char *path)
{
	struct bytes file;

	file.at = (uint8_t *)fuzz_read(path, &file.length);
	return file;
}

/* Events that latencies are made of, and few others: ten times as fast as all that were recorded.
 */
static void few_formats(void)
{
	static const char *const names[] = {
		"header_page",
		"header_event",
		"events/sched/sched_switch",
		"events/sched/sched_waking",
		"events/sched/sched_wakeup",
		"events/irq/irq_handler_entry",
		"events/irq/irq_handler_exit",
		"events/irq/softirq_raise",
		"events/irq/softirq_entry",
		"events/irq/softirq_exit",
		"events/timer/hrtimer_start",
		"events/timer/hrtimer_expire_entry",
		"events/ftrace/print",
		"printk_formats",
		"saved_cmdlines",
		"kallsyms",
	};
	const struct page_geometry geometry = {4096, 8, false};
	struct bytes all = recorded("tests/engine/demo-6.1/formats");
	struct bundle_writer writer;
	struct bundle bundle = {0};
	char why[256], path[32];

	CHECK(!bundle_read(&bundle, all.at, all.length, why, sizeof(why)));
	fuzz_bundle_begin(&writer, &geometry);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct bundle_section *section = bundle_find(&bundle, names[i]);

		CHECK(section);
		bundle_writer_section(&writer, names[i], section->data, section->length);
	}
	CHECK(!bundle_writer_finish(&writer));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", writer.fd);
	fuzz.formats = recorded(path);
	close(writer.fd);
	bundle_release(&bundle);
	free((void *)(uintptr_t)all.at);
}

/* Of a CPU, and one from before with other events, of which some were lost. */
static struct bytes some_pages(unsigned cpu)
{
	static const char *const captures[] = {"demo", "lost"};
	static const size_t lengths[] = {5 * 4096, 4096};
	struct bytes pages = {exactly(NULL, 6 * 4096), 0};
	char path[64];

	for (unsigned i = 0; i < 2; i++) {
		struct bytes all;

		snprintf(path, sizeof(path), "tests/engine/%s-6.1/cpu%u.raw", captures[i], cpu);
		all = recorded(path);
		CHECK(all.length >= lengths[i]);
		memcpy((void *)(uintptr_t)(pages.at + pages.length), all.at, lengths[i]);
		pages.length += lengths[i];
		free((void *)(uintptr_t)all.at);
	}
	return pages;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	signal(SIGPIPE, SIG_IGN);
	tep_set_loglevel(TEP_LOG_NONE);
	few_formats();
	for (unsigned cpu = 0; cpu < 2; cpu++)
		fuzz.pages[cpu] = some_pages(cpu);
	return 0;
}

static int file_of(struct bytes bytes)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	CHECK(fd >= 0 &&
	      (!bytes.length || write(fd, bytes.at, bytes.length) == (ssize_t)bytes.length));
	CHECK(!lseek(fd, 0, SEEK_SET));
	return fd;
}

/* What a pipe takes at once. */
static int pipe_of(struct bytes bytes)
{
	int pair[2];

	CHECK(!pipe2(pair, O_CLOEXEC | O_NONBLOCK));
	(void)!write(pair[1], bytes.at, bytes.length);
	close(pair[1]);
	return pair[0];
}

/* -1: none. */
static int descriptor(enum descriptor kind, struct bytes given)
{
	switch (kind) {
	case FORMATS:
		return file_of(fuzz.formats);
	case CPU0:
		return file_of(fuzz.pages[0]);
	case CPU1:
		return file_of(fuzz.pages[1]);
	case CPU0_PIPE:
		return pipe_of(fuzz.pages[0]);
	case GIVEN:
		return file_of(given);
	case GIVEN_PIPE:
		return pipe_of(given);
	case EMPTY:
		return file_of((struct bytes){0});
	default:
		return -1;
	}
}

struct service {
	struct server *server;
	int socket;
};

static void *serve(void *data)
{
	struct service *service = data;

	server_run(service->server);
	server_free(service->server);
	close(service->socket);
	return NULL;
}

/* Two parsers, without plugins: their loading takes a hundred times as long as all the rest. */
static void make_stock(struct formats_stock *stock)
{
	memset(stock, 0, sizeof(*stock));
	for (stock->used = FORMATS_STOCK - 2; stock->used < FORMATS_STOCK; stock->used++)
		CHECK((stock->parser[stock->used].tep = tep_alloc()));
	stock->used = FORMATS_STOCK - 2;
}

static struct server *begin(int socket)
{
	const struct engine_config config = {.memory = 1 << 20, .long_size = 8};
	const struct page_geometry geometry = server_geometry(&config);
	struct formats_stock stock;
	struct drain *drain;
	struct server *server;

	make_stock(&stock);
	CHECK(!drain_new(&drain, &geometry));
	CHECK(!server_new(&server, socket, &config, &stock, drain, fuzz.text));
	return server;
}

/* A stream is read, or what was asked for was wrong. */
static bool settles(const struct engine_packet *packet)
{
	const struct engine_stream_state *state = packet->payload;

	return packet->type == ENGINE_MESSAGE ||
	       (packet->type == ENGINE_STREAM_STATE && state->state != ENGINE_CHANNEL_OPEN);
}

/* Until none comes for so long, or one settles something; -1: until the engine is gone, as one with
 * replies left waits for room. */
static void take_replies(struct engine_client *client, int ms)
{
	struct pollfd readable = {.fd = client->fd, .events = POLLIN};
	struct engine_packet packet;
	bool settled = false;
	int got = 0;

	while (got >= 0 && (!settled || ms < 0) && poll(&readable, 1, ms) > 0)
		while ((got = engine_client_receive(client, &packet)) == 1)
			settled = settled || settles(&packet);
	CHECK(got != -EPROTO);
}

/* The first most bytes of what is left. */
static struct bytes take(struct bytes *input, size_t most)
{
	struct bytes taken = {input->at, input->length < most ? input->length : most};

	input->at += taken.length;
	input->length -= taken.length;
	return taken;
}

static struct bytes take_counted(struct bytes *input)
{
	struct bytes count = take(input, 2);

	return take(input, count.length == 2 ? count.at[0] | (size_t)count.at[1] << 8 : 0);
}

static bool reads(unsigned type)
{
	return type == ENGINE_STREAM || type == ENGINE_DAT_READ || type == ENGINE_MEMORY ||
	       type == ENGINE_MEMORY_READ;
}

/* Take a request out of the input and send it. False: there is none, or nobody who takes it. */
static bool request(struct engine_client *client, struct bytes *input, unsigned *formats)
{
	struct bytes head = take(input, 2), payload = take_counted(input), given = {0};
	enum descriptor kind;
	unsigned type;
	int fd, ret;

	if (head.length < 2)
		return false;
	type = head.at[0] % (ENGINE_READY + 8);
	kind = head.at[1] % DESCRIPTORS;
	if (kind == GIVEN || kind == GIVEN_PIPE)
		given = take_counted(input);
	/* What formats say is another target's, and libtraceevent's faults are not looked for here.
	 */
	if (type == ENGINE_FORMATS &&
	    (kind == GIVEN || kind == GIVEN_PIPE || (*formats)++ >= FORMATS_MAX))
		return true;
	fd = descriptor(kind, given);
	ret = engine_client_send(client, type, payload.at, payload.length, fd, NULL);
	if (fd >= 0)
		close(fd);
	/* What is asked for next is asked of rows that are there. */
	take_replies(client, reads(type) ? STREAM_MS : 0);
	return !ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static struct engine_client client;
	struct bytes input = {bytes, length};
	struct service service;
	unsigned formats = 0;
	pthread_t thread;
	int pair[2];

	CHECK(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	client.fd = pair[0];
	client.text = fuzz.text;
	service = (struct service){begin(pair[1]), pair[1]};
	CHECK(!pthread_create(&thread, NULL, serve, &service));
	for (unsigned i = 0; i < REQUESTS_MAX && request(&client, &input, &formats); i++)
		;
	take_replies(&client, REPLY_MS);
	shutdown(client.fd, SHUT_WR);
	take_replies(&client, -1);
	pthread_join(thread, NULL);
	close(client.fd);
	return 0;
}
