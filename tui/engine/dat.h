/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trace.dat of trace-cmd, versions 6 and 7, taken apart: its formats as a bundle, where the pages
 * of each buffer's CPUs lie, and what becomes of their time stamps. Called by the server once for
 * a file; it reads what stands around the pages and never a page.
 *
 * The file is as hostile as anything: every offset, size and count is held against the file's own
 * end and a limit. A file that is cut off anywhere gives what there is, and a sentence.
 * formats/trace_dat.h has the numbers of the format and where they are from.
 */
#ifndef VTRACE_ENGINE_DAT_H
#define VTRACE_ENGINE_DAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/bundle.h"
#include "tui/engine/dat_clock.h"
#include "tui/engine/page_file.h"

#define DAT_NAME_MAX 128 /* of a buffer, NUL included, bytes; longer is cut (NAME_MAX is 255) */

/* One CPU's pages in the file. */
struct dat_cpu {
	uint32_t number;
	bool cut;      /* the file ends before they do */
	uint64_t from; /* bytes */
	uint64_t length;
};

/* The top buffer, or an instance. */
struct dat_buffer {
	char name[DAT_NAME_MAX]; /* "" of the top one */
	uint64_t at;		 /* of its section, or of its part of a version 6 file */
	bool packed;
	uint32_t page_size;
	struct dat_cpu *cpus; /* by number */
	uint32_t cpu_count;
	const struct dat_clock *clock; /* of struct dat, or own */
	struct dat_clock own;	       /* of a version 6 file's instance that has options */
};

struct dat {
	uint32_t version;
	enum packing packing;
	bool ticks; /* times are shown as they are, not in seconds */
	struct bundle bundle;
	struct dat_clock clock;
	struct dat_buffer *buffers; /* the top one first, if there is one */
	uint32_t buffer_count;
	char warning[512]; /* "" or sentences: what is missing, and that the rest is there */

	/* while it is read */
	uint64_t size; /* of the file */
	uint8_t long_size;
	uint32_t page_size;
	char **blocks; /* what bundle points to */
	size_t block_count;
	size_t block_bytes;
	size_t section_room;
	uint32_t cpus;	     /* version 6: in the table to come */
	size_t unpacked;     /* bytes of all sections so far */
	uint64_t read;	     /* bytes of options and packed sections so far */
	bool latency;	     /* version 7: there is the text of a latency trace */
	bool listed;	     /* no further buffers are taken */
	bool clock_follows;  /* version 6: trace_clock stands behind the table */
	uint32_t options;    /* seen so far */
	char clock_text[64]; /* the clock's name, "" when the file does not say */
};

/* 0, or -errno with words in error that go on from "X.dat: ". fd stays the caller's. What has been
 * read is to be released in every case. */
int dat_load(struct dat *dat, int fd, char *error, size_t error_size);
void dat_release(struct dat *dat);
/* Give up what only the bundle needs, when that is not needed any more. */
void dat_release_bundle(struct dat *dat);

#endif
