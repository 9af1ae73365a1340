/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps the agent out of the trace: moving pages makes events, which would make pages. Called when
 * threads were started and before they end. It never drops what an administrator put on the
 * kernel's lists, and a kernel without the lists (before 5.7) is no error.
 */
#ifndef VTRACE_AGENT_NOTRACE_H
#define VTRACE_AGENT_NOTRACE_H

#include "guest-agent/tracefs.h"

/* Put every thread of this process on set_event_notrace_pid and set_ftrace_notrace_pid of the
 * instance; threads that are on them stay. 0 or -errno. */
int notrace_add_threads(const struct tracefs *tracefs);

/* Take every thread of this process off the lists. 0 or -errno. */
int notrace_remove_threads(const struct tracefs *tracefs);

/* Copy the blank- or LF-separated numbers of list into kept, each followed by a blank, but for
 * those that are among the count threads. kept holds strlen(list) + 2 bytes. */
void notrace_without(const char *list, const long *threads, size_t count, char *kept);

#endif
