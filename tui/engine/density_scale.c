// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/density_scale.h"

static uint64_t length_of(const struct engine_density_epoch *epoch)
{
	return epoch->last - epoch->first + 1;
}

uint64_t density_length(const struct engine_density *density)
{
	uint64_t length = 0;

	for (uint32_t i = 0; i < density->epoch_count; i++)
		length += length_of(&density->epochs[i]);
	return length;
}

uint64_t density_edge(const struct engine_density *density, uint32_t column)
{
	uint64_t length = density_length(density), columns = density->columns;

	return length / columns * column + length % columns * column / columns;
}

struct engine_position density_place(const struct engine_density *density, uint64_t offset)
{
	const struct engine_density_epoch *epoch = density->epochs;

	while (offset >= length_of(epoch))
		offset -= length_of(epoch++);
	return (struct engine_position){.ts = epoch->first + offset, .epoch = epoch->epoch};
}

/* The offset of a place, or of the nearest to it. */
static bool offset_of(const struct engine_density *density, const struct engine_position *at,
		      uint64_t *offset)
{
	*offset = 0;
	for (uint32_t i = 0; i < density->epoch_count; i++) {
		const struct engine_density_epoch *epoch = &density->epochs[i];

		if (at->epoch < epoch->epoch ||
		    (at->epoch == epoch->epoch && at->ts < epoch->first))
			return false;
		if (at->epoch == epoch->epoch && at->ts <= epoch->last) {
			*offset += at->ts - epoch->first;
			return true;
		}
		*offset += length_of(epoch);
	}
	--*offset;
	return false;
}

bool density_column(const struct engine_density *density, const struct engine_position *at,
		    uint32_t *column)
{
	uint32_t low = 0, high = density->columns - 1;
	uint64_t offset;
	bool held = offset_of(density, at, &offset);

	/* The last one that does not begin behind it. */
	while (low < high) {
		uint32_t middle = high - (high - low) / 2;

		if (density_edge(density, middle) <= offset)
			low = middle;
		else
			high = middle - 1;
	}
	*column = low;
	return held;
}
