/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which column of an ENGINE_DENSITY_REPLY a place in time belongs to, and the other way round. The
 * epochs that are held lie one behind the other, and columns divide their sum evenly: an offset is
 * counted from the oldest epoch's first time, in units of the clock. The engine fills the columns
 * by this and the console reads them by it, so that both mean the same. Called by density.c and
 * strip.c; it keeps nothing.
 */
#ifndef VTRACE_ENGINE_DENSITY_SCALE_H
#define VTRACE_ENGINE_DENSITY_SCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/engine/protocol.h"

/* All the time that is held; 0: none is. */
uint64_t density_length(const struct engine_density *density);
/* The offset at which a column begins; of the one behind the last, where all ends. */
uint64_t density_edge(const struct engine_density *density, uint32_t column);
/* The epoch and the time at an offset below density_length(). */
struct engine_position density_place(const struct engine_density *density, uint64_t offset);
/* The column of a place, by its epoch and time. False when it is not in what is held: then the
 * column is the nearest. There must be columns and epochs. */
bool density_column(const struct engine_density *density, const struct engine_position *at,
		    uint32_t *column);

#endif
