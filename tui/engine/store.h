/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pages held, in bounded memory. A store is shared by the streams of one guest; each stream
 * has its own history, a row of chunks of pages with one small index entry a page. When the
 * memory is used up, the chunk whose first page came longest ago is given to the stream that
 * needs one, whoever had it, so that all CPUs' histories reach about as far back. Called by
 * streams (append) and cursors (look up). It never decodes a record.
 *
 * A channel is read into the room behind the newest page (history_tail()), where its pages then
 * stay. Pages of a capture stay in their file: their chunks hold entries and no data.
 */
#ifndef VTRACE_ENGINE_STORE_H
#define VTRACE_ENGINE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/engine/page_file.h"
#include "tui/engine/pool.h"

enum entry_kind {
	ENTRY_PAGE, /* a good page: its events, and a row for lost ones before them */
	ENTRY_BAD,  /* a page that failed validation: one row */
	ENTRY_GAP,  /* bytes that were no page: one row, no data */
	ENTRY_NOTE, /* what happened here: one row, no data */
};

#define ENTRY_LOST   1 /* events were lost before this page */
#define ENTRY_PAUSED 2 /* tracing was off before this page */

/* What is known of a page. Rows and times never run backwards within an epoch. */
struct entry {
	uint64_t first_row; /* number of its first row in its stream */
	uint64_t first_ts;
	uint64_t last_ts;
	uint64_t count;	  /* lost events (0 with ENTRY_LOST: unknown), bytes of a gap, or the number
			   * of   a note */
	uint64_t arrival; /* ms, CLOCK_MONOTONIC */
	uint32_t events;
	uint32_t epoch;
	uint32_t formats; /* number of the formats set that its events are decoded with, maybe yet
			   * to come */
	uint32_t filter;  /* serial of the filter that shown is of; 0: none yet */
	uint32_t shown;	  /* rows that the filter shows */
	uint32_t losses;  /* of the history's rows before first_row, those of lost events; wraps */
	uint32_t breaks;  /* likewise, those of bad pages, gaps and notes */
	uint8_t kind;	  /* enum entry_kind */
	uint8_t flags;
	uint8_t fault; /* enum page_fault of ENTRY_BAD */
};

static inline uint64_t entry_rows(const struct entry *entry)
{
	return entry->kind == ENTRY_PAGE ? entry->events + (entry->flags & ENTRY_LOST) : 1;
}

/* Does it have a page's bytes? */
static inline bool entry_has_page(const struct entry *entry)
{
	return entry->kind == ENTRY_PAGE || entry->kind == ENTRY_BAD;
}

struct chunk;

struct store {
	uint64_t limit;	 /* bytes */
	uint64_t used;	 /* bytes of all chunks: pages and index */
	uint64_t serial; /* next chunk's: tells which is the oldest */
	uint32_t filter; /* serial of the filter that these two are of */
	uint64_t seen;	 /* rows held on pages that it has looked at */
	uint64_t shown;	 /* of these, rows that it shows */
	struct history *histories;
	struct pool pool;
};

/* One stream's pages. Page numbers count from 0 since the engine started. */
struct history {
	struct store *store;
	struct history *next;
	struct chunk **chunks; /* oldest first, all but the last one full */
	size_t chunk_count;
	size_t chunk_room;
	uint32_t page_size; /* bytes of a page in a chunk */
	uint32_t chunk_pages;
	const struct page_file *file; /* where pages stay, the caller's; NULL: in memory */
	uint64_t first_row;	      /* oldest row held */
	uint64_t next_row;
	uint32_t losses; /* of the rows before next_row, see struct entry */
	uint32_t breaks;
	uint64_t next_page;
	bool pinned;	  /* the tail is not to be taken: it is being read into */
	size_t pending;	  /* bytes in the tail that are no page yet */
	uint8_t *evicted; /* those that were, when the tail was needed elsewhere */
};

void store_init(struct store *store, uint64_t limit);
/* Histories are released by their owners first. */
void store_release(struct store *store);
void history_init(struct history *history, struct store *store, uint32_t page_size,
		  const struct page_file *file);
