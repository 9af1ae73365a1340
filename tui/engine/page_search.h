/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a time is in a file of pages that nobody has indexed: pages have one size, so that any of
 * them can be looked at, and their times rise. Used by ahead.c. It reads some tens of pages however
 * many there are, and believes nothing of a page that fails validation: such pages, and those
 * without events, are passed over, and a neighbour is asked instead.
 */
#ifndef VTRACE_ENGINE_PAGE_SEARCH_H
#define VTRACE_ENGINE_PAGE_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/engine/dat_clock.h"
#include "tui/engine/page.h"
#include "tui/engine/page_file.h"

struct page_search {
	const struct page_file *file;
	const struct page_geometry *geometry;
	const struct dat_clock *clock; /* that changes times, or NULL */
	uint32_t cpu;		       /* for the clock */
	uint64_t pages;		       /* of the file, to be searched */
	uint8_t *page;		       /* room for one */
};

/*
 * The page with the first event that is not before ts; behind the last page when there is none.
 * Where times do not rise, or where so much of the file is damaged that it can't be told, some
 * page of it.
 */
uint64_t page_search_time(const struct page_search *search, uint64_t ts);
/* The first and the last time in the file, as far as some pages from its ends tell them. False when
 * they do not. */
bool page_search_span(const struct page_search *search, uint64_t *first, uint64_t *last);

#endif
