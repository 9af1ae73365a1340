/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One guest under the eye of the console or of batch: its channels, its agent, its formats, and
 * the engine that holds its pages; or a capture in the place of a guest, with the same engine.
 * It is a state machine on the loop that never blocks: what happens comes back as calls of
 * struct guest_events. It shows nothing itself and reads no guest byte but control lines.
 */
#ifndef VTRACE_GUEST_GUEST_H
#define VTRACE_GUEST_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/control.h"
#include "tui/domain/channels.h"
#include "tui/engine/client.h"
#include "tui/guest/wall.h"

struct guest;

enum guest_state {
	GUEST_CONNECTING, /* waiting for the agent's answer to hello */
	GUEST_STOPPED,	  /* the agent is there, not tracing */
	GUEST_STARTING,
	GUEST_TRACING,
	GUEST_STOPPING,	 /* the agent flushes what is left */
	GUEST_OLD_AGENT, /* no answer to hello: none, or that of 2012; start and stop are blind */
	GUEST_REPLAY,	 /* a capture, or the memory of a guest that is dead */
	GUEST_WATCHING,	 /* the ring in a guest's memory is read; nobody takes orders, or not yet */
	GUEST_GONE,	 /* the domain went away; what was received is still there */
};

struct guest_options {
	uint64_t memory;       /* bytes of pages to hold */
	const char *record;    /* capture directory or trace.dat to write from the start, or NULL */
	uint64_t record_limit; /* bytes of pages that a recording may have; 0: any */
	unsigned dat_version;  /* of each trace.dat that is written: 6 or 7, 0: 7 */
	uint32_t engine_uid;   /* what root's engines become; 0: as they choose */
	uint32_t engine_gid;
	bool require_sandbox; /* no engine where the host lacks a layer of its sandbox */
	const struct engine_filter *filter; /* of what is shown; NULL: everything */
};

/* What hello told; strings are "" and numbers 0 when unknown. */
struct guest_hello {
	char agent[32]; /* its version */
	char boot_id[64];
	char kernel[128];
	char clock[32];
	unsigned cpus;
	unsigned ports_missing; /* CPUs without a port */
	unsigned subbuf_size;
	unsigned events_enabled; /* event types enabled in the guest; (unsigned)-1: unknown */
	int tracing_on;		 /* the guest's ring buffer records: 1, 0; -1: unknown */
	bool tracing;
	control_verb_set verbs; /* that the agent knows and may do; 0: it does not tell */
};

enum guest_severity {
	GUEST_DETAIL, /* for who reads the log; nobody is to be bothered with it */
	GUEST_INFO,
	GUEST_WAITING, /* something is overdue: a warning until it has come */
	GUEST_WARNING,
	GUEST_ERROR,
};

struct guest_events {
	/* A sentence for a person. */
	void (*message)(void *data, enum guest_severity severity, const char *text);
	/* guest_state(), guest_hello(), guest_formats() or the engine's life changed. */
	void (*changed)(void *data);
	/* A packet for the views: ENGINE_ROWS, ENGINE_LINES, ENGINE_STATS_REPLY,
	 * ENGINE_COUNTS_REPLY, ENGINE_NEWS, and what is asked with guest_request_...(). */
	void (*packet)(void *data, const struct engine_packet *packet);
	/* A save or a recording ended; path as given, error 0 or -errno. Of one that has no page
	 * for an error nothing is left, which a message says, and this does not come. */
	void (*saved)(void *data, const char *path, uint64_t pages, uint64_t bytes, int error);
};

/* Open a guest by its channels (copied). Starts its engine, says hello, fetches formats.
 * 0 or -errno with a sentence in error: FIFO missing or not readable, another reader, ... */
int guest_open(struct guest **guest, const struct channels *channels,
	       const struct guest_options *options, const struct guest_events *events, void *data,
	       char *error, size_t error_size);
/* Open a capture directory, or a trace.dat, in the place of a guest. Recording it makes a trace.dat
 * of all of it, whose end comes as saved(). */
