// SPDX-License-Identifier: GPL-2.0-only
#include "tui/capture/dat_holes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_BYTES (1024 * 1024)

void dat_holes_add(struct dat_holes *holes, uint64_t from, uint64_t to)
{
	uint64_t mask = holes->alignment - 1;

	from = (from + mask) & ~mask;
	to &= ~mask;
	if (from >= to || holes->count == DAT_HOLES_MAX)
		return;
	holes->hole[holes->count].from = from;
	holes->hole[holes->count].to = to;
	holes->count++;
}

uint64_t dat_holes_bytes(const struct dat_holes *holes)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < holes->count; i++)
		bytes += holes->hole[i].to - holes->hole[i].from;
	return bytes;
}

uint64_t dat_holes_map(const struct dat_holes *holes, uint64_t place)
{
	uint64_t before = 0;

	for (unsigned i = 0; i < holes->count && holes->hole[i].from < place; i++)
		before += (place < holes->hole[i].to ? place : holes->hole[i].to) -
			  holes->hole[i].from;
	return place - before;
}

int dat_holes_take(struct dat_holes *holes, struct dat_holes *taken, int fd)
{
	uint64_t from = holes->hole[holes->count - 1].from;
	uint64_t length = holes->hole[holes->count - 1].to - from;

	while (fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, (off_t)from, (off_t)length))
		if (errno != EINTR)
			return -errno;
	holes->count--;
	memmove(taken->hole + 1, taken->hole, taken->count * sizeof(taken->hole[0]));
	taken->hole[0] = holes->hole[holes->count];
	taken->count++;
	return 0;
}

/* The plain way, where copy_file_range(2) does not go. */
static ssize_t copy_some(int from, int to, off_t *offset, size_t length)
{
	char *buffer = malloc(COPY_BYTES);
	ssize_t got = -1, n, done = 0;

	if (buffer)
		got = pread(from, buffer, length < COPY_BYTES ? length : COPY_BYTES, *offset);
	while (done < got) {
		n = write(to, buffer + done, (size_t)(got - done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			got = -1;
			break;
		}
		done += n;
	}
	free(buffer);
	if (got > 0)
		*offset += got;
	return got;
}

static int copy_span(int from, int to, uint64_t start, uint64_t end)
{
	off_t offset = (off_t)start;
	bool plain = false;

	while ((uint64_t)offset < end) {
		size_t left = end - (uint64_t)offset;
		ssize_t n = plain ? copy_some(from, to, &offset, left)
				  : copy_file_range(from, &offset, to, NULL, left, 0);

		if (n > 0 || (n < 0 && errno == EINTR))
			continue;
		if (!n)
			return -EIO; /* the file ends before its parts do */
		if (plain || errno == ENOSPC || errno == EDQUOT || errno == EIO || errno == EFBIG)
			return -errno;
		plain = true;
	}
	return 0;
}

int dat_holes_copy(const struct dat_holes *holes, int from, int to, uint64_t length)
{
	uint64_t start = 0;
	int ret = 0;

	for (unsigned i = 0; i < holes->count && !ret; i++) {
		ret = copy_span(from, to, start, holes->hole[i].from);
		start = holes->hole[i].to;
	}
	return ret ? ret : copy_span(from, to, start, length);
}
