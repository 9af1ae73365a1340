/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events that feed's guest has, and its answers to "events" and "filter": the words of
 * trace-agent over a table in the place of tracefs. Included by feed.c.
 */
#ifndef VTRACE_TESTS_FEED_EVENTS_H
#define VTRACE_TESTS_FEED_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/control.h"
#include "formats/event_list.h"
#include "guest-agent/event_table.h"

#define FED_EVENTS	9
#define FED_EVENTS_LINE 4 /* in one answer, so that a list takes several */

struct fed_event {
	const char *system, *name;
	bool on, was_on;
	char filter[128];
};

struct fed_events {
	struct fed_event event[FED_EVENTS];
};

/* Some are enabled, some are not; of one system all, of one none, of one a part. */
static inline void fed_events_init(struct fed_events *events)
{
	static const struct fed_event all[FED_EVENTS] = {
		{"sched", "sched_switch", true, true, "none"},
		{"sched", "sched_waking", true, true, "none"},
		{"sched", "sched_wakeup", true, true, "none"},
		{"timer", "hrtimer_start", true, true, "none"},
		{"timer", "hrtimer_cancel", false, false, "none"},
		{"timer", "timer_init", false, false, "none"},
		{"irq", "softirq_entry", true, true, "none"},
		{"irq", "softirq_exit", true, true, "none"},
		{"kmem", "kmalloc", false, false, "none"},
	};

	memcpy(events->event, all, sizeof(all));
}

/* The first so many are enabled, no others. */
static inline void fed_events_enable(struct fed_events *events, unsigned count)
{
	for (unsigned i = 0; i < FED_EVENTS; i++)
		events->event[i].on = events->event[i].was_on = i < count;
}

static inline unsigned fed_events_on(const struct fed_events *events)
{
	unsigned on = 0;

	for (unsigned i = 0; i < FED_EVENTS; i++)
		on += events->event[i].on;
	return on;
}

static inline void fed_events_list(const struct fed_events *events, unsigned from, char *answer,
				   size_t size)
{
	struct event_list list;
	char text[512];

	event_list_begin(&list, text, sizeof(text));
	for (unsigned i = from; i < FED_EVENTS && i < from + FED_EVENTS_LINE; i++) {
		const struct fed_event *event = &events->event[i];

		event_list_add(&list, event->system, event->name,
			       !event->on		       ? EVENT_OFF
			       : strcmp(event->filter, "none") ? EVENT_FILTERED
							       : EVENT_ON);
	}
	snprintf(answer, size, "ok events from=%u count=%u total=%u enabled=%u list=%s", from,
		 list.count, FED_EVENTS, fed_events_on(events), text);
}

/* One pattern of an order. Returns what it matches. */
static inline unsigned fed_events_match(struct fed_events *events, const char *pattern,
					size_t length, bool on)
{
	unsigned matched = 0;

	for (unsigned i = 0; i < FED_EVENTS; i++) {
		struct fed_event *event = &events->event[i];
		const struct event_entry entry = {.system = event->system, .name = event->name};

		if (!event_entry_matches(&entry, pattern, length))
			continue;
		event->on = on;
		matched++;
	}
	return matched;
}

static inline void fed_events_order(struct fed_events *events, const char *args, char *answer,
				    size_t size)
{
	size_t word = strcspn(args, " ");
	const char *pattern = args + word + strspn(args + word, " ");
	bool set = !strncmp(args, "set", word), restore = !strncmp(args, "restore", word);
	char unmatched[256] = "";
	unsigned matched = 0;

	for (unsigned i = 0; (set || restore) && i < FED_EVENTS; i++)
		events->event[i].on = restore && events->event[i].was_on;
	while (!restore && *(pattern += strspn(pattern, ", "))) {
		size_t length = strcspn(pattern, ", ");
		unsigned some = fed_events_match(events, pattern, length,
						 strncmp(args, "remove", word) != 0);

		if (!some)
			snprintf(unmatched, sizeof(unmatched), "%.*s", (int)length, pattern);
		matched += some;
		pattern += length;
	}
	if (!matched && unmatched[0])
		snprintf(answer, size, "error events no event is called %s; nothing was changed",
			 unmatched);
	else
		snprintf(answer, size, "ok events matched=%u total=%u enabled=%u%s%s", matched,
			 FED_EVENTS, fed_events_on(events), unmatched[0] ? " unmatched=" : "",
			 unmatched);
}

/* All as they were at first. Returns how many were not. */
static inline unsigned fed_events_restore(struct fed_events *events)
{
	unsigned changed = 0;

	for (unsigned i = 0; i < FED_EVENTS; i++) {
		changed += events->event[i].on != events->event[i].was_on;
		events->event[i].on = events->event[i].was_on;
	}
	return changed;
}

/* Bare "events": how many there are, and how many are not as the guest had them. */
static inline void fed_events_count(const struct fed_events *events, char *answer, size_t size)
{
	unsigned changed = 0;

	for (unsigned i = 0; i < FED_EVENTS; i++)
		changed += events->event[i].on != events->event[i].was_on;
	snprintf(answer, size, "ok events total=%u enabled=%u changed=%u", FED_EVENTS,
		 fed_events_on(events), changed);
}

static inline void fed_events_answer(struct fed_events *events, const char *args, char *answer,
				     size_t size)
{
	if (!args[0])
		fed_events_count(events, answer, size);
	else if (!strncmp(args, "list ", 5))
		fed_events_list(events, (unsigned)strtoul(args + 5, NULL, 10), answer, size);
	else
		fed_events_order(events, args, answer, size);
}

/* A filter with the word "nosuch" is one with a mistake. */
static inline void fed_filter_answer(struct fed_events *events, const char *args, char *answer,
				     size_t size)
{
	size_t length = strcspn(args, " ");
	const char *filter = args + length + strspn(args + length, " ");
	const char *wrong = strstr(filter, "nosuch");

	if (wrong) {
		snprintf(answer, size, "error filter Field not found, at character %d",
			 (int)(wrong - filter) + 1);
		return;
	}
	for (unsigned i = 0; i < FED_EVENTS; i++) {
		struct fed_event *event = &events->event[i];
		const struct event_entry entry = {.system = event->system, .name = event->name};

		if (!event_entry_matches(&entry, args, length))
			continue;
		if (*filter)
			snprintf(event->filter, sizeof(event->filter), "%s",
				 strcmp(filter, "0") ? filter : "none");
		snprintf(answer, size, "ok filter event=%.*s text=%s", (int)length, args,
			 event->filter);
		return;
	}
	snprintf(answer, size, "error filter there is no event %.*s", (int)length, args);
}

#endif
