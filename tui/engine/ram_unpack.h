/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of a compressed core, each packed by itself with zlib, lzo (LZO1X), snappy or zstd. Part of
 * ram_kdump.h, and used by nothing else. The libraries are called in the forms that are told both
 * sizes and write nothing beyond: what is packed is anybody's.
 */
#ifndef VTRACE_ENGINE_RAM_UNPACK_H
#define VTRACE_ENGINE_RAM_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Flags of a page's descriptor: makedumpfile, diskdump_mod.h, DUMP_DH_COMPRESSED_*. */
enum ram_packed {
	RAM_PACKED_ZLIB = 0x1,
	RAM_PACKED_LZO = 0x2,
	RAM_PACKED_SNAPPY = 0x4,
	RAM_PACKED_ZSTD = 0x20,
};

/* "lzo", as virsh dump and makedumpfile call it; NULL: there is no such way. */
const char *ram_packed_name(uint32_t way);
/* Lzo and snappy are there if their libraries were when this was built. */
bool ram_packed_known(uint32_t way);

/* Unpack what size bytes become when they are exactly page_size bytes. False: they are not, or not
 * packed in that way; page is undefined then. */
bool ram_unpack(uint32_t way, const uint8_t *packed, size_t size, uint8_t *page, size_t page_size);

#endif
