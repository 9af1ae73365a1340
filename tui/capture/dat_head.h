/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands before the pages of a trace.dat, version 6 or 7, in one piece: header, options with
 * the table of the CPUs' pages, room for names of tasks, formats. Called by tui/capture/dat.c,
 * which writes it; doc/vtrace-capture.5 shows where things lie.
 *
 * Whatever is not yet known when a recording begins has its place and its size from the start, so
 * that it can be written over: the table (kept by the engine), the CPUs' statistics, the names
 * (kept by the engine), in version 6 the formats. Version 7 has better: formats that come late go
 * behind all pages, and the header's pointer is turned to them.
 */
#ifndef VTRACE_CAPTURE_DAT_HEAD_H
#define VTRACE_CAPTURE_DAT_HEAD_H

#include "formats/bundle.h"
#include "tui/capture/capture.h"
#include "tui/capture/dat_bytes.h"

/* Room for names, in bytes: COMMS_PIDS lines of COMMS_LINE_MAX (tui/engine/comms.h) fit. */
#define DAT_NAMES_ROOM (1024 * 1024)

/* Of a CPU's statistics, bytes: "CPU: N" and lines as tracefs/per_cpu/cpuN/stats has them. */
#define DAT_STAT_BYTES 160

struct dat_head {
	unsigned version;
	unsigned cpus;
	struct capture_manifest manifest;
	struct dat_bytes bytes; /* the head, from byte 0 to where pages may begin */
	uint64_t names;		/* place of their size, 8 bytes, and the text behind it */
	uint64_t table;		/* of CPU 0: offset (8), size (8) of its pages */
	uint64_t stats;		/* of CPU 0: text of DAT_STAT_BYTES */
	uint64_t options;	/* v7: of the options that are not the formats' */
	uint64_t slack;		/* v6: behind the printk formats, up to the names */
	size_t table_span;	/* of CPU 0's offset; the others' follow */
	size_t options_span;	/* v7: the header's pointer to options */
	size_t buffer_span;	/* v7: the size of the section of all pages */
};

/*
 * Lay it out. A bundle of no sections: there are no formats (yet). spare: bytes that later formats
 * may be longer than these (version 6). Pages are to begin at a multiple of alignment. 0 or
 * -ENOMEM; dat_head_release() in any case.
 */
int dat_head_make(struct dat_head *head, unsigned version, unsigned cpus,
		  const struct capture_manifest *manifest, const struct bundle *bundle,
		  uint64_t spare, uint64_t alignment);
void dat_head_release(struct dat_head *head);

/* Version 6: the same with these formats, if they have room: 0, -ENOSPC or -ENOMEM. */
int dat_head_refit(struct dat_head *head, const struct bundle *bundle);

/* Places of what belongs to a CPU. */
static inline uint64_t dat_head_table(const struct dat_head *head, unsigned cpu)
{
	return head->table + (uint64_t)cpu * (head->version == 7 ? 20 : 16);
}
static inline uint64_t dat_head_stats(const struct dat_head *head, unsigned cpu)
{
	return head->stats + (uint64_t)cpu * (DAT_STAT_BYTES + 6);
}

#endif
