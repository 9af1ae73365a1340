/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers to ENGINE_LATENCY: the rows held are looked at in the order of time, each once, a few
 * milliseconds an answer, and latency_pairs.c makes pairs of them. Where events may be missing it
 * is told so, before it sees what comes after:
 * - before a page that says that events were lost, from the last event before it on, as no page
 *   tells when they were;
 * - likewise at gaps, at pages that are not valid, or can't be read from their file any more;
 * - where rows were overwritten before they were looked at, where tracing was off for a while, and
 *   where a clock started again.
 * Live rows wait until no other CPU can still bring older ones, as in a pull (rows.h); what comes
 * later than that makes no pair with other CPUs' events.
 *
 * Used by the server. Memory: nothing until it is first asked; then some 11 MiB for each kind at
 * most, however many tasks a guest has.
 */
#ifndef VTRACE_ENGINE_LATENCY_H
#define VTRACE_ENGINE_LATENCY_H

#include "tui/engine/latency_pairs.h"
#include "tui/engine/rows.h"

#define LATENCY_SLICE_MS 4 /* that an answer takes */

/* All zero is a valid start. */
struct latency {
	bool on; /* pairs are made since some answer */
	struct latency_pairs pairs;
	struct latency_events *events[FORMATS_SETS]; /* by number of formats, modulo */
	uint64_t next[VTRACE_MAX_CPUS];		     /* row of each stream to look at next */
	bool blind[VTRACE_MAX_CPUS];		     /* events of it are missing now */
	bool missed[VTRACE_MAX_CPUS];		     /* as they were overwritten */
	uint32_t epoch;
	uint64_t ts; /* of the newest row that was looked at, in that epoch */
	uint64_t looked, skipped;
	/* The answer in the making. */
	const struct latency_key *sorted[LATENCY_KEYS];
	struct {
		struct engine_latency_reply head;
		struct engine_latency_key keys[ENGINE_LATENCY_KEYS_MAX + 2];
	} reply;
};

void latency_release(struct latency *latency);
/* Forget all pairs, and begin with the oldest row held when asked again. */
void latency_restart(struct latency *latency);
/* Look on, and fill latency->reply. now is ms, CLOCK_MONOTONIC. *length gets its bytes. 0 or
 * -ENOMEM. */
int latency_answer(struct latency *latency, struct rows *rows, const struct engine_latency *asked,
		   uint64_t now, size_t *length);

/* The events of those formats; NULL: there are no formats, or there is no memory. */
const struct latency_events *latency_events_of(struct latency *latency,
					       const struct formats *formats);

/* ---- latency_reply.c ---- */

/* What pairs of that kind took, by what is known now. Returns the bytes of the reply. */
size_t latency_fill(struct latency *latency, const struct rows *rows,
		    const struct engine_latency *asked);

#endif
