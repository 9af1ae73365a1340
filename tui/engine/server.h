/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's loop: reads files, answers requests, works on savings, and tells what the threads
 * that read channels (drain.h) have brought. It owns the streams, the formats and the socket to
 * the console. Called by the engine's main; ends when
 * the console closes the socket. What it can't do becomes an ENGINE_MESSAGE, never an exit.
 */
#ifndef VTRACE_ENGINE_SERVER_H
#define VTRACE_ENGINE_SERVER_H

#include "tui/engine/drain.h"
#include "tui/engine/formats.h"
#include "tui/engine/protocol.h"

struct server;

/* socket is the console's end; stock's parsers and the drain are taken over; text is the memory
 * that is shared with the console. 0 or -errno. */
int server_new(struct server **server, int socket, const struct engine_config *config,
	       const struct formats_stock *stock, struct drain *drain, char *text);
/* What config says of pages, or what is most likely. */
struct page_geometry server_geometry(const struct engine_config *config);
/* Say a sentence to the console: ENGINE_READY or ENGINE_MESSAGE. */
void server_say(struct server *server, enum engine_type type, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Run until the console goes. 0 or -errno. */
int server_run(struct server *server);
void server_free(struct server *server);

#endif
