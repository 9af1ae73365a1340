/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of struct server, shared by the files that make it up and by nobody else: server.c
 * is its life and its loop, sources.c reads and records streams, dat_source.c opens those of a
 * trace.dat, memory_source.c observes a guest's memory, requests.c answers the console.
 */
#ifndef VTRACE_ENGINE_SERVER_PRIVATE_H
#define VTRACE_ENGINE_SERVER_PRIVATE_H

#include "tui/engine/drain.h"
#include "tui/engine/names_file.h"
#include "tui/engine/dat.h"
#include "tui/engine/latency.h"
#include "tui/engine/memory_search.h"
#include "tui/engine/outbox.h"
#include "tui/engine/rows.h"
#include "tui/engine/search.h"
#include "tui/engine/saving.h"
#include "tui/engine/server.h"
#include "tui/engine/top.h"

struct recording {
	bool on;			/* between ENGINE_RECORD and ENGINE_RECORD_END */
	int error;			/* -errno that ended it before */
	struct engine_cpu_stats before; /* of the stream when it began */
};

/* The trace.dat that is read, if one is. */
struct dat_source {
	bool open;
	int fd;
	struct dat dat;
	char (*prefixes)[DAT_NAME_MAX + 3]; /* of lines, by buffer; NULL: there is but one */
	struct {
		uint32_t slot;
		const struct dat_buffer *buffer;
		const struct dat_cpu *cpu;
	} streams[VTRACE_MAX_CPUS];
	uint32_t stream_count;
};

/* The guest's memory that is searched or read, if one is. */
struct memory_source {
	struct ram *ram;
	struct formats_of kernel; /* that was found in it */
	struct memory_search search;
	bool searching;
	bool fault_told;
	uint32_t serial; /* of the request */
	uint32_t boots;
	uint64_t told; /* ms, of the last reply */
};

struct server {
	struct outbox outbox;
	int epoll; /* the console's socket, and what the drain has to say */
	struct drain *drain;
	struct stream_shared shared;
	struct stream *streams[VTRACE_MAX_CPUS];
	struct formats_stock stock;
	struct formats *formats[FORMATS_SETS]; /* by number, modulo */
	uint32_t formats_count;		       /* numbers given out */
	struct rows rows;
	struct search search;
	struct latency latency;
	struct savings savings;
	struct top top; /* a reply in the making */
	struct dat_source dat;
	struct memory_source memory;
	unsigned next_file; /* CPU whose file is read next */
	struct recording recordings[VTRACE_MAX_CPUS];
	int64_t record_limit;	 /* bytes of all recordings together */
	bool record_full;	 /* that they have them was told */
	struct names_file names; /* of a recording into a trace.dat */
	bool news;		 /* something changed since the last ENGINE_NEWS */
	uint64_t news_time;	 /* ms, of the last one */
	uint64_t settles;	 /* ms, when a pull has more to give; 0: not waiting */
	bool undecided;		 /* a stream has bytes that wait for more */
	uint64_t settle_time;	 /* ms, when these were looked at */
	bool hearing;		 /* epoll watches the drain */
	bool listening;		 /* epoll watches the socket for requests */
	bool done;
	bool rebooted;	      /* the guest was, and its formats are to come */
	uint64_t denial_told; /* ms, when it was last said that there is no answer; 0: never */
	int error;	      /* -errno with which the loop ends */
};

/* CLOCK_MONOTONIC. */
uint64_t server_clock_ns(void);
static inline uint64_t server_clock_ms(void)
{
	return server_clock_ns() / 1000000;
}

/* Have what the streams share, for an answer (stream.h). */
static inline void server_lock(struct server *server)
{
	pthread_mutex_lock(&server->shared.lock);
}
static inline void server_unlock(struct server *server)
{
	pthread_mutex_unlock(&server->shared.lock);
}

/* Have epoll tell of events on fd as what. 0 or -errno. */
enum {
	SERVER_SOCKET,
	SERVER_DRAIN,
};
int server_watch(struct server *server, int fd, uint32_t events, uint32_t what, int operation);

/* ---- sources.c ---- */

/* The drain has told of something. */
void sources_ready(struct server *server);
/* While no thread of the drain is at a stream: take what came before, as far as a FIFO holds it, so
 * that it is still recorded, thrown away, or of the formats that there were. */
