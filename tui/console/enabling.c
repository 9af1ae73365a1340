// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/console/enabling.h"
#include "tui/console/numbers.h"
#include "tui/console/state.h"

/* ---- what came of an order ---- */

/* "12 match; 51 of 1,339 events are enabled in the guest", and what did not go well. */
static void tell_answer(struct console *console, const char *text)
{
	char names[512], first[NUMBER_SIZE], second[NUMBER_SIZE];
	uint64_t total = 0, enabled = 0;

	control_value_u64(text, "total", &total);
	control_value_u64(text, "enabled", &enabled);
	/* Its title has the numbers. */
	if (console->front != VIEW_ENABLED)
		journal_printf(&console->journal, GUEST_INFO,
			       "%s of %s events are enabled in the guest",
			       number_exact(first, enabled), number_exact(second, total));
	if (control_value(text, "unmatched", names, sizeof(names)) > 0)
		journal_printf(&console->journal, GUEST_WARNING, "no event is called %s", names);
	if (control_value(text, "refused", names, sizeof(names)) > 0)
		journal_printf(&console->journal, GUEST_ERROR,
			       "the guest's kernel does not change %s", names);
}

static void ordered(void *data, const char *text, const char *error)
{
	struct console *console = data;

	if (error)
		journal_printf(&console->journal, GUEST_ERROR, "events were not changed: %s",
			       error);
	else
		tell_answer(console, text);
	enabled_refresh(console->views[VIEW_ENABLED], console);
	console_invalidate(console);
}

/* Why nothing can be ordered of what is open; the sentence to show. */
const char *enabling_obstacle(const struct console *console)
{
	if (!console->guest)
		return "nothing is open: d chooses a domain";
	switch (guest_state(console->guest)) {
	case GUEST_REPLAY:
		return "this is a capture: events are enabled and disabled in a running guest";
	case GUEST_WATCHING:
		return "only the memory of this guest is read, and no agent in it takes orders: "
		       "what "
		       "its kernel's command line enabled is traced";
	case GUEST_OLD_AGENT:
		return "no agent answers, or it is that of 2012, which can not enable events: "
		       "start "
		       "vtrace's trace-agent in the guest, or enable them there";
	case GUEST_CONNECTING:
		return "the agent in the guest has not answered yet";
	case GUEST_GONE:
		return "the domain is gone: d chooses another";
	default:
		return NULL;
	}
}

static void tell_error(struct console *console, int err)
{
	const char *obstacle = enabling_obstacle(console);

	if (obstacle)
		journal_add(&console->journal, GUEST_WARNING, obstacle);
	else
		journal_printf(&console->journal, GUEST_ERROR,
			       "the guest can not be told which events to enable: %s",
			       strerror(-err));
}

void enabling_order(struct console *console, enum guest_events_order order, const char *patterns)
{
	int err = console->guest
			  ? guest_order_events(console->guest, order, patterns, ordered, console)
			  : -EOPNOTSUPP;

	if (err)
		tell_error(console, err);
}

void enabling_add(struct console *console, const char *patterns)
{
	enabling_order(console, GUEST_EVENTS_ADD, patterns);
}

void enabling_set(struct console *console, const char *patterns)
{
	enabling_order(console, GUEST_EVENTS_SET, patterns);
}

void enabling_remove(struct console *console, const char *patterns)
{
	enabling_order(console, GUEST_EVENTS_REMOVE, patterns);
}

/* Names, globs, colons and what parts them. */
void enabling_check(void *data, const char *text, struct prompt_verdict *verdict)
{
	const char *obstacle = enabling_obstacle(data);

	verdict->at = PROMPT_NOWHERE;
	if (obstacle) {
		verdict->state = PROMPT_INVALID;
		snprintf(verdict->why, sizeof(verdict->why), "%s", obstacle);
		return;
	}
	for (const char *c = text; *c; c++) {
		if (*c > 0x20 && *c <= 0x7e && *c != ';')
			continue;
		if (*c == ' ' && c > text && (c[-1] == ',' || c[-1] == ' '))
			continue;
		verdict->state = PROMPT_INVALID;
		verdict->at = (size_t)(c - text);
		snprintf(verdict->why, sizeof(verdict->why),
			 "that is no part of a list of events; one looks like "
			 "sched,timer:hrtimer_*");
		return;
	}
}

void enabling_open(struct console *console)
{
	const char *obstacle = console->guest ? NULL : enabling_obstacle(console);

	if (obstacle)
		journal_add(&console->journal, GUEST_WARNING, obstacle);
	else if (console->front == VIEW_ENABLED)
		console_show(console, console_root(console));
	else
		console_show(console, VIEW_ENABLED);
}

/* ---- filters in the guest's kernel ---- */

