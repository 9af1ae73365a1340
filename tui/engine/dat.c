// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/dat.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tui/engine/dat_private.h"

/* ---- words ---- */

void dat_warn(struct dat *dat, const char *format, ...)
{
	static const char more[] = "; and more";
	size_t length = strlen(dat->warning);
	size_t room = sizeof(dat->warning) - length - sizeof(more);
	char sentence[256];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	if (n < 0 ||
	    (length >= sizeof(more) && !strcmp(dat->warning + length - (sizeof(more) - 1), more)))
		return;
	if ((size_t)n + 2 < room && (size_t)n < sizeof(sentence))
		sprintf(dat->warning + length, "%s%s", length ? "; " : "", sentence);
	else
		strcpy(dat->warning + length, more);
}

const char *dat_why(int error)
{
	switch (error) {
	case -ENODATA:
		return "the file is cut off there";
	case -EBADMSG:
		return "what stands there is not what should";
	case -E2BIG:
		return "it is larger than anything known";
	default:
		return strerror(-error);
	}
}

const char *dat_part(uint16_t id)
{
	static const char *const parts[] = {
		[TRACE_DAT_HEADER_INFO] = "page header",
		[TRACE_DAT_FTRACE_EVENTS] = "formats of ftrace's own events",
		[TRACE_DAT_EVENT_FORMATS] = "event formats",
		[TRACE_DAT_KALLSYMS] = "kernel symbols",
		[TRACE_DAT_PRINTK] = "trace_printk formats",
		[TRACE_DAT_CMDLINES] = "task names",
	};

	return id >= TRACE_DAT_HEADER_INFO && id <= TRACE_DAT_CMDLINES ? parts[id] : "options";
}

/* The file can't be read; the words go on from its name. */
struct refusal {
	char *error;
	size_t size;
};

static int __attribute__((format(printf, 3, 4)))
refuse(const struct refusal *refusal, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(refusal->error, refusal->size, format, args);
	va_end(args);
	return code;
}

static int refuse_at(const struct refusal *refusal, const struct dat_reader *reader, int code,
		     const char *part)
{
	return refuse(refusal, code, "its %s can't be read at byte %" PRIu64 ": %s", part,
		      reader->at, dat_why(code));
}

static int refuse_latency(const struct refusal *refusal)
{
	return refuse(refusal, -EOPNOTSUPP,
		      "it holds the text of a latency trace and no pages; "
		      "\"trace-cmd report\" shows it");
}

/* ---- version 6: one thing after the other ---- */

/* What stands before the table of a buffer's CPUs: options, and whether it is of pages. */
static int read_words_6(struct dat *dat, struct dat_reader *reader, struct dat_clock *clock,
			struct dat_places *places)
{
	char word[TRACE_DAT_WORD_BYTES];
	int ret;

	if (!dat_bytes(reader, word, sizeof(word)))
		return -ENODATA;
	if (!memcmp(word, TRACE_DAT_OPTIONS, sizeof(word))) {
		ret = dat_read_options(dat, reader, clock, places);
		if (ret)
			return ret;
		if (!dat_bytes(reader, word, sizeof(word)))
			return -ENODATA;
	}
	if (!memcmp(word, TRACE_DAT_LATENCY, sizeof(word)))
		return -EOPNOTSUPP;
	return memcmp(word, TRACE_DAT_FLYRECORD, sizeof(word)) ? -EBADMSG : 0;
}

/* An instance goes by the clock of the whole file, to which its own options may add in version 6;
 * what the host and the guest have agreed on is the top buffer's alone (trace-input.c,
 * tracecmd_buffer_instance_handle). */
static void own_clock(struct dat *dat, struct dat_buffer *buffer)
{
	buffer->own = (struct dat_clock){
		.offset = dat->clock.offset,
		.dated = dat->clock.dated,
		.mult = dat->clock.mult,
		.shift = dat->clock.shift,
	};
	buffer->clock = &buffer->own;
}

static int read_instance_6(struct dat *dat, struct dat_reader *reader, struct dat_buffer *buffer)
{
	struct dat_places places = {.next = 0};
	uint32_t cpus = dat->cpus;
	int ret;

	dat_seek(reader, buffer->at);
	own_clock(dat, buffer);
	ret = read_words_6(dat, reader, &buffer->own, &places);
	if (!ret)
		ret = dat_read_table(dat, reader, buffer);
	dat->cpus = cpus;
	return ret;
}

