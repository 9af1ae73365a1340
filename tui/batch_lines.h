/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows as lines on a descriptor, in the layout of `trace-cmd report`, in large writes. Called by
 * batch only. It is the one place where bytes of a guest meet stdout, and it strips them there.
 */
#ifndef VTRACE_BATCH_LINES_H
#define VTRACE_BATCH_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/engine/client.h"

struct lines {
	int fd;	     /* the caller's */
	int stop_fd; /* readable when a person asks to stop; then a full pipe is not waited for */
	bool pipe;   /* fd can be full for as long as its reader likes */
	bool ascii;  /* no UTF-8 in this locale */
	bool ticks;  /* the clock counts something else than nanoseconds */
	int error;   /* the first -errno of writing, after which nothing is written */
	char *buffer;
	size_t length;
};

/* 0 or -ENOMEM. */
int lines_init(struct lines *lines, int fd, int stop_fd);
/* The guest's trace_clock, "" when unknown; decides how times are printed. */
void lines_set_clock(struct lines *lines, const char *clock);
/* Add one row as a line. 0, or what lines_flush() says when the buffer had to be emptied first
 * and could not; the row is not taken then. */
int lines_row(struct lines *lines, const struct engine_row_view *view);
/* Write out what is held. 0 or the first -errno: -EPIPE when the reader went, -EINTR when
 * stop_fd became readable while the pipe was full (what is held stays held). */
int lines_flush(struct lines *lines);
/* Frees; writes nothing. Takes one that is all zero. */
void lines_release(struct lines *lines);

#endif
