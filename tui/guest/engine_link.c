// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/domain/loop.h"
#include "tui/guest/engine_link.h"

#define COMMAND_PAYLOAD_MAX 4096
#define PACKETS_A_CALL	    64	 /* then the keys get their turn */
#define COMMANDS_MAX	    1024 /* that wait: a stream, a file and its place for each CPU */

struct link_command {
	struct link_command *next;
	enum engine_type type;
	size_t length;
	int fd; /* ours, or -1 */
	uint32_t *serial;
	unsigned char payload[];
};

static void command_free(struct link_command *command)
{
	if (command->fd >= 0)
		close(command->fd);
	free(command);
}

static void died(struct engine_link *link)
{
	char epitaph[256];

	snprintf(epitaph, sizeof(epitaph), "%s", engine_client_epitaph(link->client));
	engine_link_stop(link);
	link->died(link->data, epitaph);
}

/* Send what waits, as far as the socket takes it. 0, or -EPIPE when the engine is dead. */
static int flush(struct engine_link *link)
{
	struct link_command *command;
	int err = 0;

	while ((command = link->first)) {
		err = engine_client_send(link->client, command->type, command->payload,
					 command->length, command->fd, command->serial);
		if (err == -EAGAIN)
			break;
		/* Death shows when its last packets have been received. */
		link->first = command->next;
		link->waiting--;
		if (!link->first)
			link->last = NULL;
		command_free(command);
	}
	loop_watch_set(link->watch, LOOP_READ | (link->first ? LOOP_WRITE : 0));
	return err == -EAGAIN ? 0 : err;
}

static void receive(struct engine_link *link)
{
	struct engine_packet packet;
	int got = 1, i;

	for (i = 0; i < PACKETS_A_CALL && link->client; i++) {
		got = engine_client_receive(link->client, &packet);
		if (got <= 0)
			break;
		link->packet(link->data, &packet);
	}
	if (got < 0 && link->client)
		died(link);
}

static void ready(int fd, unsigned events, void *data)
{
	struct engine_link *link = data;

	(void)fd;
	if (events & LOOP_WRITE)
		flush(link);
	receive(link);
}

int engine_link_start(struct engine_link *link, const struct engine_config *config, char *error,
		      size_t error_size)
{
	int err;

	err = engine_client_start(&link->client, config, error, error_size);
	if (err)
		return err;
	link->watch = loop_watch(engine_client_fd(link->client), LOOP_READ, ready, link);
	if (link->watch >= 0)
		return 0;
	err = link->watch;
	snprintf(error, error_size, "cannot watch the engine: %s", strerror(-err));
	engine_link_stop(link);
	return err;
}

void engine_link_stop(struct engine_link *link)
{
	struct link_command *command;

	loop_unwatch(link->watch);
	link->watch = -1;
	engine_client_free(link->client);
	link->client = NULL;
	while ((command = link->first)) {
		link->first = command->next;
		command_free(command);
	}
	link->last = NULL;
	link->waiting = 0;
}

bool engine_link_alive(const struct engine_link *link)
{
	return link->client != NULL;
}

bool engine_link_is_behind(const struct engine_link *link)
{
	return link->waiting > 0;
}

bool engine_link_holds(const struct engine_link *link, enum engine_type type)
{
	const struct link_command *command = link->first;

	while (command && command->type != type)
		command = command->next;
	return command;
}

int engine_link_command(struct engine_link *link, enum engine_type type, const void *payload,
			size_t length, int fd, uint32_t *serial)
{
	struct link_command *command;
	int err;

	if (!link->client)
		return -EPIPE;
	if (length > COMMAND_PAYLOAD_MAX)
		return -EINVAL;
	/* Mostly it goes at once, and needs neither memory nor a descriptor. */
	if (!link->first) {
		err = engine_client_send(link->client, type, payload, length, fd, serial);
		if (err != -EAGAIN)
			return err;
	}
	/* One that was taken over may tell of what is to be answered, and read nothing. */
	if (link->waiting == COMMANDS_MAX)
		return -ENOBUFS;
	command = calloc(1, sizeof(*command) + length);
	if (!command)
		return -ENOMEM;
	command->type = type;
	command->length = length;
	if (length)
		memcpy(command->payload, payload, length);
	command->serial = serial;
	command->fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (fd >= 0 && command->fd < 0) {
		err = -errno;
		free(command);
		return err;
	}
	if (link->last)
		link->last->next = command;
	else
		link->first = command;
	link->last = command;
	link->waiting++;
	return flush(link);
}

void engine_link_must(struct engine_link *link, enum engine_type type, const void *payload,
		      size_t length, int fd, uint32_t *serial)
{
	int err = engine_link_command(link, type, payload, length, fd, serial);

	if (err && err != -EPIPE)
		engine_client_end(link->client, err == -ENOMEM
							? "there was no memory for what it is told"
							: "it could not be told what to do");
}

int engine_link_request(struct engine_link *link, enum engine_type type, const void *payload,
			size_t length, uint32_t *serial)
{
	if (!link->client)
		return -EPIPE;
	if (link->first)
		return -EAGAIN;
	return engine_client_send(link->client, type, payload, length, -1, serial);
}

void engine_link_wait(struct engine_link *link, int timeout_ms)
{
	struct pollfd pollfd = {.events = POLLIN};

	if (!link->client)
		return;
	pollfd.fd = engine_client_fd(link->client);
	if (link->first)
		pollfd.events |= POLLOUT;
	if (poll(&pollfd, 1, timeout_ms) <= 0)
		return;
	if (pollfd.revents & POLLOUT)
		flush(link);
	receive(link);
}
