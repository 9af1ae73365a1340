/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is asked of the agent and not answered yet, shared by the files that ask: orders.c sends an
 * order and ends it, hold.c stops tracing around one, events.c asks for lists.
 */
#ifndef VTRACE_GUEST_ORDERS_PRIVATE_H
#define VTRACE_GUEST_ORDERS_PRIVATE_H

#include "tui/guest/events.h"
#include "tui/guest/guest_private.h"

struct guest_order {
	struct guest_order *next;
	struct guest *guest;
	enum control_verb verb;
	bool changes, restores;
	char *args;		   /* NULL: none */
	guest_ordered_fn *ordered; /* of an order */
	guest_event_list_fn *listed;
	void *data;
	int timer; /* until it is said that the answer is late; -1: it is not on its way */
	/* of a list, as far as it has come */
	char *text;
	size_t length, size; /* of text, without its end, and what there is room for */
	unsigned count, total, attempts;
};

/* 0 or -EOPNOTSUPP. */
int order_can_be_sent(const struct guest *guest);
/* One of the guest's; NULL without memory. args is copied. */
struct guest_order *order_new(struct guest *guest, enum control_verb verb, const char *args,
			      guest_ordered_fn *fn, void *data);
/* Take it out of the guest's and free it. */
void order_drop(struct guest_order *order);
/* 0, or -errno and the order is dropped without a word. */
int order_send(struct guest_order *order);
/* Drop it and call back, with what came or with an error; answer may be NULL then. */
void order_end(struct guest_order *order, const struct control_answer *answer, int error);
/* A sentence for what came instead of a good answer. Returns text. */
const char *order_trouble(const struct control_answer *answer, int error, char *text, size_t size);

/* hold.c: an order that is carried out only while nothing is traced. */

/* Does the verb, with an argument, want that? */
bool hold_is_wanted(const struct guest *guest, enum control_verb verb);
/* May pages have another size afterwards? */
bool hold_changes_sizes(const struct guest *guest, enum control_verb verb);
/* Stop tracing, send the order, start again. 0, or -errno and the order is dropped. */
int hold_begin(struct guest_order *order);
/* It was answered. */
void hold_go_on(struct guest *guest);

#endif
