// SPDX-License-Identifier: GPL-2.0-only
/* A box for each CPU that has a stream: which are to be shown. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/cpus.h"
#include "tui/console/list.h"
#include "tui/console/state.h"

struct cpus_view {
	struct view view;
	struct list list;
	uint8_t chosen[ENGINE_CPUSET_BYTES]; /* so far */
	unsigned cpus[VTRACE_MAX_CPUS];	     /* of the lines */
	unsigned count;
};

static struct cpus_view *cpus_of(struct view *view)
{
	return (struct cpus_view *)view;
}

/* ---- a list that is typed ---- */

static void streams(const struct console *console, uint8_t *cpus)
{
	memset(cpus, 0, ENGINE_CPUSET_BYTES);
	for (unsigned cpu = 0; cpu < guest_cpus(console->guest) && cpu < VTRACE_MAX_CPUS; cpu++)
		if (guest_has_cpu(console->guest, cpu))
			engine_cpuset_add(cpus, cpu);
}

/* Those of a list that have a stream; an empty list means all. 0 or -EINVAL with a sentence. */
static int parse_cpus(const struct console *console, const char *list, uint8_t *cpus,
		      struct prompt_verdict *verdict)
{
	uint8_t wanted[ENGINE_CPUSET_BYTES], there[ENGINE_CPUSET_BYTES], any = 0;
	char known[64];
	size_t at = 0;

	verdict->at = PROMPT_NOWHERE;
	if (!console->guest) {
		snprintf(verdict->why, sizeof(verdict->why), "nothing is open: d chooses a domain");
		return -EINVAL;
	}
	streams(console, there);
	memcpy(cpus, there, ENGINE_CPUSET_BYTES);
	if (!list[strspn(list, " ")])
		return 0;
	if (cpulist_parse(list, wanted, &at) < 0) {
		snprintf(verdict->why, sizeof(verdict->why),
			 "character %zu is no part of a CPU list; one looks like 0-3,8", at + 1);
		verdict->at = at;
		return -EINVAL;
	}
	for (unsigned i = 0; i < ENGINE_CPUSET_BYTES; i++)
		any |= cpus[i] = wanted[i] & there[i];
	if (any)
		return 0;
	cpulist_format(there, known, sizeof(known));
	snprintf(verdict->why, sizeof(verdict->why),
		 "none of these CPUs has a stream; there are %s", known);
	return -EINVAL;
}

void cpus_check(void *data, const char *text, struct prompt_verdict *verdict)
{
	uint8_t cpus[ENGINE_CPUSET_BYTES];

	if (parse_cpus(data, text, cpus, verdict) < 0)
		verdict->state = PROMPT_INVALID;
}

static void show(struct console *console, const uint8_t *cpus)
{
	memcpy(console->cpus, cpus, sizeof(console->cpus));
	events_cpus_changed(console->views[VIEW_EVENTS], console);
}

void cpus_take(struct console *console, const char *list)
{
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	struct prompt_verdict verdict;

	if (parse_cpus(console, list, cpus, &verdict) < 0)
		return;
	show(console, cpus);
}

static void typed(void *data, const char *text)
{
	struct console *console = data;

	if (!text)
		return; /* the boxes are still there */
	cpus_take(console, text);
	console_show(console, console_root(console));
}

static void ask(struct console *console, const uint8_t *chosen)
{
	uint8_t there[ENGINE_CPUSET_BYTES];
	char label[128], list[64], prefill[512] = "";

	streams(console, there);
	cpulist_format(there, list, sizeof(list));
	snprintf(label, sizeof(label), "CPUs to show, of %s; empty for all:", list);
	if (chosen)
		cpulist_format(chosen, prefill, sizeof(prefill));
	prompt_line(&console->prompt, &(struct prompt_ask){.label = label,
							   .prefill = prefill,
							   .check = cpus_check,
							   .done = typed,
							   .data = console});
}

/* ---- the boxes ---- */

void cpus_open(struct console *console)
{
	if (!console->guest)
		journal_add(&console->journal, GUEST_WARNING,
			    "nothing is open: d chooses a domain");
	else
		console_show(console, VIEW_CPUS);
}

/* Look which there are. */
static void relist(struct cpus_view *view, const struct console *console)
{
	uint8_t there[ENGINE_CPUSET_BYTES] = {0};

	if (console->guest)
		streams(console, there);
	view->count = 0;
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (engine_cpuset_has(there, cpu))
			view->cpus[view->count++] = cpu;
	for (unsigned i = 0; i < ENGINE_CPUSET_BYTES; i++)
		view->chosen[i] &= there[i];
}

