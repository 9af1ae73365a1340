// SPDX-License-Identifier: GPL-2.0-only
#include "tui/guest/orders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/domain/loop.h"
#include "tui/guest/orders_private.h"

#define ANSWER_MS 15000 /* an emulated guest needs seconds to patch in all events or functions */
#define PING_MS	  2000
#define SYNC_MS	  2000
#define LATE_MS	  2000 /* until it is said that the answer is awaited */

/* ---- one order ---- */

void order_drop(struct guest_order *order)
{
	struct guest_agent *agent = &order->guest->agent;
	struct guest_order **link = &agent->orders;

	while (*link != order)
		link = &(*link)->next;
	*link = order->next;
	if (agent->hold.order == order)
		agent->hold.order = NULL;
	if (order->timer >= 0)
		loop_timer_remove(order->timer);
	free(order->args);
	free(order->text);
	free(order);
}

void agent_drop_orders(struct guest *guest)
{
	while (guest->agent.orders)
		order_drop(guest->agent.orders);
}

void agent_fail_orders(struct guest *guest)
{
	while (guest->agent.orders) {
		struct guest_order order = *guest->agent.orders;

		order_drop(guest->agent.orders);
		if (order.ordered)
			order.ordered(order.data, NULL, "the guest is gone");
		else if (order.listed)
			order.listed(order.data, NULL, "the guest is gone");
	}
}

struct guest_order *order_new(struct guest *guest, enum control_verb verb, const char *args,
			      guest_ordered_fn *fn, void *data)
{
	struct guest_order *order = calloc(1, sizeof(*order));

	if (!order)
		return NULL;
	order->timer = -1;
	if (args) {
		order->args = strdup(args);
		if (!order->args) {
			free(order);
			return NULL;
		}
	}
	order->guest = guest;
	order->verb = verb;
	order->ordered = fn;
	order->data = data;
	order->next = guest->agent.orders;
	guest->agent.orders = order;
	return order;
}

const char *order_trouble(const struct control_answer *answer, int error, char *text, size_t size)
{
	if (error == -ETIMEDOUT)
		snprintf(text, size, "%s", GUEST_NOT_ANSWERED);
	else if (error == -ECANCELED)
		snprintf(text, size, "tracing could not be stopped for it");
	else if (error)
		snprintf(text, size, "the control channel was closed");
	else if (!strncmp(answer->text, "unknown verb", strlen("unknown verb")))
		snprintf(text, size,
			 "the agent in the guest is too old to do that; put a newer one there");
	else
		snprintf(text, size, "%s", answer->text);
	return text;
}

int order_can_be_sent(const struct guest *guest)
{
	if (!guest->agent.control || !guest->agent.met || guest->state == GUEST_GONE)
		return -EOPNOTSUPP;
	return 0;
}

/* ---- what follows from an answer ---- */

/* What was put back, or changed, and is to be known when the guest has forgotten it. */
static void keep(struct guest_order *order, const struct control_answer *answer)
{
	struct guest_agent *agent = &order->guest->agent;
	char refused[2];

	/* What the kernel has refused is still as it was changed to. */
	if (order->restores &&
	    control_value(answer->text, "refused", refused, sizeof(refused)) < 0) {
		agent->settings_changed &= order->verb != CONTROL_RESTORE;
		agent->changed = agent->settings_changed;
	}
	if ((order->changes || order->restores) &&
	    chosen_note(&agent->chosen, order->verb, order->args ? order->args : ""))
		guest_say(order->guest, GUEST_WARNING,
			  "no memory to set this again after a restart of the guest");
}

/* Times of another clock are no later or earlier than those of the one before. */
static void begin_clock(struct guest *guest, const char *what, const char *name)
{
	char when[16];

	if (guest->live)
		guest_note(guest, true, "trace clock %s%s at %s", what, name,
			   guest_time_of_day(when));
}

/* What an order will have changed, beside what it says itself. */
struct effects {
	bool clock;
	bool formats; /* those that are here are out of date */
};

static struct effects effects_of(const struct guest_order *order)
{
	const struct chosen *chosen = &order->guest->agent.chosen;
	bool all = order->verb == CONTROL_RESTORE;
	struct effects effects = {.clock = all && chosen_has(chosen, CONTROL_CLOCK)};

	if (order->changes || order->restores)
		effects.formats = order->verb == CONTROL_KPROBE || order->verb == CONTROL_CLOCK ||
				  order->verb == CONTROL_SUBBUF_KB || effects.clock ||
				  (all && (chosen_has(chosen, CONTROL_SUBBUF_KB) ||
					   chosen_has(chosen, CONTROL_KPROBE)));
	return effects;
}

/* It was carried out: bring up to date what is known on this side. */
static void follow(struct guest *guest, enum control_verb verb, const char *text,
		   struct effects effects)
{
	char reset[8], name[64];

	if (effects.clock)
		begin_clock(guest, "put back", "");
	else if (verb == CONTROL_CLOCK && control_value(text, "reset", reset, sizeof(reset)) > 0 &&
		 !strcmp(reset, "yes") && control_value(text, "name", name, sizeof(name)) > 0)
		begin_clock(guest, "set to ", name);
	if (effects.formats) {
		agent_say_hello(guest);
		formats_fetch(guest);
	}
}

