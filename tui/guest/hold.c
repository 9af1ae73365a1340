// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracing stops for an order that the guest carries out only then, and starts again. The kernel
 * changes the tracer and the size of pages only while nobody has trace_pipe_raw open (Linux,
 * kernel/trace/trace.c, tracing_set_tracer() and buffer_subbuf_size_write()); it changes the clock
 * at any time, but throws away what the ring buffer holds, and a stop sends that before. The state
 * stays GUEST_TRACING all the while, until somebody else changes it.
 */
#include <errno.h>

#include "tui/domain/loop.h"
#include "tui/guest/orders_private.h"

#define STOP_ANSWER_MS	30000 /* a stop sends all that the guest's buffers hold */
#define START_ANSWER_MS 5000
#define DRY_STEP_MS	10
#define DRY_MS		2000 /* for a guest that sends on though it says that it has stopped */
#define FORMATS_MS	30000

bool hold_is_wanted(const struct guest *guest, enum control_verb verb)
{
	const struct chosen *chosen = &guest->agent.chosen;

	if (verb == CONTROL_RESTORE)
		return chosen_has(chosen, CONTROL_TRACER) || chosen_has(chosen, CONTROL_CLOCK) ||
		       chosen_has(chosen, CONTROL_SUBBUF_KB) ||
		       chosen_has(chosen, CONTROL_FTRACE_FILTER);
	return verb == CONTROL_TRACER || verb == CONTROL_CLOCK || verb == CONTROL_SUBBUF_KB;
}

bool hold_changes_sizes(const struct guest *guest, enum control_verb verb)
{
	return verb == CONTROL_SUBBUF_KB ||
	       (verb == CONTROL_RESTORE && chosen_has(&guest->agent.chosen, CONTROL_SUBBUF_KB));
}

void hold_release(struct guest *guest)
{
	struct guest_hold *hold = &guest->agent.hold;

	if (hold->on)
		loop_timer_remove(hold->timer);
	*hold = (struct guest_hold){.on = false};
}

void hold_forget(struct guest *guest)
{
	struct guest_hold *hold = &guest->agent.hold;
	struct guest_order *order = hold->on && hold->step < HOLD_ORDER ? hold->order : NULL;

	hold_release(guest);
	if (order)
		order_end(order, NULL, -ECONNRESET);
}

/* Is it the answer that is awaited? An order to stop or start that was given up with its hold waits
 * in the control client all the same, and may be answered when the next hold is on. */
static bool awaits(const struct guest *guest, enum hold_step step)
{
	return guest->agent.hold.on && guest->agent.hold.step == step;
}

static void started(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;

	if (error == -ECONNRESET || !awaits(guest, HOLD_START))
		return; /* the next hello settles it */
	if (guest->state == GUEST_TRACING && (error || answer->kind != CONTROL_OK))
		guest_say(guest, GUEST_ERROR, "tracing has not started again: %s; t starts it",
			  error ? "the agent has not answered" : answer->text);
	hold_forget(guest);
}

static void start_again(struct guest *guest)
{
	struct guest_hold *hold = &guest->agent.hold;

	hold->step = HOLD_START;
	loop_timer_set(hold->timer, -1);
	/* Unless somebody has stopped it in the meantime. */
	if (guest->state == GUEST_TRACING) {
		engine_link_must(&guest->link, ENGINE_PAUSED, NULL, 0, -1, NULL);
		if (!control_client_request(guest->agent.control, CONTROL_START, NULL,
					    START_ANSWER_MS, started, guest))
			return;
	}
	hold_forget(guest);
}

/* Pages of another size have to be known as such before they come. */
static bool awaits_formats(const struct guest *guest)
{
	const struct guest_formats_state *formats = &guest->formats;

	return guest->agent.hold.sizes && (formats->step != FORMATS_IDLE || formats->again);
}

void hold_formats_settled(struct guest *guest)
{
	if (guest->agent.hold.on && guest->agent.hold.step == HOLD_FORMATS &&
	    !awaits_formats(guest))
		start_again(guest);
}

void hold_go_on(struct guest *guest)
{
	struct guest_hold *hold = &guest->agent.hold;

	hold->step = HOLD_FORMATS;
	if (awaits_formats(guest))
		loop_timer_set(hold->timer, FORMATS_MS);
	else
		start_again(guest);
}

static void send_held(struct guest *guest)
{
	struct guest_hold *hold = &guest->agent.hold;
	guest_ordered_fn *fn = hold->order->ordered;
	void *data = hold->order->data;

	hold->step = HOLD_ORDER;
	loop_timer_set(hold->timer, -1);
	if (!order_send(hold->order))
		return;
	/* A channel that has closed has ended the hold; but an agent may let all that it was asked
	 * wait, and whoever ordered this is to hear of it. */
	if (fn)
		fn(data, NULL, "too much is asked of the agent already");
	start_again(guest);
}

static void time_passed(void *data)
{
	struct guest *guest = data;
	struct guest_hold *hold = &guest->agent.hold;

	if (hold->step == HOLD_DRY && (streams_are_dry(guest) || guest_now_ms() >= hold->dry_until))
		send_held(guest);
	else if (hold->step == HOLD_FORMATS)
		start_again(guest);
}

static void stopped(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;
	struct guest_hold *hold = &guest->agent.hold;

	if (!awaits(guest, HOLD_STOP))
		return;
	if (error == -ECONNRESET) {
		hold_forget(guest);
		return;
	}
	if (error || answer->kind != CONTROL_OK) {
		hold->step = HOLD_ORDER;
		order_end(hold->order, NULL, -ECANCELED);
		return;
	}
	/* What was sent has to be taken for what it is before a change of clock or size is told of;
	 * the engine reads its channels before it looks at commands. */
	hold->step = HOLD_DRY;
	hold->dry_until = guest_now_ms() + DRY_MS;
	loop_timer_set(hold->timer, DRY_STEP_MS);
}

int hold_begin(struct guest_order *order)
{
	struct guest *guest = order->guest;
	struct guest_hold *hold = &guest->agent.hold;
	int err, timer = loop_timer(-1, time_passed, guest);

	err = timer < 0 ? timer
			: control_client_request(guest->agent.control, CONTROL_STOP, NULL,
						 STOP_ANSWER_MS, stopped, guest);
	if (err) {
		if (timer >= 0)
			loop_timer_remove(timer);
		order_drop(order);
		return err;
	}
	*hold = (struct guest_hold){
		.on = true,
		.order = order,
		.timer = timer,
		.sizes = hold_changes_sizes(guest, order->verb),
	};
	guest_say(guest, GUEST_INFO, "tracing stops for a moment, to change %s",
		  order->verb == CONTROL_RESTORE ? "what is put back"
						 : control_verb_name(order->verb));
	return 0;
}