void history_release(struct history *history);
/* Forget all pages; row and page numbers go on. */
void history_clear(struct history *history);
/* The same, and take pages of another size from now on. */
void history_resize(struct history *history, uint32_t page_size);

/* Bytes of a chunk's pages: no tail is larger. */
size_t history_chunk_size(const struct history *history);
/*
 * The place of the next page and *room bytes for it and those after it, of which the first pending
 * ones are in use: the caller says how many with history_pend(). They keep their place until the
 * next append or until the chunk is taken away, by a clear or for another history: then nothing is
 * pending any more, and the bytes are in evicted, a history_buffer() which the caller takes before
 * it goes on; NULL when there was no memory. NULL without memory; not for a file.
 */
uint8_t *history_tail(struct history *history, size_t *room);
static inline void history_pend(struct history *history, size_t bytes)
{
	history->pending = bytes;
}
/* Where size bytes (of a chunk at most) behind the pending ones are going to be read to, as far as
 * it is known; else NULL. To be prefetched, no more: it may be the place of anybody's page. */
const uint8_t *history_ahead(const struct history *history, size_t size);
/* A buffer of that size beside the chunks, counted as they are; NULL without memory. */
uint8_t *history_buffer(struct history *history);
void history_buffer_free(struct history *history, uint8_t *buffer);
/* Give a tail back that holds no page, and forget what is pending. */
void history_drop_tail(struct history *history);

/*
 * Append an entry; its first_row, losses and breaks are set here. page (page_size bytes) is copied
 * unless it lies in its place in the tail, NULL for a gap; of a file's pages only offset (bytes in
 * it) is kept. 0, or -ENOMEM: then this page and all of the history's older ones are forgotten, and
 * its rows are numbered as if they had been.
 */
int history_append(struct history *history, const struct entry *entry, const void *page,
		   uint64_t offset);

/* Where a row is: the entry that holds it, or NULL when the row is not held. *page gets the
 * page's number. Valid until the next append to any history of the store. */
const struct entry *history_find_row(const struct history *history, uint64_t row, uint64_t *page);
/* The first entry whose last row is not before (epoch, ts), or NULL when there is none. */
const struct entry *history_find_time(const struct history *history, uint32_t epoch, uint64_t ts);
/* The number of that entry, or of the next one to come when there is none. It must not be before
 * from, a number between the first page held and the next one; near it, it is found sooner. */
uint64_t history_page_at(const struct history *history, uint64_t from, uint32_t epoch, uint64_t ts);

/* Note what the filter with that serial shows of a page, which must be held. */
void history_note_shown(struct history *history, uint64_t page, uint32_t filter, uint32_t shown);
/* Pages from that row's on, as far as they are held, are decoded with this formats set. */
void history_set_formats(struct history *history, uint64_t row, uint32_t formats);

/* Numbers of the pages held: *first up to, not including, *end. */
void history_pages(const struct history *history, uint64_t *first, uint64_t *end);
/* An entry by number, which must be held. */
const struct entry *history_entry(const struct history *history, uint64_t page);
/* Where in its file a page, which must be held, or a gap is: bytes. */
uint64_t history_offset(const struct history *history, uint64_t page);
/* Of a file: the first entry that is not before offset, and the page's number; NULL when there is
 * none yet. */
const struct entry *history_find_offset(const struct history *history, uint64_t offset,
					uint64_t *page);

/* A page's bytes, in memory or read into buffer (page_size bytes); NULL when the file cannot be
 * read there any more, or for a gap. */
const uint8_t *history_page(const struct history *history, uint64_t page, uint8_t *buffer);

/* The same of a file's pages, more at a time: those from page on that lie behind each other, as
 * many as fit room bytes. Returns how many were read; 0 where history_page() is to be asked. */
uint32_t history_file_pages(const struct history *history, uint64_t page, uint8_t *buffer,
			    size_t room);

#endif
