/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The console's end of an engine: start one, send it requests, take its packets apart. Called by
 * tui/guest (which owns the client) and, for views, by console and batch through it. It never
 * blocks: a full socket is -EAGAIN, and asking again later is right for views and stats. It
 * believes no length and no enum in a packet before it has checked it.
 */
#ifndef VTRACE_ENGINE_CLIENT_H
#define VTRACE_ENGINE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tui/engine/protocol.h"

struct engine_client;

/* A received packet; payload points into the client and is valid until the next receive. */
struct engine_packet {
	enum engine_type type;
	uint32_t serial;
	const void *payload; /* 8-byte aligned; its size fits the type */
	size_t length;
	const char *text; /* of ENGINE_LINES; it may change while it is read: copy it first */
};

/* One row taken out of ENGINE_ROWS; the strings point into the packet and are NOT terminated,
 * nor stripped of control characters. */
struct engine_row_view {
	const struct engine_row *row;
	const char *task, *event, *detail;
};

/* The row of an ENGINE_DETAIL_REPLY taken apart; likewise. */
struct engine_detail_view {
	const struct engine_detail *detail;
	const char *task, *event, *system, *text, *format;
	const uint8_t *raw;
	const uint8_t *fields, *end; /* the entries, for engine_detail_next() */
};

struct engine_field_view {
	const struct engine_detail_field *field;
	const char *name, *type, *value, *meaning;
};

/*
 * Fork and exec vtrace-engine (beside this program's own file, else in the libexec directory it
 * was built for) and send config. 0 or -errno with a sentence in error.
 */
int engine_client_start(struct engine_client **client, const struct engine_config *config,
			char *error, size_t error_size);
/* Close the socket, which ends the engine, and reap it. Takes NULL. */
void engine_client_free(struct engine_client *client);
/* End the engine, which then shows as any other death. why is its epitaph, and outlives client. */
void engine_client_end(struct engine_client *client, const char *why);

int engine_client_fd(const struct engine_client *client); /* poll for reading */
pid_t engine_client_pid(const struct engine_client *client);
/* After receive gave -EPIPE: how the engine ended, as words ("killed by signal 9 (Killed)"). */
const char *engine_client_epitaph(struct engine_client *client);

/*
 * Send one request. fd is duplicated by the kernel and stays the caller's; -1 sends none. The
 * serial given to the request is stored in *serial unless that is NULL. 0, -EAGAIN when the
 * engine does not take it now, -EPIPE when it is gone.
 */
int engine_client_send(struct engine_client *client, enum engine_type type, const void *payload,
		       size_t length, int fd, uint32_t *serial);

/* Send an ENGINE_MEMORY, and when a reply without error has come an ENGINE_MEMORY_READ; both return
 * as engine_client_send(), and protocol.h says what they ask for. fd stays the caller's. */
int engine_client_memory(struct engine_client *client, int fd, uint64_t hint, bool live,
			 uint32_t *serial);
int engine_client_memory_read(struct engine_client *client, uint64_t offset, bool once);

/* Take the next packet: 1, 0 when there is none now, -EPIPE when the engine is gone (its last
 * packets having been given out), -EPROTO when it sent nonsense (treat as gone). */
int engine_client_receive(struct engine_client *client, struct engine_packet *packet);

/* Iterate the rows of an ENGINE_ROWS packet; *offset starts at 0. 1 row, 0 at the end. The
 * packet was checked on receipt, so this cannot fail. */
int engine_rows_next(const struct engine_packet *packet, size_t *offset,
		     struct engine_row_view *view);

/* The buffers of an ENGINE_MEMORY_REPLY, as many as it says. */
const struct engine_memory_buffer *engine_memory_buffers(const struct engine_packet *packet);

/* Take the payload of an ENGINE_DETAIL_REPLY with a row apart. False: it is none; never so when the
 * packet was received and struct engine_rows at its start counts one. */
bool engine_detail_open(const void *payload, size_t length, struct engine_detail_view *view);
/* The field at *at, which starts as view->fields. False behind the last. */
bool engine_detail_next(const struct engine_detail_view *view, const uint8_t **at,
			struct engine_field_view *field);

static inline void engine_cpuset_add(uint8_t *cpus, unsigned cpu)
{
	cpus[cpu / 8] |= (uint8_t)(1u << (cpu % 8));
}

static inline int engine_cpuset_has(const uint8_t *cpus, unsigned cpu)
{
	return (cpus[cpu / 8] >> (cpu % 8)) & 1;
}

#endif
