/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exporter: a thread of its own that gathers the formats and puts them on the share, or holds
 * them for the control port where there is no share, so that
 * neither a slow guest nor a hanging share keeps the control port waiting. Called by the control
 * loop. It tells nobody anything by itself but through the report descriptor.
 */
#ifndef VTRACE_AGENT_EXPORT_H
#define VTRACE_AGENT_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest-agent/tracefs.h"

struct exporter;

/* What becomes of the formats. Requests for each are counted for themselves. */
enum export_to { EXPORT_TO_SHARE, EXPORT_TO_HOLD, EXPORTS };

struct export_result {
	unsigned served;     /* all requests up to this number are done with it */
	int error;	     /* -errno, with reason set, or 0 */
	uint64_t generation; /* of what is on the share, or held, from 1; 0: nothing yet */
	size_t bytes;
	unsigned events;
	int memfd; /* of what is held, the caller's of exporter_result(); else -1 */
	char reason[256];
};

/* report: eventfd to write when a result is there. 0 or -errno. */
int exporter_start(struct exporter **exporter, const struct tracefs *tracefs, unsigned cpus,
		   int report);

/* Ask for an export that begins after this call. Returns the request's number, from 1. */
unsigned exporter_request(struct exporter *exporter, enum export_to to);

/* The last result; and the same, with whether exporter_result() has not returned true for it yet.
 */
void exporter_peek(struct exporter *exporter, enum export_to to, struct export_result *result);
bool exporter_result(struct exporter *exporter, enum export_to to, struct export_result *result);

/* End the thread and free. -ETIMEDOUT: it hangs in the kernel and stays allocated. Takes NULL. */
int exporter_free(struct exporter *exporter);

#endif
