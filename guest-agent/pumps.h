/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pumps of all CPUs as one: started where there is a port, ordered together, summed up. Called
 * by the control loop, which is the only one to call. It knows no line of the control port.
 */
#ifndef VTRACE_AGENT_PUMPS_H
#define VTRACE_AGENT_PUMPS_H

#include <pthread.h>
#include <stdbool.h>

#include "guest-agent/cpus.h"
#include "guest-agent/pump.h"
#include "guest-agent/tracefs.h"

struct pumps {
	const struct tracefs *tracefs;
	const struct cpus *cpus;
	size_t pipe_size;
	bool to_stdout;	      /* all pages to standard output instead of the ports */
	int report;	      /* eventfd of the control loop, the caller's */
	unsigned epoch;	      /* of the last order */
	unsigned syncs;	      /* requests to sync, ever */
	unsigned subbuf_size; /* bytes */
	unsigned started;     /* pumps, ever */
	bool rings_closed;
	bool released;
	pthread_mutex_t stdout_lock;
	struct pump *pump[VTRACE_MAX_CPUS];	  /* NULL: no such CPU, or it has no port */
	struct pump_status told[VTRACE_MAX_CPUS]; /* what pumps_news() told */
};

/* Start from: tracefs, cpus, pipe_size, to_stdout and report set, all else zero. 0 or -errno. */
int pumps_init(struct pumps *pumps);

/* While stopped: close all rings, until pumps_refresh() opens them. */
void pumps_close_rings(struct pumps *pumps);

/* While stopped: follow a changed sub-buffer size, let go of ports that are gone, start a pump for
 * every CPU whose port has come. Returns how many pumps there are now, or -errno. */
int pumps_refresh(struct pumps *pumps);

/* Possible CPUs without a pump. */
unsigned pumps_missing(const struct pumps *pumps);

/* Give all pumps one order. */
void pumps_order(struct pumps *pumps, enum pump_phase phase);

/* Whether the last order, one to drain, is carried out by all. */
bool pumps_drained(const struct pumps *pumps);

/* Send what was written until now, see pump_sync(); and whether the last such request is carried
 * out by all. */
void pumps_sync(struct pumps *pumps);
bool pumps_synced(const struct pumps *pumps);

/* Counters of one CPU's pump, zeroes if it has none; pumps_sum() adds up those of all. */
void pumps_status(const struct pumps *pumps, unsigned cpu, struct pump_status *status);
void pumps_sum(const struct pumps *pumps, struct pump_status *sum);

/* Call fn with a sentence for everything that changed since the last call and that somebody at the
 * control port should know: a CPU offline, bytes lost, a port gone. */
void pumps_news(struct pumps *pumps, void (*fn)(void *data, const char *text), void *data);

/* -errno of the shared standard output when it is gone, or 0. */
int pumps_stdout_error(const struct pumps *pumps);

/* Let all threads leave and free them. -ETIMEDOUT: one hangs in the kernel; the process can only
 * exit then. Does nothing the second time. */
int pumps_release(struct pumps *pumps);

#endif
