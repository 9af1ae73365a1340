/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lies between the parts of a trace.dat and holds nothing: taken out when the file is done,
 * in place where the file system can (fallocate(2), FALLOC_FL_COLLAPSE_RANGE: ext4, xfs), else by
 * a copy. Called by tui/capture/dat.c.
 */
#ifndef VTRACE_CAPTURE_DAT_HOLES_H
#define VTRACE_CAPTURE_DAT_HOLES_H

#include <stdint.h>

#include "formats/names.h"

#define DAT_HOLES_MAX (VTRACE_MAX_CPUS + 8)

struct dat_holes {
	uint64_t alignment; /* a power of two: of where a hole may begin and end */
	unsigned count;
	struct {
		uint64_t from;
		uint64_t to;
	} hole[DAT_HOLES_MAX]; /* in order of place */
};

/* Note that nothing lies from here to there, behind all holes noted before. What is left of it
 * within the alignment is the hole. */
void dat_holes_add(struct dat_holes *holes, uint64_t from, uint64_t to);
/* Bytes of all holes. */
uint64_t dat_holes_bytes(const struct dat_holes *holes);
/* Where a place of the file with holes is in the file without them. */
uint64_t dat_holes_map(const struct dat_holes *holes, uint64_t place);

/* Take the last of the holes out of fd, and out of the list into that of those taken. 0 or -errno.
 */
int dat_holes_take(struct dat_holes *holes, struct dat_holes *taken, int fd);
/* Copy length bytes of the file with holes to another one without them. 0 or -errno. */
int dat_holes_copy(const struct dat_holes *holes, int from, int to, uint64_t length);

#endif