static void ask_filter(struct console *console, const char *prefill);

static void filter_ordered(void *data, const char *text, const char *error)
{
	struct console *console = data;
	const char *filter = text ? control_rest(text, "text") : NULL;

	console->enabling.asking = false;
	console_invalidate(console);
	if (error) {
		snprintf(console->enabling.refused, sizeof(console->enabling.refused), "%s", error);
		journal_printf(&console->journal, GUEST_ERROR, "no filter for %s: %s",
			       console->enabling.event, error);
		/* What was typed is not lost, unless something else is asked by now. */
		if (!console->prompt.active && console->front == VIEW_ENABLED)
			ask_filter(console, console->enabling.typed);
		return;
	}
	journal_printf(&console->journal, GUEST_INFO, "the guest's kernel filters %s: %s",
		       console->enabling.event, filter ? filter : "?");
	enabled_refresh(console->views[VIEW_ENABLED], console);
}

static void filter_typed(void *data, const char *text)
{
	struct console *console = data;
	int err;

	if (!text || !console->guest)
		return;
	text += strspn(text, " ");
	console->enabling.refused[0] = '\0';
	snprintf(console->enabling.typed, sizeof(console->enabling.typed), "%s", text);
	err = guest_order_filter(console->guest, console->enabling.event, *text ? text : "0",
				 filter_ordered, console);
	console->enabling.asking = !err;
	if (err)
		tell_error(console, err);
}

/* The kernel's own words, and the character that it points at. */
static void judge_refused(const char *why, struct prompt_verdict *verdict)
{
	static const char mark[] = "at character ";
	const char *at = strstr(why, mark);
	unsigned number = 0;

	verdict->state = PROMPT_INVALID;
	snprintf(verdict->why, sizeof(verdict->why), "the guest's kernel: %s", why);
	if (at && sscanf(at + strlen(mark), "%u", &number) == 1 && number > 0)
		verdict->at = number - 1;
}

static void filter_check(void *data, const char *text, struct prompt_verdict *verdict)
{
	const struct enabling *enabling = &((struct console *)data)->enabling;

	verdict->at = PROMPT_NOWHERE;
	if (enabling->refused[0] && !strcmp(text, enabling->typed)) {
		judge_refused(enabling->refused, verdict);
		return;
	}
	for (const char *c = text; *c; c++) {
		if (*c >= 0x20 && *c <= 0x7e)
			continue;
		verdict->state = PROMPT_INVALID;
		verdict->at = (size_t)(c - text);
		snprintf(verdict->why, sizeof(verdict->why), "only ASCII can be sent to the guest");
		return;
	}
	snprintf(verdict->why, sizeof(verdict->why),
		 "such as prev_prio < 100; what it does not let pass is never recorded; empty: "
		 "none");
}

static void ask_filter(struct console *console, const char *prefill)
{
	char label[VTRACE_EVENT_NAME_MAX * 2 + 32];

	snprintf(label, sizeof(label), "record %s only if:", console->enabling.event);
	prompt_line(&console->prompt, &(struct prompt_ask){.label = label,
							   .prefill = prefill,
							   .check = filter_check,
							   .done = filter_typed,
							   .data = console,
							   .history = &console->history,
							   .kind = HISTORY_FILTER});
}

static void filter_told(void *data, const char *text, const char *error)
{
	struct console *console = data;
	const char *filter = text ? control_rest(text, "text") : NULL;

	console->enabling.asking = false;
	console_invalidate(console);
	if (error)
		journal_printf(&console->journal, GUEST_ERROR, "the filter of %s is not known: %s",
			       console->enabling.event, error);
	else if (!console->prompt.active && console->front == VIEW_ENABLED)
		ask_filter(console, filter && strcmp(filter, "none") ? filter : "");
}

void enabling_ask_filter(struct console *console, const char *event)
{
	int err;

	/* One at a time: answers are taken for what was asked about last. */
	if (console->enabling.asking) {
		journal_printf(&console->journal, GUEST_WARNING,
			       "the guest has not answered about the filter of %s yet",
			       console->enabling.event);
		return;
	}
	snprintf(console->enabling.event, sizeof(console->enabling.event), "%s", event);
	console->enabling.refused[0] = '\0';
	err = guest_order_filter(console->guest, event, NULL, filter_told, console);
	console->enabling.asking = !err;
	if (err)
		tell_error(console, err);
}

/* ---- at the end ---- */

bool enabling_owes_restore(const struct console *console)
{
	/* Also of an agent that is silent: it may be heard again, and else it is said. */
	return console->guest && !console->options->keep_running &&
	       guest_orders_changed(console->guest) && guest_state(console->guest) != GUEST_GONE;
}

int enabling_restore(struct console *console)
{
	return guest_restore(console->guest, NULL, NULL);
}
