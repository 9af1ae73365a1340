// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/ram_unpack.h"

#include <zlib.h>
#include <zstd.h>
#ifdef VTRACE_LZO
#include <lzo/lzo1x.h>
#endif
#ifdef VTRACE_SNAPPY
#include <snappy-c.h>
#endif

static bool unpack_zlib(const uint8_t *packed, size_t size, uint8_t *page, size_t page_size)
{
	uLongf length = page_size;

	return uncompress(page, &length, packed, size) == Z_OK && length == page_size;
}

#ifdef VTRACE_LZO
static bool unpack_lzo(const uint8_t *packed, size_t size, uint8_t *page, size_t page_size)
{
	lzo_uint length = page_size;

	return lzo1x_decompress_safe(packed, size, page, &length, NULL) == LZO_E_OK &&
	       length == page_size;
}
#endif

#ifdef VTRACE_SNAPPY
static bool unpack_snappy(const uint8_t *packed, size_t size, uint8_t *page, size_t page_size)
{
	size_t length = page_size;

	return snappy_uncompress((const char *)packed, size, (char *)page, &length) == SNAPPY_OK &&
	       length == page_size;
}
#endif

static bool unpack_zstd(const uint8_t *packed, size_t size, uint8_t *page, size_t page_size)
{
	/* An error is a number beyond all sizes. */
	return ZSTD_decompress(page, page_size, packed, size) == page_size;
}

/* unpack NULL: built without. */
static const struct way {
	uint32_t way;
	const char *name;
	bool (*unpack)(const uint8_t *packed, size_t size, uint8_t *page, size_t page_size);
} ways[] = {
	{RAM_PACKED_ZLIB, "zlib", unpack_zlib},
#ifdef VTRACE_LZO
	{RAM_PACKED_LZO, "lzo", unpack_lzo},
#else
	{RAM_PACKED_LZO, "lzo", NULL},
#endif
#ifdef VTRACE_SNAPPY
	{RAM_PACKED_SNAPPY, "snappy", unpack_snappy},
#else
	{RAM_PACKED_SNAPPY, "snappy", NULL},
#endif
	{RAM_PACKED_ZSTD, "zstd", unpack_zstd},
};

static const struct way *find_way(uint32_t way)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (ways[i].way == way)
			return &ways[i];
	return NULL;
}

const char *ram_packed_name(uint32_t way)
{
	const struct way *found = find_way(way);

	return found ? found->name : NULL;
}

bool ram_packed_known(uint32_t way)
{
	const struct way *found = find_way(way);

	return found && found->unpack;
}

bool ram_unpack(uint32_t way, const uint8_t *packed, size_t size, uint8_t *page, size_t page_size)
{
	const struct way *found = find_way(way);

	return found && found->unpack && found->unpack(packed, size, page, page_size);
}
