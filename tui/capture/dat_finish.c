// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/trace_dat.h"
#include "tui/capture/dat_holes.h"
#include "tui/capture/dat_private.h"

/* Smaller holes are not worth a copy of everything. */
#define COPY_LEAST (UINT64_C(16) << 20)

/* Pages of one CPU, as the table has them. */
struct part {
	uint64_t from;
	uint64_t to;
};

static int by_place(const void *a, const void *b)
{
	const struct part *one = a, *other = b;

	return (one->from > other->from) - (one->from < other->from);
}

static int read_at(int fd, void *bytes, size_t length, uint64_t offset)
{
	ssize_t n;

	do
		n = pread(fd, bytes, length, (off_t)offset);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : (size_t)n == length ? 0 : -EIO;
}

/* Take the table from the file, where the engine has kept it, and check it, since the engine may
 * have been taken over by its guest. 0 or -errno. */
static int read_table(struct dat_writer *writer, struct part *parts, unsigned *count)
{
	struct dat_head *head = &writer->head;
	bool big = head->manifest.big_endian;
	uint64_t base = dat_place(&head->bytes);
	uint8_t entry[16];
	struct stat st;
	int ret;

	if (fstat(writer->fd, &st))
		return -errno;
	*count = 0;
	for (unsigned cpu = 0; cpu < head->cpus; cpu++) {
		uint64_t from, size;

		ret = read_at(writer->fd, entry, sizeof(entry), dat_head_table(head, cpu));
		if (ret)
			return ret;
		from = dat_decode(entry, 8, big);
		size = dat_decode(entry + 8, 8, big);
		if (from % head->manifest.subbuf_size || size % head->manifest.subbuf_size ||
		    from < base ||
		    (size && (from > (uint64_t)st.st_size || size > (uint64_t)st.st_size - from)))
			return -EBADMSG;
		dat_span_to(&head->bytes, head->table_span + cpu, from);
		if (size)
			parts[(*count)++] = (struct part){from, from + size};
	}
	qsort(parts, *count, sizeof(*parts), by_place);
	for (unsigned i = 1; i < *count; i++)
		if (parts[i].from < parts[i - 1].to)
			return -EBADMSG;
	return 0;
}

/* The place behind the names' text. 0 or -errno. */
static int find_names_end(const struct dat_writer *writer, uint64_t *end)
{
	uint64_t text = writer->head.names + 8;
	const char *nul;
	char *names;
	int ret;

	names = malloc(DAT_NAMES_ROOM);
	if (!names)
		return -ENOMEM;
	ret = read_at(writer->fd, names, DAT_NAMES_ROOM, text);
	nul = ret ? NULL : memchr(names, '\0', DAT_NAMES_ROOM);
	*end = text + (nul ? (uint64_t)(nul - names) : DAT_NAMES_ROOM);
	free(names);
	return ret;
}

/* Behind the last page nothing is left but what was not finished; or formats that came late. */
static int find_end(const struct dat_writer *writer, uint64_t pages_end, uint64_t *end)
{
	if (writer->late.length) {
		*end = dat_place(&writer->late);
		return 0;
	}
	*end = pages_end;
	return ftruncate(writer->fd, (off_t)pages_end) ? -errno : 0;
}

static int find_holes(struct dat_writer *writer, struct dat_holes *holes, uint64_t *end,
		      uint64_t *names_end)
{
	struct dat_head *head = &writer->head;
	struct part parts[VTRACE_MAX_CPUS];
	uint64_t at = dat_place(&head->bytes);
	unsigned count = 0;
	int ret;

	ret = read_table(writer, parts, &count);
	if (!ret)
		ret = find_names_end(writer, names_end);
	if (ret)
		return ret;
	if (head->slack)
		dat_holes_add(holes, head->slack, head->names);
	dat_holes_add(holes, *names_end, head->names + 8 + DAT_NAMES_ROOM);
	for (unsigned i = 0; i < count; i++) {
		dat_holes_add(holes, at, parts[i].from);
		at = parts[i].to;
	}
	if (writer->late.length)
		dat_holes_add(holes, at, writer->late.base);
	ret = find_end(writer, at, end);
	/* The section of all pages ends with them, or where the late formats begin. */
	if (head->version == TRACE_DAT_VERSION_7)
		dat_span_to(&head->bytes, head->buffer_span,
			    writer->late.length ? writer->late.base : at);
	return ret;
}

/* ---- the file without its holes ---- */

