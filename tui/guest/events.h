/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events of a connected guest: which its kernel has, which are enabled, their filters; asked
 * of the agent and ordered there. Called by the console and by batch. Nothing blocks: every call
 * is answered on the loop, once, and never after guest_free().
 */
#ifndef VTRACE_GUEST_EVENTS_H
#define VTRACE_GUEST_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/event_list.h"
#include "tui/guest/orders.h"

/* All words of it are the guest's. */
struct guest_event {
	const char *system, *name; /* printable ASCII */
	enum event_state state;
};

struct guest_event_list {
	struct guest_event *event; /* in the guest's order: mostly system by system */
	unsigned count;
	char *bytes; /* of the names */
};

/* The list, which is fn's to free, or NULL and a sentence why there is none. */
typedef void guest_event_list_fn(void *data, struct guest_event_list *list, const char *error);
/* Ask for all events. 0; -EOPNOTSUPP: there is no agent that could know; -EALREADY; -errno. */
int guest_list_events(struct guest *guest, guest_event_list_fn *fn, void *data);
void guest_event_list_free(struct guest_event_list *list); /* takes NULL */

enum guest_events_order {
	GUEST_EVENTS_SET, /* these and no others */
	GUEST_EVENTS_ADD,
	GUEST_EVENTS_REMOVE,
	GUEST_EVENTS_RESTORE, /* as they were before the agent changed any; no patterns */
};

/* patterns as in guest-agent/events.h, separated by commas. 0; -EOPNOTSUPP as above; -EINVAL: they
 * do not fit a line; -ENOBUFS: too many orders wait; -errno. */
int guest_order_events(struct guest *guest, enum guest_events_order order, const char *patterns,
		       guest_ordered_fn *fn, void *data);
/* event: "SYSTEM:EVENT". filter: as the kernel understands it, "0": none; NULL: only ask. */
int guest_order_filter(struct guest *guest, const char *event, const char *filter,
		       guest_ordered_fn *fn, void *data);
#endif
