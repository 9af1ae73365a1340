/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opening what --ram and --post-mortem name: the memory of one of libvirt's domains, or a file.
 * Called by batch and by the console.
 */
#ifndef VTRACE_OPEN_RAM_H
#define VTRACE_OPEN_RAM_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/domain/domain.h"
#include "tui/guest/guest.h"
#include "tui/options.h"

/* Is it a file? So it is when there is a slash in it, or one of that name is there. */
bool ram_is_file(const char *name);

/* The channels of a domain by which its agent is reached, to be freed; NULL: it has none. */
struct channels *ram_channels(struct domains *domains, const char *name);
void ram_channels_free(struct channels *channels); /* takes NULL */

/* Open options->ram as guest_open(); domains is not looked at for a file. steer: with the agent, if
 * there is one. */
int ram_open_guest(struct guest **guest, struct domains *domains, bool steer,
		   const struct options *options, const struct guest_options *guest_options,
		   const struct guest_events *events, void *data, char *error, size_t error_size);

#endif
