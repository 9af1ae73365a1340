/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events of a guest on the control port, in a word of a line: which there are and which are
 * enabled, as in "sched:+sched_switch,-sched_waking;timer:%hrtimer_start". A system, a colon, its
 * events with the state of each before its name. Written by trace-agent, read by the console.
 * It never does input or output and never allocates. doc/vtrace-protocol.7 describes it.
 */
#ifndef VTRACE_FORMATS_EVENT_LIST_H
#define VTRACE_FORMATS_EVENT_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/names.h"

enum event_state {
	EVENT_OFF = '-',
	EVENT_ON = '+',
	EVENT_FILTERED = '%', /* on, and the kernel writes only those that a filter lets pass */
};

struct event_list {
	char *text; /* size bytes, always ended by a NUL */
	size_t size;
	size_t used;
	char system[VTRACE_EVENT_NAME_MAX]; /* of the last event */
	unsigned count;
};

void event_list_begin(struct event_list *list, char *text, size_t size);
/* Add an event. False: it has no room, and the list is as before. */
bool event_list_add(struct event_list *list, const char *system, const char *event,
		    enum event_state state);

/* May this stand in a list as the name of a system or an event? */
bool event_list_name_ok(const char *name, size_t length);

/* Names are valid during the call only. False ends the reading. */
typedef bool event_list_fn(void *data, const char *system, const char *event,
			   enum event_state state);
/* Call fn for each event of a list. Their number, or -EINVAL when text is no list. */
int event_list_read(const char *text, event_list_fn *fn, void *data);

#endif
