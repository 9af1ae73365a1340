/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPU meters: rates, a sparkline and what was lost, made from the engine's counters. Fed by
 * console.c with each stats packet, drawn above the view; it asks the engine nothing itself.
 */
#ifndef VTRACE_CONSOLE_METERS_H
#define VTRACE_CONSOLE_METERS_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/names.h"
#include "tui/console/draw.h"
#include "tui/engine/client.h"
#include "tui/guest/guest.h"

#define METER_CELLS  6	  /* of a sparkline */
#define METER_PERIOD 1000 /* ms that a cell stands for, and over which rates are taken */

struct meter {
	struct engine_cpu_stats now, then; /* newest counters, and those when the cell began */
	bool known;
	uint32_t cells[METER_CELLS]; /* events a second, newest last */
	uint64_t bytes_rate;	     /* a second */
};

/* All zero is a valid start. */
struct meters {
	struct meter cpu[VTRACE_MAX_CPUS];
	uint64_t sampled;    /* ns, engine_stats.now when the cell began; 0: never */
	uint64_t last_event; /* ms of console_now() when events last arrived, or of the reset */
	uint64_t events, recorded, lost;    /* sums over the CPUs */
	uint64_t memory_used, memory_limit; /* bytes */
	uint32_t indexing;		    /* files */
	unsigned indexed;		    /* percent of their bytes */
	bool still; /* a capture: totals are shown, for rates would be those of the disk */
};

/* Events a second over all CPUs, in the last period. */
uint64_t meters_rate(const struct meters *meters);
/* Forget the CPUs of another guest; now as in last_event. */
void meters_reset(struct meters *meters, bool still, uint64_t now);
/* Take an ENGINE_STATS_REPLY; true when something that is shown has changed. */
bool meters_update(struct meters *meters, const struct engine_packet *packet, uint64_t now);
/* Do they still move by themselves, so that stats are worth asking for? */
bool meters_lively(const struct meters *meters);
/* All of one CPU, within the pen's line. */
void meter_draw(const struct meters *meters, const struct guest *guest, struct pen *pen,
		unsigned cpu);
/* Lines that they take on a screen of that size. */
int meters_lines(const struct meters *meters, int rows, int columns);
void meters_draw(const struct meters *meters, const struct guest *guest,
		 const struct terminal *terminal, const struct area *area);

#endif
