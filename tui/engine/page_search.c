// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/page_search.h"

/* Neighbours of a page without times that are asked one by one, before it goes on in leaps. */
#define NEIGHBOURS 16

/* Pages looked at for one search. Where pages are sound it takes a few more than their number has
 * bits; this is for files in which they are not. */
#define LOOKS_MAX 256

/* Bytes that are read for one, but that so many pages are looked at in any case: as many as a file
 * of 16 million has to have. Neighbours of the ends are not worth that. */
#define LOOK_BYTES  (16u * 1024 * 1024)
#define LOOKS_LEAST 24
#define END_BYTES   (4u * 1024 * 1024)
#define ENDS_LEAST  2

struct look {
	const struct page_search *search;
	unsigned left; /* pages that may still be looked at */
	uint64_t page; /* the last one found to have events, and their times */
	uint64_t first_ts, last_ts;
};

static unsigned looks_for(const struct page_search *search, uint32_t bytes, unsigned least)
{
	uint32_t looks = bytes / page_file_unit(search->file, search->geometry->size);

	if (looks < least)
		return least;
	return looks < LOOKS_MAX ? looks : LOOKS_MAX;
}

/* Has the page events? Then the look has their times. */
static bool look_at(struct look *look, uint64_t page)
{
	const struct page_search *search = look->search;
	struct page_summary summary;
	uint32_t size = search->geometry->size;

	if (!look->left)
		return false;
	look->left--;
	if (!page_file_read_all(search->file, search->page, size, page * size) ||
	    page_check(search->geometry, search->page, &summary) != PAGE_GOOD || !summary.events)
		return false;
	look->page = page;
	look->first_ts = summary.first_ts;
	look->last_ts = summary.last_ts;
	if (search->clock) {
		look->first_ts = dat_clock_time(search->clock, search->cpu, summary.first_ts);
		look->last_ts = dat_clock_time(search->clock, search->cpu, summary.last_ts);
	}
	return true;
}

/* A page with events among those from low up to, not including, high: the one in the middle, or
 * one that is not far from it, or one of the ends. */
static bool look_between(struct look *look, uint64_t low, uint64_t high)
{
	uint64_t middle = low + (high - low) / 2;

	if (look_at(look, middle))
		return true;
	for (uint64_t step = 1; step <= high - middle; step += step < NEIGHBOURS ? 1 : step) {
		if (middle + step < high && look_at(look, middle + step))
			return true;
		if (step <= middle - low && look_at(look, middle - step))
			return true;
	}
	return look_at(look, high - 1) || look_at(look, low);
}

uint64_t page_search_time(const struct page_search *search, uint64_t ts)
{
	struct look look = {.search = search, .left = looks_for(search, LOOK_BYTES, LOOKS_LEAST)};
	uint64_t low = 0, high = search->pages, before_last = 0;

	/* The page before low begins before ts, that at high does not. */
	while (low < high && look_between(&look, low, high)) {
		if (look.first_ts < ts) {
			low = look.page + 1;
			before_last = look.last_ts;
		} else {
			high = look.page;
		}
	}
	/* Times of several pages may be the same, and a page's begin before and end behind. */
	return low && before_last >= ts ? low - 1 : high;
}

bool page_search_span(const struct page_search *search, uint64_t *first, uint64_t *last)
{
	struct look look = {.search = search, .left = looks_for(search, END_BYTES, ENDS_LEAST)};
	uint64_t page;

	for (page = 0; page < search->pages && !look_at(&look, page); page++)
		if (!look.left)
			return false;
	if (page == search->pages)
		return false;
	*first = *last = look.first_ts;
	look.left = looks_for(search, END_BYTES, ENDS_LEAST);
	for (page = search->pages; page && look.left; page--)
		if (look_at(&look, page - 1)) {
			*last = look.last_ts;
			break;
		}
	return true;
}