int guest_open_capture(struct guest **guest, const char *path, const struct guest_options *options,
		       const struct guest_events *events, void *data, char *error,
		       size_t error_size);
/* A guest whose ring lies in memory that the host can read (tui/domain/guest_ram.h). */
struct guest_ram_source {
	const char *name;    /* the domain's, or the file's */
	int fd;		     /* of the memory */
	bool core;	     /* it may be a core, since nobody runs in it */
	bool once;	     /* look once; else follow what is written to it */
	const char *formats; /* bundle to use whatever it is of; NULL: one that is of its kernel */
	const char *share;   /* its 9p share, where it may have put such a one; or NULL */
	/* Where its agent may be reached, for orders about the ring; or NULL. */
	const struct channels *channels;
};

/* Open it; its descriptor is the guest's from now on, also after an error. As guest_open(); what is
 * wrong with the memory comes as a message. */
int guest_open_ram(struct guest **guest, const struct guest_ram_source *source,
		   const struct guest_options *options, const struct guest_events *events,
		   void *data, char *error, size_t error_size);
/* It was opened so; not true of one that is read after its death only. */
bool guest_is_memory(const struct guest *guest);
/* Its agent takes orders about that. */
bool guest_memory_is_steered(const struct guest *guest);
/*
 * A guest with channels has panicked: read once what the ring in its memory still has, behind the
 * rows that came by its channels. fd is of the memory, and the guest's from now on, also after an
 * error. That there is no ring in it is no error, and told in the log. 0, or -errno with a sentence
 * in error: no such guest (-EINVAL), it is being read already (-EALREADY), its engine is dead.
 */
int guest_look_into_memory(struct guest *guest, int fd, char *error, size_t error_size);
/* The domain of a guest that is memory and GUEST_GONE runs again, with that memory: as
 * guest_come_back(). Its ring is looked for until its kernel has made it. channels as in struct
 * guest_ram_source. */
int guest_memory_came_back(struct guest *guest, int fd, const struct channels *channels,
			   char *error, size_t error_size);
/* Its memory was searched, and nothing in it can be read, as was said. */
bool guest_has_no_ring(const struct guest *guest);
/* Close at once, without stopping the tracing; see guest_stop(). Ends a recording, for which
 * saved() is called from inside. Not to be called from the guest's own events. Takes NULL. */
void guest_free(struct guest *guest);

enum guest_state guest_state(const struct guest *guest);
/* What is being waited for, as a sentence to show in an empty view; NULL when nothing is. */
const char *guest_waiting(const struct guest *guest);
/* For how long, in ms, the engine has been reading event formats, in which it answers nothing; 0:
 * it is not. */
uint64_t guest_reads_formats(const struct guest *guest);
const struct guest_hello *guest_hello(const struct guest *guest);
/* Layers that lock down the last engine, as "uid 65534, ...", and after "; missing: " those that
 * the host did not give; "" before it has said so. */
const char *guest_sandbox(const struct guest *guest);
const struct engine_formats_reply *guest_formats(const struct guest *guest); /* NULL: none yet */
const char *guest_name(const struct guest *guest);
/* Where it is reached; all empty for a capture. */
const struct channels *guest_channels(const struct guest *guest);
/* Has the agent answered hello, and not fallen silent since? */
bool guest_answers(const struct guest *guest);
unsigned guest_cpus(const struct guest *guest); /* streams; CPU numbers are below this */
bool guest_has_cpu(const struct guest *guest, unsigned cpu);
/* What a stream is to be called: "CPU1", or "foo: CPU1" of an instance in a trace.dat. Returns
 * text. */
const char *guest_stream_name(const struct guest *guest, unsigned cpu, char *text, size_t size);
/* The streams, for requests, whose CPUs have these numbers. They differ where a trace.dat has
 * several buffers. */