void order_end(struct guest_order *order, const struct control_answer *answer, int error)
{
	struct guest *guest = order->guest;
	struct guest_agent *agent = &guest->agent;
	struct effects effects = effects_of(order);
	guest_ordered_fn *fn = order->ordered;
	void *data = order->data;
	enum control_verb verb = order->verb;
	bool good = !error && answer->kind == CONTROL_OK;
	bool held = agent->hold.on && agent->hold.order == order;
	uint64_t enabled;
	char why[512];

	if (good)
		keep(order, answer);
	if (good && verb == CONTROL_EVENTS &&
	    !control_value_u64(answer->text, "enabled", &enabled) && enabled <= VTRACE_EVENTS_MAX)
		agent->hello.events_enabled = (unsigned)enabled;
	order_drop(order);
	if (fn)
		fn(data, good ? answer->text : NULL,
		   good ? NULL : order_trouble(answer, error, why, sizeof(why)));
	if (good)
		follow(guest, verb, answer->text, effects);
	if (held)
		hold_go_on(guest);
	if (good)
		guest_changed(guest);
}

/* ---- sending ---- */

static void answered(void *data, const struct control_answer *answer, int error)
{
	order_end(data, answer, error);
}

static void late(void *data)
{
	struct guest_order *order = data;

	loop_timer_set(order->timer, -1);
	guest_say(order->guest, GUEST_WAITING,
		  "the agent has not answered '%s' within 2 s; it is waited for",
		  control_verb_name(order->verb));
}

int order_send(struct guest_order *order)
{
	struct guest_agent *agent = &order->guest->agent;
	bool ping = order->verb == CONTROL_PING;
	int err;

	err = control_client_request(agent->control, order->verb, order->args,
				     ping ? PING_MS : ANSWER_MS, answered, order);
	if (err) {
		order_drop(order);
		return err;
	}
	/* Without a timer it is only not said. */
	order->timer = ping ? -1 : loop_timer(LATE_MS, late, order);
	/* Carried out or not: an answer may be late, or tell of an error behind a change. */
	agent->changed |= order->changes;
	agent->settings_changed |=
		order->changes && order->verb != CONTROL_EVENTS && order->verb != CONTROL_FILTER;
	return 0;
}

/* Does it leave something behind that is to be put back? */
static bool is_setting(enum control_verb verb)
{
	return verb != CONTROL_PING && verb != CONTROL_MARK && verb != CONTROL_SYNC;
}

bool guest_order_changes(enum control_verb verb, const char *args)
{
	if (verb == CONTROL_TRIGGER)
		return args && strchr(args, ' ');
	return verb == CONTROL_RESTORE || (args && verb != CONTROL_PING);
}

static void synced(void *data, const struct control_answer *answer, int error)
{
	(void)data;
	(void)answer;
	(void)error;
}

static int send_order(struct guest *guest, enum control_verb verb, const char *args,
		      guest_ordered_fn *fn, void *data)
{
	bool changes = guest_order_changes(verb, args);
	bool hold = changes && hold_is_wanted(guest, verb);
	struct guest_order *order;
	int err = order_can_be_sent(guest);

	if (err)
		return err;
	if (changes && guest_lacks_verb(guest, verb))
		return -ENOSYS;
	if (hold && (guest->state == GUEST_STARTING || guest->state == GUEST_STOPPING))
		return -EAGAIN;
	if (hold && guest->agent.hold.on)
		return -EBUSY;
	order = order_new(guest, verb, args, fn, data);
	if (!order)
		return -ENOMEM;
	order->restores = verb == CONTROL_RESTORE;
	order->changes = changes && is_setting(verb) && !order->restores;
	/* A snapshot takes along what is not sent by then. */
	if (verb == CONTROL_SNAPSHOT && changes && guest->state == GUEST_TRACING)
		control_client_request(guest->agent.control, CONTROL_SYNC, NULL, SYNC_MS, synced,
				       NULL);
	return hold && guest->state == GUEST_TRACING ? hold_begin(order) : order_send(order);
}

int guest_order(struct guest *guest, enum control_verb verb, const char *args, guest_ordered_fn *fn,
		void *data)
{
	return send_order(guest, verb, args, fn, data);
}

/* An agent that knows of no settings has none to put back. */
int guest_restore(struct guest *guest, guest_ordered_fn *fn, void *data)
{
	const struct guest_hello *hello = &guest->agent.hello;

	if (guest->agent.settings_changed ||
	    (hello->verbs && !guest_lacks_verb(guest, CONTROL_RESTORE)))
		return send_order(guest, CONTROL_RESTORE, NULL, fn, data);
	return guest_order_events(guest, GUEST_EVENTS_RESTORE, NULL, fn, data);
}

bool guest_lacks_verb(const struct guest *guest, enum control_verb verb)
{
	control_verb_set verbs = guest->agent.hello.verbs;

	return verbs && !(verbs >> verb & 1);
}

bool guest_order_drops_rows(const struct guest *guest, enum control_verb verb)
{
	return guest->live && hold_changes_sizes(guest, verb);
}

bool guest_orders_changed(const struct guest *guest)
{
	return guest->agent.changed;
}