/* Begin with what is shown, and the cursor on the marked pane's CPU. */
static void cpus_enter(struct view *view, struct console *console, enum view_id from)
{
	struct cpus_view *cpus = cpus_of(view);
	uint8_t marked[ENGINE_CPUSET_BYTES];

	if (from == VIEW_HELP)
		return;
	memcpy(cpus->chosen, console->cpus, sizeof(cpus->chosen));
	relist(cpus, console);
	events_cpus(console->views[VIEW_EVENTS], marked);
	cpus->list.cursor = 0;
	while (cpus->list.cursor < (int)cpus->count &&
	       !engine_cpuset_has(marked, cpus->cpus[cpus->list.cursor]))
		cpus->list.cursor++;
}

static void cpus_changed(struct view *view, struct console *console, bool another)
{
	if (another)
		memcpy(cpus_of(view)->chosen, console->cpus, sizeof(cpus_of(view)->chosen));
}

static unsigned count_chosen(const struct cpus_view *cpus)
{
	unsigned chosen = 0;

	for (unsigned i = 0; i < cpus->count; i++)
		chosen += engine_cpuset_has(cpus->chosen, cpus->cpus[i]);
	return chosen;
}

static void cpus_draw(struct view *view, struct console *console, const struct area *area)
{
	struct cpus_view *cpus = cpus_of(view);
	struct pen header = pen_at(console->terminal, area, 0);

	relist(cpus, console);
	pen_text(&header, STYLE_HEADER, "  SHOW");
	pen_pad(&header, STYLE_HEADER, header.end);
	list_fit(&cpus->list, (int)cpus->count, area->rows - 1);
	for (int i = 0; i < cpus->list.rows && cpus->list.top + i < cpus->list.count; i++) {
		unsigned cpu = cpus->cpus[cpus->list.top + i];
		bool cursor = cpus->list.top + i == cpus->list.cursor;
		struct pen pen = pen_at(console->terminal, area, i + 1);

		pen_printf(&pen, cursor ? STYLE_FOCUS : STYLE_NORMAL, "%c [%c] ",
			   cursor ? '>' : ' ', engine_cpuset_has(cpus->chosen, cpu) ? 'x' : ' ');
		meter_draw(&console->meters, console->guest, &pen, cpu);
	}
}

static void toggle(struct cpus_view *cpus)
{
	unsigned cpu;

	if (cpus->list.cursor >= (int)cpus->count)
		return;
	cpu = cpus->cpus[cpus->list.cursor];
	cpus->chosen[cpu / 8] ^= (uint8_t)(1u << cpu % 8);
	/* On to the next one, so that several are chosen by one key. */
	list_act(&cpus->list, ACTION_DOWN);
}

static void toggle_all(struct cpus_view *cpus)
{
	bool all = count_chosen(cpus) == cpus->count;

	memset(cpus->chosen, 0, sizeof(cpus->chosen));
	for (unsigned i = 0; !all && i < cpus->count; i++)
		engine_cpuset_add(cpus->chosen, cpus->cpus[i]);
}

static void use_chosen(const struct cpus_view *cpus, struct console *console)
{
	if (!count_chosen(cpus)) {
		journal_add(&console->journal, GUEST_WARNING,
			    "no CPU is chosen: Space chooses one, a all; Esc leaves all as it was");
		return;
	}
	show(console, cpus->chosen);
	console_show(console, console_root(console));
}

static void cpus_act(struct view *view, struct console *console, enum action action)
{
	struct cpus_view *cpus = cpus_of(view);

	if (action == ACTION_OPEN)
		use_chosen(cpus, console);
	else if (action == ACTION_TOGGLE)
		toggle(cpus);
	else if (action == ACTION_TOGGLE_ALL)
		toggle_all(cpus);
	else if (action == ACTION_EDIT)
		ask(console, cpus->chosen);
	else if (action == ACTION_TYPE)
		ask(console, NULL);
	else
		list_act(&cpus->list, action);
}

static void cpus_status(const struct view *view, const struct console *console, char *text,
			size_t size)
{
	const struct cpus_view *cpus = (const struct cpus_view *)view;

	(void)console;
	snprintf(text, size, "[CPUs]  %u of %u chosen", count_chosen(cpus), cpus->count);
}

static void cpus_hint(const struct view *view, const struct console *console, char *text,
		      size_t size)
{
	(void)view;
	(void)console;
	snprintf(text, size, "Enter shows them, Esc leaves all as it was; or type 0-3,8");
}

static void cpus_free(struct view *view)
{
	free(view);
}

static const struct list *cpus_list(const struct view *view)
{
	return &((const struct cpus_view *)view)->list;
}

static const struct view_ops cpus_ops = {
	.name = "cpus",
	.enter = cpus_enter,
	.draw = cpus_draw,
	.act = cpus_act,
	.changed = cpus_changed,
	.status = cpus_status,
	.hint = cpus_hint,
	.list = cpus_list,
	.free = cpus_free,
};

struct view *view_cpus_new(void)
{
	struct cpus_view *cpus = calloc(1, sizeof(*cpus));

	if (!cpus)
		return NULL;
	cpus->view.ops = &cpus_ops;
	cpus->list.has_cursor = true;
	return &cpus->view;
}
