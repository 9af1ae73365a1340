// SPDX-License-Identifier: GPL-2.0-only
/* The events of the guest, by system: which are enabled, to enable and disable them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/event_tree.h"
#include "tui/console/list.h"
#include "tui/console/numbers.h"
#include "tui/console/state.h"

#define COUNT_COLUMN 46 /* where a line's second part begins */

struct enabled_view {
	struct view view;
	struct list list;
	struct event_tree tree;
	char before[EVENT_TREE_SEARCH_MAX]; /* the search, while another one is typed */
	char why[256];			    /* there is no list; "": it is awaited, or there */
	bool asked, again;		    /* the list is on its way; it is out of date already */
	unsigned told; /* how many were enabled, by the agent, when it was asked for */
};

static struct enabled_view *enabled_of(struct view *view)
{
	return (struct enabled_view *)view;
}

/* ---- the list ---- */

/* Of what the cursor is on; "" for what there is not. */
struct cursor_names {
	char system[VTRACE_EVENT_NAME_MAX], event[VTRACE_EVENT_NAME_MAX];
};

static struct cursor_names cursor_names(const struct enabled_view *enabled)
{
	const struct event_tree *tree = &enabled->tree;
	unsigned line = (unsigned)enabled->list.cursor;
	struct cursor_names names = {0};
	const struct guest_event *event;

	if (line >= tree->lines)
		return names;
	event = event_tree_event(tree, line);
	snprintf(names.system, sizeof(names.system), "%s",
		 tree->system[tree->line[line].system].name);
	snprintf(names.event, sizeof(names.event), "%s", event ? event->name : "");
	return names;
}

static void find_again(struct enabled_view *enabled, const struct cursor_names *names)
{
	enabled->list.cursor = (int)event_tree_find(&enabled->tree, names->system, names->event);
}

/* Keep the cursor on what it is on, while lines come and go around it. */
static void take(struct enabled_view *enabled, struct guest_event_list *list)
{
	struct cursor_names names = cursor_names(enabled);

	if (!event_tree_take(&enabled->tree, list))
		find_again(enabled, &names);
}

static void listed(void *data, struct guest_event_list *list, const char *error)
{
	struct console *console = data;
	struct enabled_view *enabled = enabled_of(console->views[VIEW_ENABLED]);

	enabled->asked = false;
	enabled->why[0] = '\0';
	if (list)
		take(enabled, list);
	else
		snprintf(enabled->why, sizeof(enabled->why), "%s", error);
	console_invalidate(console);
	if (enabled->again)
		enabled_refresh(&enabled->view, console);
}

void enabled_refresh(struct view *view, struct console *console)
{
	struct enabled_view *enabled = enabled_of(view);
	int err;

	enabled->again = enabled->asked;
	/* Who has never looked at the list needs no new one. */
	if (enabled->asked || !console->guest ||
	    (console->front != VIEW_ENABLED && !enabled->tree.list))
		return;
	enabled->told = guest_hello(console->guest)->events_enabled;
	err = guest_list_events(console->guest, listed, console);
	enabled->asked = err == 0 || err == -EALREADY;
	if (!enabled->asked && err != -EOPNOTSUPP)
		snprintf(enabled->why, sizeof(enabled->why), "%s", strerror(-err));
}

static void enabled_enter(struct view *view, struct console *console, enum view_id from)
{
	if (from != VIEW_HELP)
		enabled_refresh(view, console);
}

/* The agent tells how many events are enabled each time it says hello. */
static void enabled_changed(struct view *view, struct console *console, bool reset)
{
	struct enabled_view *enabled = enabled_of(view);
	const struct guest_hello *hello = console->guest ? guest_hello(console->guest) : NULL;

	if (reset) {
		event_tree_release(&enabled->tree);
		enabled->asked = enabled->again = false;
		console->enabling.asking = false;
		enabled->why[0] = '\0';
	}
	if (console->front != VIEW_ENABLED || !hello || enabling_obstacle(console))
		return;
	if (!enabled->tree.list ? !enabled->why[0] : enabled->told != hello->events_enabled)
		enabled_refresh(view, console);
}

