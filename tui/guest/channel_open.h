/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opening the host's ends of a guest's channels, and the sentences for all that can be wrong
 * with one: no FIFO, no right to it, no QEMU behind it, another reader. Called by control.c and
 * streams.c. It reads and writes nothing; nothing here waits for the other side.
 */
#ifndef VTRACE_GUEST_CHANNEL_OPEN_H
#define VTRACE_GUEST_CHANNEL_OPEN_H

#include <stddef.h>

#include "tui/domain/channels.h"

/*
 * Open a control channel. *in_fd writes to the guest, *out_fd reads from it; one and the same
 * for a socket. Both are non-blocking and the caller's. The FIFO read from is locked (flock) so
 * that two vtrace-tops exclude each other. 0 or -errno with a sentence in error.
 */
int channel_open_control(const struct channel_place *place, int *in_fd, int *out_fd, char *error,
			 size_t error_size);

/* The same for a CPU's channel, which is only read. A descriptor or -errno. */
int channel_open_stream(const struct channel_place *place, char *error, size_t error_size);

/*
 * Look through /proc for a process that reads one of these FIFOs (`cat` and the like, which take
 * no lock): pages would go to it or to us by chance. Such a one has the FIFO open for reading
 * only; QEMU opens both ends read-write (chardev/char-pipe.c). 0, or -EBUSY with a sentence that
 * names it. Processes that this user may not look into are not seen.
 */
int channel_check_readers(const struct channels *channels, char *error, size_t error_size);

#endif
