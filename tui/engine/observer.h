/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads one CPU's ring in a guest's memory while the guest writes to it, or after it has died, and
 * never writes to it: the guest knows nothing of an observer. What it hands on is what the guest's
 * trace_pipe_raw would give (Linux, kernel/trace/ring_buffer.c, ring_buffer_read_page()): whole
 * sub-buffers, oldest events first, each event once. A stream reads from it as from a channel.
 *
 * It is a seqlock's reader. The writer sets a sub-buffer's commit to 0 before it writes to it
 * again, and its time stamp before it commits the first event; so what was copied is what was
 * committed if, after the copy, the time stamp is the same and commit has not become less. It goes
 * from one sub-buffer to the next only if the one that it leaves is still what it was after the
 * next one has been copied: the writer takes them in turn, so that it has not overtaken the
 * observer then. In which order a CPU shows its stores is the guest's business (x86-64, arm64):
 * what is compared stands on the two sides of a barrier of the guest's, rb_set_commit_to_write()'s
 * or a cmpxchg of rb_tail_page_update(), and ram_read() has the other one. If it has, the observer
 * begins at the oldest sub-buffer again, and the first page that it hands on then says that events
 * before it are missing (RB_MISSED_EVENTS) without saying how many: the ring's description does not
 * count them.
 *
 * A reader in the guest that takes a sub-buffer and gives it back empty before the observer has
 * looked at it takes it from the observer as well, and the next page says that events are missing.
 *
 * The sub-buffer that is being written to is handed on in parts: each further part is a page whose
 * time stamp is that of the last event before it, as the kernel makes of a page read in part.
 */
#ifndef VTRACE_ENGINE_OBSERVER_H
#define VTRACE_ENGINE_OBSERVER_H

#include <sys/types.h>

#include "tui/engine/page.h"
#include "tui/engine/ring_meta.h"

/* ms after a part of a sub-buffer until the next part of it, unless it has become full. */
#define OBSERVER_PART_MS 80

/* What observer_read() returns besides -errno. */
#define OBSERVER_BOOT (-ESTALE) /* what comes next is of another boot: observer_pass_boot() */

/* A clock that goes back by more than this, ns, began again with another boot. A kernel that boots
 * sets its clock right by less, and no machine boots as fast. */
#define OBSERVER_BACK_NS 100000000

/* ms for which a running guest's ring may make no sense, as it does while a reader takes a
 * sub-buffer or a kernel boots, before it is given up. */
#define OBSERVER_PATIENCE_MS 5000

struct observer;

/* Observe the CPU's ring in a memory and buffer that outlive the observer. once: of a guest that
 * does not run any more. 0 or -ENOMEM. */
int observer_new(struct observer **observer, struct ram *ram, const struct ring_buffer *buffer,
		 uint32_t cpu, bool once);
void observer_free(struct observer *observer); /* takes NULL */

/*
 * Copy as many pages as are there and fit into room, each of the buffer's subbuf_size bytes. now is
 * ms, CLOCK_MONOTONIC. Returns bytes; 0: once, and that was all; -EAGAIN: nothing now;
 * OBSERVER_BOOT; -EBADMSG: the ring's description contradicts itself, for good; or -errno of
 * ram_read().
 */
ssize_t observer_read(struct observer *observer, uint8_t *to, size_t room, uint64_t now);
/* All CPUs have come as far: go on, now or when something of that boot comes. */
void observer_pass_boot(struct observer *observer);
/* Waiting for observer_pass_boot(). */
bool observer_at_boot(const struct observer *observer);

/* Sub-buffers that were left behind since this was asked last, and how many the ring has. */
uint32_t observer_progress(struct observer *observer);
uint32_t observer_subbufs(const struct observer *observer);
/* The size of a page, bytes. */
uint32_t observer_page_size(const struct observer *observer);
/* Times that events were overwritten before they were read. */
uint64_t observer_overtaken(const struct observer *observer);

#endif
