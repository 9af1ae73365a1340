// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/list.h"
#include "tui/console/pointer.h"
#include "tui/console/state.h"

#define WHEEL_ROWS 3
#define DOUBLE_MS  400 /* from a click to its second */

static bool within(const struct area *area, const struct mouse_event *event)
{
	return event->line >= area->top && event->line < area->top + area->rows &&
	       event->column >= area->left && event->column < area->left + area->columns;
}

static void move(struct console *console, int rows)
{
	struct view *view = console->views[console->front];

	for (; rows > 0 && view->ops->act; rows--)
		view->ops->act(view, console, ACTION_DOWN);
	for (; rows < 0 && view->ops->act; rows++)
		view->ops->act(view, console, ACTION_UP);
}

static void wheel(struct console *console, const struct mouse_event *event, int rows)
{
	struct view *view = console->views[console->front];

	if (view->ops->point)
		view->ops->point(view, console, event->line, rows);
	else
		move(console, rows);
}

/* False: nothing lies there. */
static bool point(struct console *console, const struct mouse_event *event)
{
	struct view *view = console->views[console->front];
	const struct list *list = view->ops->list ? view->ops->list(view) : NULL;
	int line = event->line - console->pointer.view.top - 1; /* below the titles */

	if (view->ops->point)
		return view->ops->point(view, console, event->line, 0);
	if (!list || line < 0 || line >= list->rows || list->top + line >= list->count)
		return false;
	move(console, list->top + line - list->cursor);
	return true;
}

static bool is_second(struct pointer *pointer, const struct mouse_event *event)
{
	uint64_t now = console_now();
	bool second = pointer->clicked && now - pointer->clicked <= DOUBLE_MS &&
		      event->line == pointer->line && event->column == pointer->column;

	pointer->clicked = second ? 0 : now; /* a third begins anew */
	pointer->line = event->line;
	pointer->column = event->column;
	return second;
}

static void click(struct console *console, const struct mouse_event *event)
{
	const struct keymap_entry *entry = NULL;
	bool second = is_second(&console->pointer, event);

	if (within(&console->pointer.footer, event))
		entry = footer_at(console, &console->pointer.footer, event->column);
	else if (within(&console->pointer.view, event) && point(console, event) && second)
		entry = keymap_find(console->front, '\r');
	if (entry)
		console_act(console, entry);
}

void pointer_event(struct console *console, const struct mouse_event *event)
{
	/* A question wants an answer first. */
	if (console->prompt.active)
		return;
	if (event->kind == MOUSE_CLICK)
		click(console, event);
	else if (within(&console->pointer.view, event) && event->kind != MOUSE_OTHER)
		wheel(console, event, event->kind == MOUSE_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS);
}
