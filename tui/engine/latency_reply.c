// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/latency.h"

/* ---- orders ---- */

static uint64_t rank_of(const struct latency_sum *sum, uint32_t order)
{
	switch (order) {
	case ENGINE_LATENCY_BY_P99:
		return histogram_share(&sum->histogram, 990);
	case ENGINE_LATENCY_BY_COUNT:
		return sum->count;
	case ENGINE_LATENCY_BY_TOTAL:
		return sum->total;
	default:
		return sum->worst.took;
	}
}

static int by_rank(const void *left, const void *right)
{
	const struct latency_key *a = *(const struct latency_key *const *)left;
	const struct latency_key *b = *(const struct latency_key *const *)right;

	if (a->rank != b->rank)
		return a->rank < b->rank ? 1 : -1;
	if (a->sum.worst.took != b->sum.worst.took)
		return a->sum.worst.took < b->sum.worst.took ? 1 : -1;
	return (a->number > b->number) - (a->number < b->number);
}

/* ---- keys ---- */

static void fill_key(struct engine_latency_key *key, uint64_t number, const struct latency_sum *sum,
		     const struct comms *comms)
{
	*key = (struct engine_latency_key){
		.key = number,
		.count = sum->count,
		.total = sum->total,
		.p50 = histogram_share(&sum->histogram, 500),
		.p99 = histogram_share(&sum->histogram, 990),
		.max = sum->worst.took,
		.began = sum->worst.began,
		.worst = sum->worst.at,
		.pid = sum->worst.pid,
	};
	/* A cell's middle may lie above all that is in it. */
	if (key->p99 > key->max)
		key->p99 = key->max;
	if (key->p50 > key->max)
		key->p50 = key->max;
	if (key->pid >= 0)
		snprintf(key->task, sizeof(key->task), "%s",
			 comms_find_at(comms, key->pid, &key->worst));
}

static void add_key(struct latency *latency, const struct rows *rows, const struct latency_key *key)
{
	struct engine_latency_reply *head = &latency->reply.head;
	struct engine_latency_key *entry = &latency->reply.keys[head->keys++];
	const struct comms *comms = rows->shared->comms;

	fill_key(entry, key->number, &key->sum, comms);
	if (head->kind == ENGINE_LATENCY_WAKEUP)
		snprintf(entry->name, sizeof(entry->name), "%s-%d",
			 comms_find_at(comms, entry->pid, &entry->worst), entry->pid);
	else
		/* The entry is all zeros, and what lies behind the name is not to be sent. */
		snprintf(entry->name, sizeof(entry->name), "%s", key->name);
}

static void add_sum(struct latency *latency, const struct rows *rows, uint64_t number,
		    const struct latency_sum *sum)
{
	if (sum->count)
		fill_key(&latency->reply.keys[latency->reply.head.keys++], number, sum,
			 rows->shared->comms);
}

static void add_keys(struct latency *latency, const struct rows *rows,
		     const struct latency_keys *keys, uint32_t order)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < keys->used; i++) {
		struct latency_key *key = &keys->keys[i];

		/* A handler that has begun is none that has ended. */
		if (!key->sum.count)
			continue;
		key->rank = rank_of(&key->sum, order);
		latency->sorted[count++] = key;
	}
	qsort(latency->sorted, count, sizeof(latency->sorted[0]), by_rank);
	add_sum(latency, rows, ENGINE_LATENCY_ALL, &keys->all);
	add_sum(latency, rows, ENGINE_LATENCY_OTHERS, &keys->others);
	for (uint32_t i = 0; i < count && i < ENGINE_LATENCY_KEYS_MAX; i++)
		add_key(latency, rows, latency->sorted[i]);
}

/* ---- events ---- */

/* How it stands with those of these roles: as with the best of them. */
static uint32_t state_of(const struct latency *latency, const struct latency_events *events,
			 const enum latency_role *roles, struct engine_latency_reply *head)
{
	uint32_t best = ENGINE_LATENCY_NO_FORMAT;

	for (; *roles; roles++) {
		const struct latency_role_format *role = events ? &events->roles[*roles] : NULL;
		uint32_t state = role ? role->state : ENGINE_LATENCY_NO_FORMAT;

		if (latency->pairs.seen[*roles])
			state = ENGINE_LATENCY_SEEN;
		if (state == ENGINE_LATENCY_NO_FIELD)
			snprintf(head->fault, sizeof(head->fault), "the format of %s has no %s",
				 latency_role_name(*roles), role->missing);
		if (state < best)
			best = state;
	}
	return best;
}

size_t latency_fill(struct latency *latency, const struct rows *rows,
		    const struct engine_latency *asked)
{
	const struct latency_events *events = latency_events_of(latency, rows->shared->formats);
	const struct latency_kind *kind = &latency->pairs.kinds[asked->kind];
	struct engine_latency_reply *head = &latency->reply.head;
	const struct latency_sum *sum = latency_keys_sum(&kind->keys, asked->key);

	head->kind = asked->kind;
	head->order = asked->order;
	head->key = asked->key;
	head->looked = latency->looked;
	head->skipped = latency->skipped;
	head->open = open_pairs_count(&kind->open);
	head->broken = kind->broken;
	head->unfinished = kind->unfinished;
	head->dropped = kind->open.given;
	head->given = kind->keys.given;
	head->begin = state_of(latency, events, latency_begins(asked->kind), head);
	head->end = state_of(latency, events, latency_ends(asked->kind), head);
	if (sum)
		histogram_powers(&sum->histogram, head->powers);
	add_keys(latency, rows, &kind->keys, asked->order);
	return sizeof(*head) + head->keys * sizeof(latency->reply.keys[0]);
}
