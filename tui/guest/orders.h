/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steering a connected guest: any verb of the control port that asks for a setting of its tracing,
 * or changes one, and what belongs around it on this side. Called by the console and by batch;
 * events.h has the words for events. Nothing blocks: every call is answered on the loop, once, and
 * never after guest_free().
 */
#ifndef VTRACE_GUEST_ORDERS_H
#define VTRACE_GUEST_ORDERS_H

#include <stdbool.h>

#include "formats/control.h"
#include "tui/guest/guest.h"

/* The sentence about an order that was given up. What comes later is not told any more. */
#define GUEST_NOT_ANSWERED "the agent has not answered in time"

/* The end of an order. text: the keys of the agent's answer (doc/vtrace-protocol.7, "ok VERB"), or
 * NULL and a sentence in error. */
typedef void guest_ordered_fn(void *data, const char *text, const char *error);

/*
 * Send a verb, with args as they stand behind it; NULL: none, which asks for the present value.
 * CONTROL_TRIGGER, or one of CONTROL_PING and those below it in enum control_verb but
 * CONTROL_RESTORE, for which guest_restore() is. What changes only while nothing is traced has
 * tracing stopped for it and started again, as far as it is on. After a change that concerns the
 * formats, these are fetched again. A setting is set again in a guest that was booted anew, or
 * whose agent was.
 *
 * 0; -EOPNOTSUPP: there is no agent that could be asked; -ENOSYS: this one does not know the verb,
 * or may not change anything with it; -EAGAIN: tracing is just being started or stopped; -EBUSY:
 * tracing is stopped for another order; -EINVAL: it fits no line; -ENOBUFS: too many orders wait;
 * -errno.
 */
int guest_order(struct guest *guest, enum control_verb verb, const char *args, guest_ordered_fn *fn,
		void *data);
/* Have all put back that orders of any host have changed: settings, events, filters, probes.
 * Returned as above. */
int guest_restore(struct guest *guest, guest_ordered_fn *fn, void *data);

/* Would it change something, and not only ask? */
bool guest_order_changes(enum control_verb verb, const char *args);
/* Does the agent say that it does not know the verb, or may only be asked? */
bool guest_lacks_verb(const struct guest *guest, enum control_verb verb);
/* Would a change with this verb throw away the rows that are held, since pages change their size?
 */
bool guest_order_drops_rows(const struct guest *guest, enum control_verb verb);
/* Orders of ours may have changed something in the guest, and it was not put back since. */
bool guest_orders_changed(const struct guest *guest);

#endif
