/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers to ENGINE_VIEW, ENGINE_DETAIL, ENGINE_PULL and ENGINE_FIND: rows off a timeline into one
 * packet. Used by the server. It alone turns places into what the console sees, and cuts every
 * string to the protocol's limits.
 */
#ifndef VTRACE_ENGINE_ROWS_H
#define VTRACE_ENGINE_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "tui/engine/line.h"
#include "tui/engine/print.h"
#include "tui/engine/protocol.h"
#include "tui/engine/timeline.h"

/* Rows of one CPU younger than this may still be preceded by another CPU's: the agent flushes
 * a quiet CPU's page within 200 ms, the rest is for the way. Milliseconds. */
#define ROWS_SETTLE_MS 500

struct rows {
	struct stream *const *streams;
	const struct stream_shared *shared;
	const struct formats *const *formats; /* FORMATS_SETS, by number modulo */
	const uint32_t *formats_count;
	struct filter_set shown; /* what of the rows is given out */
	struct filter_set found; /* what was looked for last */
	struct timeline timeline;
	struct printer printer;
	struct line_style style; /* of pulls of text */
	char *text;		 /* ENGINE_TEXT_SLOTS of ENGINE_TEXT_SLOT bytes; the caller's */
	uint32_t slot;		 /* for the next text */
	struct out out;		 /* of a pull of text: what is left of its slot */
	uint64_t pulled[VTRACE_MAX_CPUS]; /* next row of each CPU to give out by pull */
	_Alignas(8) uint8_t packet[ENGINE_PACKET_MAX];
	size_t length;
};

/* The pointers in rows are set by the caller before. 0 or -ENOMEM. */
int rows_init(struct rows *rows);
void rows_release(struct rows *rows);

/* Fill rows->packet and rows->length with the payload of ENGINE_ROWS. 0 or -errno. */
int rows_view(struct rows *rows, const struct engine_view *view);
/* The same of ENGINE_DETAIL_REPLY. */
int rows_detail(struct rows *rows, const struct engine_detail_request *request);
/* The same, or of ENGINE_LINES for text, which needs rows->text. now is ms, CLOCK_MONOTONIC.
 * *settles becomes the time at which a row that was held back may be given out, 0 when none was. */
int rows_pull(struct rows *rows, const struct engine_pull *pull, uint64_t now, uint64_t *settles);
/* Look at further rows for the count of those shown, and tell it. */
void rows_sift(struct rows *rows, struct engine_sifted *sifted);

/* For search.c: what a view says of a row; of one that is no event in text, ROWS_OTHER_MAX bytes.
 */
#define ROWS_OTHER_MAX 128
void rows_print(struct rows *rows, const struct place *place, struct printed *printed, char *text);

/* Fill found. 0 or -errno; a filter that is refused is told in found. */
int rows_find(struct rows *rows, const struct engine_find *find, struct engine_found *found);

#endif
