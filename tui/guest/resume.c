// SPDX-License-Identifier: GPL-2.0-only
/* A guest that has forgotten what was ordered here is told again; and what a console that was
 * killed has changed in one is taken over. */
#include "tui/guest/guest_private.h"

#define ORDER_ANSWER_MS 15000 /* an emulated guest needs seconds to patch in all events */
#define COUNT_ANSWER_MS 5000

static void order_next(struct guest *guest);

static void finish(struct guest *guest)
{
	struct guest_agent *agent = &guest->agent;

	if (agent->chosen.count)
		guest_say(guest, GUEST_INFO, "the events chosen here are enabled again in %s",
			  guest->name);
	/* Unless somebody does not want it any more. */
	if (agent->start_after && agent->wanted && agent_start(guest) < 0)
		guest_say(guest, GUEST_ERROR,
			  "cannot start tracing: the control channel is closed");
	agent->start_after = false;
}

static void answered(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;

	guest->agent.ordered--;
	if (error == -ECONNRESET)
		return; /* the agent's next hello begins anew */
	if (error)
		guest_say(guest, GUEST_WARNING,
			  "the agent has not confirmed the events chosen here; going on");
	else if (answer->kind != CONTROL_OK)
		guest_say(guest, GUEST_WARNING, "an event chosen here is not enabled again: %s",
			  answer->text);
	order_next(guest);
}

static void order_next(struct guest *guest)
{
	struct guest_agent *agent = &guest->agent;
	const struct choice *choice = chosen_next(&agent->chosen);

	if (choice && !control_client_request(agent->control, choice->verb, choice->args,
					      ORDER_ANSWER_MS, answered, guest)) {
		agent->ordered++;
		agent->events_changed = true;
		return;
	}
	finish(guest);
}

void agent_resume(struct guest *guest, bool start)
{
	struct guest_agent *agent = &guest->agent;

	agent->start_after = start;
	chosen_rewind(&agent->chosen);
	if (start || agent->chosen.count)
		order_next(guest);
}

/* ---- taking over ---- */

static void counted(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;
	uint64_t changed;

	/* An older agent does not know the verb. */
	if (error || answer->kind != CONTROL_OK || guest->agent.events_changed ||
	    control_value_u64(answer->text, "changed", &changed) || !changed)
		return;
	guest->agent.events_changed = true;
	guest_say(guest, GUEST_INFO,
		  "which events are enabled was changed by a console before this one, which did "
		  "not put them back; this one does when it is left");
}

void agent_take_over(struct guest *guest)
{
	control_client_request(guest->agent.control, CONTROL_EVENTS, NULL, COUNT_ANSWER_MS, counted,
			       guest);
}
