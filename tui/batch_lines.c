// SPDX-License-Identifier: GPL-2.0-only
#include "tui/batch_lines.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/text.h"

/* What is held before it is written, and what is copied into it at a time. */
#define BUFFER_SIZE (512 * 1024)
#define PIECE_MAX   (32 * 1024)

int lines_init(struct lines *lines, int fd, int stop_fd)
{
	struct stat st;

	memset(lines, 0, sizeof(*lines));
	lines->fd = fd;
	lines->stop_fd = stop_fd;
	lines->pipe = fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
	lines->ascii = text_ascii();
	lines->buffer = malloc(BUFFER_SIZE);
	lines->piece = malloc(PIECE_MAX);
	return lines->buffer && lines->piece ? 0 : -ENOMEM;
}

void lines_release(struct lines *lines)
{
	free(lines->buffer);
	free(lines->piece);
	lines->buffer = lines->piece = NULL;
}

static bool is_plain(unsigned char c)
{
	return (c >= ' ' && c < 0x7f) || c == '\n' || c == '\t';
}

typedef uint8_t block __attribute__((vector_size(16)));

/* Is every byte of a block plain? All of them at once, for this looks at all that is printed. */
static bool block_is_plain(const char *text)
{
	uint64_t word[sizeof(block) / 8];
	block bytes, odd;

	memcpy(&bytes, text, sizeof(bytes));
	odd = (block)((bytes < ' ') & (bytes != '\n') & (bytes != '\t')) | (block)(bytes > '~');
	memcpy(word, &odd, sizeof(word));
	return !(word[0] | word[1]);
}

/* How many bytes at the start are printable ASCII, tabs and ends of lines. */
static size_t plain_length(const char *text, size_t length)
{
	size_t at = 0;

	while (at + sizeof(block) <= length && block_is_plain(text + at))
		at += sizeof(block);
	while (at < length && is_plain((unsigned char)text[at]))
		at++;
	return at;
}

/* Bytes up to where something plain begins again, behind a whole character if there is one. */
static size_t odd_length(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length && !is_plain((unsigned char)text[at]))
		at++;
	return at;
}

/* The piece of text that was copied behind what is held is not plain from at on: put it there
 * again, stripped. There is room for that. */
static void strip(struct lines *lines, size_t at, size_t length)
{
	char *held = lines->buffer + lines->length;
	char *piece = memcpy(lines->piece, held + at, length - at);

	lines->length += at;
	length -= at;
	while (length) {
		size_t odd = odd_length(piece, length), plain;

		lines->length += text_strip(lines->buffer + lines->length, 4 * odd + 1, piece, odd,
					    lines->ascii);
		plain = plain_length(piece + odd, length - odd);
		memcpy(lines->buffer + lines->length, piece + odd, plain);
		lines->length += plain;
		piece += odd + plain;
		length -= odd + plain;
	}
}

int lines_add(struct lines *lines, const char *text, size_t length)
{
	int err = lines->error;

	while (!err && length) {
		size_t part = length < PIECE_MAX ? length : PIECE_MAX, plain;

		/* The piece, every byte of it escaped, and what ends a string. */
		if (BUFFER_SIZE - lines->length < 4 * part + 1) {
			err = lines_flush(lines);
			if (err)
				break;
		}
		/* Looked at is only the copy. */
		memcpy(lines->buffer + lines->length, text, part);
		plain = lines->raw ? part : plain_length(lines->buffer + lines->length, part);
		if (plain == part)
			lines->length += part;
		else
			strip(lines, plain, part);
		text += part;
		length -= part;
	}
	return err;
}

/* Wait until a pipe takes something. 0, or -EINTR when asked to stop meanwhile. */
static int wait_for_reader(struct lines *lines)
{
	struct pollfd fds[2] = {
		{.fd = lines->fd, .events = POLLOUT},
		{.fd = lines->stop_fd, .events = POLLIN},
	};

	while (poll(fds, 2, -1) < 0)
		if (errno != EINTR)
			return -errno;
	return fds[0].revents ? 0 : -EINTR;
}

int lines_flush(struct lines *lines)
{
	size_t done = 0, chunk;
	ssize_t put;
	int err = lines->error;

	while (!err && done < lines->length) {
		chunk = lines->length - done;
		if (lines->pipe) {
			err = wait_for_reader(lines);
			if (err)
				break;
			/* So much fits without blocking once poll said that it does (pipe(7)). */
			if (chunk > PIPE_BUF)
				chunk = PIPE_BUF;
		}
		put = write(lines->fd, lines->buffer + done, chunk);
		if (put >= 0)
			done += (size_t)put;
		else if (errno == EAGAIN)
			err = wait_for_reader(lines);
		else if (errno != EINTR)
			err = -errno;
	}
	lines->length -= done;
	memmove(lines->buffer, lines->buffer + done, lines->length);
	if (err && err != -EINTR)
		lines->error = err;
	return err;
}
