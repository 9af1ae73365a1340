// SPDX-License-Identifier: GPL-2.0-only
#include "formats/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

/* Write all of the vector, however the descriptor splits it. */
static void writer_put(struct bundle_writer *writer, struct iovec *part, int parts)
{
	while (!writer->error && parts > 0) {
		ssize_t n;

		if (part->iov_len == 0) {
			part++;
			parts--;
			continue;
		}
		n = writev(writer->fd, part, parts);
		if (n < 0) {
			if (errno != EINTR)
				writer->error = -errno;
			continue;
		}
		if (n == 0) {
			writer->error = -EIO;
			continue;
		}
		writer->bytes += (size_t)n;
		while (parts > 0 && (size_t)n >= part->iov_len) {
			n -= (ssize_t)part->iov_len;
			part++;
			parts--;
		}
		if (parts > 0) {
			part->iov_base = (char *)part->iov_base + n;
			part->iov_len -= (size_t)n;
		}
	}
}

static void writer_text(struct bundle_writer *writer, char *text, int length)
{
	struct iovec part = {.iov_base = text, .iov_len = (size_t)length};

	writer_put(writer, &part, 1);
}

void bundle_writer_init(struct bundle_writer *writer, int fd)
{
	char magic[] = BUNDLE_MAGIC;

	memset(writer, 0, sizeof(*writer));
	writer->fd = fd;
	writer->in_header = 1;
	writer_text(writer, magic, sizeof(magic) - 1);
}

void bundle_writer_header(struct bundle_writer *writer, const char *key, const char *value)
{
	char line[64 + VTRACE_BUNDLE_VALUE_MAX];
	int key_length, length;

	if (writer->error)
		return;
	if (!writer->in_header || !bundle_name_valid(key) || strlen(key) >= 62) {
		writer->error = -EINVAL;
		return;
	}
	key_length = snprintf(line, sizeof(line), "%s ", key);
	length = key_length + snprintf(line + key_length, VTRACE_BUNDLE_VALUE_MAX, "%s", value);
	if (length - key_length > VTRACE_BUNDLE_VALUE_MAX - 1) {
		writer->error = -E2BIG;
		return;
	}
	for (int i = key_length; i < length; i++) {
		if (line[i] < 0x20 || line[i] > 0x7e)
			line[i] = '?';
	}
	line[length++] = '\n';
	writer_text(writer, line, length);
}

static void end_header(struct bundle_writer *writer)
{
	char empty[] = "\n";

	if (!writer->in_header)
		return;
	writer->in_header = 0;
	writer_text(writer, empty, 1);
}

void bundle_writer_section(struct bundle_writer *writer, const char *name, const void *data,
			   size_t length)
{
	char head[VTRACE_BUNDLE_NAME_MAX + 40];
	char tail[] = "\n";
	struct iovec part[3];

	if (writer->error)
		return;
	end_header(writer);
	if (!bundle_name_valid(name)) {
		writer->error = -EINVAL;
		return;
	}
	if (length > VTRACE_BUNDLE_SECTION_MAX || writer->sections == VTRACE_BUNDLE_SECTIONS) {
		writer->error = -E2BIG;
		return;
	}
	part[0].iov_base = head;
	part[0].iov_len = (size_t)snprintf(head, sizeof(head), "section %s %zu\n", name, length);
	part[1].iov_base = (void *)data;
	part[1].iov_len = length;
	part[2].iov_base = tail;
	part[2].iov_len = 1;
	writer_put(writer, part, 3);
	writer->sections++;
}

int bundle_writer_finish(struct bundle_writer *writer)
{
	char line[32];

	end_header(writer);
	writer_text(writer, line, snprintf(line, sizeof(line), "end %u\n", writer->sections));
	if (!writer->error && writer->bytes > VTRACE_BUNDLE_MAX)
		writer->error = -E2BIG;
	return writer->error;
}
