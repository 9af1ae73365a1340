/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's end of a control port: one line out, one answer back, over a FIFO pair or a UNIX
 * socket. Used by the agent part of this room (agent.c) only. It knows the grammar and the clock,
 * not what the verbs mean; it never blocks and never has more than one request on the way,
 * because the answers carry no number by which two could be told apart.
 */
#ifndef VTRACE_GUEST_CONTROL_H
#define VTRACE_GUEST_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/control.h"
#include "tui/domain/channels.h"

struct control_client;

struct control_client_events {
	/* An unasked "note TEXT"; printable ASCII, valid during the call. */
	void (*note)(void *data, const char *text);
	/* The channel ended; every request under way has been called back before. A socket is
	 * connected anew every second by itself, a FIFO pair stays closed. */
	void (*closed)(void *data);
	/* A socket is connected again. */
	void (*opened)(void *data);
};

/*
 * The end of a request, called exactly once unless the client is freed before: answer and error
 * 0, or NULL and -ETIMEDOUT (no answer in time), -ECONNRESET (the channel ended, or the request
 * was given up by control_client_abandon()).
 */
typedef void control_client_fn(void *data, const struct control_answer *answer, int error);

/*
 * Open the channel at place and throw away the answers that an earlier reader left in it.
 * 0 or -errno with a sentence in error. events is copied. Not to be freed from its own callbacks.
 */
int control_client_open(struct control_client **client, const struct channel_place *place,
			const struct control_client_events *events, void *data, char *error,
			size_t error_size);
/* Close without calling anybody back. Takes NULL. */
void control_client_free(struct control_client *client);

bool control_client_connected(const struct control_client *client);
/* A request is on the way or waits for its turn. */
bool control_client_busy(const struct control_client *client);
/* Bytes said that the guest has not taken yet: more than 0 for long means nobody reads there. */
size_t control_client_unread(const struct control_client *client);

/* Queue "VERB ARGS" (args NULL: none) and wait timeout_ms for its answer from the moment it is
 * sent. 0, -ENOTCONN, -ENOBUFS when too many wait, -EINVAL for args that do not fit a line. */
int control_client_request(struct control_client *client, enum control_verb verb, const char *args,
			   int timeout_ms, control_client_fn *fn, void *data);
/* Say "VERB ARGS" now (args NULL: none) and expect no answer, as the agent of 2012 gives none. 0,
 * -ENOTCONN, -EAGAIN. */
int control_client_tell(struct control_client *client, enum control_verb verb, const char *args);
/* Give up the request on the way: the agent that would have answered is gone. */
void control_client_abandon(struct control_client *client);

#endif
