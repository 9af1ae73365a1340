/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events of a kernel as available_events and set_event tell of them at a moment: names and
 * whether they are enabled. Called by events.c.
 */
#ifndef VTRACE_AGENT_EVENT_TABLE_H
#define VTRACE_AGENT_EVENT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "guest-agent/tracefs.h"

struct event_entry {
	const char *system, *name;
	bool on;
	bool wanted; /* for the caller: true for those that are on, at first */
};

struct event_table {
	struct event_entry *entry; /* in the order of available_events: system by system */
	size_t count;
	char *available, *enabled; /* their text, which the names point into */
};

/* Read it. 0 or -errno. */
int event_table_read(const struct tracefs *tracefs, struct event_table *table);
void event_table_release(struct event_table *table);

/* The event of that name, or NULL. */
struct event_entry *event_table_find(const struct event_table *table, const char *system,
				     const char *name);
/* Does a pattern of events.h, length bytes, mean this event? */
bool event_entry_matches(const struct event_entry *entry, const char *pattern, size_t length);

#endif
