/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of batch, shared by the files that make it up and by nobody else: batch.c goes from
 * phase to phase, batch_pull.c asks the engine for lines and prints them.
 */
#ifndef VTRACE_BATCH_PRIVATE_H
#define VTRACE_BATCH_PRIVATE_H

#include "tui/batch.h"
#include "tui/batch_lines.h"
#include "tui/batch_summary.h"
#include "tui/guest/guest.h"
#include "tui/start_orders.h"

#define NO_ANSWER_MS 10000 /* of the engine to the last requests */

enum phase {
	PHASE_OPENING,	/* until the agent has answered and the formats are there */
	PHASE_ORDERING, /* until the guest is set as the command line wants it */
	PHASE_BEFORE,	/* the guest's counters before the start */
	PHASE_STARTING, /* until the guest traces */
	PHASE_RUNNING,
	PHASE_STOPPING,	 /* until the agent has flushed */
	PHASE_DRYING,	 /* until the channels have run dry */
	PHASE_LAST,	 /* every row that is still held */
	PHASE_AFTER,	 /* the guest's counters and the engine's */
	PHASE_RESTORING, /* until the agent has put back what was set */
	PHASE_DONE,
};

struct batch {
	const struct options *options;
	struct guest *guest;
	struct domains *domains;
	struct lines lines;
	struct summary summary;
	enum phase phase;
	struct start_orders orders;
	bool ordered;	   /* all of them are carried out */
	bool filter_again; /* the filter named what was not there before them */
	bool filter_asked; /* and is being tried again */
	int signal_fd;
	int signal_watch;
	int pull_timer;
	int phase_timer;    /* the end of the phase when nothing else ends it */
	bool started;	    /* guest_start() was called */
	bool attached;	    /* tracing was started by somebody else, and is theirs to stop */
	unsigned pulling;   /* requests on the way */
	bool last;	    /* it is one for all that is there */
	bool mute;	    /* nothing is printed any more */
	bool ticks;	    /* the clock counts something else than nanoseconds */
	bool got_after;	    /* the guest's counters after the end, or that there are none */
	bool got_engine;    /* the engine's counters */
	bool got_counts;    /* its counts of events and tasks */
	bool rest_known;    /* the first answer to such a request came */
	uint64_t rest;	    /* rows that are to be printed from then on */
	int64_t denied;	    /* CLOCK_MONOTONIC ms; since then the engine has no memory; 0: it has */
	bool all_taken;	    /* the answer to the last such request came */
	uint64_t held;	    /* rows in the engine's store when it was looked last */
	int64_t held_since; /* CLOCK_MONOTONIC ms; that has not changed since */
	int status;
};

/* ---- batch.c ---- */

/* Take the next steps that the state of things allows. */
void batch_advance(struct batch *batch);
void batch_enter(struct batch *batch, enum phase phase, int timeout_ms);
/* The end of the tracing, asked for by somebody or come by itself. */
void batch_finish(struct batch *batch);
/* Tell it, and end with a failure's status. */
void batch_fail(struct batch *batch, const char *text);
int64_t batch_now_ms(void); /* CLOCK_MONOTONIC */

/* ---- batch_pull.c ---- */

/* Ask for the next lines; false when that is not possible now. */
bool batch_pull(struct batch *batch);
void batch_pull_again(void *data); /* the same for a timer; data is the batch */
/* ENGINE_LINES. */
void batch_lines_came(struct batch *batch, const struct engine_packet *packet);
/* ENGINE_NO_ANSWER. */
void batch_lines_denied(struct batch *batch);

#endif
