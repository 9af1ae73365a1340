/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets to the console that its socket did not take yet. Used by the server: while something
 * waits here no further request is read, so the queue stays as short as the replies to one
 * request and a console that does not read can't stall the drain.
 */
#ifndef VTRACE_ENGINE_OUTBOX_H
#define VTRACE_ENGINE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/engine/protocol.h"

struct parcel;

struct outbox {
	int socket;
	struct parcel *first, *last;
	bool broken; /* the console is gone */
};

/* Send now, or keep a copy to send later. Without memory for the copy it waits until the console
 * has taken it, as what never came would be waited for there. */
void outbox_send(struct outbox *outbox, enum engine_type type, uint32_t serial, const void *payload,
		 size_t length);
/* Send what waits, as far as the socket takes it. */
void outbox_flush(struct outbox *outbox);
static inline bool outbox_waiting(const struct outbox *outbox)
{
	return outbox->first;
}
void outbox_clear(struct outbox *outbox);

#endif
