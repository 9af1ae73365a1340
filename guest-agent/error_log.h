/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel says of an order that it did not understand: tracing/error_log (Linux,
 * kernel/trace/trace.c, tracing_log_err), which keeps the last eight. Called by the rooms that
 * write such orders.
 */
#ifndef VTRACE_AGENT_ERROR_LOG_H
#define VTRACE_AGENT_ERROR_LOG_H

#include <stddef.h>

/* The log below dir as it is now, for error_log_explain(); the caller's; NULL: there is none. */
char *error_log_read(int dir);
/* Why an order failed with err, a -errno: the last entry of the log, when it has come since before
 * was read, else the error's own words. */
void error_log_explain(int dir, const char *before, int err, char *reason, size_t size);

/* The last entry of a log: what, and at which character. 0 or -EINVAL. */
int error_log_parse(const char *log, char *reason, size_t size);

#endif