/* The text of trace_clock; trace-cmd takes "local" where it is missing. */
static void read_clock_6(struct dat *dat, struct dat_reader *reader)
{
	char text[512];
	uint64_t size;

	if (!dat->clock_follows || !dat_u64(reader, &size))
		return;
	if (size >= sizeof(text))
		size = sizeof(text) - 1;
	if (!dat_bytes(reader, text, size))
		return;
	text[size] = '\0';
	dat_set_clock(dat, text);
}

static int read_6(struct dat *dat, struct dat_reader *reader, const struct refusal *refusal)
{
	struct dat_places places = {.next = 0};
	int ret;

	for (uint16_t id = TRACE_DAT_HEADER_INFO; id <= TRACE_DAT_CMDLINES; id++) {
		ret = dat_read_part(dat, reader, id);
		if (ret)
			return refuse_at(refusal, reader, ret, dat_part(id));
	}
	if (!dat_u32(reader, &dat->cpus))
		return refuse_at(refusal, reader, -ENODATA, "number of CPUs");
	/* The top buffer comes first in the list, before those that options name. */
	if (!dat_add_buffer(dat, ""))
		return refuse_at(refusal, reader, -ENOMEM, "buffers");
	ret = read_words_6(dat, reader, &dat->clock, &places);
	if (ret == -EOPNOTSUPP)
		return refuse_latency(refusal);
	if (!ret)
		ret = dat_read_table(dat, reader, &dat->buffers[0]);
	if (ret)
		return refuse_at(refusal, reader, ret, "table of CPUs");
	dat->buffers[0].clock = &dat->clock;
	read_clock_6(dat, reader);
	dat->listed = true;
	for (uint32_t i = 1, count = dat->buffer_count; i < count; i++) {
		reader->cut = false;
		ret = read_instance_6(dat, reader, &dat->buffers[i]);
		if (ret)
			dat_warn(dat, "its buffer %s is left out: %s", dat->buffers[i].name,
				 dat_why(ret));
	}
	return 0;
}

/* ---- version 7: sections, wherever they lie ---- */

/*
 * The reader of a section's data: that of the file, which then stands there, or *unpacked of bytes
 * that are the caller's to free.
 */
static int open_section(struct dat *dat, struct dat_reader *file, uint64_t at, uint16_t id,
			struct dat_reader *unpacked, uint8_t **bytes)
{
	uint32_t description, packed_size, size;
	uint16_t found, flags;
	uint8_t *packed;
	uint64_t length;
	int ret;

	*bytes = NULL;
	file->cut = false;
	dat_seek(file, at);
	if (!dat_u16(file, &found) || !dat_u16(file, &flags) || !dat_u32(file, &description) ||
	    !dat_u64(file, &length))
		return -ENODATA;
	if (found != id)
		return -EBADMSG;
	if (!(flags & TRACE_DAT_SECTION_COMPRESSED))
		return 0;
	if (!dat_u32(file, &packed_size) || !dat_u32(file, &size) || packed_size > dat_left(file))
		return -ENODATA;
	if (size > VTRACE_BUNDLE_MAX - dat->unpacked || packed_size > VTRACE_BUNDLE_MAX ||
	    dat_spend(dat, packed_size))
		return -E2BIG;
	dat->unpacked += size;
	packed = malloc(packed_size ? packed_size : 1);
	*bytes = malloc(size ? size : 1);
	ret = packed && *bytes ? 0 : -ENOMEM;
	if (!ret && !dat_bytes(file, packed, packed_size))
		ret = -ENODATA;
	if (!ret)
		ret = unpack(dat->packing, packed, packed_size, *bytes, size);
	free(packed);
	if (ret) {
		free(*bytes);
		*bytes = NULL;
		return ret;
	}
	dat_reader_memory(unpacked, *bytes, size, file->order.big_endian);
	return 0;
}

/* One section of options; places->next becomes that of the next one. */
static int read_options_7(struct dat *dat, struct dat_reader *file, struct dat_places *places)
{
	struct dat_reader unpacked;
	uint8_t *bytes;
	int ret =
		open_section(dat, file, places->next, TRACE_DAT_OPTIONS_SECTION, &unpacked, &bytes);

	places->next = 0;
	places->done = false;
	if (!ret)
		ret = dat_read_options(dat, bytes ? &unpacked : file, &dat->clock, places);
	if (bytes && ret == -ENODATA)
		ret = -EBADMSG;
	free(bytes);
	return ret;
}

