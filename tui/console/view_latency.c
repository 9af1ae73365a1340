// SPDX-License-Identifier: GPL-2.0-only
/*
 * Latencies: how long tasks wait to run, what interrupts, softirqs and system calls take, how late
 * timers are. The engine looks at rows only while somebody looks at this.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/latency_private.h"
#include "tui/console/state.h"

static struct latency_view *latency_of(struct view *view)
{
	return (struct latency_view *)view;
}

uint32_t latency_count(const struct latency_view *latency)
{
	return latency->table.answered && latency->table.head.kind == latency->kind
		       ? latency->table.head.keys
		       : 0;
}

const char *latency_micro(const struct console *console)
{
	return terminal_ascii(console->terminal) ? "u" : "µ";
}

/* ---- asking ---- */

static void ask(struct latency_view *latency, struct console *console)
{
	struct engine_latency request = {
		.kind = latency->kind,
		.order = latency->order,
		.key = latency->key,
	};
	int ret;

	if (!latency->wanted || latency->asked || !console->guest ||
	    !guest_engine_alive(console->guest))
		return;
	memcpy(request.cpus, console->cpus, sizeof(request.cpus));
	ret = guest_request_latency(console->guest, &request, &latency->serial);
	latency->asked = !ret;
	latency->wanted = ret == -EAGAIN;
}

static void want(struct latency_view *latency, struct console *console)
{
	latency->wanted = true;
	ask(latency, console);
}

static void latency_packet(struct view *view, struct console *console,
			   const struct engine_packet *packet)
{
	struct latency_view *latency = latency_of(view);

	if (!latency->asked || packet->serial != latency->serial)
		return;
	latency->asked = false;
	if (packet->type == ENGINE_NO_ANSWER)
		return; /* each beat asks */
	latency_take(&latency->table, packet);
	/* A few milliseconds of looking are over: what else is to be done comes first, then the
	 * next ones. */
	latency->wanted |= latency->table.head.flags & ENGINE_LATENCY_MORE;
	console_invalidate(console);
	if (console->front == VIEW_LATENCY)
		ask(latency, console);
}

static void latency_enter(struct view *view, struct console *console, enum view_id from)
{
	(void)from;
	want(latency_of(view), console);
}

static void latency_beat(struct view *view, struct console *console)
{
	want(latency_of(view), console);
}

static void latency_changed(struct view *view, struct console *console, bool reset)
{
	struct latency_view *latency = latency_of(view);

	if (reset || !console->guest || !guest_engine_alive(console->guest)) {
		latency->asked = false;
		latency->table.answered = false;
		latency->key = ENGINE_LATENCY_ALL;
	}
	if (console->front == VIEW_LATENCY)
		want(latency, console);
}

/* ---- keys ---- */

static void show_kind(struct latency_view *latency, unsigned kind)
{
	latency->kind = kind % ENGINE_LATENCY_KINDS;
	latency->key = ENGINE_LATENCY_ALL;
	latency->list.cursor = latency->list.top = 0;
}

/* The row at which the longest ended, among those of all CPUs: who ran meanwhile is what one wants
 * to know. */
static void open_worst(struct latency_view *latency, struct console *console)
{
	struct view *events = console->views[VIEW_EVENTS];
	const struct engine_latency_key *key = &latency->table.keys[latency->list.cursor];
	const char *gone = "", *filtered = "";
	char text[256];

	if (!console->guest || latency->list.cursor >= (int)latency_count(latency))
		return;
	latency_worst(&latency->table, key, guest_ticks(console->guest), latency_micro(console),
		      text, sizeof(text));
	if (console->meters.cpu[key->worst.cpu].known &&
	    console->meters.cpu[key->worst.cpu].now.first_row > key->worst.row) {
		gone = "; its row is not held any more: it was overwritten";
	} else {
		bookmarks_leave(console);
		if (!events_merged(events))
			events_toggle_merge(events, console);
		console_show(console, VIEW_EVENTS);
		events_show_row(events, console, &key->worst);
		filtered = console->filtered ? "; the filter may hide its row, = shows all" : "";
	}
	journal_printf(&console->journal, *gone ? GUEST_WARNING : GUEST_INFO, "%s%s%s", text, gone,
		       filtered);
}

