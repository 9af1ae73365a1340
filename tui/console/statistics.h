/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What comes how often: events, tasks and CPUs, their counts, and their rates over the last minute.
 * Fed by attach.c with the engine's counts, shown by view_statistics.c; it asks nobody and draws
 * nothing.
 */
#ifndef VTRACE_CONSOLE_STATISTICS_H
#define VTRACE_CONSOLE_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/console/meters.h"
#include "tui/engine/client.h"

#define STATISTICS_CELLS  60   /* of a history, newest last */
#define STATISTICS_PERIOD 1000 /* ms that a cell stands for */
#define STATISTICS_MAX	  (ENGINE_COUNTS_MAX > VTRACE_MAX_CPUS ? ENGINE_COUNTS_MAX : VTRACE_MAX_CPUS)

enum statistics_kind {
	STATISTICS_EVENTS,
	STATISTICS_TASKS,
	STATISTICS_CPUS,
	STATISTICS_KINDS,
};

enum statistics_order {
	STATISTICS_BY_COUNT,
	STATISTICS_BY_RATE,
	STATISTICS_BY_NAME,
	STATISTICS_ORDERS,
};

struct statistic {
	int32_t key;	/* an event's id, a pid, a stream's number */
	char name[128]; /* "system:event", the task's name; "" of a CPU */
	uint64_t count; /* of events, since the engine started or the guest booted */
	uint64_t then;	/* the same when the newest cell began */
	uint32_t cells[STATISTICS_CELLS]; /* events a second */
};

struct statistics_table {
	struct statistic entries[STATISTICS_MAX]; /* the most frequent */
	uint32_t count;
	uint64_t others; /* events of those that have no entry */
	uint64_t all;	 /* events, theirs and of the entries */
};

/* All zero is a valid start. */
struct statistics {
	struct statistics_table tables[STATISTICS_KINDS];
	uint64_t began; /* ms when the newest cell began; 0: never */
};

/* Take an ENGINE_COUNTS_REPLY, and of the meters what CPUs have; now is ms, CLOCK_MONOTONIC. */
void statistics_take(struct statistics *statistics, const struct engine_packet *packet,
		     const struct meters *meters, uint64_t now);
/* A table's entries in some order, the largest first, by name the first letter; sorted has room for
 * STATISTICS_MAX. Returns how many there are. */
uint32_t statistics_sort(const struct statistics_table *table, enum statistics_order order,
			 const struct statistic **sorted);
/* Events a second: of the newest whole cell. */
uint32_t statistic_rate(const struct statistic *statistic);

#endif
