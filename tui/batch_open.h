/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the command line to the guest or capture that batch reads. Called by batch only. It
 * chooses and opens; it starts nothing.
 */
#ifndef VTRACE_BATCH_OPEN_H
#define VTRACE_BATCH_OPEN_H

#include "tui/domain/domain.h"
#include "tui/guest/guest.h"
#include "tui/options.h"

/*
 * Open what options name: a capture, a directory of FIFOs, a domain, or the one prepared domain
 * that runs. *domains is the connection to libvirt, the caller's, NULL where none is needed.
 * 0 or -errno with a sentence in error; -EDESTADDRREQ when a domain has to be named.
 */
int batch_open(struct guest **guest, struct domains **domains, const struct options *options,
	       const struct guest_events *events, void *data, char *error, size_t error_size);

#endif
