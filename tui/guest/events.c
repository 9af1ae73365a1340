// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/guest/events.h"
#include "tui/guest/orders_private.h"

#define LIST_ANSWER_MS 5000
#define LISTS_MAX      3 /* attempts, while modules come and go */

void guest_event_list_free(struct guest_event_list *list)
{
	if (!list)
		return;
	free(list->event);
	free(list->bytes);
	free(list);
}

/* ---- orders ---- */

int guest_order_events(struct guest *guest, enum guest_events_order what, const char *patterns,
		       guest_ordered_fn *fn, void *data)
{
	static const char *const words[] = {"set", "add", "remove", "restore"};
	bool restores = what == GUEST_EVENTS_RESTORE;
	struct guest_order *order;
	char args[VTRACE_LINE_MAX];
	int err = order_can_be_sent(guest);

	if (err)
		return err;
	if (snprintf(args, sizeof(args), "%s%s%s", words[what], restores ? "" : " ",
		     restores ? "" : patterns) >= (int)sizeof(args))
		return -EINVAL;
	order = order_new(guest, CONTROL_EVENTS, args, fn, data);
	if (!order)
		return -ENOMEM;
	order->restores = restores;
	order->changes = !restores;
	return order_send(order);
}

int guest_order_filter(struct guest *guest, const char *event, const char *filter,
		       guest_ordered_fn *fn, void *data)
{
	struct guest_order *order;
	char args[VTRACE_LINE_MAX];
	int err = order_can_be_sent(guest);

	if (err)
		return err;
	if (snprintf(args, sizeof(args), "%s%s%s", event, filter ? " " : "",
		     filter ? filter : "") >= (int)sizeof(args))
		return -EINVAL;
	order = order_new(guest, CONTROL_FILTER, args, fn, data);
	if (!order)
		return -ENOMEM;
	order->changes = filter != NULL;
	return order_send(order);
}

/* ---- the list, answer by answer ---- */

/* Puts names and their ends into bytes, which are as many as the text's. */
struct list_builder {
	struct guest_event_list *list;
	size_t used;
};

static const char *put_name(struct list_builder *builder, const char *name)
{
	char *place = builder->list->bytes + builder->used;

	strcpy(place, name);
	builder->used += strlen(name) + 1;
	return place;
}

static bool put_event(void *data, const char *system, const char *name, enum event_state state)
{
	struct list_builder *builder = data;
	struct guest_event_list *list = builder->list;
	struct guest_event *event = &list->event[list->count];

	if (list->count && !strcmp(event[-1].system, system))
		event->system = event[-1].system;
	else
		event->system = put_name(builder, system);
	event->name = put_name(builder, name);
	event->state = state;
	list->count++;
	return true;
}

/* Make the list of a text that was found valid and has so many events. NULL without memory. */
static struct guest_event_list *build_list(const char *text, unsigned count)
{
	struct guest_event_list *list = calloc(1, sizeof(*list));
	struct list_builder builder = {.list = list};

	if (!list)
		return NULL;
	list->event = calloc(count + 1, sizeof(*list->event));
	/* A name's end takes the place of what parts it from the next. */
	list->bytes = malloc(strlen(text) + 1);
	if (!list->event || !list->bytes) {
		guest_event_list_free(list);
		return NULL;
	}
	event_list_read(text, put_event, &builder);
	return list;
}

static bool count_only(void *data, const char *system, const char *name, enum event_state state)
{
	(void)data;
	(void)system;
	(void)name;
	(void)state;
	return true;
}

/* Put a part behind those before. Room is made for twice as much, since an agent may send each
 * event in an answer of its own. */
static int append(struct guest_order *order, const char *part)
{
	size_t length = strlen(part);
	size_t size = order->length + length + 2; /* with what parts it, and its end */
	char *longer = order->text;

	if (size > order->size) {
		longer = realloc(order->text, 2 * size);
		if (!longer)
			return -ENOMEM;
		order->text = longer;
		order->size = 2 * size;
	}
	if (order->length)
		longer[order->length++] = ';';
	memcpy(longer + order->length, part, length + 1);
	order->length += length;
	return 0;
}

/* Add a part of the list to what has come before. 0, -EPROTO or -errno. */
static int add_part(struct guest_order *order, const char *answer)
{
	const char *part = control_rest(answer, "list");
	uint64_t from, total;
	int count, err;

	if (!part || control_value_u64(answer, "from", &from) ||
	    control_value_u64(answer, "total", &total) || total > VTRACE_EVENTS_MAX ||
	    from != order->count)
		return -EPROTO;
	if (order->count && total != order->total)
		return -EAGAIN; /* a module came or went: from the start */
	count = event_list_read(part, count_only, NULL);
	if (count < 0 || order->count + (unsigned)count > total || (!count && total > order->count))
		return -EPROTO;
	order->total = (unsigned)total;
	if (!count)
		return 0;
	err = append(order, part);
	if (!err)
		order->count += (unsigned)count;
	return err;
}

/* Hand over what has come, or say why there is nothing. */
static void end_list(struct guest_order *order, const char *error)
{
	guest_event_list_fn *fn = order->listed;
	struct guest_event_list *list = NULL;
	void *data = order->data;

	if (!error) {
		list = build_list(order->text ? order->text : "", order->count);
		error = list ? NULL : "no memory for the list of events";
	}
	order_drop(order);
	fn(data, list, error);
}

static void list_answered(void *data, const struct control_answer *answer, int error);

static int ask_on(struct guest_order *order)
{
	char args[32];

	snprintf(args, sizeof(args), "list %u", order->count);
	return control_client_request(order->guest->agent.control, CONTROL_EVENTS, args,
				      LIST_ANSWER_MS, list_answered, order);
}

static void list_answered(void *data, const struct control_answer *answer, int error)
{
	struct guest_order *order = data;
	char why[512];
	uint64_t from;
	int err;

	if (error || answer->kind != CONTROL_OK) {
		end_list(order, order_trouble(answer, error, why, sizeof(why)));
		return;
	}
	if (control_value_u64(answer->text, "from", &from) == -ENOENT &&
	    ++order->attempts < LISTS_MAX) {
		/* The late answer to an order that was given up: the list is still to come. */
		if (ask_on(order))
			end_list(order, "the control channel was closed");
		return;
	}
	err = add_part(order, answer->text);
	if (err == -EAGAIN && ++order->attempts < LISTS_MAX) {
		order->text[0] = '\0'; /* there is some, of which there was a part */
		order->length = 0;
		order->count = 0;
		err = 0;
	} else if (!err && order->count == order->total) {
		end_list(order, NULL);
		return;
	}
	if (!err)
		err = ask_on(order);
	if (err == -EPROTO)
		end_list(order, "the agent's list of events makes no sense");
	else if (err == -EAGAIN)
		end_list(order, "the guest's events change while they are listed; try again");
	else if (err)
		end_list(order, strerror(-err));
}

int guest_list_events(struct guest *guest, guest_event_list_fn *fn, void *data)
{
	struct guest_order *order;
	int err = order_can_be_sent(guest);

	if (err)
		return err;
	for (order = guest->agent.orders; order; order = order->next)
		if (order->listed)
			return -EALREADY;
	order = order_new(guest, CONTROL_EVENTS, NULL, NULL, data);
	if (!order)
		return -ENOMEM;
	order->listed = fn;
	err = ask_on(order);
	if (err)
		order_drop(order);
	return err;
}
