// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/top.h"

#include <stdio.h>
#include <string.h>

/* Keep the most frequent: entries, used of them, in order. What has no place is added to other. */
static void insert(struct engine_count *entries, uint32_t *used, uint64_t *other, int32_t key,
		   uint64_t count)
{
	uint32_t at = *used;

	if (at == ENGINE_COUNTS_MAX) {
		if (entries[at - 1].count >= count) {
			*other += count;
			return;
		}
		*other += entries[--at].count;
	} else {
		++*used;
	}
	for (; at && entries[at - 1].count < count; at--)
		entries[at] = entries[at - 1];
	entries[at] = (struct engine_count){.key = key, .count = count};
}

static void name_event(struct engine_count *entry, const struct formats *formats)
{
	const struct event_format *format =
		formats ? formats_event(formats, (uint16_t)entry->key) : NULL;

	if (!format)
		return;
	if (!format->program.count)
		entry->flags |= ENGINE_COUNT_BY_LIBTRACEEVENT;
	snprintf(entry->system, sizeof(entry->system), "%s", format->event->system);
	snprintf(entry->name, sizeof(entry->name), "%s", format->event->name);
}

size_t top_fill(struct top *top, const struct stream_shared *shared)
{
	const struct counts *counts = &shared->counts;
	struct engine_counts *head = &top->head;
	struct engine_count *tasks;

	memset(top, 0, sizeof(*top));
	for (uint32_t id = 0; id < TALLY_IDS; id++)
		if (counts->by_id[id])
			insert(top->entries, &head->events, &head->other_events, (int32_t)id,
			       counts->by_id[id]);
	for (uint32_t i = 0; i < head->events; i++)
		name_event(&top->entries[i], shared->formats);
	tasks = top->entries + head->events;
	head->other_tasks = counts->other_tasks;
	for (uint32_t i = 0; i < 2 * COUNTS_TASKS; i++)
		if (counts->tasks[i].events)
			insert(tasks, &head->tasks, &head->other_tasks, counts->tasks[i].pid,
			       counts->tasks[i].events);
	for (uint32_t i = 0; i < head->tasks; i++)
		if (tasks[i].key >= 0)
			snprintf(tasks[i].name, sizeof(tasks[i].name), "%s",
				 comms_find(shared->comms, tasks[i].key, UINT32_MAX, UINT64_MAX));
	return sizeof(*head) + (head->events + head->tasks) * sizeof(*tasks);
}
