// SPDX-License-Identifier: GPL-2.0-only
#include "tui/batch_lines.h"

#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/text.h"

/* What is held before it is written. Text that needs no stripping is not held at all, so this is
 * for the smaller ones; and a packet's line, with every byte escaped, fits. */
#define BUFFER_SIZE (1024 * 1024)
#define PIECE_MAX   (128 * 1024)

int lines_init(struct lines *lines, int fd, int stop_fd)
{
	struct stat st;

	memset(lines, 0, sizeof(*lines));
	lines->fd = fd;
	lines->stop_fd = stop_fd;
	lines->pipe = fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
	lines->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	lines->buffer = malloc(BUFFER_SIZE);
	return lines->buffer ? 0 : -ENOMEM;
}

void lines_release(struct lines *lines)
{
	free(lines->buffer);
	lines->buffer = NULL;
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

	while (at < length && at < PIECE_MAX && !is_plain((unsigned char)text[at]))
		at++;
	return at;
}

static int hold(struct lines *lines, const char *text, size_t length)
{
	int err = BUFFER_SIZE - lines->length < length ? lines_flush(lines) : 0;

	if (err)
		return err;
	memcpy(lines->buffer + lines->length, text, length);
	lines->length += length;
	return 0;
}

static int strip(struct lines *lines, const char *text, size_t length)
{
	size_t room = 4 * length + 1;
	int err = BUFFER_SIZE - lines->length < room ? lines_flush(lines) : 0;

	if (!err)
		lines->length +=
			text_strip(lines->buffer + lines->length, room, text, length, lines->ascii);
	return err;
}

int lines_add(struct lines *lines, const char *text, size_t length)
{
	int err = lines->error;

	while (!err && length) {
		size_t plain = plain_length(text, length), odd;

		if (plain > PIECE_MAX)
			plain = PIECE_MAX;
		err = hold(lines, text, plain);
		text += plain;
		length -= plain;
		odd = odd_length(text, length);
		if (!err && odd)
			err = strip(lines, text, odd);
		text += odd;
		length -= odd;
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
