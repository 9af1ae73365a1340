/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Formats bundles put together by hand, for tests of what a guest may claim in them: event
 * formats as tracefs has them, from the fields that a test names, and other sections as given.
 */
#ifndef VTRACE_TESTS_FORMATS_H
#define VTRACE_TESTS_FORMATS_H

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/bundle.h"
#include "tui/engine/formats.h"

#define COMMON_FIELDS                                                                  \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"         \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"         \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

#define FIELD(declaration, offset, size, is_signed) \
	"\tfield:" declaration ";\toffset:" #offset ";\tsize:" #size ";\tsigned:" #is_signed ";\n"

struct made_bundle {
	int fd;
	struct bundle_writer writer;
	unsigned events;
};

/* endian is "little" or "big". */
static inline void bundle_begin_as(struct made_bundle *made, const char *boot_id,
				   const char *endian)
{
	made->fd = memfd_create("formats", MFD_CLOEXEC);
	made->events = 0;
	assert_true(made->fd >= 0);
	bundle_writer_init(&made->writer, made->fd);
	bundle_writer_header(&made->writer, "boot-id", boot_id);
	bundle_writer_header(&made->writer, "kernel", "6.1.0");
	bundle_writer_header(&made->writer, "machine", "x86_64");
	bundle_writer_header(&made->writer, "cpus", "2");
	bundle_writer_header(&made->writer, "clock", "local");
	bundle_writer_header(&made->writer, "subbuf-size", "4096");
	bundle_writer_header(&made->writer, "long-size", "8");
	bundle_writer_header(&made->writer, "endian", endian);
	bundle_writer_header(&made->writer, "generation", "1");
}

static inline void bundle_begin(struct made_bundle *made, const char *boot_id)
{
	bundle_begin_as(made, boot_id, "little");
}

static inline void bundle_text(struct made_bundle *made, const char *name, const char *text)
{
	bundle_writer_section(&made->writer, name, text, strlen(text));
}

/* name may be SYSTEM/NAME; common is COMMON_FIELDS, mostly. */
static inline void bundle_event(struct made_bundle *made, const char *name, long long id,
				const char *common, const char *fields, const char *print)
{
	const char *slash = strchr(name, '/');
	char section[128], text[8192];

	if (slash)
		snprintf(section, sizeof(section), "events/%s", name);
	else
		snprintf(section, sizeof(section), "events/test%u/%s", made->events++, name);
	snprintf(text, sizeof(text), "name: %s\nID: %lld\nformat:\n%s%s\nprint fmt: %s\n",
		 slash ? slash + 1 : name, id, common, fields, print);
	bundle_text(made, section, text);
}

/* Load it with the plugins of stock; the bundle is released. */
static inline int bundle_load_stock(struct made_bundle *made, struct formats **formats,
				    struct formats_stock *stock, struct comms *comms)
{
	struct engine_formats_reply reply;
	int ret;

	assert_int_equal(bundle_writer_finish(&made->writer), 0);
	*formats = NULL;
	ret = formats_load(formats, NULL, stock, made->fd, comms, &reply);
	close(made->fd);
	return ret;
}

/* A copy of a bundle in which the guest says that it is big-endian. */
static inline int bundle_made_big(int from)
{
	static const char little[] = "\nendian little\n", big[] = "\nendian big\n";
	int fd = memfd_create("formats", MFD_CLOEXEC);
	off_t length = lseek(from, 0, SEEK_END);
	char *text = malloc((size_t)length), *line;

	assert_true(fd >= 0 && length > 0 && text);
	assert_int_equal(pread(from, text, (size_t)length, 0), length);
	line = memmem(text, (size_t)length, little, strlen(little));
	assert_non_null(line);
	assert_int_equal(write(fd, text, (size_t)(line - text)), line - text);
	assert_int_equal(write(fd, big, strlen(big)), strlen(big));
	line += strlen(little);
	assert_int_equal(write(fd, line, (size_t)(text + length - line)), text + length - line);
	free(text);
	close(from);
	return fd;
}

/* The formats of a guest, with plugins; VTRACE_TEST_FORMATS names those of another one. */
static inline void load_recorded(struct formats **formats, struct formats_stock *stock,
				 struct comms *comms, bool big)
{
	const char *path = getenv("VTRACE_TEST_FORMATS");
	struct engine_formats_reply reply;
	int fd = open(path ? path : "tests/engine/demo-6.1/formats", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	if (big)
		fd = bundle_made_big(fd);
	assert_int_equal(formats_stock_init(stock), 0);
	*formats = NULL;
	assert_int_equal(formats_load(formats, NULL, stock, fd, comms, &reply), 0);
	close(fd);
}

/* Load it without plugins; the bundle is released. */
static inline int bundle_load(struct made_bundle *made, struct formats **formats,
			      struct comms *comms, struct engine_formats_reply *reply)
{
	struct formats_stock none = {.used = FORMATS_STOCK};
	int ret;

	assert_int_equal(bundle_writer_finish(&made->writer), 0);
	*formats = NULL;
	ret = formats_load(formats, NULL, &none, made->fd, comms, reply);
	close(made->fd);
	return ret;
}

#endif
