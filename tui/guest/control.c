// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "tui/domain/loop.h"
#include "tui/guest/channel_open.h"
#include "tui/guest/control.h"

#define RECONNECT_MS	1000
#define QUEUE_MAX	16
#define READ_ROUNDS	8 /* reads a callback: a babbling guest must not starve the keys */
#define STALE_BYTES_MAX (1024 * 1024) /* pipe-max-size: what a FIFO can have kept at most */

struct queued_request {
	enum control_verb verb;
	char line[VTRACE_LINE_MAX + 1]; /* with its LF */
	int timeout_ms;
	control_client_fn *fn;
	void *data;
};

struct control_client {
	struct control_client_events events;
	void *data;
	struct channel_place place;
	int in_fd;  /* host to guest */
	int out_fd; /* guest to host; the same as in_fd for a socket */
	int in_watch;
	int out_watch;
	int answer_timer;
	int reconnect_timer;
	struct queued_request queue[QUEUE_MAX];
	unsigned queued;
	bool sent;		/* queue[0] is on the way */
	unsigned long finished; /* requests called back so far */
	struct control_lines lines;
	char out[2 * VTRACE_LINE_MAX]; /* said, not yet taken by the kernel */
	size_t out_length;
};

static void pump(struct control_client *client);

bool control_client_connected(const struct control_client *client)
{
	return client && client->out_fd >= 0;
}

bool control_client_busy(const struct control_client *client)
{
	return client->queued > 0;
}

size_t control_client_unread(const struct control_client *client)
{
	unsigned long request = client->place.kind == CHANNEL_UNIX ? SIOCOUTQ : FIONREAD;
	int bytes = 0;

	if (!control_client_connected(client) || ioctl(client->in_fd, request, &bytes) < 0)
		bytes = 0;
	return client->out_length + (size_t)bytes;
}

/* Take the first request out and call it back. */
static void finish(struct control_client *client, const struct control_answer *answer, int error)
{
	control_client_fn *fn = client->queue[0].fn;
	void *data = client->queue[0].data;

	client->queued--;
	memmove(client->queue, client->queue + 1, client->queued * sizeof(client->queue[0]));
	client->sent = false;
	client->finished++;
	loop_timer_set(client->answer_timer, -1);
	fn(data, answer, error);
}

static void disconnect(struct control_client *client)
{
	loop_unwatch(client->out_watch);
	loop_unwatch(client->in_watch);
	client->out_watch = -1;
	client->in_watch = -1;
	if (client->in_fd >= 0 && client->in_fd != client->out_fd)
		close(client->in_fd);
	if (client->out_fd >= 0)
		close(client->out_fd);
	client->out_fd = -1;
	client->in_fd = -1;
}

static void closed(struct control_client *client)
{
	disconnect(client);
	client->out_length = 0;
	memset(&client->lines, 0, sizeof(client->lines));
	/* Requests made by these callbacks are refused: the channel is already marked closed. */
	while (client->queued)
		finish(client, NULL, -ECONNRESET);
	if (client->place.kind == CHANNEL_UNIX)
		loop_timer_set(client->reconnect_timer, RECONNECT_MS);
	client->events.closed(client->data);
}

static void line_came(const char *line, const char *reason, void *data)
{
	struct control_client *client = data;
	struct control_answer answer;

	(void)reason;
	/* What is no answer is no event either: a guest can write what it likes. */
	if (!line || control_answer_parse(line, &answer) < 0)
		return;
	if (answer.kind == CONTROL_NOTE)
		client->events.note(client->data, answer.text);
	else if (client->sent && answer.verb == client->queue[0].verb)
		finish(client, &answer, 0);
	/* Otherwise it is the late answer to a request that has timed out. */
}

/* Returns false when the channel ended (and has been closed). */
static bool take(struct control_client *client)
{
	char bytes[VTRACE_LINE_MAX];
	ssize_t got;
	int round;

	for (round = 0; round < READ_ROUNDS; round++) {
		got = read(client->out_fd, bytes, sizeof(bytes));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			break;
		if (got <= 0) {
			closed(client);
			return false;
		}
		control_lines_feed(&client->lines, bytes, (size_t)got, line_came, client);
	}
	pump(client);
	return true;
}

static void readable(int fd, unsigned events, void *data)
{
	(void)fd;
	(void)events;
	take(data);
}

static void flush(struct control_client *client)
{
	ssize_t put;

	while (client->out_length) {
		put = write(client->in_fd, client->out, client->out_length);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			break; /* full; or ended, which the reading side finds as well */
		client->out_length -= (size_t)put;
		memmove(client->out, client->out + put, client->out_length);
	}
	loop_watch_set(client->in_watch, client->out_length ? LOOP_WRITE : 0);
}

static void writable(int fd, unsigned events, void *data)
{
	struct control_client *client = data;

	(void)fd;
	/* Let the reader have what was said last; it finds the end of the channel itself. */
	if ((events & LOOP_HANGUP) && !take(client))
		return;
	if (events & LOOP_HANGUP)
		closed(client);
	else
		flush(client);
}

