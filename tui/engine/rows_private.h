/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of rows, shared by the files that make it up and by nobody else: rows.c makes rows of
 * places and answers pulls and finds, rows_view.c answers views, rows_detail.c details.
 */
#ifndef VTRACE_ENGINE_ROWS_PRIVATE_H
#define VTRACE_ENGINE_ROWS_PRIVATE_H

#include "tui/engine/rows.h"

/* Of a packet, header not counted. */
#define ROWS_PAYLOAD_MAX (ENGINE_PACKET_MAX - sizeof(struct engine_header))

static inline struct engine_rows *rows_header(struct rows *rows)
{
	return (struct engine_rows *)rows->packet;
}

static inline bool rows_has(const uint8_t *cpus, unsigned cpu)
{
	return (cpus[cpu / 8] >> (cpu % 8)) & 1;
}

/* Lost events, or bytes of a gap. */
static inline uint64_t rows_count_of(const struct place *place)
{
	return place->lost || place->entry->kind == ENTRY_GAP ? place->entry->count : 0;
}

/* An answer of no rows yet. */
void rows_clear(struct rows *rows);
/* False when the packet is full. */
bool rows_append(struct rows *rows, const struct place *place);
/* The job of an event's row. */
void rows_make_job(const struct rows *rows, const struct place *place, struct print_job *job);
/* Answer view by giving its rows, from the first on, to take, which says false when that was
 * enough. 0 or -errno. */
typedef bool rows_take_fn(struct rows *rows, const struct place *place);
int rows_cut(struct rows *rows, const struct engine_view *view, rows_take_fn *take);
/* A timeline over these CPUs, of what is shown. 0 or -ENOMEM. */
int rows_begin(struct rows *rows, const uint8_t *cpus);
/* Does the timeline stand where one of the CPUs' files is not indexed any further? And where this
 * one's is not? It may bring an older row than the one that is next. */
bool rows_indexing_ahead(const struct rows *rows, const uint8_t *cpus);
bool rows_indexing_at(const struct rows *rows, unsigned cpu);
/* Must a row wait for older ones of other CPUs? now is ms, CLOCK_MONOTONIC. */
bool rows_unsettled(const struct rows *rows, uint32_t cpu, const struct entry *entry, uint64_t now);
/* The formats that a page's events are of; NULL: none are loaded. */
const struct formats *rows_formats_of(const struct rows *rows, const struct entry *entry);

#endif
