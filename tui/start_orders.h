/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the command line wants set in a guest before tracing starts there: its options in the order
 * in which they make sense, sent one after the other. Called by batch and by the console once the
 * agent has answered. It puts nothing back; guest_restore() does.
 */
#ifndef VTRACE_START_ORDERS_H
#define VTRACE_START_ORDERS_H

#include <stdbool.h>

#include "tui/guest/events.h"
#include "tui/options.h"

/* The end. error: what was refused and why, as a sentence, and the rest was not sent; NULL: all is
 * set. */
typedef void start_orders_fn(void *data, const char *error);

/* To live until the end, or the guest's. */
struct start_orders {
	const struct options *options;
	struct guest *guest;
	start_orders_fn *done;
	void *data;
	unsigned next; /* step, see start_orders.c */
};

/* Is there anything to be set? */
bool start_orders_wanted(const struct options *options);
/* Send them; done may be called before this returns. */
void start_orders_begin(struct start_orders *orders, const struct options *options,
			struct guest *guest, start_orders_fn *done, void *data);

#endif
