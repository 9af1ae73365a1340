/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The formats bundle: one file with everything that turns a guest's pages into text. The agent
 * writes it, the engine reads it, a capture directory keeps it as "formats". The writer streams
 * to a descriptor; the reader validates bytes in memory, trusts none of them and copies none.
 *
 * Layout (doc/vtrace-capture.5 has it with an example):
 *
 *     vtrace-formats 1\n
 *     KEY VALUE\n ...              header lines, printable ASCII
 *     \n                           an empty line ends the header
 *     section NAME LENGTH\n        LENGTH decimal, then LENGTH bytes, then \n
 *     ...
 *     end COUNT\n                  COUNT sections; nothing follows. A file without it is cut off.
 *
 * Header keys: boot-id, kernel (uname -r), build-id (of the kernel, hexadecimal digits), banner
 * (/proc/version), machine (uname -m), cpus, clock (the bracketed word of trace_clock), subbuf-size
 * (bytes), long-size (4 or 8), endian (little or big), generation (counts exports of one agent from
 * 1). Sections: header_page, header_event, events/SYSTEM/NAME (each the text of that format file in
 * tracefs), kallsyms, printk_formats, saved_cmdlines, saved_tgids.
 */
#ifndef VTRACE_FORMATS_BUNDLE_H
#define VTRACE_FORMATS_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/names.h"

#define BUNDLE_MAGIC "vtrace-formats 1\n"

/* Whether a section may have that name: letters, digits and _./:@- only, no leading '/', no "..",
 * shorter than VTRACE_BUNDLE_NAME_MAX. */
bool bundle_name_valid(const char *name);

/* ---- writing ---- */

struct bundle_writer {
	int fd;		   /* the caller's */
	int error;	   /* first -errno, after which every call does nothing */
	unsigned sections; /* written so far */
	size_t bytes;	   /* written so far */
	int in_header;
};

void bundle_writer_init(struct bundle_writer *writer, int fd);
/* Header lines come before the first section. Bytes of value that are not printable are
 * replaced by '?'. */
void bundle_writer_header(struct bundle_writer *writer, const char *key, const char *value);
void bundle_writer_section(struct bundle_writer *writer, const char *name, const void *data,
			   size_t length);
/* Write the end line. 0 or the first -errno of all writes. */
int bundle_writer_finish(struct bundle_writer *writer);

/* ---- reading ---- */

struct bundle_section {
	char name[VTRACE_BUNDLE_NAME_MAX];
	const char *data; /* into the caller's bytes; not NUL-terminated */
	size_t length;
};

struct bundle {
	char boot_id[64];
	char kernel[128];
	char build_id[VTRACE_BUILD_ID_SIZE];
	char banner[256];
	char machine[32];
	char clock[32];
	uint32_t cpus;
	uint32_t subbuf_size;
	uint32_t long_size;
	int big_endian;
	uint64_t generation;
	struct bundle_section *sections;
	size_t section_count;
};

/*
 * Validate length bytes at data, which must outlive the bundle. 0, or -errno with a sentence in
 * error saying what is wrong where: -EINVAL not a bundle or malformed, -ENODATA cut off,
 * -E2BIG over a limit of formats/names.h, -ENOMEM. Unknown header keys and sections are kept
 * out of the way (keys ignored, sections listed).
 */
int bundle_read(struct bundle *bundle, const void *data, size_t length, char *error,
		size_t error_size);
/* The section of that name or NULL. */
const struct bundle_section *bundle_find(const struct bundle *bundle, const char *name);
/* Free what bundle_read() allocated. Takes a zeroed or half-built bundle. */
void bundle_release(struct bundle *bundle);

#endif
