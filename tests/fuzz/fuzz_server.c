// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to an engine, which answers every one as its client expects, whatever it says. The input
 * is requests: a type, what descriptor comes with it, the length of the payload (2 bytes), the
 * payload.
 */
#include "tests/fuzz/fuzz.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tui/engine/server.h"

/* For its struct, which nobody else can fill without an engine. */
#include "tui/engine/client.c" /* NOLINT(bugprone-suspicious-include) */

#define REQUESTS_MAX 24
#define HEAD	     4
#define REPLY_MS     2

static struct {
	char *formats, *pages;
	size_t formats_length, pages_length;
	char text[TEXT_SIZE];
} fuzz;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	signal(SIGPIPE, SIG_IGN);
	tep_set_loglevel(TEP_LOG_NONE);
	fuzz.formats = fuzz_read("tests/engine/lost-6.1/formats", &fuzz.formats_length);
	fuzz.pages = fuzz_read("tests/engine/lost-6.1/cpu0.raw", &fuzz.pages_length);
	return 0;
}

static int file_of(const char *bytes, size_t length)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	CHECK(fd >= 0 && (!length || write(fd, bytes, length) == (ssize_t)length));
	CHECK(!lseek(fd, 0, SEEK_SET));
	return fd;
}

/* -1: none. */
static int descriptor(unsigned kind, const uint8_t *bytes, size_t length)
{
	int pair[2];

	switch (kind % 6) {
	case 1:
		return file_of(fuzz.formats, fuzz.formats_length);
	case 2:
		return file_of(fuzz.pages, fuzz.pages_length);
	case 3:
		return file_of((const char *)bytes, length);
	case 4:
		return file_of("", 0);
	case 5:
		CHECK(!pipe(pair));
		(void)!write(pair[1], fuzz.pages, 8192);
		close(pair[1]);
		return pair[0];
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

static void take_replies(struct engine_client *client, int ms)
{
	struct pollfd readable = {.fd = client->fd, .events = POLLIN};
	struct engine_packet packet;
	int got = 1;

	while (got == 1 && poll(&readable, 1, ms) > 0)
		while ((got = engine_client_receive(client, &packet)) == 1)
			;
	CHECK(got != -EPROTO);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
	static struct engine_client client;
	struct service service;
	pthread_t thread;
	int pair[2];

	CHECK(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	client.fd = pair[0];
	client.text = fuzz.text;
	service = (struct service){begin(pair[1]), pair[1]};
	CHECK(!pthread_create(&thread, NULL, serve, &service));
	for (unsigned i = 0; i < REQUESTS_MAX && length >= HEAD; i++) {
		size_t size = input[2] | (size_t)input[3] << 8;
		unsigned type = input[0] % (ENGINE_READY + 8), kind = input[1];
		int fd;

		input += HEAD;
		length -= HEAD;
		if (size > length)
			size = length;
		fd = descriptor(kind, input, size);
		if (engine_client_send(&client, type, input, size, fd, NULL))
			i = REQUESTS_MAX;
		if (fd >= 0)
			close(fd);
		take_replies(&client, 0);
		input += size;
		length -= size;
	}
	take_replies(&client, REPLY_MS);
	shutdown(client.fd, SHUT_WR);
	take_replies(&client, -1);
	pthread_join(thread, NULL);
	close(client.fd);
	return 0;
}