static int write_spans(int fd, const struct dat_bytes *bytes, const struct dat_holes *holes)
{
	uint8_t number[8];
	int ret = 0;

	for (size_t i = 0; i < bytes->span_count && !ret; i++) {
		const struct dat_span *span = &bytes->spans[i];

		dat_encode(number,
			   dat_holes_map(holes, span->to) - dat_holes_map(holes, span->from),
			   span->width, bytes->big_endian);
		ret = dat_write_at(fd, number, span->width, dat_holes_map(holes, span->at));
	}
	return ret;
}

/* Fill what is left of a hole in a text with empty lines. */
static int blank(int fd, const struct dat_holes *holes, uint64_t from, uint64_t to)
{
	char lines[4096];
	int ret = 0;

	memset(lines, '\n', sizeof(lines));
	from = dat_holes_map(holes, from);
	to = dat_holes_map(holes, to);
	while (from < to && !ret) {
		size_t n = to - from < sizeof(lines) ? to - from : sizeof(lines);

		ret = dat_write_at(fd, lines, n, from);
		from += n;
	}
	return ret;
}

static int settle(struct dat_writer *writer, int fd, const struct dat_holes *holes,
		  uint64_t names_end)
{
	const struct dat_head *head = &writer->head;
	int ret = write_spans(fd, &head->bytes, holes);

	if (!ret)
		ret = write_spans(fd, &writer->late, holes);
	/* In version 6 their sizes are those of the rooms. */
	if (!ret && head->version == TRACE_DAT_VERSION_6)
		ret = blank(fd, holes, head->slack, head->names);
	if (!ret && head->version == TRACE_DAT_VERSION_6)
		ret = blank(fd, holes, names_end, head->names + 8 + DAT_NAMES_ROOM);
	return ret;
}

/* A file without holes, made beside this one, takes its place. 0 or -errno. */
static int copy_beside(struct dat_writer *writer, const struct dat_holes *holes, uint64_t end,
		       uint64_t names_end)
{
	char *beside;
	int fd, ret;

	if (asprintf(&beside, "%s.XXXXXX", writer->path) < 0)
		return -ENOMEM;
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		free(beside);
		return ret;
	}
	ret = dat_holes_copy(holes, writer->fd, fd, end);
	if (!ret)
		ret = settle(writer, fd, holes, names_end);
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(beside, writer->path))
		ret = -errno;
	if (ret)
		unlink(beside);
	free(beside);
	return ret;
}

/* Hole after hole, from the last on, so that after each no more than the places of what lies behind
 * it have to be written: killed at any other moment, the file can be read. */
static int take_in_place(struct dat_writer *writer, const struct dat_holes *holes,
			 struct dat_holes *taken)
{
	struct dat_holes left = *holes;
	int ret = 0;

	while (left.count && !ret) {
		ret = dat_holes_take(&left, taken, writer->fd);
		if (!ret)
			ret = write_spans(writer->fd, &writer->head.bytes, taken);
		if (!ret)
			ret = write_spans(writer->fd, &writer->late, taken);
	}
	return ret;
}

static int take_out(struct dat_writer *writer, const struct dat_holes *holes, uint64_t end,
		    uint64_t names_end)
{
	struct dat_holes taken = {.count = 0};
	int ret = take_in_place(writer, holes, &taken), err;

	if (ret && !taken.count && dat_holes_bytes(holes) >= COPY_LEAST) {
		err = copy_beside(writer, holes, end, names_end);
		if (!err)
			return 0;
		ret = err;
	} else if (ret && dat_holes_bytes(holes) < COPY_LEAST) {
		ret = 0;
	}
	err = settle(writer, writer->fd, &taken, names_end);
	return err ? err : ret;
}

int dat_finish(struct dat_writer *writer, char *remark, size_t remark_size)
{
	struct dat_holes holes = {.count = 0};
	uint64_t end = 0, names_end = 0;
	int ret;

	remark[0] = '\0';
	if (!writer)
		return 0;
	holes.alignment = writer->alignment;
	ret = find_holes(writer, &holes, &end, &names_end);
	if (!ret)
		ret = take_out(writer, &holes, end, names_end);
	if (ret == -EBADMSG)
		snprintf(remark, remark_size,
			 "the table of pages in %s makes no sense: it is left as it is",
			 writer->path);
	else if (ret)
		snprintf(remark, remark_size,
			 "%s is whole, but keeps the holes that it had while it was written (%s): "
			 "copy it with a program that knows holes, such as cp --sparse=always",
			 writer->path, strerror(-ret));
	dat_abandon(writer);
	return ret == -EBADMSG ? ret : 0;
}
