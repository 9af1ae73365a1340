/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is on one page, event by event: how many of each event id, whose they are, and where those
 * stand that somebody wants to look into. Filled by page_scan() on its way over the page, so that
 * it can be had of every page that arrives. One tally serves all streams that a thread reads, page
 * after page; sums of many are an intake's. It knows no formats.
 */
#ifndef VTRACE_ENGINE_TALLY_H
#define VTRACE_ENGINE_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/engine/page.h"

#define TALLY_IDS 65536 /* common_type has 16 bits */

struct tally_id {
	uint32_t events; /* with this id on the page */
	uint32_t wanted; /* 1: list their records; set by whoever wants them, stays set */
};

/* Events of one task in a row, up to the next run or the page's end: a page is one CPU's, so there
 * are few of these. */
struct tally_run {
	int32_t pid;	/* common_pid; -1 of records too short to have one */
	uint32_t first; /* number of its first event on the page */
};

struct tally {
	struct tally_id *by_id;	   /* TALLY_IDS */
	uint16_t *ids;		   /* those that are on the page, each once */
	struct tally_run *runs;	   /* in the page's order */
	struct page_record *found; /* the wanted ids' records, in the page's order */
	uint32_t id_count;
	uint32_t run_count;
	uint32_t found_count;
};

/* For pages of at most page_size bytes. 0 or -ENOMEM; release takes what init left. */
int tally_init(struct tally *tally, uint32_t page_size);
/* The same for another page size; what is wanted stays so. */
int tally_resize(struct tally *tally, uint32_t page_size);
void tally_release(struct tally *tally);

/* page_check() that fills the tally as well, in place of what it held. Of a page with a fault it
 * holds what came before the fault. */
enum page_fault page_scan(const struct page_geometry *geometry, const uint8_t *page,
			  struct page_summary *summary, struct tally *tally);

#endif
