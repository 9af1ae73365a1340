/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of struct dat_writer, shared by dat.c, which makes the file, and dat_finish.c, which
 * takes its holes out, and by nobody else.
 */
#ifndef VTRACE_CAPTURE_DAT_PRIVATE_H
#define VTRACE_CAPTURE_DAT_PRIVATE_H

#include "tui/capture/dat.h"
#include "tui/capture/dat_formats.h"
#include "tui/capture/dat_head.h"

struct dat_writer {
	char *path;
	int fd;
	uint64_t alignment; /* of regions, bytes */
	struct dat_head head;
	bool has_formats;
	bool behind; /* regions follow each other as they are filled */
	uint64_t offset[VTRACE_MAX_CPUS];
	uint64_t room[VTRACE_MAX_CPUS];
	uint64_t end;	       /* of all regions */
	struct dat_bytes late; /* version 7: formats behind the regions; empty: none */
};

/* Write all of it. 0 or -errno. */
int dat_write_at(int fd, const void *bytes, size_t length, uint64_t offset);

#endif