static void read_part_7(struct dat *dat, struct dat_reader *file, uint64_t at, uint16_t id)
{
	struct dat_reader unpacked;
	uint8_t *bytes;
	int ret = open_section(dat, file, at, id, &unpacked, &bytes);

	if (!ret)
		ret = dat_read_part(dat, bytes ? &unpacked : file, id);
	if (bytes && ret == -ENODATA)
		ret = -EBADMSG;
	if (ret)
		dat_warn(dat, "its %s at byte %" PRIu64 " are not all there: %s", dat_part(id), at,
			 dat_why(ret));
	free(bytes);
}

/* What the header of a buffer's section says of its pages. */
static void look_at_buffer(struct dat *dat, struct dat_reader *file, struct dat_buffer *buffer)
{
	uint16_t id, flags;
	int ret = 0;

	file->cut = false;
	dat_seek(file, buffer->at);
	if (!dat_u16(file, &id) || !dat_u16(file, &flags))
		ret = -ENODATA;
	else if (id != TRACE_DAT_BUFFER)
		ret = -EBADMSG;
	if (ret) {
		if (buffer->cpu_count)
			dat_warn(dat, "its buffer \"%s\" at byte %" PRIu64 " is left out: %s",
				 buffer->name, buffer->at, dat_why(ret));
		buffer->cpu_count = 0;
		return;
	}
	buffer->packed = flags & TRACE_DAT_SECTION_COMPRESSED;
}

static int read_7(struct dat *dat, struct dat_reader *file, const struct refusal *refusal)
{
	struct dat_places places = {.next = 0};
	char name[64], version[64];
	int ret;

	if (!dat_text(file, name, sizeof(name)) || !dat_text(file, version, sizeof(version)) ||
	    !dat_u64(file, &places.next))
		return refuse_at(refusal, file, file->cut ? -ENODATA : -EBADMSG, "header");
	if (packing_find(name, &dat->packing))
		return refuse(refusal, -ENOTSUP, "it is packed by \"%s\", which is not known here",
			      name);
	while (places.next) {
		uint64_t at = places.next;

		ret = read_options_7(dat, file, &places);
		if (!ret)
			continue;
		if (!dat->buffer_count)
			return refuse(refusal, ret,
				      "its options at byte %" PRIu64 " of %" PRIu64
				      " can't be read: %s",
				      at, dat->size, dat_why(ret));
		dat_warn(dat, "its options at byte %" PRIu64 " are not all there: %s", at,
			 dat_why(ret));
		break;
	}
	if (dat->latency && !dat->buffer_count)
		return refuse_latency(refusal);
	for (uint16_t id = TRACE_DAT_HEADER_INFO; id <= TRACE_DAT_CMDLINES; id++)
		if (places.part[id])
			read_part_7(dat, file, places.part[id], id);
	for (uint32_t i = 0; i < dat->buffer_count; i++) {
		look_at_buffer(dat, file, &dat->buffers[i]);
		if (dat->buffers[i].name[0])
			own_clock(dat, &dat->buffers[i]);
	}
	return 0;
}

/* ---- both ---- */

static int read_start(struct dat *dat, struct dat_reader *reader, const struct refusal *refusal)
{
	char magic[TRACE_DAT_MAGIC_BYTES], version[8];
	uint8_t endian;

	if (!dat_bytes(reader, magic, sizeof(magic)) ||
	    memcmp(magic, TRACE_DAT_MAGIC, sizeof(magic)))
		return refuse(refusal, -EINVAL, "it is no trace.dat: it does not begin like one");
	if (!dat_text(reader, version, sizeof(version)) || !dat_u8(reader, &endian) ||
	    !dat_u8(reader, &dat->long_size))
		return refuse_at(refusal, reader, reader->cut ? -ENODATA : -EBADMSG, "header");
	dat->version = (uint32_t)strtoul(version, NULL, 10);
	if (dat->version != TRACE_DAT_VERSION_6 && dat->version != TRACE_DAT_VERSION_7)
		return refuse(refusal, -ENOTSUP,
			      "it is of version %s; trace.dat 6 and 7 can be read", version);
	if (endian > TRACE_DAT_BIG)
		return refuse(refusal, -EBADMSG, "its byte order is said to be %u", endian);
	reader->order.big_endian = endian == TRACE_DAT_BIG;
	if (!dat_u32(reader, &dat->page_size))
		return refuse_at(refusal, reader, -ENODATA, "header");
	return 0;
}

