/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tracefs instance of the agent's own, for what the host orders while nobody in the guest uses
 * the top buffer: so neither gets into the other's way, and all that was changed goes with it. The
 * pumps are led from one buffer to the other while they run, without a page lost: each sends what
 * is left of the old one first. Called by the control loop.
 *
 * The directory behind tracefs->instance is replaced, under the same descriptor, so that every
 * other room goes on with the new buffer from the next call on.
 */
#ifndef VTRACE_AGENT_OWN_INSTANCE_H
#define VTRACE_AGENT_OWN_INSTANCE_H

#include <stdbool.h>

#include "guest-agent/pumps.h"
#include "guest-agent/tracefs.h"

#define OWN_INSTANCE "vtrace"

struct own_instance {
	const struct tracefs *tracefs;
	struct tracefs top; /* the top buffer; its descriptors are those of tracefs */
	struct pumps *pumps;
	bool may;	       /* no buffer was chosen by who started the agent */
	bool in;	       /* instances/vtrace is the traced buffer */
	bool moving;	       /* the pumps send what is left of the buffer before */
	enum pump_phase phase; /* what they do after it */
	int before;	       /* directory of that buffer; -1 */
	/* What is added to a CPU's counters, so that they go on over a change of buffers. */
	struct ring_stats base[VTRACE_MAX_CPUS];
};

/* Begin. An instance that an agent left behind when it was killed is traced on when it has events
 * or a tracer, else removed. */
void own_instance_begin(struct own_instance *own, const struct tracefs *tracefs,
			struct pumps *pumps, bool may);

/* Whether to enter it before the host changes something: it may be, the pumps are not on their way
 * out of it, and in the top buffer no event is enabled and no tracer set. */
bool own_instance_wanted(const struct own_instance *own);

/*
 * Make the instance with the top buffer's clock and sizes, not recording, and trace it; or go back
 * to the top buffer and remove it. phase is what the pumps are doing: while they are stopped it is
 * done at once, else by own_instance_check(). 0, or -errno with nothing changed: kernels without
 * instances, no memory, a size of pages that cannot be had there.
 */
int own_instance_enter(struct own_instance *own, enum pump_phase phase);
int own_instance_leave(struct own_instance *own, enum pump_phase phase);

/* Whether events are enabled in it, or a tracer is set; and whether it lacks a tracer that the top
 * buffer has (kernel/trace/trace.h, allow_instances). */
bool own_instance_in_use(const struct own_instance *own);
bool own_instance_lacks_tracer(const struct own_instance *own, const char *name);

/* Give all pumps an order, now or when they have come to the other buffer. */
void own_instance_order(struct own_instance *own, enum pump_phase phase);
/* After news of the pumps: lead those that have sent what was left to the other buffer. Whether
 * none is on its way any more. */
bool own_instance_check(struct own_instance *own);

/* Counters of one CPU over all buffers that were traced. 0 or -errno. */
int own_instance_stats(const struct own_instance *own, unsigned cpu, struct ring_stats *stats);

/* As pumps_refresh(). New threads must not be traced: they go on the lists of the traced buffer,
 * and of the top one, to which the pumps come back. Only then are these written, since the kernel
 * lets every write wait for all CPUs. */
int own_instance_refresh_pumps(const struct own_instance *own);
/* Take all threads off, at the end. What the instance has of them goes with it. */
void own_instance_show_threads(const struct own_instance *own);

/* Once the pumps are released: back to the top buffer, and remove it. */
void own_instance_end(struct own_instance *own);

#endif
