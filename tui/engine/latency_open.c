// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/latency_open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int open_pairs_init(struct open_pairs *open)
{
	uint32_t *buckets = open->buckets;
	struct open_pair *pairs = open->pairs;

	if (buckets)
		memset(buckets, 0, OPEN_PAIRS * sizeof(*buckets));
	else
		buckets = calloc(OPEN_PAIRS, sizeof(*buckets));
	if (!pairs)
		pairs = calloc(OPEN_PAIRS, sizeof(*pairs));
	*open = (struct open_pairs){.buckets = buckets, .pairs = pairs};
	return buckets && pairs ? 0 : -ENOMEM;
}

void open_pairs_release(struct open_pairs *open)
{
	free(open->buckets);
	free(open->pairs);
	*open = (struct open_pairs){0};
}

static struct open_pair *pair_at(const struct open_pairs *open, uint32_t link)
{
	return &open->pairs[link - 1];
}

static uint32_t *bucket_of(const struct open_pairs *open, uint64_t number, uint32_t domain)
{
	/* The multiplier of Fibonacci hashing; the top 16 bits are the best ones. */
	uint64_t hash = (number ^ (uint64_t)domain << 48) * UINT64_C(0x9e3779b97f4a7c15);

	return &open->buckets[hash >> 48];
}

static bool lives(const struct open_pairs *open, const struct open_pair *pair)
{
	return pair->life == open->domains[pair->domain].life;
}

/* The link to the pair, or that at the end of its chain. *length gets how long that is. */
static uint32_t *find_link(const struct open_pairs *open, uint64_t number, uint32_t domain,
			   unsigned *length)
{
	uint32_t *link = bucket_of(open, number, domain);

	for (*length = 0; *link; ++*length, link = &pair_at(open, *link)->next)
		if (pair_at(open, *link)->number == number &&
		    pair_at(open, *link)->domain == domain)
			break;
	return link;
}

/* Take the pair that link leads to out of its chain. */
static struct open_pair *unlink_pair(struct open_pairs *open, uint32_t *link)
{
	struct open_pair *pair = pair_at(open, *link);

	if (lives(open, pair))
		open->domains[pair->domain].open--;
	*link = pair->next;
	return pair;
}

static struct open_pair *give_up(struct open_pairs *open, uint32_t *link)
{
	open->given += lives(open, pair_at(open, *link));
	return unlink_pair(open, link);
}

/* The last of a chain has been there longest. */
static uint32_t *last_link(const struct open_pairs *open, uint32_t *link)
{
	while (pair_at(open, *link)->next)
		link = &pair_at(open, *link)->next;
	return link;
}

/* A pair to be used for a chain of that length, taken from somebody else if need be. */
static struct open_pair *get_pair(struct open_pairs *open, uint32_t *bucket, unsigned length)
{
	struct open_pair *pair;

	if (length >= LATENCY_CHAIN_MAX)
		return give_up(open, last_link(open, bucket));
	if (open->free) {
		pair = pair_at(open, open->free);
		open->free = pair->next;
		return pair;
	}
	if (open->used < OPEN_PAIRS)
		return &open->pairs[open->used++];
	pair = &open->pairs[open->hand++ % OPEN_PAIRS];
	return give_up(open, find_link(open, pair->number, pair->domain, &length));
}

bool open_pairs_put(struct open_pairs *open, uint64_t number, uint32_t domain, uint64_t ts,
		    uint64_t value)
{
	unsigned length;
	uint32_t *bucket, link = *find_link(open, number, domain, &length);
	struct open_pair *pair;
	bool was = link && lives(open, pair_at(open, link));

	if (link) {
		pair = pair_at(open, link);
	} else {
		bucket = bucket_of(open, number, domain);
		pair = get_pair(open, bucket, length);
		pair->next = *bucket;
		*bucket = (uint32_t)(pair - open->pairs) + 1;
	}
	pair->number = number;
	pair->domain = domain;
	pair->ts = ts;
	pair->value = value;
	pair->life = open->domains[domain].life;
	open->domains[domain].open += !was;
	return was;
}

const struct open_pair *open_pairs_find(const struct open_pairs *open, uint64_t number,
					uint32_t domain)
{
	unsigned length;
	uint32_t link = *find_link(open, number, domain, &length);

	return link && lives(open, pair_at(open, link)) ? pair_at(open, link) : NULL;
}

bool open_pairs_take(struct open_pairs *open, uint64_t number, uint32_t domain,
		     struct open_pair *pair)
{
	unsigned length;
	uint32_t *link = find_link(open, number, domain, &length), index = *link;
	bool was;

	if (!index)
		return false;
	was = lives(open, pair_at(open, index));
	*pair = *unlink_pair(open, link);
	pair_at(open, index)->next = open->free;
	open->free = index;
	return was;
}

uint32_t open_pairs_break(struct open_pairs *open, uint32_t domain)
{
	uint32_t count = open->domains[domain].open;

	/* A life that comes round again after 2^32 breaks finds none that is so old: where nothing
	 * is open, the same life goes on. */
	if (!count)
		return 0;
	open->domains[domain].open = 0;
	open->domains[domain].life++;
	return count;
}

uint64_t open_pairs_count(const struct open_pairs *open)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < OPEN_DOMAINS; i++)
		count += open->domains[i].open;
	return count;
}
