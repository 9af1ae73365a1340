/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines that the engine has made on a descriptor, in large writes. Called by batch only. It is the
 * one place where bytes of a guest meet stdout, and it strips them there: of control characters
 * only the ends of lines and tabs are left, which trace-cmd report prints too.
 */
#ifndef VTRACE_BATCH_LINES_H
#define VTRACE_BATCH_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
	int fd;	     /* the caller's */
	int stop_fd; /* readable when a person asks to stop; then a full pipe is not waited for */
	bool pipe;   /* fd can be full for as long as its reader likes */
	bool ascii;  /* no UTF-8 in this locale */
	bool raw;    /* nothing is stripped: for a reader that is no terminal */
	int error;   /* the first -errno of writing, after which nothing is written */
	char *buffer;
	char *piece; /* of text that is being stripped */
	size_t length;
};

/* 0 or -ENOMEM. */
int lines_init(struct lines *lines, int fd, int stop_fd);
/* Add whole lines, length bytes, which may change while they are read. 0, or what lines_flush()
 * says when what is held had to be written first and could not be: the rest of the text is lost
 * then. */
int lines_add(struct lines *lines, const char *text, size_t length);
/* Write out what is held. 0 or the first -errno: -EPIPE when the reader went, -EINTR when
 * stop_fd became readable while the pipe was full (what is held stays held). */
int lines_flush(struct lines *lines);
/* Frees; writes nothing. Takes one that is all zero. */
void lines_release(struct lines *lines);

#endif
