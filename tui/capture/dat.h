/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing a trace.dat, version 6 or 7, which trace-cmd and KernelShark read. One file that can be
 * read at every moment: what is written here leads to regions, one a CPU, into which the engine
 * writes pages and of which it keeps the table. Called by tui/guest. It reads no page; of formats
 * it reads the bundle's frame. doc/vtrace-capture.5 documents the layout.
 *
 * Pages of all CPUs come at once, and each CPU's are to lie together. So while it is recorded the
 * file has large holes, which take no space on the disk, and which are taken out at the end.
 */
#ifndef VTRACE_CAPTURE_DAT_H
#define VTRACE_CAPTURE_DAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/capture/capture.h"

struct dat_writer;

/* How the regions are laid out. */
enum dat_regions {
	DAT_REGIONS_APART,  /* it is not known how much comes */
	DAT_REGIONS_EXACT,  /* it is known: dat_plan.bytes of each CPU at most */
	DAT_REGIONS_BEHIND, /* CPU after CPU, each begins where the one before ends */
};

struct dat_plan {
	unsigned version; /* 6 or 7 */
	unsigned cpus;	  /* above the highest; which there are is in the manifest */
	enum dat_regions regions;
	const uint64_t *bytes; /* of each CPU, for DAT_REGIONS_EXACT */
};

/* Whether this is the name of a trace.dat: it ends in ".dat". */
bool dat_is_path(const char *path);

/* Make the file (which must not exist; mode 0600), readable from here on. formats: a bundle, -1:
 * none yet; its offset is left alone. 0 or -errno with a sentence in error; -EBADMSG: these are no
 * formats. */
int dat_create(struct dat_writer **writer, const char *path, const struct dat_plan *plan,
	       const struct capture_manifest *manifest, int formats, char *error,
	       size_t error_size);

/* Put formats that came later in the place of those before. 0 or -errno with a sentence in error:
 * -ESTALE when they are of another boot or another layout of pages, -ENOSPC when there is no room
 * for them (version 6). The file is as it was then. */
int dat_write_formats(struct dat_writer *writer, int fd, char *error, size_t error_size);

/* A descriptor for the engine, which the caller closes, or -errno. */
int dat_open(const struct dat_writer *writer);
/* A CPU's region: first byte (UINT64_MAX: behind the region before), room in bytes, place of the
 * table's entry (offset and size, 8 bytes each). */
void dat_region(const struct dat_writer *writer, unsigned cpu, uint64_t *offset, uint64_t *room,
		uint64_t *table);
/* Where the names of tasks go: the place of a size of 8 bytes, and bytes of room behind it. fixed:
 * the size is the room's. */
void dat_names(const struct dat_writer *writer, uint64_t *offset, uint64_t *room, bool *fixed);
bool dat_big_endian(const struct dat_writer *writer);

/* Note what is known of a CPU at the end; lost_known: lost is the number, else nobody knows. */
void dat_set_stats(struct dat_writer *writer, unsigned cpu, uint64_t events, bool lost_known,
		   uint64_t lost);

/* The engine writes no more: take out the holes, and free the writer. 0 or -errno, after which the
 * file can be read all the same. A sentence in remark ("": there is none) says what was left
 * undone. Takes NULL. */
int dat_finish(struct dat_writer *writer, char *remark, size_t remark_size);
/* Free and leave the file as it is, which can be read. Takes NULL. */
void dat_abandon(struct dat_writer *writer);
/* Take the file away, and free. 0 or -errno, when it is left. */
int dat_remove(struct dat_writer *writer);

#endif