/* ---- drawing ---- */

static void draw_system(struct pen *pen, enum style style, const struct tree_system *system,
			bool open)
{
	pen_printf(pen, style, "[%c] %c %s",
		   system->on == system->count ? 'x'
		   : system->on		       ? '-'
					       : ' ',
		   open ? '-' : '+', system->name);
	pen_pad(pen, style, COUNT_COLUMN);
	pen_printf(pen, style, " %u of %u", system->on, system->count);
}

static void draw_event(struct pen *pen, enum style style, const struct guest_event *event)
{
	bool on = event->state != EVENT_OFF;

	pen_printf(pen, style, "    [%c] %s", on ? 'x' : ' ', event->name);
	pen_pad(pen, style, COUNT_COLUMN);
	if (event->state == EVENT_FILTERED)
		pen_text(pen, style, " filtered in the guest: f shows how");
}

static void draw_line(struct pen *pen, const struct event_tree *tree, unsigned line, bool cursor)
{
	const struct guest_event *event = event_tree_event(tree, line);
	const struct tree_line *next = line + 1 < tree->lines ? &tree->line[line + 1] : NULL;
	enum style style = cursor		       ? STYLE_FOCUS
			   : !event		       ? STYLE_KEY
			   : event->state == EVENT_OFF ? STYLE_NORMAL
						       : STYLE_GOOD;

	pen_text(pen, style, cursor ? "> " : "  ");
	if (event)
		draw_event(pen, style, event);
	else
		draw_system(pen, style, &tree->system[tree->line[line].system],
			    next && next->event >= 0);
	pen_pad(pen, style, pen->end);
}

/* What stands in the place of lines that are not there. */
static const char *emptiness(const struct enabled_view *enabled, const struct console *console)
{
	const char *obstacle = enabling_obstacle(console);

	if (obstacle)
		return obstacle;
	if (enabled->why[0])
		return enabled->why;
	if (!enabled->tree.list)
		return "asking the guest for its events...";
	if (enabled->tree.search[0])
		return "no event's name contains that; / searches another, Esc ends it";
	if (enabled->tree.only_on)
		return "no event is enabled; a shows all";
	return "the guest's kernel has no events";
}

static void enabled_draw(struct view *view, struct console *console, const struct area *area)
{
	struct enabled_view *enabled = enabled_of(view);
	struct event_tree *tree = &enabled->tree;
	struct area below = {area->top + 1, area->left, area->rows - 1, area->columns};
	struct pen header = pen_at(console->terminal, area, 0);

	pen_text(&header, STYLE_HEADER, "  SYSTEM AND EVENT");
	pen_pad(&header, STYLE_HEADER, COUNT_COLUMN);
	pen_text(&header, STYLE_HEADER, " ENABLED");
	pen_pad(&header, STYLE_HEADER, header.end);
	list_fit(&enabled->list, (int)tree->lines, area->rows - 1);
	for (int i = 0; i < enabled->list.rows && enabled->list.top + i < enabled->list.count;
	     i++) {
		int line = enabled->list.top + i;
		struct pen pen = pen_at(console->terminal, area, i + 1);

		draw_line(&pen, tree, (unsigned)line, line == enabled->list.cursor);
	}
	if (!tree->lines)
		area_sentence(console->terminal, &below, emptiness(enabled, console));
}

static void enabled_status(const struct view *view, const struct console *console, char *text,
			   size_t size)
{
	const struct event_tree *tree = &((const struct enabled_view *)view)->tree;
	char on[NUMBER_SIZE], all[NUMBER_SIZE];

	(void)console;
	if (!tree->list)
		snprintf(text, size, "[guest's events]");
	else
		snprintf(text, size, "[guest's events]  %s of %s enabled%s%s%s",
			 number_exact(on, tree->on), number_exact(all, tree->list->count),
			 tree->only_on ? "  only these" : "", tree->search[0] ? "  with: " : "",
			 tree->search);
}

