/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory for pages: blocks of one size out of one reservation, which lies on huge pages where the
 * kernel has them, since the first touch of a page of 4 KiB costs more than reading it from a
 * channel. Called by the store, which counts what it takes; a pool has no limit but its
 * reservation. What was touched once stays the process's and is given out again first.
 */
#ifndef VTRACE_ENGINE_POOL_H
#define VTRACE_ENGINE_POOL_H

#include <stddef.h>
#include <stdint.h>

struct pool {
	size_t reserve; /* bytes to reserve, when the first block is taken */
	uint8_t *base;	/* of the first block; NULL: not reserved yet */
	void *map;	/* around it */
	size_t map_size;
	size_t size; /* of a block, bytes */
	size_t next; /* offset of the first block that was never taken */
	size_t out;  /* blocks that are taken */
	void *free;  /* those given back, each pointing to the next */
};

/* Blocks of reserve bytes in all will be asked for at most. */
void pool_init(struct pool *pool, size_t reserve);
void pool_release(struct pool *pool);

/* A block, not zeroed. Of another size than the blocks that are out, or beyond the reservation, it
 * is malloc(3)ed. NULL without memory. */
void *pool_get(struct pool *pool, size_t size);
void pool_put(struct pool *pool, void *block);

#endif
