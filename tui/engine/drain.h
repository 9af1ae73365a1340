/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The threads that read channels, so that nothing else an engine does (answering, parsing formats,
 * waiting for a console or a disk) holds up a guest. Made by main before the lock-down, under which
 * no thread can be made; owned by the server.
 *
 * All threads wait on one epoll set, in which a channel is armed for one event at a time: whoever
 * takes it reads that stream, for a bounded number of bytes, and arms it again. So a busy stream
 * has one thread at a time, and several are spread over as many threads as there are.
 *
 * What is observed in a guest's memory has no descriptor that tells of pages. One more thread, the
 * watch, looks at all those streams in turn: more often, the more of a ring went by since it looked
 * last, so that no writer goes round it unseen, and every DRAIN_WATCH_MS when nothing happens.
 *
 * Two locks, taken in this order:
 * - the gate, of many readers: held for reading by a thread while it is at a stream, and for
 * writing by the server (drain_stop()) to change what streams are: open, close, clear, record,
 * formats.
 * - stream_shared.lock: what the streams share with each other and with answers: store, histories,
 *   counts, names, the streams' stats. Streams take it by themselves for the pages that they take,
 *   once for all that came at once, not while they read or check them. The server holds it for one
 *   answer or a step of a saving. Files are read by the server's thread, which takes it in the
 *   same way.
 */
#ifndef VTRACE_ENGINE_DRAIN_H
#define VTRACE_ENGINE_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/engine/stream.h"

struct drain;

/* Between two looks of the watch, at most and at least. */
#define DRAIN_WATCH_MS	     90
#define DRAIN_WATCH_LEAST_MS 2

/* One thread a core, DRAIN_THREADS at most, and the watch. Geometry is what the first pages are
 * taken for. 0 or -errno. */
#define DRAIN_THREADS 4
int drain_new(struct drain **drain, const struct page_geometry *geometry);
/* End the threads. Takes NULL. Descriptors of streams stay their owners'. */
void drain_free(struct drain *drain);

/* The streams by number, before the first is added. */
void drain_begin(struct drain *drain, struct stream *const *streams);
/* Poll for reading: something has changed since the last drain_take_news(). */
int drain_fd(const struct drain *drain);

/* Have no thread at any stream from here to drain_go(), which is waited for. */
void drain_stop(struct drain *drain);
void drain_go(struct drain *drain);

/* While stopped: read this CPU's channel from now on, or no longer. 0 or -errno. */
int drain_add(struct drain *drain, int fd, uint32_t cpu);
void drain_remove(struct drain *drain, int fd);
/* While stopped: streams with observers have come, or may go on behind another boot. */
void drain_watch(struct drain *drain);
/* While stopped: have room for pages of page_size bytes, as intake_reserve(). 0 or -ENOMEM. */
int drain_reserve(struct drain *drain, uint32_t page_size);
/* While stopped: what the tally of the server's thread has been told. */
void drain_follow(struct drain *drain, const struct tally *tally);

struct drain_news {
	bool pages;	/* histories have changed */
	bool attention; /* a stream ended, or its recording did */
	bool boot;	/* all streams with observers are read as far as another boot begins */
	bool undecided; /* a stream has bytes that wait for more (stream_undecided()) */
};

/* What has happened; what happens from now on makes drain_fd() readable again. */
void drain_take_news(struct drain *drain, struct drain_news *news);

#endif
