/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verb "snapshot" of the control port: the kernel's spare ring buffer, which changes places
 * with the traced one (Linux, Documentation/trace/ftrace.rst, "Snapshot"). It is taken and freed
 * here and looked at in the guest: its pages are not sent. Called by the control loop and by
 * triggers.c.
 *
 * What the pumps have not taken when it happens goes with it, and the counters of the ring are
 * those of the other buffer from then on (kernel/trace/trace.c, update_max_tr).
 */
#ifndef VTRACE_AGENT_SNAPSHOT_H
#define VTRACE_AGENT_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "guest-agent/answers.h"
#include "guest-agent/tracefs.h"

/* Begin with tracefs set and all else zero. */
struct snapshot {
	const struct tracefs *tracefs;
	bool ours; /* it was allocated for the host, and is to be freed at the end */
};

/* Do what args order and queue the answer. */
void snapshot_answer(struct snapshot *snapshot, const char *args, struct answers *answers);

/* Whether the traced buffer has one, of whoever. 0 or -errno; -ENOENT: the kernel has none. */
int snapshot_allocated(const struct tracefs *tracefs, bool *allocated);

/* Before and after something makes the kernel allocate it, such as a trigger. 0, or -errno with
 * reason set: there is none in this kernel, one of somebody else's, or no memory for it. */
int snapshot_check(const struct snapshot *snapshot, char *reason, size_t size);
void snapshot_made(struct snapshot *snapshot);

/* Free it if it is the host's. 1: it was; 0: there was nothing to do; or -errno. */
int snapshot_restore(struct snapshot *snapshot);

#endif
