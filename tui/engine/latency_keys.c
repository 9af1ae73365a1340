// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/latency_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CANDIDATES 8 /* keys that are looked at for one to give up */

static void clear_sum(struct latency_sum *sum)
{
	sum->count = sum->total = 0;
	sum->worst = (struct latency_pair){0};
	histogram_init(&sum->histogram);
}

int latency_keys_init(struct latency_keys *keys)
{
	if (keys->buckets)
		memset(keys->buckets, 0, LATENCY_KEYS * sizeof(*keys->buckets));
	else
		keys->buckets = calloc(LATENCY_KEYS, sizeof(*keys->buckets));
	if (!keys->keys)
		keys->keys = calloc(LATENCY_KEYS, sizeof(*keys->keys));
	keys->used = keys->hand = 0;
	keys->given = 0;
	clear_sum(&keys->all);
	clear_sum(&keys->others);
	return keys->buckets && keys->keys ? 0 : -ENOMEM;
}

void latency_keys_release(struct latency_keys *keys)
{
	free(keys->buckets);
	free(keys->keys);
	keys->buckets = NULL;
	keys->keys = NULL;
}

static uint32_t *first_link(const struct latency_keys *keys, uint64_t number)
{
	uint64_t hash = number * UINT64_C(0x9e3779b97f4a7c15);

	return &keys->buckets[(hash >> 32) % LATENCY_KEYS];
}

/* The link that leads to the key, or to the end of its chain. */
static uint32_t *find_link(const struct latency_keys *keys, uint64_t number)
{
	uint32_t *link = first_link(keys, number);

	while (*link && keys->keys[*link - 1].number != number)
		link = &keys->keys[*link - 1].next;
	return link;
}

static void take_worst(struct latency_sum *sum, const struct latency_pair *pair)
{
	/* A sum of none has no worst, whatever its pairs took. */
	if (!sum->count || pair->took > sum->worst.took)
		sum->worst = *pair;
}

static void merge(struct latency_sum *sum, const struct latency_sum *other)
{
	if (!other->count)
		return;
	take_worst(sum, &other->worst);
	sum->count += other->count;
	sum->total += other->total;
	histogram_merge(&sum->histogram, &other->histogram);
}

static void forget(struct latency_keys *keys, uint32_t index)
{
	merge(&keys->others, &keys->keys[index].sum);
	keys->given += keys->keys[index].sum.count > 0;
	*find_link(keys, keys->keys[index].number) = keys->keys[index].next;
}

/* The same for the chain that a number belongs to. False: it has room. */
static bool give_up_of_chain(struct latency_keys *keys, uint64_t number, uint32_t *index)
{
	unsigned length = 0;

	for (uint32_t link = *first_link(keys, number); link; link = keys->keys[link - 1].next) {
		uint32_t here = link - 1;

		if (!length++ ||
		    keys->keys[here].sum.worst.took < keys->keys[*index].sum.worst.took)
			*index = here;
	}
	if (length < LATENCY_CHAIN_MAX)
		return false;
	forget(keys, *index);
	return true;
}

/* Of a few keys the one with the smallest maximum, whose sum goes to the others. */
static uint32_t give_up(struct latency_keys *keys)
{
	uint32_t least = keys->hand++ % LATENCY_KEYS;

	for (unsigned i = 1; i < CANDIDATES; i++) {
		uint32_t index = keys->hand++ % LATENCY_KEYS;

		if (keys->keys[index].sum.worst.took < keys->keys[least].sum.worst.took)
			least = index;
	}
	forget(keys, least);
	return least;
}

struct latency_key *latency_keys_get(struct latency_keys *keys, uint64_t number, bool *fresh)
{
	uint32_t link = *find_link(keys, number), index;
	struct latency_key *key;

	*fresh = !link;
	if (link)
		return &keys->keys[link - 1];
	if (!give_up_of_chain(keys, number, &index))
		index = keys->used < LATENCY_KEYS ? keys->used++ : give_up(keys);
	key = &keys->keys[index];
	key->number = number;
	key->name[0] = '\0';
	clear_sum(&key->sum);
	key->next = 0;
	*find_link(keys, number) = index + 1;
	return key;
}

static void add(struct latency_sum *sum, const struct latency_pair *pair)
{
	take_worst(sum, pair);
	sum->count++;
	sum->total += pair->took;
	histogram_add(&sum->histogram, pair->took);
}

void latency_keys_add(struct latency_keys *keys, struct latency_key *key,
		      const struct latency_pair *pair)
{
	add(&key->sum, pair);
	add(&keys->all, pair);
}

const struct latency_sum *latency_keys_sum(const struct latency_keys *keys, uint64_t number)
{
	uint32_t link;

	if (number == ENGINE_LATENCY_ALL)
		return &keys->all;
	if (number == ENGINE_LATENCY_OTHERS)
		return &keys->others;
	link = *find_link(keys, number);
	return link ? &keys->keys[link - 1].sum : NULL;
}
