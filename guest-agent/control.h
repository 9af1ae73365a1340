/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The agent's main loop: it hears the control port, orders the pumps, asks the exporter, and
 * answers. Called by main, once. It moves no page itself and never waits for anything but in its
 * one poll(), so a full port, a slow export or a host that does not read cannot keep it from
 * hearing the next line.
 */
#ifndef VTRACE_AGENT_CONTROL_H
#define VTRACE_AGENT_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "guest-agent/allowed.h"
#include "guest-agent/export.h"
#include "guest-agent/pumps.h"
#include "guest-agent/tracefs.h"

struct control_setup {
	const struct tracefs *tracefs;
	struct pumps *pumps;
	struct exporter *exporter;     /* NULL: nothing is exported */
	int port;		       /* the control port; -1: none, start at once */
	int signals;		       /* signalfd: any signal is the order to leave */
	int report;		       /* eventfd that pumps and exporter write */
	bool may_move;		       /* to an instance of the agent's own, see own_instance.h */
	const struct allowed *allowed; /* what the host may change; NULL: all */
	int early;		       /* of early_begin(); -1: not begun in an initramfs */
};

/* Run until a signal comes, and end the pumps. Leaves tracing_on, events, filters and settings as
 * they were found. 0, or -errno with a sentence in error when the control port or standard output
 * is gone. */
int control_run(const struct control_setup *setup, char *error, size_t error_size);

#endif
