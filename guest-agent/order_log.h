/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's orders about a buffer, as they were written, to be given once more to another one.
 * Called by traced.c.
 */
#ifndef VTRACE_AGENT_ORDER_LOG_H
#define VTRACE_AGENT_ORDER_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes; who orders more begins with "restore". */
#define ORDER_LOG_MAX (64 * 1024)

/* All zero is a valid start. */
struct order_log {
	char *text; /* malloc()ed: lines, each ended by a NUL */
	size_t length;
	bool broken; /* it is not complete: too much, or no memory */
};

/* Keep VERB ARGS. */
void order_log_add(struct order_log *log, const char *verb, const char *args);

/* The line behind another, or the first one with NULL; NULL at the end. */
const char *order_log_next(const struct order_log *log, const char *line);

/* Forget all. */
void order_log_clear(struct order_log *log);

#endif
