/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What pairs of one kind took, key by key: how often, how long in all and at most, and how that
 * is spread. Used by latency_pairs.c, which says what a key is, and latency_reply.c. Bounded: when
 * there is no room for another key, one of those with the smallest maxima is given up, and what it
 * held goes into the sum of others. So the longest stay, and no pair is lost from the sums.
 */
#ifndef VTRACE_ENGINE_LATENCY_KEYS_H
#define VTRACE_ENGINE_LATENCY_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/engine/histogram.h"
#include "tui/engine/protocol.h"

/* A pair that is whole. */
struct latency_pair {
	uint64_t took;		   /* in units of the trace clock, of hrtimers ns */
	uint64_t began;		   /* time of the first event */
	struct engine_position at; /* the row of the second */
	int32_t pid;		   /* of the second event's task */
};

struct latency_sum {
	uint64_t count, total;
	struct latency_pair worst; /* the first of those that took longest */
	struct histogram histogram;
};

struct latency_key {
	uint64_t number;
	uint32_t next; /* in the chain of its hash: index + 1; 0: none */
	char name[ENGINE_LATENCY_NAME_MAX];
	uint64_t rank; /* for latency_reply.c: what it is ordered by, the largest first */
	struct latency_sum sum;
};

struct latency_keys {
	uint32_t *buckets; /* LATENCY_KEYS: the first of each hash, as next */
	struct latency_key *keys;
	uint32_t used, hand;
	struct latency_sum all;	   /* of all pairs */
	struct latency_sum others; /* of those whose keys were given up */
	uint64_t given;		   /* keys that were */
};

/* All zero before the first time; keys are forgotten, their memory is kept. 0 or -ENOMEM; release
 * takes what init left. Untouched parts cost no memory. */
int latency_keys_init(struct latency_keys *keys);
void latency_keys_release(struct latency_keys *keys);

/* The key of that number, made if there is none: then *fresh, and its name is "". Valid until the
 * next call. */
struct latency_key *latency_keys_get(struct latency_keys *keys, uint64_t number, bool *fresh);
/* Count a pair of that key. */
void latency_keys_add(struct latency_keys *keys, struct latency_key *key,
		      const struct latency_pair *pair);
/* The sum of a key, of ENGINE_LATENCY_ALL or _OTHERS; NULL: there is none. */
const struct latency_sum *latency_keys_sum(const struct latency_keys *keys, uint64_t number);

#endif