static int say(struct control_client *client, const char *line)
{
	size_t length = strlen(line);

	if (!control_client_connected(client))
		return -ENOTCONN;
	if (length > sizeof(client->out) - client->out_length)
		return -EAGAIN;
	memcpy(client->out + client->out_length, line, length);
	client->out_length += length;
	flush(client);
	return 0;
}

/* Send the first request unless one is on the way. */
static void pump(struct control_client *client)
{
	if (client->sent || !client->queued || !control_client_connected(client))
		return;
	/* With a port that nobody reads there is no room; then time runs all the same. */
	say(client, client->queue[0].line);
	client->sent = true;
	loop_timer_set(client->answer_timer, client->queue[0].timeout_ms);
}

static void answer_late(void *data)
{
	struct control_client *client = data;
	unsigned long finished = client->finished;

	/* The loop calls timers before descriptors: if we were late ourselves, the answer may lie
	 * there already. */
	if (!control_client_connected(client) || !take(client))
		return;
	if (client->sent && client->finished == finished)
		finish(client, NULL, -ETIMEDOUT);
	pump(client);
}

static int connect_channel(struct control_client *client, char *error, size_t error_size)
{
	char stale[VTRACE_LINE_MAX];
	size_t total = 0;
	ssize_t got;
	int err;

	err = channel_open_control(&client->place, &client->in_fd, &client->out_fd, error,
				   error_size);
	if (err)
		return err;
	while (client->place.kind == CHANNEL_PIPE && total < STALE_BYTES_MAX &&
	       (got = read(client->out_fd, stale, sizeof(stale))) > 0)
		total += (size_t)got;
	client->out_watch = loop_watch(client->out_fd, LOOP_READ, readable, client);
	client->in_watch = loop_watch(client->in_fd, 0, writable, client);
	if (client->out_watch >= 0 && client->in_watch >= 0)
		return 0;
	err = client->out_watch < 0 ? client->out_watch : client->in_watch;
	snprintf(error, error_size, "cannot watch %s: %s", client->place.path, strerror(-err));
	disconnect(client);
	return err;
}

static void reconnect(void *data)
{
	struct control_client *client = data;
	char error[256];

	/* Told once when it closed; until it is back there is nothing new to tell. */
	if (connect_channel(client, error, sizeof(error)) < 0)
		return;
	loop_timer_set(client->reconnect_timer, -1);
	client->events.opened(client->data);
}

int control_client_open(struct control_client **result, const struct channel_place *place,
			const struct control_client_events *events, void *data, char *error,
			size_t error_size)
{
	struct control_client *client;
	int err = -ENOMEM;

	*result = NULL;
	snprintf(error, error_size, "out of memory");
	client = calloc(1, sizeof(*client));
	if (!client)
		return err;
	client->events = *events;
	client->data = data;
	client->in_fd = client->out_fd = -1;
	client->in_watch = client->out_watch = -1;
	client->answer_timer = loop_timer(-1, answer_late, client);
	client->reconnect_timer = loop_timer(-1, reconnect, client);
	client->place.kind = place->kind;
	client->place.path = strdup(place->path);
	if (!client->place.path || client->answer_timer < 0 || client->reconnect_timer < 0)
		goto out;
	err = connect_channel(client, error, error_size);
out:
	if (err)
		control_client_free(client);
	else
		*result = client;
	return err;
}

void control_client_free(struct control_client *client)
{
	if (!client)
		return;
	disconnect(client);
	if (client->answer_timer >= 0)
		loop_timer_remove(client->answer_timer);
	if (client->reconnect_timer >= 0)
		loop_timer_remove(client->reconnect_timer);
	free(client->place.path);
	free(client);
}

int control_client_request(struct control_client *client, enum control_verb verb, const char *args,
			   int timeout_ms, control_client_fn *fn, void *data)
{
	struct queued_request *request;
	int length;

	if (!control_client_connected(client))
		return -ENOTCONN;
	if (client->queued == QUEUE_MAX)
		return -ENOBUFS;
	request = &client->queue[client->queued];
	length = snprintf(request->line, sizeof(request->line), "%s%s%s\n", control_verb_name(verb),
			  args ? " " : "", args ? args : "");
	if (length > VTRACE_LINE_MAX || strchr(request->line, '\n') != request->line + length - 1)
		return -EINVAL;
	client->queued++;
	request->verb = verb;
	request->timeout_ms = timeout_ms;
	request->fn = fn;
	request->data = data;
	pump(client);
	return 0;
}

int control_client_tell(struct control_client *client, enum control_verb verb, const char *args)
{
	char line[VTRACE_LINE_MAX];

	snprintf(line, sizeof(line), "%s%s%s\n", control_verb_name(verb), args ? " " : "",
		 args ? args : "");
	return say(client, line);
}

void control_client_abandon(struct control_client *client)
{
	if (client->sent)
		finish(client, NULL, -ECONNRESET);
	pump(client);
}