void guest_cpuset(const struct guest *guest, const uint8_t *numbers, uint8_t *cpus);
/* How its trace clock stands to the time of day; NULL: not known. */
const struct wall_clock *guest_wall(const struct guest *guest);
/* Is that what a trace.dat says, and not what was seen when events came? */
bool guest_wall_is_files(const struct guest *guest);
/* The clock counts something else than nanoseconds: times are shown as they are. */
bool guest_ticks(const struct guest *guest);
/* ms since libvirt told that it panicked, and nothing has been heard of it since; -1: it has not.
 */
int64_t guest_panicked(const struct guest *guest);
bool guest_started_here(const struct guest *guest); /* tracing was started by this process */

/* 0 or -errno (-EOPNOTSUPP on a capture, -EALREADY). Completion comes as changed(). */
int guest_start(struct guest *guest);
int guest_stop(struct guest *guest);
/* Ask the agent to export its formats again and load them. */
int guest_refresh_formats(struct guest *guest);
/* Ask for the agent's counters of a CPU, or with -1 the sums over all; the answer is called back
 * once (never after guest_free()), text NULL when none came. -EOPNOTSUPP without an agent that
 * knows them, -EALREADY. */
typedef void guest_stats_fn(void *data, const char *text);
int guest_stats(struct guest *guest, int cpu, guest_stats_fn *fn, void *data);

/* Save the pages held into a new capture directory, or a new trace.dat where the path ends in
 * .dat; the end comes as saved(). 0 or -errno with
 * a sentence in error (exists, no permission, no formats yet are all told here). */
int guest_save(struct guest *guest, const char *path, char *error, size_t error_size);
/* Record every further page likewise, until guest_record_end() or the limit of the options; the
 * end comes as saved(). 0 or -errno with a sentence in error (a capture, a recording under way). */
int guest_record(struct guest *guest, const char *path, char *error, size_t error_size);
void guest_record_end(struct guest *guest);
/* The path of the recording under way, -w or guest_record(); NULL: there is none. */
const char *guest_recording(const struct guest *guest);
/* The domain's life as libvirt tells it; gone closes the channels and keeps the rows. */
void guest_domain_event(struct guest *guest, const char *what, const char *detail, bool gone);

/* The domain of a guest that is GUEST_GONE runs again, with these channels (copied): connect anew,
 * keep what was received, and trace on if it did. 0 or -errno with a sentence in error; it stays
 * gone then. */
int guest_come_back(struct guest *guest, const struct channels *channels, char *error,
		    size_t error_size);

/* Restart a dead engine on the same channels (rows held are lost, captures are not). */
int guest_restart_engine(struct guest *guest, char *error, size_t error_size);
bool guest_engine_alive(const struct guest *guest);
pid_t guest_engine_pid(const struct guest *guest); /* -1 when dead */

/* Requests to the engine; -EAGAIN: ask again later, -EPIPE: it is dead. */
int guest_request_view(struct guest *guest, const struct engine_view *view, uint32_t *serial);
int guest_request_pull(struct guest *guest, const struct engine_pull *pull, uint32_t *serial);
int guest_request_stats(struct guest *guest);
int guest_request_counts(struct guest *guest);
int guest_request_find(struct guest *guest, const struct engine_find *find, uint32_t *serial);
int guest_request_search(struct guest *guest, const struct engine_search *search, uint32_t *serial);
int guest_request_try(struct guest *guest, const struct engine_filter *filter, uint32_t *serial);
int guest_request_sift(struct guest *guest, uint32_t *serial);
int guest_request_words(struct guest *guest, const struct engine_words *words, uint32_t *serial);
/* Show what filter lets pass, also after a restart of the engine. ENGINE_FILTER_REPLY comes as a
 * packet, also whenever formats come; what the engine refuses leaves the last one in force. */
int guest_set_filter(struct guest *guest, const struct engine_filter *filter);
int guest_request_detail(struct guest *guest, const struct engine_detail_request *request,
			 uint32_t *serial);
int guest_request_latency(struct guest *guest, const struct engine_latency *asked,
			  uint32_t *serial);
int guest_request_density(struct guest *guest, const struct engine_density_request *request,
			  uint32_t *serial);
int guest_clear(struct guest *guest);

#endif
