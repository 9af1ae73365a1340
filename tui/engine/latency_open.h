/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pairs of events of which the first has been seen and the second has not: by a number that both
 * have, a pid, an irq, the address of a timer. Used by latency_pairs.c. Bounded: of more than
 * OPEN_PAIRS the oldest is given up, and counted.
 *
 * Each is of a domain, which is all CPUs or one of them: when events of a domain may be missing, it
 * is broken, and all that are open in it are no more. That costs nothing for each of them, so that
 * a guest that loses events on every page gains nothing.
 */
#ifndef VTRACE_ENGINE_LATENCY_OPEN_H
#define VTRACE_ENGINE_LATENCY_OPEN_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/names.h"

#define OPEN_DOMAINS (VTRACE_MAX_CPUS + 1) /* each CPU, and all of them */
#define OPEN_ALL     VTRACE_MAX_CPUS

struct open_pair {
	uint64_t number;
	uint64_t ts;
	uint64_t value; /* whatever is to be kept of the first event */
	uint32_t domain;
	uint32_t life; /* that of its domain when it was opened */
	uint32_t next; /* in the chain of its hash, or of free ones: index + 1; 0: none */
};

struct open_pairs {
	uint32_t *buckets; /* OPEN_PAIRS: the first of each hash, as next */
	struct open_pair *pairs;
	uint32_t used;	/* that were ever in use */
	uint32_t free;	/* chain of those that are no more, likewise */
	uint32_t hand;	/* the next to be given up */
	uint64_t given; /* that were */
	struct {
		uint32_t life; /* another one after each break */
		uint32_t open;
	} domains[OPEN_DOMAINS];
};

/* All zero before the first time; what was open is forgotten, its memory is kept. 0 or -ENOMEM;
 * release takes what init left. Untouched parts cost no memory. */
int open_pairs_init(struct open_pairs *open);
void open_pairs_release(struct open_pairs *open);

/* Open one, in the place of what was open by that number in that domain. False: nothing was. */
bool open_pairs_put(struct open_pairs *open, uint64_t number, uint32_t domain, uint64_t ts,
		    uint64_t value);
/* Look at one; NULL: it is not open. Valid until the next call. */
const struct open_pair *open_pairs_find(const struct open_pairs *open, uint64_t number,
					uint32_t domain);
/* Close one, *pair gets it. False: it was not open. */
bool open_pairs_take(struct open_pairs *open, uint64_t number, uint32_t domain,
		     struct open_pair *pair);
/* Events are missing there. Returns how many were open. */
uint32_t open_pairs_break(struct open_pairs *open, uint32_t domain);
/* How many are open in all. */
uint64_t open_pairs_count(const struct open_pairs *open);

#endif