void sources_catch_up(struct server *server);
/* Read on in those files that are not yet indexed. */
void sources_read_files(struct server *server);
/* Whether such files are left. */
bool sources_indexing(const struct server *server);
static inline bool source_indexing(const struct stream *stream)
{
	return stream && stream->file && stream->stats.state == ENGINE_CHANNEL_OPEN;
}
/* Bytes that wait for more to be understood (server.undecided): after a while they are understood
 * as they are. The next look is due within SOURCES_IDLE_MS / 3. */
#define SOURCES_IDLE_MS 300
void sources_settle(struct server *server);

/* A file's pages, taken over, as a CPU's stream; NULL without memory. */
struct stream *source_open_pages(struct server *server, uint32_t cpu, struct page_file *pages);
/* fd is taken over in each of these. Down to sources_clear(), no thread of the drain is at a stream
 * meanwhile. */
void source_open(struct server *server, const struct engine_stream *request, int fd);
void source_open_observer(struct server *server, uint32_t cpu, struct observer *observer);
void source_close(struct server *server, uint32_t cpu);
/* End it as a read error would. */
void source_fail(struct server *server, uint32_t cpu, int error);
void source_record(struct server *server, uint32_t cpu, int fd, const struct engine_region *region);
/* Write the names of tasks to fd, once or for as long as is recorded. */
void sources_write_names(struct server *server, int fd, const struct engine_names *place);
/* Those of a recording have to be looked after now and then. */
void sources_refresh_names(struct server *server);
/* End all recordings, with an ENGINE_SAVE_REPLY for each. */
void sources_end_recordings(struct server *server, uint32_t serial);
/* Forget all pages held. */
void sources_clear(struct server *server);
/* Tracing was off until now. */
void sources_note_pause(struct server *server);
/* Append a note to every stream of a channel; what they have brought by now was read before. */
void sources_note(struct server *server, const struct engine_note *note);
/* Have the memory that pages of this shape need, before anything is changed for them. 0, or -ENOMEM
 * with all as it was. */
int sources_reserve(struct server *server, const struct page_geometry *geometry);
/* Pages of this shape, which there is memory for, from now on. */
void sources_change_geometry(struct server *server, const struct page_geometry *geometry);

/* ---- dat_source.c ---- */

/* Take a trace.dat apart and tell what it holds. fd is taken over. */
void dat_source_open(struct server *server, uint32_t serial, int fd);
/* Begin to read its streams. */
void dat_source_read(struct server *server);
/* Write its formats to fd, which stays the caller's. */
void dat_source_formats(struct server *server, uint32_t serial, int fd);
/* Streams are to be gone before. */
void dat_source_close(struct server *server);

/* ---- memory_source.c ---- */

/* Down to memory_source_pass_boot(), no thread of the drain is at a stream, but for the search. */

/* Search a guest's memory for ring buffers; replies follow. fd is taken over. */
void memory_source_open(struct server *server, uint32_t serial, const struct engine_memory *request,
			int fd);
/* Go on with that for a moment, if it goes on. */
void memory_source_search(struct server *server);
/* Observe one of them. */
void memory_source_read(struct server *server, const struct engine_memory_read *request);
/* End those streams whose sub-buffers are not of the shape that all have now. */
void memory_source_check_geometry(struct server *server);
/* All streams are read as far as another boot begins. */
void memory_source_pass_boot(struct server *server);
/* Say why a stream of it has failed, once for all. */
void memory_source_tell_fault(struct server *server, const struct stream *stream);
/* Close its streams and the memory. */
void memory_source_close(struct server *server);
/* Streams are gone. */
void memory_source_release(struct server *server);

/* ---- prompts.c ---- */

void prompts_try_filter(struct server *server, uint32_t serial, const struct engine_filter *filter);
void prompts_words(struct server *server, uint32_t serial, const struct engine_words *asked);
void prompts_sift(struct server *server, uint32_t serial);
void prompts_search(struct server *server, uint32_t serial, const struct engine_search *asked);

/* ---- requests.c ---- */

/* Formats that were loaded are those of what comes now; pages of their shape have memory. */
void requests_use_formats(struct server *server, struct formats *loaded);

/* Take and answer one request: false when there is none now. */
bool requests_take(struct server *server);

#endif
