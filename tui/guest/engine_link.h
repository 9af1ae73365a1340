/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One engine on the loop: its packets come in as calls, and the commands that must arrive (take
 * this stream, record into this file) wait here while its socket is full. Called by the other
 * files of this room. What a packet means is theirs to know.
 */
#ifndef VTRACE_GUEST_ENGINE_LINK_H
#define VTRACE_GUEST_ENGINE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/engine/client.h"

struct link_command;

struct engine_link {
	struct engine_client *client; /* NULL: not started, or dead */
	int watch;
	struct link_command *first; /* not yet sent, oldest first */
	struct link_command *last;
	unsigned waiting; /* how many these are */
	void (*packet)(void *data, const struct engine_packet *packet);
	/* The engine died; how, in words valid during the call. The link is closed already. */
	void (*died)(void *data, const char *epitaph);
	void *data;
};

/* packet, died and data are set by the caller before. 0 or -errno with a sentence in error. */
int engine_link_start(struct engine_link *link, const struct engine_config *config, char *error,
		      size_t error_size);
/* End the engine; died() is not called. Takes a link that was never started, if watch is -1. */
void engine_link_stop(struct engine_link *link);
bool engine_link_alive(const struct engine_link *link);
/* Do commands wait, since it does not take them now? */
bool engine_link_is_behind(const struct engine_link *link);
/* Is one of that type among them? */
bool engine_link_holds(const struct engine_link *link, enum engine_type type);

/*
 * Send now or later, in order. payload is copied, fd (-1: none) duplicated, and the serial is
 * stored in *serial (NULL: not wanted; else it must live as long as the link) when it is sent.
 * 0, -EPIPE when the engine is dead; what has to wait can fail with -ENOMEM, -ENOBUFS when too much
 * waits already, or what dup gives.
 */
int engine_link_command(struct engine_link *link, enum engine_type type, const void *payload,
			size_t length, int fd, uint32_t *serial);
/* The same for what has to arrive, as it would be awaited for ever: an engine that can not be told
 * is ended, which died() tells soon. */
void engine_link_must(struct engine_link *link, enum engine_type type, const void *payload,
		      size_t length, int fd, uint32_t *serial);

/* Send now or not at all: -EAGAIN when the socket is full or commands wait, -EPIPE when dead. */
int engine_link_request(struct engine_link *link, enum engine_type type, const void *payload,
			size_t length, uint32_t *serial);

/* Wait up to timeout_ms for packets and hand them out, without the loop; for the end only. */
void engine_link_wait(struct engine_link *link, int timeout_ms);

#endif
