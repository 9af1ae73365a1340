/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The buffer that is traced: which one it is, what the host has changed in it, and whether it
 * records. What the host orders goes to an instance of the agent's own while nobody in the guest
 * uses the top buffer; it is made for the first order and stays until nothing of the host's is left
 * in it. Called by the control loop.
 */
#ifndef VTRACE_AGENT_TRACED_H
#define VTRACE_AGENT_TRACED_H

#include <stdbool.h>

#include "formats/control.h"
#include "guest-agent/changes.h"
#include "guest-agent/order_log.h"
#include "guest-agent/own_instance.h"

struct traced {
	struct own_instance own;
	struct changes changes;
	struct order_log orders; /* those that were obeyed in the instance */
	bool changed_recording;
	int recording_before;
	bool leave_later; /* when the pumps have come to the instance, or stop */
	bool told;	  /* that there can be no instance */
};

/* may_move: to an instance of the agent's own. allowed: which events may be changed, or NULL. */
void traced_begin(struct traced *traced, const struct tracefs *tracefs, struct pumps *pumps,
		  bool may_move, const struct allowed *allowed);

/* Whether an order changes something of the buffer that is traced. */
bool traced_is_order(const struct control_request *request);
/* Whether it puts things back: all, or the events. */
bool traced_puts_back(const struct control_request *request);

/* Switch recording. 0 or -errno. */
int traced_record(struct traced *traced, bool on);

/* phase, here and below, is what the pumps are doing. Before an order: where, if nothing is
 * changed yet. 0, or -errno, the first time only, when it has to be the top buffer. */
int traced_choose(struct traced *traced, enum pump_phase phase);

/* While the pumps are stopped: put back what is changed in the instance and trace the top buffer,
 * for an order that no instance can obey. The orders are kept for who gives them once more. 0 or
 * -errno: -E2BIG: there were too many. */
int traced_fall_back(struct traced *traced);

/* Leave the instance when nothing of the host's is changed in it; _unused: and nothing is enabled
 * there, as an agent that was killed leaves it. */
void traced_leave(struct traced *traced, enum pump_phase phase);
void traced_leave_unused(struct traced *traced, enum pump_phase phase);
/* After news of the pumps. */
void traced_check(struct traced *traced, enum pump_phase phase);

/* Put back all that was changed, end the pumps, and remove the instance. */
void traced_end(struct traced *traced);

#endif
