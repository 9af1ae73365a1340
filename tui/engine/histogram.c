// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/histogram.h"

#include <string.h>

void histogram_init(struct histogram *histogram)
{
	memset(histogram, 0, sizeof(*histogram));
	histogram->first = HISTOGRAM_CELLS;
}

static unsigned cell_of(uint64_t number)
{
	unsigned power;

	if (number < HISTOGRAM_PARTS)
		return (unsigned)number;
	power = 63 - (unsigned)__builtin_clzll(number);
	return (power - HISTOGRAM_BITS + 1) * HISTOGRAM_PARTS +
	       (unsigned)(number >> (power - HISTOGRAM_BITS)) % HISTOGRAM_PARTS;
}

/* The number in the middle of a cell. */
static uint64_t middle_of(unsigned cell)
{
	unsigned shift;

	if (cell < HISTOGRAM_PARTS)
		return cell;
	shift = cell / HISTOGRAM_PARTS - 1;
	return ((uint64_t)(HISTOGRAM_PARTS + cell % HISTOGRAM_PARTS) << shift) +
	       (((UINT64_C(1) << shift) - 1) >> 1);
}

static void halve(struct histogram *histogram)
{
	for (unsigned cell = histogram->first; cell <= histogram->last; cell++)
		histogram->cells[cell] -= histogram->cells[cell] / 2;
}

static void widen(struct histogram *histogram, unsigned first, unsigned last)
{
	if (first < histogram->first)
		histogram->first = (uint16_t)first;
	if (last > histogram->last)
		histogram->last = (uint16_t)last;
}

void histogram_add(struct histogram *histogram, uint64_t number)
{
	unsigned cell = cell_of(number);

	widen(histogram, cell, cell);
	if (histogram->cells[cell] == UINT32_MAX)
		halve(histogram);
	histogram->cells[cell]++;
}

void histogram_merge(struct histogram *histogram, const struct histogram *other)
{
	if (other->first > other->last)
		return;
	widen(histogram, other->first, other->last);
	for (unsigned cell = other->first; cell <= other->last; cell++) {
		while (histogram->cells[cell] > UINT32_MAX - other->cells[cell])
			halve(histogram);
		histogram->cells[cell] += other->cells[cell];
	}
}

static uint64_t total(const struct histogram *histogram)
{
	uint64_t all = 0;

	for (unsigned cell = histogram->first; cell <= histogram->last; cell++)
		all += histogram->cells[cell];
	return all;
}

uint64_t histogram_share(const struct histogram *histogram, unsigned thousandths)
{
	uint64_t all = total(histogram), below = 0;
	/* Of 976 cells of 32 bits each the sum stays far below where this would overflow. */
	uint64_t rank = (all * thousandths + 999) / 1000;

	for (unsigned cell = histogram->first; cell <= histogram->last; cell++) {
		below += histogram->cells[cell];
		if (below >= rank && below)
			return middle_of(cell);
	}
	return 0;
}

void histogram_powers(const struct histogram *histogram, uint64_t *powers)
{
	memset(powers, 0, 64 * sizeof(*powers));
	for (unsigned cell = histogram->first; cell <= histogram->last; cell++) {
		uint64_t middle = middle_of(cell);

		powers[middle ? 63 - __builtin_clzll(middle) : 0] += histogram->cells[cell];
	}
}
