// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/statistics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct statistic *find(const struct statistics_table *table, int32_t key)
{
	for (uint32_t i = 0; i < table->count; i++)
		if (table->entries[i].key == key)
			return &table->entries[i];
	return NULL;
}

/* An entry of the new table, with what the old one, if there is one, knows of its past. */
static struct statistic *add(struct statistics_table *fresh, const struct statistics_table *old,
			     int32_t key, uint64_t count)
{
	struct statistic *entry = &fresh->entries[fresh->count++];
	const struct statistic *before = old ? find(old, key) : NULL;

	if (before)
		*entry = *before;
	else
		*entry = (struct statistic){.key = key};
	/* What was not among the most frequent before did not all come just now. */
	if (!old || (!before && old->others))
		entry->then = count;
	if (count < entry->then) /* the engine, or the guest, began again */
		entry->then = 0;
	entry->count = count;
	fresh->all += count;
	return entry;
}

static void take_counts(struct statistics_table *fresh, const struct statistics_table *old,
			const struct engine_count *counts, uint32_t count, uint64_t others)
{
	fresh->count = 0;
	fresh->all = fresh->others = others;
	for (uint32_t i = 0; i < count; i++) {
		struct statistic *entry = add(fresh, old, counts[i].key, counts[i].count);

		snprintf(entry->name, sizeof(entry->name), "%.40s%s%.80s", counts[i].system,
			 counts[i].system[0] ? ":" : "", counts[i].name);
	}
}

static void take_cpus(struct statistics_table *fresh, const struct statistics_table *old,
		      const struct meters *meters)
{
	fresh->count = 0;
	fresh->all = fresh->others = 0;
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (meters->cpu[cpu].known)
			add(fresh, old, (int32_t)cpu, meters->cpu[cpu].now.events);
}

static void next_cell(struct statistics_table *table, uint64_t elapsed)
{
	for (uint32_t i = 0; i < table->count; i++) {
		struct statistic *entry = &table->entries[i];
		uint64_t rate = (entry->count - entry->then) * 1000 / elapsed;

		memmove(entry->cells, entry->cells + 1,
			sizeof(entry->cells) - sizeof(entry->cells[0]));
		entry->cells[STATISTICS_CELLS - 1] =
			rate < UINT32_MAX ? (uint32_t)rate : UINT32_MAX;
		entry->then = entry->count;
	}
}

void statistics_take(struct statistics *statistics, const struct engine_packet *packet,
		     const struct meters *meters, uint64_t now)
{
	const struct engine_counts *head = packet->payload;
	const struct engine_count *counts = (const void *)(head + 1);
	struct statistics_table *fresh = malloc(sizeof(*fresh));

	/* Without memory the ones before stay. */
	if (!fresh)
		return;
	for (enum statistics_kind kind = 0; kind < STATISTICS_KINDS; kind++) {
		struct statistics_table *table = &statistics->tables[kind];
		const struct statistics_table *old = statistics->began ? table : NULL;

		if (kind == STATISTICS_EVENTS)
			take_counts(fresh, old, counts, head->events, head->other_events);
		else if (kind == STATISTICS_TASKS)
			take_counts(fresh, old, counts + head->events, head->tasks,
				    head->other_tasks);
		else
			take_cpus(fresh, old, meters);
		*table = *fresh;
	}
	free(fresh);
	if (!statistics->began)
		statistics->began = now;
	if (now - statistics->began < STATISTICS_PERIOD)
		return;
	for (enum statistics_kind kind = 0; kind < STATISTICS_KINDS; kind++)
		next_cell(&statistics->tables[kind], now - statistics->began);
	statistics->began = now;
}

uint32_t statistic_rate(const struct statistic *statistic)
{
	return statistic->cells[STATISTICS_CELLS - 1];
}

/* ---- orders ---- */

static int by_name(const void *left, const void *right)
{
	const struct statistic *a = *(const struct statistic *const *)left;
	const struct statistic *b = *(const struct statistic *const *)right;
	int order = strcmp(a->name, b->name);

	/* What has no name comes last. */
	if (!a->name[0] != !b->name[0])
		return !a->name[0] - !b->name[0];
	return order ? order : (a->key > b->key) - (a->key < b->key);
}

static int by_count(const void *left, const void *right)
{
	const struct statistic *a = *(const struct statistic *const *)left;
	const struct statistic *b = *(const struct statistic *const *)right;

	return a->count != b->count ? (a->count < b->count) - (a->count > b->count)
				    : by_name(left, right);
}

static int by_rate(const void *left, const void *right)
{
	uint32_t a = statistic_rate(*(const struct statistic *const *)left);
	uint32_t b = statistic_rate(*(const struct statistic *const *)right);

	return a != b ? (a < b) - (a > b) : by_count(left, right);
}

uint32_t statistics_sort(const struct statistics_table *table, enum statistics_order order,
			 const struct statistic **sorted)
{
	static int (*const orders[STATISTICS_ORDERS])(const void *, const void *) = {
		[STATISTICS_BY_COUNT] = by_count,
		[STATISTICS_BY_RATE] = by_rate,
		[STATISTICS_BY_NAME] = by_name,
	};

	for (uint32_t i = 0; i < table->count; i++)
		sorted[i] = &table->entries[i];
	qsort(sorted, table->count, sizeof(*sorted), orders[order]);
	return table->count;
}
