/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Saving what is held: pages of histories into files, some at a time between reads of the
 * sources, so that a slow disk does not hold up the drain for long. Used by the server. Pages
 * that are forgotten while they wait for their turn are left out.
 */
#ifndef VTRACE_ENGINE_SAVING_H
#define VTRACE_ENGINE_SAVING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/engine/stream.h"

struct saving;

struct savings {
	struct saving *first, *last;
	uint64_t behind; /* the end of what the last region was filled with */
};

/* Write the pages that stream (NULL: none) holds now to fd, which is closed afterwards, or into a
 * region of it (not NULL). 0 or -ENOMEM. */
int savings_add(struct savings *savings, uint32_t cpu, const struct stream *stream, int fd,
		const struct engine_region *region, uint32_t serial);
/* Work on the first saving, at most about budget bytes. True when it is done: reply and serial
 * tell how it went. */
bool savings_step(struct savings *savings, size_t budget, struct engine_save_reply *reply,
		  uint32_t *serial);
static inline bool savings_pending(const struct savings *savings)
{
	return savings->first;
}
void savings_clear(struct savings *savings);

#endif
