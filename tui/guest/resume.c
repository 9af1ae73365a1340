// SPDX-License-Identifier: GPL-2.0-only
/* A guest that has forgotten what was ordered here is told again; and what a console that was
 * killed has changed in one is taken over. */
#include <errno.h>

#include "tui/guest/guest_private.h"

#define ORDER_ANSWER_MS 15000 /* an emulated guest needs seconds to patch in all events */
#define COUNT_ANSWER_MS 5000

static void order_next(struct guest *guest);

/* Is something among it of which the formats tell? */
static bool concerns_formats(const struct guest_agent *agent)
{
	return chosen_has(&agent->chosen, CONTROL_KPROBE) ||
	       chosen_has(&agent->chosen, CONTROL_CLOCK) ||
	       chosen_has(&agent->chosen, CONTROL_SUBBUF_KB);
}

static bool concerns_events(enum control_verb verb)
{
	return verb == CONTROL_EVENTS || verb == CONTROL_FILTER;
}

static void start_now(struct guest *guest)
{
	struct guest_agent *agent = &guest->agent;

	/* Unless somebody does not want it any more. */
	if (agent->start_after && agent->wanted && agent_start(guest) < 0)
		guest_say(guest, GUEST_ERROR,
			  "cannot start tracing: the control channel is closed");
	agent->start_after = agent->start_settled = false;
}

void agent_resume_settled(struct guest *guest)
{
	if (guest->agent.start_settled && guest->formats.step == FORMATS_IDLE)
		start_now(guest);
}

static void finish(struct guest *guest)
{
	struct guest_agent *agent = &guest->agent;

	if (agent->chosen.count)
		guest_say(guest, GUEST_INFO, "%s again in %s",
			  agent->settings_changed ? "what was chosen here is set"
						  : "the events chosen here are enabled",
			  guest->name);
	if (!concerns_formats(agent)) {
		start_now(guest);
		return;
	}
	/* Pages of another size have to be known as such before they come. */
	agent->start_settled = agent->start_after && chosen_has(&agent->chosen, CONTROL_SUBBUF_KB);
	agent_say_hello(guest);
	formats_fetch(guest);
	if (!agent->start_settled)
		start_now(guest);
}

static void answered(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;
	enum control_verb verb = guest->agent.resuming;

	guest->agent.ordered--;
	if (error == -ECONNRESET)
		return; /* the agent's next hello begins anew */
	if (error && concerns_events(verb))
		guest_say(guest, GUEST_WARNING,
			  "the agent has not confirmed the events chosen here; going on");
	else if (error)
		guest_say(guest, GUEST_WARNING,
			  "the agent has not confirmed the %s chosen here; going on",
			  control_verb_name(verb));
	else if (answer->kind != CONTROL_OK && concerns_events(verb))
		guest_say(guest, GUEST_WARNING, "an event chosen here is not enabled again: %s",
			  answer->text);
	else if (answer->kind != CONTROL_OK)
		guest_say(guest, GUEST_WARNING, "the %s chosen here is not set again: %s",
			  control_verb_name(verb), answer->text);
	order_next(guest);
}

static void order_next(struct guest *guest)
{
	struct guest_agent *agent = &guest->agent;
	const struct choice *choice = chosen_next(&agent->chosen);

	if (choice && !control_client_request(agent->control, choice->verb, choice->args,
					      ORDER_ANSWER_MS, answered, guest)) {
		agent->ordered++;
		agent->resuming = choice->verb;
		agent->changed = true;
		agent->settings_changed |= !concerns_events(choice->verb);
		return;
	}
	finish(guest);
}

bool agent_resume(struct guest *guest, bool start)
{
	struct guest_agent *agent = &guest->agent;

	agent->start_after = start;
	agent->start_settled = false;
	chosen_rewind(&agent->chosen);
	if (start || agent->chosen.count)
		order_next(guest);
	return concerns_formats(agent);
}

/* ---- taking over ---- */

static void counted(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;
	uint64_t changed;

	/* An older agent does not know the verb. */
	if (error || answer->kind != CONTROL_OK || guest->agent.changed ||
	    control_value_u64(answer->text, "changed", &changed) || !changed)
		return;
	guest->agent.changed = true;
	guest_say(guest, GUEST_INFO,
		  "which events are enabled was changed by a console before this one, which did "
		  "not put them back: they are put back when this one ends without "
		  "--keep-running");
}

void agent_take_over(struct guest *guest)
{
	control_client_request(guest->agent.control, CONTROL_EVENTS, NULL, COUNT_ANSWER_MS, counted,
			       guest);
}
