// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/unpack.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "formats/trace_dat.h"

static const char *const names[] = {
	[PACKING_NONE] = TRACE_DAT_NONE,
	[PACKING_ZSTD] = TRACE_DAT_ZSTD,
	[PACKING_ZLIB] = TRACE_DAT_ZLIB,
};

const char *packing_name(enum packing packing)
{
	return names[packing];
}

int packing_find(const char *name, enum packing *packing)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i])) {
			*packing = (enum packing)i;
			return 0;
		}
	return -ENOTSUP;
}

int unpack(enum packing packing, const void *packed, size_t packed_size, void *to, size_t size)
{
	uLongf got = size;

	switch (packing) {
	case PACKING_ZSTD:
		return ZSTD_decompress(to, size, packed, packed_size) == size ? 0 : -EBADMSG;
	case PACKING_ZLIB:
		switch (uncompress(to, &got, packed, packed_size)) {
		case Z_OK:
			return got == size ? 0 : -EBADMSG;
		case Z_MEM_ERROR:
			return -ENOMEM;
		default:
			return -EBADMSG;
		}
	case PACKING_NONE:
		break;
	}
	return -EBADMSG;
}
