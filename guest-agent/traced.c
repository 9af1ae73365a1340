// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/traced.h"

#include <errno.h>
#include <string.h>

#include "guest-agent/allowed.h"

void traced_begin(struct traced *traced, const struct tracefs *tracefs, struct pumps *pumps,
		  bool may_move, const struct allowed *allowed)
{
	*traced = (struct traced){0};
	own_instance_begin(&traced->own, tracefs, pumps, may_move);
	changes_begin(&traced->changes, tracefs, allowed);
	/* A tracer that the instance lacks is set in the top buffer. */
	if (may_move)
		traced->changes.settings.tracers = &traced->own.top;
	traced->recording_before = tracefs_recording(tracefs);
}

bool traced_is_order(const struct control_request *request)
{
	return !allowed_only_asks(request) && request->verb != CONTROL_MARK &&
	       request->verb != CONTROL_KPROBE;
}

bool traced_puts_back(const struct control_request *request)
{
	return request->verb == CONTROL_RESTORE ||
	       (request->verb == CONTROL_EVENTS && !strcmp(request->args, "restore"));
}

int traced_record(struct traced *traced, bool on)
{
	traced->changed_recording = true;
	return tracefs_record(traced->own.tracefs, on);
}

/* The buffer before records as it did before us, and the one that is traced now as we did. */
static void take_recording_over(struct traced *traced, bool entered, enum pump_phase phase)
{
	if (entered && traced->changed_recording && traced->recording_before >= 0)
		tracefs_record(&traced->own.top, traced->recording_before);
	traced->recording_before = tracefs_recording(traced->own.tracefs);
	traced->changed_recording = false;
	if (phase == PUMP_RUNNING)
		traced_record(traced, true);
}

int traced_choose(struct traced *traced, enum pump_phase phase)
{
	int err;

	traced->leave_later = false;
	if (changes_of_buffer(&traced->changes) || !own_instance_wanted(&traced->own))
		return 0;
	err = own_instance_enter(&traced->own, phase);
	if (!err) {
		take_recording_over(traced, true, phase);
		return 0;
	}
	if (traced->told)
		return 0;
	traced->told = true;
	return err;
}

static int leave(struct traced *traced, enum pump_phase phase)
{
	int err = own_instance_leave(&traced->own, phase);

	if (!err)
		take_recording_over(traced, false, phase);
	return err;
}

int traced_fall_back(struct traced *traced)
{
	int err;

	if (traced->orders.broken)
		return -E2BIG;
	/* No tracer changes while a ring is open. */
	pumps_close_rings(traced->own.pumps);
	changes_restore_buffer(&traced->changes);
	err = changes_of_buffer(&traced->changes) ? -EBUSY : leave(traced, PUMP_STOPPED);
	if (err)
		own_instance_refresh_pumps(&traced->own);
	return err;
}

void traced_leave(struct traced *traced, enum pump_phase phase)
{
	if (!traced->own.in || changes_of_buffer(&traced->changes))
		return;
	traced->leave_later = leave(traced, phase) != 0;
	if (!traced->leave_later)
		order_log_clear(&traced->orders);
}

void traced_leave_unused(struct traced *traced, enum pump_phase phase)
{
	if (traced->own.in && !changes_of_buffer(&traced->changes) &&
	    !own_instance_in_use(&traced->own))
		traced_leave(traced, phase);
}

void traced_check(struct traced *traced, enum pump_phase phase)
{
	if (own_instance_check(&traced->own) && traced->leave_later)
		traced_leave(traced, phase);
}

void traced_end(struct traced *traced)
{
	if (traced->changed_recording && traced->recording_before >= 0)
		tracefs_record(traced->own.tracefs, traced->recording_before);
	own_instance_show_threads(&traced->own);
	/* Some settings can be put back only when the rings are closed. */
	pumps_release(traced->own.pumps);
	changes_restore(&traced->changes, true, NULL);
	own_instance_end(&traced->own);
	changes_release(&traced->changes);
	order_log_clear(&traced->orders);
}
