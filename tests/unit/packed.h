/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of a core that are packed, by hand: as lzo (its doc/LZO.TXT), snappy (its
 * format_description.txt) and zstd (RFC 8878) store what does not become smaller. For tests of what
 * unpacks them, which need no library for it.
 */
#ifndef VTRACE_TESTS_PACKED_H
#define VTRACE_TESTS_PACKED_H

#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "tui/engine/ram_unpack.h"

#define PACKED_BLOCK 4096
#define PACKED_ROOM  (PACKED_BLOCK + 64)

static inline size_t packed_with(uint8_t *to, const void *head, size_t head_size,
				 const uint8_t *page, const void *tail, size_t tail_size)
{
	memcpy(to, head, head_size);
	memcpy(to + head_size, page, PACKED_BLOCK);
	memcpy(to + head_size + PACKED_BLOCK, tail, tail_size);
	return head_size + PACKED_BLOCK + tail_size;
}

/* Pack PACKED_BLOCK bytes into PACKED_ROOM; how many they become. */
static inline size_t packed_page(uint32_t way, const uint8_t *page, uint8_t *to)
{
	/* So many literals: 18, 255 for each zero behind the first, and the rest; then the end. */
	static const uint8_t lzo[17] = {[16] = PACKED_BLOCK - 18 - 15 * 255},
			     lzo_end[] = {0x11, 0, 0};
	/* The length; a literal whose length - 1 has two bytes. */
	static const uint8_t snappy[] = {0x80, 0x20, 0xf4, 0xff, 0x0f};
	/* Magic number; one segment with a length of two bytes, less 256; one raw block, the last.
	 */
	static const uint8_t zstd[] = {0x28, 0xb5, 0x2f, 0xfd, 0x60, 0x00, 0x0f, 0x01, 0x80, 0x00};
	uLongf size = PACKED_ROOM;

	switch (way) {
	case RAM_PACKED_LZO:
		return packed_with(to, lzo, sizeof(lzo), page, lzo_end, sizeof(lzo_end));
	case RAM_PACKED_SNAPPY:
		return packed_with(to, snappy, sizeof(snappy), page, "", 0);
	case RAM_PACKED_ZSTD:
		return packed_with(to, zstd, sizeof(zstd), page, "", 0);
	default:
		return compress(to, &size, page, PACKED_BLOCK) == Z_OK ? size : 0;
	}
}

#endif
