/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The most frequent events and tasks of a guest's counts, with their names: the payload of
 * ENGINE_COUNTS_REPLY. Called by the server when it is asked. It counts nothing.
 */
#ifndef VTRACE_ENGINE_TOP_H
#define VTRACE_ENGINE_TOP_H

#include <stddef.h>

#include "tui/engine/protocol.h"
#include "tui/engine/stream.h"

struct top {
	struct engine_counts head;
	struct engine_count entries[2 * ENGINE_COUNTS_MAX];
};

/* Fill top from what shared has counted; names are those of now. Returns the bytes used. */
size_t top_fill(struct top *top, const struct stream_shared *shared);

#endif
