// SPDX-License-Identifier: GPL-2.0-only
#include "tui/start_orders.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SENTENCE_MAX 1024

static void send_next(struct start_orders *orders);

bool start_orders_wanted(const struct options *options)
{
	return options->filter.events[0] || options->order_count;
}

/*
 * The steps: all orders but filters, in the order of the command line, so that a probe is there
 * before its event is enabled; the events of -e; filters.
 */
static const struct options_order *order_at(const struct start_orders *orders, unsigned step)
{
	const struct options *options = orders->options;
	bool filters = step > options->order_count;
	unsigned at = filters ? step - options->order_count - 1 : step;
	const struct options_order *order = at < options->order_count ? &options->order[at] : NULL;

	return order && (order->verb == CONTROL_FILTER) == filters ? order : NULL;
}

static bool is_events(const struct start_orders *orders, unsigned step)
{
	return step == orders->options->order_count && orders->options->filter.events[0];
}

/* "--tracer 'nosuch': the kernel does not take it" */
static void fail(struct start_orders *orders, const char *why)
{
	const struct options_order *order = order_at(orders, orders->next);
	char sentence[SENTENCE_MAX];

	snprintf(sentence, sizeof(sentence), "--%s '%s': %s",
		 order ? options_order_name(order->verb) : "events",
		 order ? order->args : orders->options->filter.events, why);
	orders->done(orders->data, sentence);
}

static void ordered(void *data, const char *text, const char *error)
{
	struct start_orders *orders = data;
	char names[256], why[320];

	/* An agent that can enable none leaves it to who looks, as it was before. */
	if (error && !(is_events(orders, orders->next) && strstr(error, "is too old"))) {
		fail(orders, error);
		return;
	}
	if (text && is_events(orders, orders->next) &&
	    control_value(text, "unmatched", names, sizeof(names)) > 0) {
		snprintf(why, sizeof(why), "no event of the guest is called %s", names);
		fail(orders, why);
		return;
	}
	orders->next++;
	send_next(orders);
}

static int send_order(struct start_orders *orders, const struct options_order *order)
{
	char args[VTRACE_LINE_MAX], event[2 * VTRACE_EVENT_NAME_MAX];
	size_t length = strcspn(order->args, " ");

	if (order->verb == CONTROL_FILTER) {
		snprintf(event, sizeof(event), "%.*s", (int)length, order->args);
		return guest_order_filter(orders->guest, event,
					  order->args + length + strspn(order->args + length, " "),
					  ordered, orders);
	}
	snprintf(args, sizeof(args), "%s%s", order->verb == CONTROL_KPROBE ? "add " : "",
		 order->args);
	return guest_order(orders->guest, order->verb, args, ordered, orders);
}

static void send_next(struct start_orders *orders)
{
	unsigned steps = 2 * orders->options->order_count + 1;
	const struct options_order *order;
	int err = 0;

	for (; orders->next < steps; orders->next++) {
		order = order_at(orders, orders->next);
		if (order)
			err = send_order(orders, order);
		else if (is_events(orders, orders->next))
			err = guest_order_events(orders->guest, GUEST_EVENTS_ADD,
						 orders->options->filter.events, ordered, orders);
		else
			continue;
		/* Without an agent -e only chooses what is shown. */
		if (err == -EOPNOTSUPP && !order)
			continue;
		if (err == -EOPNOTSUPP)
			fail(orders, "no agent answers in the guest, or it is that of 2012");
		else if (err == -ENOSYS)
			fail(orders, "the agent in the guest does not know that, or the guest's "
				     "owner does not allow it");
		else if (err)
			fail(orders, strerror(-err));
		return;
	}
	orders->done(orders->data, NULL);
}

void start_orders_begin(struct start_orders *orders, const struct options *options,
			struct guest *guest, start_orders_fn *done, void *data)
{
	*orders = (struct start_orders){
		.options = options,
		.guest = guest,
		.done = done,
		.data = data,
	};
	send_next(orders);
}
