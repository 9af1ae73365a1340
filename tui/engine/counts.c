// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/counts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS  (2u * COUNTS_TASKS) /* a power of two */
#define PROBES 64		   /* a guest that picks pids for one slot gains nothing */

int counts_init(struct counts *counts)
{
	*counts = (struct counts){
		.by_id = calloc(TALLY_IDS, sizeof(*counts->by_id)),
		.tasks = calloc(SLOTS, sizeof(*counts->tasks)),
	};
	return counts->by_id && counts->tasks ? 0 : -ENOMEM;
}

void counts_release(struct counts *counts)
{
	free(counts->by_id);
	free(counts->tasks);
	*counts = (struct counts){0};
}

void counts_clear(struct counts *counts)
{
	memset(counts->by_id, 0, TALLY_IDS * sizeof(*counts->by_id));
	memset(counts->tasks, 0, SLOTS * sizeof(*counts->tasks));
	counts->task_count = 0;
	counts->other_tasks = 0;
}

static void add_task(struct counts *counts, int32_t pid, uint32_t events)
{
	/* The multiplier of Fibonacci hashing: neighbouring pids go far apart. */
	uint32_t slot = (uint32_t)pid * 2654435769u / (UINT32_MAX / SLOTS + 1);
	struct task_count *task = &counts->tasks[slot];
	unsigned probes = 1;

	while (task->events && task->pid != pid && probes++ < PROBES)
		task = &counts->tasks[++slot % SLOTS];
	if (task->events ? task->pid != pid : counts->task_count == COUNTS_TASKS) {
		counts->other_tasks += events;
		return;
	}
	counts->task_count += !task->events;
	task->pid = pid;
	task->events += events;
}

void counts_add(struct counts *counts, const struct intake *intake)
{
	for (uint32_t i = 0; i < intake->id_count; i++)
		counts->by_id[intake->ids[i]] += intake->by_id[intake->ids[i]];
	for (uint32_t i = 0; i < intake->task_count; i++)
		add_task(counts, intake->tasks[i].pid, intake->tasks[i].events);
}