/* The top buffer comes first, whenever its option came; of two only the last counts, as there. */
static void sort_buffers(struct dat *dat)
{
	uint32_t top = dat->buffer_count;
	struct dat_buffer first;

	for (uint32_t i = 0; i < dat->buffer_count; i++) {
		if (dat->buffers[i].name[0])
			continue;
		if (top < i)
			dat->buffers[top].cpu_count = 0;
		top = i;
	}
	if (!top || top == dat->buffer_count)
		return;
	first = dat->buffers[top];
	memmove(dat->buffers + 1, dat->buffers, top * sizeof(first));
	dat->buffers[0] = first;
}

/* Pages of one size only can be held; that of the first buffer with any. */
static int settle_pages(struct dat *dat, const struct refusal *refusal)
{
	uint32_t size = 0, long_size = dat_kernel_long(dat);

	if (!long_size)
		long_size = dat->long_size;
	if (long_size != 4 && long_size != 8)
		return refuse(refusal, -EBADMSG, "its kernel's long is said to have %u bytes",
			      long_size);
	for (uint32_t i = 0; i < dat->buffer_count; i++) {
		struct dat_buffer *buffer = &dat->buffers[i];

		if (!buffer->cpu_count)
			continue;
		if (!size)
			size = buffer->page_size;
		if (buffer->page_size == size)
			continue;
		dat_warn(dat, "its buffer %s is left out: its pages have %u bytes and others %u",
			 buffer->name, buffer->page_size, size);
		buffer->cpu_count = 0;
	}
	if (!size)
		size = dat->page_size;
	if (size < VTRACE_SUBBUF_MIN || size > VTRACE_SUBBUF_MAX || (size & (size - 1)))
		return refuse(refusal, -EBADMSG, "its pages are said to have %u bytes", size);
	dat->bundle.subbuf_size = size;
	dat->bundle.long_size = long_size;
	return 0;
}

static int finish(struct dat *dat, const struct refusal *refusal)
{
	uint32_t cpus = 0;

	sort_buffers(dat);
	for (uint32_t i = 0; i < dat->buffer_count; i++) {
		struct dat_buffer *buffer = &dat->buffers[i];

		/* The list of buffers has moved while it grew. */
		if (buffer->clock != &dat->clock)
			buffer->clock = &buffer->own;
		for (uint32_t j = 0; j < buffer->cpu_count; j++)
			if (cpus <= buffer->cpus[j].number)
				cpus = buffer->cpus[j].number + 1;
	}
	/* What is made of the TSC's ticks is nanoseconds. */
	if (dat->clock.mult) {
		dat->ticks = false;
		strcpy(dat->clock_text, "tsc2nsec");
	}
	dat->bundle.cpus = cpus;
	snprintf(dat->bundle.clock, sizeof(dat->bundle.clock), "%.31s",
		 dat->clock_text[0] ? dat->clock_text : "local");
	return settle_pages(dat, refusal);
}

int dat_load(struct dat *dat, int fd, char *error, size_t error_size)
{
	const struct refusal refusal = {error, error_size};
	struct dat_reader reader;
	struct stat status;
	int ret;

	*dat = (struct dat){.version = 0};
	if (fstat(fd, &status) < 0)
		return refuse(&refusal, -errno, "it can't be read: %s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return refuse(&refusal, -EINVAL, "it is no regular file");
	dat->size = (uint64_t)status.st_size;
	ret = dat_reader_file(&reader, fd, dat->size);
	if (ret)
		return refuse(&refusal, ret, "it can't be read: %s", strerror(-ret));
	ret = read_start(dat, &reader, &refusal);
	if (!ret)
		ret = dat->version == TRACE_DAT_VERSION_6 ? read_6(dat, &reader, &refusal)
							  : read_7(dat, &reader, &refusal);
	if (!ret)
		ret = finish(dat, &refusal);
	dat->bundle.big_endian = reader.order.big_endian;
	dat_reader_release(&reader);
	return ret;
}

void dat_release_bundle(struct dat *dat)
{
	for (size_t i = 0; i < dat->block_count; i++)
		free(dat->blocks[i]);
	free(dat->blocks);
	dat->blocks = NULL;
	dat->block_count = dat->block_bytes = dat->section_room = 0;
	bundle_release(&dat->bundle);
}

void dat_release(struct dat *dat)
{
	dat_release_bundle(dat);
	for (uint32_t i = 0; i < dat->buffer_count; i++) {
		free(dat->buffers[i].cpus);
		dat_clock_release(&dat->buffers[i].own);
	}
	free(dat->buffers);
	dat_clock_release(&dat->clock);
	*dat = (struct dat){.version = 0};
}
