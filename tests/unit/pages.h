/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes ring-buffer sub-buffers by hand, byte by byte, for tests: good ones and broken ones.
 * Layout: Linux, kernel/trace/ring_buffer.c. Not a second implementation of the walker: it only
 * writes what it is told.
 */
#ifndef VTRACE_TESTS_PAGES_H
#define VTRACE_TESTS_PAGES_H

#include <stdint.h>
#include <string.h>

#include "tui/engine/page.h"

struct page_maker {
	struct page_geometry geometry;
	uint8_t *page;	 /* geometry.size bytes */
	uint32_t length; /* data so far */
};

static inline void put_bytes(const struct page_geometry *geometry, uint8_t *at, uint64_t value,
			     unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[geometry->big_endian ? bytes - 1 - i : i] = (uint8_t)(value >> (8 * i));
}

static inline void make_commit(struct page_maker *maker, uint64_t commit)
{
	put_bytes(&maker->geometry, maker->page + 8, commit, maker->geometry.long_size);
}

static inline void make_page(struct page_maker *maker, uint64_t ts)
{
	memset(maker->page, 0, maker->geometry.size);
	put_bytes(&maker->geometry, maker->page, ts, 8);
	maker->length = 0;
	make_commit(maker, 0);
}

static inline uint8_t *make_words(struct page_maker *maker, unsigned words)
{
	uint8_t *at = maker->page + page_header_size(&maker->geometry) + maker->length;

	maker->length += words * 4;
	make_commit(maker, maker->length);
	return at;
}

/* A record header: type_len and time_delta, packed as the guest's bit fields are. */
static inline void put_head(struct page_maker *maker, uint8_t *at, unsigned type, uint32_t delta)
{
	put_bytes(&maker->geometry, at,
		  maker->geometry.big_endian ? (uint64_t)type << 27 | delta
					     : (uint64_t)delta << 5 | type,
		  4);
}

/* A record of words data words (1 to 28) that all hold fill. */
static inline void make_event(struct page_maker *maker, uint32_t delta, unsigned words,
			      uint8_t fill)
{
	uint8_t *at = make_words(maker, 1 + words);

	put_head(maker, at, words, delta);
	memset(at + 4, fill, words * 4);
}

/* A record whose length is in its first word, which counts itself; size is a multiple of 4. */
static inline void make_long_event(struct page_maker *maker, uint32_t delta, uint32_t size,
				   uint8_t fill)
{
	uint8_t *at = make_words(maker, 2 + size / 4);

	put_head(maker, at, 0, delta);
	put_bytes(&maker->geometry, at + 4, size + 4, 4);
	memset(at + 8, fill, size);
}

/* Types 29 to 31: a header and a word. */
static inline void make_special(struct page_maker *maker, unsigned type, uint32_t delta,
				uint32_t word)
{
	uint8_t *at = make_words(maker, 2);

	put_head(maker, at, type, delta);
	put_bytes(&maker->geometry, at + 4, word, 4);
}

/* Say that count events were lost before the page; 0: without saying how many. As the kernel does
 * it: RB_MISSED_EVENTS is the int 1 << 31, so the sum has all upper bits of a long set. */
static inline void make_lost(struct page_maker *maker, uint64_t count)
{
	uint8_t *at = maker->page + page_header_size(&maker->geometry) + maker->length;

	if (count)
		put_bytes(&maker->geometry, at, count, maker->geometry.long_size);
	make_commit(maker, maker->length + (uint64_t)INT32_MIN + (count ? PAGE_COMMIT_STORED : 0));
}

#endif
