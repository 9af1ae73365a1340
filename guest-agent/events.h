/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which events of the traced buffer are enabled, and their filters: told, changed as the host
 * orders, and put back as they were. Called by the control loop, which waits meanwhile: an order
 * takes as long as the kernel needs to patch its code, some ms for all events of a machine.
 *
 * Patterns are what set_event takes (Linux, Documentation/trace/events.rst): "SYSTEM:EVENT",
 * "SYSTEM:*", or a name without a colon that is a system's or an event's; with *, ? and [] in
 * either part, as fnmatch(3) has them. Several are separated by commas or blanks.
 */
#ifndef VTRACE_AGENT_EVENTS_H
#define VTRACE_AGENT_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/names.h"
#include "guest-agent/allowed.h"
#include "guest-agent/tracefs.h"

/* How an event was before its state or its filter was changed here. */
struct event_before;

struct events {
	const struct tracefs *tracefs;
	const struct allowed *allowed; /* which events may be changed; NULL: all */
	struct event_before *before;
	size_t changed;
};

enum events_order {
	EVENTS_SET, /* these, and no others */
	EVENTS_ADD,
	EVENTS_REMOVE,
};

struct events_result {
	unsigned total;	      /* events there are */
	unsigned enabled;     /* of these, after the order */
	unsigned matched;     /* by the patterns */
	char unmatched[1024]; /* patterns that match none, with commas between; cut to fit */
	unsigned vetoed;      /* that were to change and the guest's owner does not allow */
	char refused[1024];   /* these, and events that the kernel did not change, likewise */
};

/* How many there are. 0 or -errno. */
int events_count(const struct events *events, struct events_result *result);
/* A list (formats/event_list.h) of as many as fit into text, from the FROMth on. Returns how many,
 * 0 behind the last one, or -errno. */
int events_list(const struct events *events, unsigned from, char *text, size_t size,
		struct events_result *result);
/* Carry out an order. 0 or -errno; -ENXIO: no pattern matches any, -EPERM: the guest's owner allows
 * none of those that match, and nothing was changed. */
int events_order(struct events *events, enum events_order order, const char *patterns,
		 struct events_result *result);

/* The filter of "SYSTEM:EVENT" into text, "none" without one. 0 or -errno; -ENXIO: no such event.
 */
int events_filter(const struct events *events, const char *event, char *text, size_t size);
/* Give it one, "0" takes it away. 0, or -errno with the kernel's words in reason. */
int events_set_filter(struct events *events, const char *event, const char *filter, char *reason,
		      size_t size);

/* Put back what was changed here, as far as the events are still there; what the kernel refuses is
 * kept in mind. 0 or -errno. */
int events_restore(struct events *events, struct events_result *result);
/* Forget it. */
void events_release(struct events *events);

#endif
