/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything of this kernel that turns its pages into text, gathered into a formats bundle. Called
 * by the exporter in its own thread: reading kallsyms alone can take seconds in an emulated guest.
 * It only reads.
 */
#ifndef VTRACE_AGENT_GATHER_H
#define VTRACE_AGENT_GATHER_H

#include <stddef.h>
#include <stdint.h>

#include "guest-agent/tracefs.h"

/* Write a bundle to fd. *events is the number of event formats in it. What only makes the text
 * poorer (kallsyms, task names) may be missing; header_page, header_event and the events may not.
 * 0, or -errno with the reason as a phrase in error. */
int gather_bundle(const struct tracefs *tracefs, unsigned cpus, uint64_t generation, int fd,
		  unsigned *events, char *error, size_t error_size);

#endif