static void latency_act(struct view *view, struct console *console, enum action action)
{
	struct latency_view *latency = latency_of(view);
	unsigned kinds = ENGINE_LATENCY_KINDS;

	switch (action) {
	case ACTION_OPEN:
		open_worst(latency, console);
		break;
	case ACTION_ORDER:
		latency->order = (latency->order + 1) % ENGINE_LATENCY_ORDERS;
		break;
	case ACTION_NEXT_PANE:
		show_kind(latency, latency->kind + 1);
		break;
	case ACTION_PREVIOUS_PANE:
		show_kind(latency, latency->kind + kinds - 1);
		break;
	default:
		list_act(&latency->list, action);
		if (latency->list.cursor < (int)latency_count(latency))
			latency->key = latency->table.keys[latency->list.cursor].key;
		break;
	}
	console_invalidate(console);
	if (console->front == VIEW_LATENCY)
		want(latency, console);
}

/* ---- the lines around it ---- */

static void latency_status(const struct view *view, const struct console *console, char *text,
			   size_t size)
{
	const struct latency_view *latency = (const struct latency_view *)view;
	const struct engine_latency_reply *head = &latency->table.head;
	char count[NUMBER_SIZE], looking[NUMBER_SIZE] = "";

	(void)console;
	if (latency->table.answered && head->flags)
		snprintf(looking, sizeof(looking), ", looked at %u%%",
			 latency_percent(&latency->table));
	snprintf(text, size, "[latency: %s] %s pairs%s", latency_words(latency->kind)->title,
		 number_count(count, latency_count(latency) ? latency->table.keys[0].count : 0),
		 looking);
}

/* A wakeup on one CPU may end on another, whose clock may be another, too; and so may a call. */
static bool clocks_may_differ(const struct latency_view *latency, const struct console *console)
{
	const struct engine_formats_reply *formats =
		console->guest ? guest_formats(console->guest) : NULL;

	bool anywhere =
		latency->kind == ENGINE_LATENCY_WAKEUP || latency->kind == ENGINE_LATENCY_SYSCALL;

	return anywhere && formats && !strcmp(formats->clock, "local");
}

static void latency_hint(const struct view *view, const struct console *console, char *text,
			 size_t size)
{
	const struct latency_view *latency = (const struct latency_view *)view;
	char left_out[200] = "";

	if (latency->table.head.kind == latency->kind)
		latency_left_out(&latency->table, left_out, sizeof(left_out));
	snprintf(text, size, "%s%s%s%s%s", latency_words(latency->kind)->measures,
		 console->filtered ? ", whatever the filter shows" : "", *left_out ? "; " : "",
		 left_out,
		 clocks_may_differ(latency, console) ? "; by clocks of each CPU, which may differ"
						     : "");
}

static void latency_free(struct view *view)
{
	free(view);
}

static const struct list *latency_list(const struct view *view)
{
	return &((const struct latency_view *)view)->list;
}

static const struct view_ops latency_ops = {
	.name = "latency",
	.enter = latency_enter,
	.draw = latency_draw,
	.act = latency_act,
	.packet = latency_packet,
	.changed = latency_changed,
	.beat = latency_beat,
	.status = latency_status,
	.hint = latency_hint,
	.list = latency_list,
	.free = latency_free,
};

struct view *view_latency_new(void)
{
	struct latency_view *latency = calloc(1, sizeof(*latency));

	if (!latency)
		return NULL;
	latency->view.ops = &latency_ops;
	latency->list.has_cursor = true;
	latency->key = ENGINE_LATENCY_ALL;
	return &latency->view;
}
