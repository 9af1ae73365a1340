/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of rows, shared by the files that make it up and by nobody else: rows.c makes rows of
 * places and answers pulls and finds, rows_view.c answers views.
 */
#ifndef VTRACE_ENGINE_ROWS_PRIVATE_H
#define VTRACE_ENGINE_ROWS_PRIVATE_H

#include "tui/engine/rows.h"

static inline struct engine_rows *rows_header(struct rows *rows)
{
	return (struct engine_rows *)rows->packet;
}

static inline bool rows_has(const uint8_t *cpus, unsigned cpu)
{
	return (cpus[cpu / 8] >> (cpu % 8)) & 1;
}

/* An answer of no rows yet. */
void rows_clear(struct rows *rows);
/* False when the packet is full. */
bool rows_append(struct rows *rows, const struct place *place);
/* A timeline over these CPUs, of what is shown. 0 or -ENOMEM. */
int rows_begin(struct rows *rows, const uint8_t *cpus);
/* Does the timeline stand where one of the CPUs' files is not indexed any further? */
bool rows_indexing_ahead(const struct rows *rows, const uint8_t *cpus);

#endif
