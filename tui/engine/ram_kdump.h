/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's memory in a compressed core: makedumpfile's format as QEMU writes it for virsh dump
 * --memory-only --format kdump-zlib, kdump-lzo or kdump-snappy, and as makedumpfile does of a core,
 * with zstd too; laid out as one file or flattened, for a pipe. Part of ram.h, and used by nothing
 * else.
 *
 * The format is that of makedumpfile (IMPLEMENTATION, diskdump_mod.h) and of QEMU (dump/dump.c,
 * include/sysemu/dump.h): a header, a sub-header and two bitmaps of pages, each in blocks of a
 * page's size, then a descriptor of 24 bytes for each page that the second bitmap has, then their
 * data. Flattened, pieces of that follow each other in any order, each behind its offset and size,
 * 8 bytes each and big-endian. All of it is the guest's word, or that of whoever wrote the file.
 */
#ifndef VTRACE_ENGINE_RAM_KDUMP_H
#define VTRACE_ENGINE_RAM_KDUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ram_kdump;

/* Does a file that begins with these bytes, RAM_KDUMP_HEAD of them, have that format? */
#define RAM_KDUMP_HEAD 16
bool ram_kdump_begins(const uint8_t *head);

/* Read the headers of a file, whose descriptor stays the caller's. 0, or -errno with a sentence in
 * fault, as of all here. */
int ram_kdump_open(struct ram_kdump **kdump, int fd, char *fault, size_t fault_size);
void ram_kdump_free(struct ram_kdump *kdump); /* takes NULL */

/* As those of ram.h. */
uint64_t ram_kdump_size(const struct ram_kdump *kdump);
int ram_kdump_read(struct ram_kdump *kdump, uint64_t offset, void *to, size_t length, char *fault,
		   size_t fault_size);
bool ram_kdump_data(const struct ram_kdump *kdump, uint64_t at, uint64_t *from, uint64_t *to);

#endif