static void enabled_hint(const struct view *view, const struct console *console, char *text,
			 size_t size)
{
	const struct event_tree *tree = &((const struct enabled_view *)view)->tree;

	text[0] = '\0';
	if (tree->search[0])
		snprintf(text, size, "names with '%s': Esc shows all again", tree->search);
	else if (enabling_owes_restore(console))
		snprintf(text, size,
			 "what was changed here is put back when you leave; u does it now");
	else if (tree->lines)
		snprintf(text, size,
			 "Space enables or disables, Enter opens a system, / searches by name");
}

/* ---- keys ---- */

static bool on_a_line(const struct enabled_view *enabled)
{
	return enabled->list.cursor >= 0 && enabled->list.cursor < (int)enabled->tree.lines;
}

/* All of what the line stands for. A system that the tree shows a part of is meant as what is to be
 * seen of it. */
static void toggle(struct enabled_view *enabled, struct console *console)
{
	const struct event_tree *tree = &enabled->tree;
	unsigned line = (unsigned)enabled->list.cursor;
	char patterns[VTRACE_LINE_MAX - 32];
	size_t used = 0;
	bool on, cut = false;

	if (!event_tree_event(tree, line) && (tree->search[0] || tree->only_on)) {
		on = true;
		for (unsigned i = line + 1; i < tree->lines && tree->line[i].event >= 0; i++)
			on &= event_tree_is_on(tree, i);
		for (unsigned i = line + 1; i < tree->lines && tree->line[i].event >= 0; i++) {
			char name[2 * VTRACE_EVENT_NAME_MAX];

			if (event_tree_is_on(tree, i) != on)
				continue; /* it is right already */
			event_tree_pattern(tree, i, name, sizeof(name));
			if (used + strlen(name) + 2 > sizeof(patterns)) {
				journal_add(
					&console->journal, GUEST_WARNING,
					"too many for one order: press Space again for the rest");
				cut = true;
				break;
			}
			used += (size_t)snprintf(patterns + used, sizeof(patterns) - used, "%s%s",
						 used ? "," : "", name);
		}
	} else {
		on = event_tree_is_on(tree, line);
		event_tree_pattern(tree, line, patterns, sizeof(patterns));
	}
	enabling_order(console, on ? GUEST_EVENTS_REMOVE : GUEST_EVENTS_ADD, patterns);
	if (!cut)
		list_act(&enabled->list, ACTION_DOWN);
}

static void open_system(struct enabled_view *enabled, bool open)
{
	enabled->list.cursor =
		(int)event_tree_open(&enabled->tree, (unsigned)enabled->list.cursor, open);
}

/* Enter: on a system, open or close it; on an event, toggle. */
static void enter(struct enabled_view *enabled, struct console *console)
{
	const struct event_tree *tree = &enabled->tree;
	unsigned line = (unsigned)enabled->list.cursor;

	if (event_tree_event(tree, line))
		toggle(enabled, console);
	else
		open_system(enabled, !tree->system[tree->line[line].system].open);
}

static void search_typed(void *data, const char *text)
{
	struct console *console = data;
	struct enabled_view *enabled = enabled_of(console->views[VIEW_ENABLED]);

	event_tree_search(&enabled->tree, text ? text : enabled->before);
}

/* While one types. */
static void search_check(void *data, const char *text, struct prompt_verdict *verdict)
{
	struct console *console = data;
	struct enabled_view *enabled = enabled_of(console->views[VIEW_ENABLED]);

	if (strcmp(enabled->tree.search, text)) {
		event_tree_search(&enabled->tree, text);
		/* On the first event, which is what one looks for. */
		enabled->list.cursor = *text && enabled->tree.lines > 1;
	}
	if (*text && !enabled->tree.lines)
		snprintf(verdict->why, sizeof(verdict->why), "no event's name contains that");
}

static void search(struct enabled_view *enabled, struct console *console)
{
	snprintf(enabled->before, sizeof(enabled->before), "%s", enabled->tree.search);
	prompt_line(&console->prompt, &(struct prompt_ask){.label = "events with:",
							   .prefill = enabled->before,
							   .check = search_check,
							   .done = search_typed,
							   .data = console});
}

