// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/page_find.h"

static bool zero_behind_data(const struct page_geometry *geometry, const uint8_t *page,
			     const struct page_summary *summary)
{
	uint32_t at = page_header_size(geometry) + summary->length;

	if (summary->lost)
		at += geometry->long_size;
	while (at < geometry->size && !page[at])
		at++;
	return at >= geometry->size;
}

bool page_starts(const struct page_geometry *geometry, const uint8_t *bytes)
{
	struct page_summary summary;

	return page_plausible(geometry, bytes) &&
	       page_u32(geometry, bytes + page_header_size(geometry)) &&
	       page_check(geometry, bytes, &summary) == PAGE_GOOD &&
	       zero_behind_data(geometry, bytes, &summary);
}

size_t page_find(const struct page_geometry *geometry, const uint8_t *bytes, size_t left)
{
	size_t size = geometry->size;

	for (size_t at = 0; at + size <= left; at++) {
		size_t page = at;
		unsigned run = 0;

		while (run < PAGE_FIND_RUN && page + size <= left &&
		       page_starts(geometry, bytes + page)) {
			page += size;
			run++;
		}
		if (run == PAGE_FIND_RUN || (run && page + size > left))
			return at;
	}
	return left;
}
