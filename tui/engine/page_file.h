/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One CPU's pages in a file, as if they were a file of their own: a capture's cpuN.raw, a region
 * of a trace.dat, or a region of compressed chunks in one. Streams read through it from the start
 * on, histories wherever somebody looks. It knows no page: it counts bytes.
 *
 * Of chunks it keeps a list as far as anybody has read, and a few of them unpacked. Every number
 * in front of a chunk is checked before it is used; one that lies ends the file there.
 */
#ifndef VTRACE_ENGINE_PAGE_FILE_H
#define VTRACE_ENGINE_PAGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tui/engine/unpack.h"

struct page_chunks;

struct page_file {
	int fd;	       /* the caller's */
	uint64_t from; /* of the region in the file, bytes */
	uint64_t length;
	struct page_chunks *chunks; /* NULL: the bytes lie there as they are */
};

/* The whole of a file, or length bytes of it. Nothing is to be released. */
struct page_file page_file_whole(int fd);
struct page_file page_file_region(int fd, uint64_t from, uint64_t length);
/* A region of chunks, whose numbers are of that byte order; cut: the file ends before the region
 * did, so that the last chunk may not be whole. 0 or -ENOMEM. */
int page_file_packed(struct page_file *file, int fd, uint64_t from, uint64_t length,
		     enum packing packing, bool big_endian, bool cut);
void page_file_release(struct page_file *file);

/* pread(2) of the unpacked bytes; may give fewer than are there. -EBADMSG where a chunk lies;
 * page_file_fault() then says how. Not to be called by two threads at a time. */
ssize_t page_file_read(const struct page_file *file, void *to, size_t size, uint64_t offset);
/* The same, size bytes or none: whether all could be read. */
bool page_file_read_all(const struct page_file *file, void *to, size_t size, uint64_t offset);
/* Bytes that may have to be read, or unpacked, for that many of a place that was not looked at. */
uint32_t page_file_unit(const struct page_file *file, uint32_t size);
/* Bytes of the file that it takes, and how many of them those before offset (unpacked) take. */
uint64_t page_file_size(const struct page_file *file);
uint64_t page_file_passed(const struct page_file *file, uint64_t offset);
/* Bytes that can be read, without reading them. Of chunks that is known when all of them are
 * listed; one call lists so many of them that it takes no longer than a moment: *more is set when
 * there are others, and the answer is how far it came. */
uint64_t page_file_length(const struct page_file *file, bool *more);
/* A few words on the last fault, "" when there was none. */
const char *page_file_fault(const struct page_file *file);

#endif
