/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often what came: events by id and by task, summed over all pages of all streams since the
 * engine started or the guest booted. Fed by streams with what they take in, read by the server for
 * ENGINE_COUNTS. Bounded: tasks beyond COUNTS_TASKS are one sum. It knows no formats.
 */
#ifndef VTRACE_ENGINE_COUNTS_H
#define VTRACE_ENGINE_COUNTS_H

#include <stdint.h>

#include "tui/engine/intake.h"

#define COUNTS_TASKS COMMS_PIDS

struct task_count {
	uint64_t events; /* 0: a free slot */
	int32_t pid;
};

struct counts {
	uint64_t *by_id;	  /* TALLY_IDS */
	struct task_count *tasks; /* 2 * COUNTS_TASKS slots, by hash */
	uint32_t task_count;
	uint64_t other_tasks; /* events of tasks that found no room */
};

/* 0 or -ENOMEM; release takes what init left. */
int counts_init(struct counts *counts);
void counts_release(struct counts *counts);
/* Start again at zero: ids mean other events after a reboot. */
void counts_clear(struct counts *counts);
/* Add the events of what a stream takes. */
void counts_add(struct counts *counts, const struct intake *intake);

#endif