/* Esc first ends the search, and stays with what was found. */
static void close(struct enabled_view *enabled, struct console *console)
{
	struct cursor_names names = cursor_names(enabled);

	if (!enabled->tree.search[0]) {
		console_show(console, console_root(console));
		return;
	}
	event_tree_search(&enabled->tree, "");
	find_again(enabled, &names);
	if (names.event[0])
		event_tree_open(&enabled->tree, (unsigned)enabled->list.cursor, true);
	find_again(enabled, &names);
}

static void only_enabled(struct enabled_view *enabled)
{
	struct cursor_names names = cursor_names(enabled);

	event_tree_only_on(&enabled->tree, !enabled->tree.only_on);
	find_again(enabled, &names);
}

static void ask_filter(struct enabled_view *enabled, struct console *console)
{
	char name[2 * VTRACE_EVENT_NAME_MAX];

	if (!event_tree_event(&enabled->tree, (unsigned)enabled->list.cursor)) {
		journal_add(&console->journal, GUEST_WARNING,
			    "a filter is of one event: move to one, Enter opens its system");
		return;
	}
	event_tree_pattern(&enabled->tree, (unsigned)enabled->list.cursor, name, sizeof(name));
	enabling_ask_filter(console, name);
}

static void enabled_act(struct view *view, struct console *console, enum action action)
{
	struct enabled_view *enabled = enabled_of(view);

	if (action == ACTION_SEARCH_NAMES)
		search(enabled, console);
	else if (action == ACTION_LEAVE_LIST)
		close(enabled, console);
	else if (action == ACTION_RELIST)
		enabled_refresh(view, console);
	else if (action == ACTION_RESTORE)
		enabling_order(console, GUEST_EVENTS_RESTORE, NULL);
	else if (action == ACTION_TOGGLE_ALL)
		only_enabled(enabled);
	else if (!on_a_line(enabled))
		return;
	else if (action == ACTION_TOGGLE)
		toggle(enabled, console);
	else if (action == ACTION_OPEN)
		enter(enabled, console);
	else if (action == ACTION_RIGHT || action == ACTION_LEFT)
		open_system(enabled, action == ACTION_RIGHT);
	else if (action == ACTION_EDIT)
		ask_filter(enabled, console);
	else
		list_act(&enabled->list, action);
}

void enabled_complete(const struct view *view, const char *text, size_t length,
		      struct completion *completion)
{
	const struct event_tree *tree = &((const struct enabled_view *)view)->tree;
	char name[2 * VTRACE_EVENT_NAME_MAX];
	size_t from = length;
	bool events;

	while (from && text[from - 1] != ',' && text[from - 1] != ' ')
		from--;
	events = memchr(text + from, ':', length - from);
	completion_begin(completion, from, '\0');
	for (unsigned i = 0; !events && i < tree->systems; i++)
		completion_add(completion, tree->system[i].name, text + from, length - from);
	for (unsigned i = 0; events && tree->list && i < tree->list->count; i++) {
		snprintf(name, sizeof(name), "%s:%s", tree->list->event[i].system,
			 tree->list->event[i].name);
		completion_add(completion, name, text + from, length - from);
	}
}

static void enabled_free(struct view *view)
{
	event_tree_release(&enabled_of(view)->tree);
	free(view);
}

static const struct view_ops enabled_ops = {
	.name = "enabled",
	.enter = enabled_enter,
	.draw = enabled_draw,
	.act = enabled_act,
	.changed = enabled_changed,
	.status = enabled_status,
	.hint = enabled_hint,
	.free = enabled_free,
};

struct view *view_enabled_new(void)
{
	struct enabled_view *enabled = calloc(1, sizeof(*enabled));

	if (!enabled)
		return NULL;
	enabled->view.ops = &enabled_ops;
	enabled->list.has_cursor = true;
	return &enabled->view;
}
