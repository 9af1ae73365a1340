// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/pool.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Of x86-64 and of arm64 with pages of 4 KiB. Elsewhere this is an alignment like any other. */
#define HUGE_PAGE ((size_t)2 * 1024 * 1024)

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14, include/uapi/asm-generic/mman-common.h */
#endif

void pool_init(struct pool *pool, size_t reserve)
{
	*pool = (struct pool){.reserve = reserve};
}

void pool_release(struct pool *pool)
{
	if (pool->base)
		munmap(pool->map, pool->map_size);
	pool_init(pool, 0);
}

/* Blocks of a sanitizer's malloc have guards around them. */
static bool reserved(struct pool *pool)
{
#ifndef VTRACE_SANITIZED
	size_t size = (pool->reserve + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	uint8_t *room;

	if (pool->base || !pool->reserve || pool->reserve > SIZE_MAX / 2)
		return pool->base;
	room = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED) {
		pool->reserve = 0;
		return false;
	}
	pool->map = room;
	pool->map_size = size + HUGE_PAGE;
	pool->base = room + (-(uintptr_t)room & (HUGE_PAGE - 1));
	/* Whole ones only, so that no more is touched than was asked for. */
	madvise(pool->base, pool->reserve & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
	return true;
#else
	(void)pool;
	return false;
#endif
}

void *pool_get(struct pool *pool, size_t size)
{
	uint8_t *block;

	if (!pool->out) {
		pool->size = size;
		pool->next = 0;
		pool->free = NULL;
	}
	if (size != pool->size || size < sizeof(void *) || !reserved(pool))
		return malloc(size);
	if (pool->free) {
		block = pool->free;
		pool->free = *(void **)block;
	} else if (pool->reserve - pool->next >= size) {
		block = pool->base + pool->next;
		pool->next += size;
		/* All at once costs less than a fault for each page; it may fail as it likes. */
		madvise(block, size, MADV_POPULATE_WRITE);
	} else {
		return malloc(size);
	}
	pool->out++;
	return block;
}

void pool_put(struct pool *pool, void *block)
{
	uint8_t *bytes = block;

	if (!pool->base || bytes < pool->base || bytes >= pool->base + pool->reserve) {
		free(block);
		return;
	}
	*(void **)block = pool->free;
	pool->free = block;
	pool->out--;
}
