// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/page_find.h"

#include "formats/limits.h"

/* Of so many bytes of work; false: there are not as many left. */
static bool spend(uint64_t *work, uint64_t bytes)
{
	bool enough = bytes <= *work;

	*work = enough ? *work - bytes : 0;
	return enough;
}

static bool zero_behind_data(const struct page_geometry *geometry, const uint8_t *page,
			     const struct page_summary *summary, uint64_t *work)
{
	uint32_t from = page_header_size(geometry) + summary->length, at;

	if (summary->lost)
		from += geometry->long_size;
	for (at = from; at < geometry->size && !page[at]; at++)
		;
	if (at > from)
		spend(work, at - from);
	return at >= geometry->size;
}

static bool starts(const struct page_geometry *geometry, const uint8_t *bytes, uint64_t *work)
{
	uint32_t head = page_header_size(geometry);
	struct page_summary summary;

	return page_plausible(geometry, bytes) && page_u32(geometry, bytes + head) &&
	       spend(work, head + page_length(geometry, bytes)) &&
	       page_check(geometry, bytes, &summary) == PAGE_GOOD &&
	       zero_behind_data(geometry, bytes, &summary, work);
}

bool page_starts(const struct page_geometry *geometry, const uint8_t *bytes)
{
	uint64_t work = UINT64_MAX;

	return starts(geometry, bytes, &work);
}

/* Could pages follow each other here? Told by their headers: to walk through them costs more. */
static bool could_follow(const struct page_geometry *geometry, const uint8_t *bytes, size_t left)
{
	size_t size = geometry->size, page = 0;

	for (unsigned run = 0; run < PAGE_FIND_RUN && page + size <= left; run++, page += size)
		if (!page_plausible(geometry, bytes + page))
			return false;
	return true;
}

size_t page_find(const struct page_geometry *geometry, const uint8_t *bytes, size_t left)
{
	uint64_t work = (uint64_t)PAGE_FIND_WORK * left;
	size_t size = geometry->size;

	for (size_t at = 0; at + size <= left && work; at++) {
		size_t page = at;
		unsigned run = 0;

		if (!could_follow(geometry, bytes + at, left - at))
			continue;
		while (run < PAGE_FIND_RUN && page + size <= left &&
		       starts(geometry, bytes + page, &work)) {
			page += size;
			run++;
		}
		if (run == PAGE_FIND_RUN || (run && page + size > left))
			return at;
	}
	return left;
}
