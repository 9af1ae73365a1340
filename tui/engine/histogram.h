/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How numbers are spread, in a fixed amount of memory: each power of two is cut into 16 cells of
 * one width, numbers below 16 have a cell each. So a cell is never wider than a sixteenth of the
 * numbers in it, and its middle, which stands for all of them, is off by a thirty-second at most
 * (3.2 %). Used by latency_keys.c; it knows nothing of what it counts.
 */
#ifndef VTRACE_ENGINE_HISTOGRAM_H
#define VTRACE_ENGINE_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_PARTS 16 /* of a power of two */
#define HISTOGRAM_BITS	4  /* its logarithm */
#define HISTOGRAM_CELLS ((64 - HISTOGRAM_BITS + 1) * HISTOGRAM_PARTS)

/* All zero is an empty one, but for first: histogram_init(). */
struct histogram {
	uint16_t first, last; /* cells that are not 0 lie between these; first > last: none */
	uint32_t cells[HISTOGRAM_CELLS];
};

void histogram_init(struct histogram *histogram);
/* When a cell is full all are halved: what is read off stays true, and the newest counts more. */
void histogram_add(struct histogram *histogram, uint64_t number);
/* Add what another one holds. */
void histogram_merge(struct histogram *histogram, const struct histogram *other);
/* The number that so many thousandths of all are not above: 500 is the median. By nearest rank;
 * 0 of an empty one. */
uint64_t histogram_share(const struct histogram *histogram, unsigned thousandths);
/* How many lie in each power of two: powers[i] of those from 2^i on, 64 of them; 0 is in the first.
 */
void histogram_powers(const struct histogram *histogram, uint64_t *powers);

#endif
