// SPDX-License-Identifier: GPL-2.0-only
#include "tui/batch_lines.h"

#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/text.h"

#define BUFFER_SIZE (256 * 1024)
/* A row's own strings and the columns around them, and the same with every byte escaped. */
#define LINE_RAW_MAX	  (2 * ENGINE_NAME_MAX + ENGINE_TEXT_MAX + 128)
#define LINE_STRIPPED_MAX (4 * LINE_RAW_MAX + 2)
#define NAME_WIDTH	  20

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

void lines_set_clock(struct lines *lines, const char *clock)
{
	/* Linux, kernel/trace/trace.c, trace_clocks[]: those with in_ns == 0. */
	lines->ticks =
		!strcmp(clock, "counter") || !strcmp(clock, "x86-tsc") || !strcmp(clock, "ppc-tb");
}

/* libtraceevent's "%6.1000d", or "%12d" for ticks (tep_print_event(3)): microseconds, rounded,
 * with a point as soon as there is a whole second. */
static int format_time(const struct lines *lines, char *text, size_t size, uint64_t ts)
{
	uint64_t us = ts / 1000 + (ts % 1000 >= 500);

	if (lines->ticks)
		return snprintf(text, size, "%12" PRIu64 ":", ts);
	if (us > 1000000)
		return snprintf(text, size, " %5" PRIu64 ".%06" PRIu64 ":", us / 1000000,
				us % 1000000);
	return snprintf(text, size, " %12" PRIu64 ":", us);
}

static size_t format_event(const struct lines *lines, char *text, size_t size,
			   const struct engine_row_view *view)
{
	const struct engine_row *row = view->row;
	char time[40];
	int length;

	format_time(lines, time, sizeof(time), row->at.ts);
	length = snprintf(text, size, "%*s%.*s-%-5d [%03u]%s %.*s: %*s%.*s",
			  row->task_len < 16 ? 16 - row->task_len : 0, "", row->task_len,
			  view->task, row->pid, row->at.cpu, time, row->event_len, view->event,
			  row->event_len < NAME_WIDTH ? NAME_WIDTH - row->event_len : 0, "",
			  row->detail_len, view->detail);
	return (size_t)length < size ? (size_t)length : size - 1;
}

static size_t format_row(const struct lines *lines, char *text, size_t size,
			 const struct engine_row_view *view)
{
	const struct engine_row *row = view->row;
	int length;

	switch (row->kind) {
	case ENGINE_ROW_LOST:
		length = row->count ? snprintf(text, size, "CPU:%u [%" PRIu64 " EVENTS DROPPED]",
					       row->at.cpu, row->count)
				    : snprintf(text, size, "CPU:%u [EVENTS DROPPED]", row->at.cpu);
		break;
	case ENGINE_ROW_BAD_PAGE:
		length = snprintf(text, size, "CPU:%u [BAD PAGE: %.*s]", row->at.cpu,
				  row->detail_len, view->detail);
		break;
	case ENGINE_ROW_GAP:
		length = snprintf(text, size, "CPU:%u [GAP: %" PRIu64 " BYTES SKIPPED]",
				  row->at.cpu, row->count);
		break;
	default:
		return format_event(lines, text, size, view);
	}
	return (size_t)length < size ? (size_t)length : size - 1;
}

int lines_row(struct lines *lines, const struct engine_row_view *view)
{
	char raw[LINE_RAW_MAX];
	size_t length;
	int err = lines->error;

	if (!err && BUFFER_SIZE - lines->length < LINE_STRIPPED_MAX)
		err = lines_flush(lines);
	if (err)
		return err;
	length = format_row(lines, raw, sizeof(raw), view);
	lines->length += text_strip(lines->buffer + lines->length, LINE_STRIPPED_MAX, raw, length,
				    lines->ascii);
	lines->buffer[lines->length++] = '\n';
	return 0;
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
