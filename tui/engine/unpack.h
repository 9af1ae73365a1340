/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unpacking blocks of a trace.dat, whose sizes are known before. Called by whoever reads such a
 * file; libzstd and zlib are used here and nowhere else.
 */
#ifndef VTRACE_ENGINE_UNPACK_H
#define VTRACE_ENGINE_UNPACK_H

#include <stddef.h>

/* Those that trace-cmd 3.1 can be built with (trace-cmd, lib/trace-cmd/trace-compress-*.c). */
enum packing { PACKING_NONE, PACKING_ZSTD, PACKING_ZLIB };

/* By the name in the file's header. -ENOTSUP when there is none such. */
int packing_find(const char *name, enum packing *packing);
const char *packing_name(enum packing packing);

/* Unpack one block, which must become exactly size bytes. 0, -EBADMSG or -ENOMEM. */
int unpack(enum packing packing, const void *packed, size_t packed_size, void *to, size_t size);

#endif
