/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows of files from where they are not indexed yet: a moment after a large capture was opened
 * somebody wants to see its end, or a time. For each such request some pages around the place are
 * read from each file, found by page_search.h, and become streams of a few rows, over which a
 * timeline stands as over those of the index. Called by rows.c. Nothing of it outlives the request,
 * and it neither counts nor learns anything: the index does so when it gets there.
 *
 * How many rows come before is not known there, so that rows have names of another kind
 * (ENGINE_ROW_AHEAD): the page in its file, and the number on the page. Once the index has the
 * page, a name is turned into the row's number.
 */
#ifndef VTRACE_ENGINE_AHEAD_H
#define VTRACE_ENGINE_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/engine/stream.h"
#include "tui/engine/timeline.h"

/* Pages of one file around the place. */
struct ahead_window {
	struct stream *stream; /* NULL: the index is asked, it has all of the file */
	bool oldest;	       /* it begins where the file does */
	bool newest;	       /* it ends there */
	uint64_t behind;       /* pages of the file behind it */
};

struct ahead {
	struct stream_shared shared; /* of the windows: a store of their own */
	struct stream *const *indexed;
	struct stream *streams[VTRACE_MAX_CPUS]; /* of windows, or those indexed */
	struct ahead_window windows[VTRACE_MAX_CPUS];
	struct timeline timeline; /* over all of them, at its beginning */
	uint8_t *page;
};

/* Is the stream a file that is not read to its end? */
static inline bool ahead_possible(const struct stream *stream)
{
	return stream && stream->file && stream->stats.state == ENGINE_CHANNEL_OPEN;
}

/* Give a row that has a name its number. False when the index does not have it yet. */
bool ahead_settle(struct stream *const *streams, struct engine_position *at);

/* The times of the first and the last event of a stream, of a file whole as far as its ends tell,
 * of others in the newest epoch that is held: *epoch. page is room for one. False: there is none.
 */
bool ahead_span(const struct stream *stream, const struct stream_shared *shared, uint8_t *page,
		uint64_t *first, uint64_t *last, uint32_t *epoch);

/* at->row millionths of the way from the first time held to the last one become a time. */
void ahead_share(struct stream *const *streams, const struct stream_shared *shared,
		 struct engine_position *at);

/*
 * Windows of so many rows at least to each side of where view begins, in the files of its CPUs,
 * unless that takes too long: then they end where their file does not. view->at is changed to what
 * the timeline calls it. The streams stay as they are until ahead_close(). 0 or -ENOMEM.
 */
int ahead_open(struct ahead **ahead, struct stream *const *streams,
	       const struct stream_shared *shared, struct engine_view *view, uint64_t rows);
void ahead_close(struct ahead *ahead); /* takes NULL */

/* What others than its timeline call a row. */
void ahead_name(const struct ahead *ahead, struct engine_position *at);
/* Whether no file has anything before its window. */
bool ahead_oldest(const struct ahead *ahead);
/* Whether a stream of the timeline stands where its window ends, but the file goes on. */
bool ahead_cut(const struct ahead *ahead);
/* Rows after where the timeline stands, as many as there may be; *about is set when that is only
 * an estimate. */
uint64_t ahead_newer(const struct ahead *ahead, bool *about);

#endif
