/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the agent has to say and the control port has not taken yet. A host that asks and never
 * reads must not hold the agent up: the oldest lines are dropped then, whole ones only. Called by
 * the control loop.
 */
#ifndef VTRACE_AGENT_ANSWERS_H
#define VTRACE_AGENT_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

#define ANSWERS_MAX 64 /* lines */

/* All zero is a valid start. */
struct answers {
	char *line[ANSWERS_MAX]; /* a ring of malloc()ed lines, each with its LF */
	unsigned first;
	unsigned count;
	size_t sent;	  /* bytes of the first line that are out already */
	unsigned dropped; /* lines, ever */
};

/* Queue a line; format gives it without LF. What is not printable ASCII becomes '?', what is over
 * VTRACE_LINE_MAX is cut. Without memory the line counts as dropped. */
__attribute__((format(printf, 2, 3))) void answers_add(struct answers *answers, const char *format,
						       ...);

/* The line that was queued last, with its LF; NULL when none waits. */
const char *answers_last(const struct answers *answers);

/* Write to a non-blocking descriptor what it takes. 0 when all is out, -EAGAIN when it takes no
 * more now, or -errno. */
int answers_write(struct answers *answers, int fd);

/* Drop all lines. */
void answers_clear(struct answers *answers);

#endif
