/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The capture directory: "manifest", "formats" and "cpuN.raw" (exact sub-buffers, one after the
 * other, as the channel brought them). Creates one to be written by the engine through
 * descriptors, and opens one for reading. Called by tui/guest. It never looks into formats or
 * pages. doc/vtrace-capture.5 documents the layout.
 */
#ifndef VTRACE_CAPTURE_CAPTURE_H
#define VTRACE_CAPTURE_CAPTURE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "formats/names.h"

/* What the manifest says. */
struct capture_manifest {
	char domain[256]; /* where it came from, as data; control characters are escaped */
	char kernel[128];
	char boot_id[64];
	char clock[32];
	uint32_t subbuf_size; /* bytes */
	uint32_t long_size;
	uint32_t big_endian;
	time_t taken; /* UTC */
	int wall_known;
	int64_t wall_offset; /* ns from a time of the trace clock to that of CLOCK_REALTIME */
	struct {
		int present;
		uint64_t pages; /* 0 while a recording runs or when it was killed */
	} cpu[VTRACE_MAX_CPUS];
	int complete; /* 1: written to the end; 0: a recording that was cut off, still readable */
};

/* A capture being written. */
struct capture_writer;

/* Make the directory (which must not exist; mode 0700) and its manifest, which says that it is not
 * complete. 0 or -errno with a sentence in error; -EINVAL when sizes in manifest are impossible. */
int capture_create(struct capture_writer **writer, const char *path,
		   const struct capture_manifest *manifest, char *error, size_t error_size);
/* Copy the whole of fd (a formats bundle; its offset is left alone) into "formats", in the place
 * of an earlier one. 0 or -errno, -EFBIG above VTRACE_BUNDLE_MAX. */
int capture_write_formats(struct capture_writer *writer, int fd);
/* Open cpuN.raw for appending; the caller passes it to the engine and closes it. A part of a page
 * that an engine which died has left at its end is cut off. fd or -errno. */
int capture_open_cpu(struct capture_writer *writer, unsigned cpu);
/* Note how many pages a CPU's file has got. */
void capture_set_pages(struct capture_writer *writer, unsigned cpu, uint64_t pages);
/* Note how the trace clock stands to the time of day, see wall_offset. */
void capture_set_wall(struct capture_writer *writer, int64_t offset);
const char *capture_path(const struct capture_writer *writer);
/* Write the final manifest (by rename), and free the writer. 0 or -errno. Takes NULL. */
int capture_finish(struct capture_writer *writer);
/* Free without finishing: the manifest keeps saying that it is not complete. Takes NULL. */
void capture_abandon(struct capture_writer *writer);
/* Take away all that was made, and free. 0 or -errno, when something is left. */
int capture_remove(struct capture_writer *writer);

/* A capture opened for reading; the descriptors are owned by it. */
struct capture_reader {
	struct capture_manifest manifest;
	int formats_fd;		     /* -1: missing; warning says so */
	int cpu_fd[VTRACE_MAX_CPUS]; /* -1: none */
	char warning[512]; /* "" or sentences: what is missing or torn, and that the rest is shown
			    */
};

/* 0 or -errno with a sentence in error: no directory, no manifest, manifest malformed at line
 * N, no cpu files at all. Missing or torn single files are only a warning. */
int capture_open(struct capture_reader *reader, const char *path, char *error, size_t error_size);
void capture_close(struct capture_reader *reader);

#endif
