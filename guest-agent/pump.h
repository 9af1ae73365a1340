/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One CPU's pump: a thread, bound to its CPU, that moves the pages of that CPU's ring buffer
 * through a pipe into a port, by splice, so that nothing copies them on the way. Called by pumps.c.
 * It looks into no page, knows no other CPU, and takes nothing for fatal but the loss of its way
 * out: a full port, a port without a host, an offline CPU are states that it waits in.
 *
 *     trace_pipe_raw ─splice→ pipe ─splice→ port
 *                    ─read, write→        (pages that are not full, after PUMP_FLUSH_MS or to
 * drain)
 *
 * Whatever leaves the ring goes through the pipe, so the order of pages is that of the ring.
 */
#ifndef VTRACE_AGENT_PUMP_H
#define VTRACE_AGENT_PUMP_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A page that is not full is sent after so many milliseconds without a full one. */
#define PUMP_FLUSH_MS 200

/*
 * Pages that are in the pipe at a time, and what is in the pipe is always offered to the port as a
 * whole, for three reasons that lie in Linux, drivers/char/virtio_console.c,
 * port_fops_splice_write:
 * - It makes a scatterlist of as many entries as the pipe has buffers. When fewer are spliced, the
 *   virtqueue still walks all of the list, past the end of its indirect table: that overwrites the
 *   guest's memory and hands the device buffers of no size, upon which QEMU gives the device up.
 * - It drops without a word what the queue has no room for. The queue has 128 entries, all of which
 *   a burst may need where there are no indirect descriptors.
 * - A host that stops reading makes the guest keep 128 bursts: 16 MiB a CPU.
 */
#define PUMP_BURST 32

struct pump;

enum pump_phase {
	PUMP_STOPPED,  /* sleeps */
	PUMP_RUNNING,  /* moves full pages as they come, others after PUMP_FLUSH_MS */
	PUMP_DRAINING, /* moves everything that is there, if there is a host to take it; then
			  reports */
	PUMP_LEAVING,  /* ends its thread, whatever is left */
};

struct pump_setup {
	unsigned cpu;
	size_t pipe_size; /* bytes; at least a sub-buffer, of use up to PUMP_BURST of them */
	size_t subbuf_size;
	int pages; /* trace_pipe_raw, O_NONBLOCK; the pump's from now on, also on failure */
	int out;   /* the port, O_NONBLOCK; the pump's as well, unless shared is set */
	pthread_mutex_t *shared; /* out is used by several pumps: hold this for whole pages */
	int report; /* eventfd to write when something changed that the caller should look at */
};

/* What a pump tells about itself; each value stands alone. */
struct pump_status {
	uint64_t pages_spliced; /* moved whole */
	uint64_t pages_flushed; /* copied because they were not full */
	uint64_t bytes_sent;
	uint64_t bytes_lost; /* taken by the port and gone */
	bool online;	     /* its CPU is, as far as it can tell */
	int ring_error;	     /* -errno of the last odd failure to read the ring, or 0 */
	int out_error;	     /* -errno: out is gone for good (-ENODEV, -EPIPE, ...), or 0 */
};

/* Make a pump, in PUMP_STOPPED. 0 or -errno. */
int pump_start(struct pump **pump, const struct pump_setup *setup);

/* Give an order; epoch, from 1, tells orders apart in pump_drained(). One thread at a time. */
void pump_order(struct pump *pump, enum pump_phase phase, unsigned epoch);

/*
 * Send what was written to the ring until now, pages that are not full included, and go on as
 * ordered. sync, from 1, counts these requests. pages is how many the ring has: after so many, what
 * comes was written later. A pump that is stopped or has drained has done so at once. Only when
 * the request before is carried out.
 */
void pump_sync(struct pump *pump, unsigned sync, size_t pages);

/* Whether the last request to sync is carried out, or never will be: out is gone, or nobody is at
 * its other end. */
bool pump_synced(const struct pump *pump);

/*
 * The ring anew, when the size of its sub-buffers has changed: pages is another descriptor of it,
 * the pump's from now on, since splice() wants the position of the old one to be a multiple of the
 * size (Linux, kernel/trace/trace.c, tracing_buffers_splice_read). The pipe grows with the size,
 * and what it still holds of another one is thrown away and counted as lost. pages may be -1 until
 * the next call. Only while the pump is stopped or drained. 0 or -errno.
 */
int pump_set_pages(struct pump *pump, int pages, size_t subbuf_size);

/* Whether the order to drain of that epoch is carried out, or never will be: out is gone. */
bool pump_drained(const struct pump *pump, unsigned epoch);

void pump_status(const struct pump *pump, struct pump_status *status);

/* After PUMP_LEAVING: wait for the thread's end until deadline (CLOCK_REALTIME), close and free.
 * -ETIMEDOUT: the thread hangs in the kernel and pump stays allocated. Takes NULL. */
int pump_free(struct pump *pump, const struct timespec *deadline);

#endif
