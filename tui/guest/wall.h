/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a guest's trace clock stands to the time of day. Pages do not say; but no event is newer
 * than the moment at which it is seen here, so that the smallest difference ever seen between
 * the host's clock and the newest event is the closest: it is too large by the time that the
 * event took to come, and by nothing else. Fed by engine.c with each statistics packet; it asks
 * nobody.
 */
#ifndef VTRACE_GUEST_WALL_H
#define VTRACE_GUEST_WALL_H

#include <stdbool.h>
#include <stdint.h>

struct engine_packet;

/* All zero is a valid start. */
struct wall_clock {
	bool known;
	uint32_t epoch;	 /* of positions whose times it tells */
	int64_t offset;	 /* ns: a time of the trace clock and this is CLOCK_REALTIME */
	uint64_t newest; /* time of the newest event that was looked at, ns */
};

/* CLOCK_REALTIME less CLOCK_MONOTONIC, ns. */
int64_t wall_ahead(void);
/* Take an ENGINE_STATS_REPLY of a living guest whose clock counts ns; ahead as above. In another
 * epoch, when the guest's clock started again, it begins anew. */
void wall_sample(struct wall_clock *wall, const struct engine_packet *stats, int64_t ahead);
/* The same of a file, whose offset is known and belongs to its last epoch. */
void wall_follow(struct wall_clock *wall, const struct engine_packet *stats);
/* The clock was changed or stood still: what was learnt holds for no event to come. */
void wall_forget(struct wall_clock *wall);

#endif
