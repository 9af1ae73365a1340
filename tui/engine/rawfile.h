/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a CPU's pages go: a capture's cpuN.raw, or a CPU's region of a trace.dat, whose place and
 * size a table in the same file tells. Whole sub-buffers only, whatever the disk does. Used by
 * streams for what they record and by savings for what is held.
 *
 * The table is written behind the pages that it counts, so that whoever reads the file, while it
 * is written or after its writer was killed, finds whole pages as far as the table goes.
 */
#ifndef VTRACE_ENGINE_RAWFILE_H
#define VTRACE_ENGINE_RAWFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/engine/protocol.h"

struct rawfile {
	int fd;		/* owned; -1: none */
	uint64_t pages; /* written */
	uint64_t bytes; /* of these */
	bool region;	/* else pages are appended at the file's end */
	struct engine_region place;
	uint64_t noted; /* bytes that the table tells of */
};

#define RAWFILE_NONE ((struct rawfile){.fd = -1})

/* Take fd over, for pages at its end, which is the start of pages that are counted here, or (place
 * not NULL) for pages in a region. */
void rawfile_open(struct rawfile *file, int fd, const struct engine_region *place);
/* Append a page of size bytes. 0; -EFBIG when there is no room in the region; or -errno. What was
 * written before stays whole. */
int rawfile_append(struct rawfile *file, const uint8_t *page, size_t size);
/* Have the table tell of all that was written. 0 or -errno. */
int rawfile_note(struct rawfile *file);
/* The same, and close fd; the counts stay. */
int rawfile_close(struct rawfile *file);

/* Write all of it at an offset. 0 or -errno. */
int rawfile_write_at(int fd, const void *bytes, size_t size, uint64_t offset);
/* A number as a trace.dat has it. */
void rawfile_number(uint8_t *to, uint64_t number, unsigned width, bool big_endian);

#endif
