// SPDX-License-Identifier: GPL-2.0-only
/* The keys of the view that help was called from, out of the key table. */
#include <stdlib.h>
#include <string.h>

#include "tui/console/list.h"
#include "tui/console/state.h"

#define HELP_KEYS 16 /* columns for the keys */
#define HELP_NAME 15 /* and for the name, where there is room for it */
#define HELP_WIDE 80 /* columns of a screen with that room */

struct help_view {
	struct view view;
	struct list list;
};

static void help_enter(struct view *view, struct console *console, enum view_id from)
{
	(void)console;
	(void)from;
	((struct help_view *)view)->list.top = 0;
}

/* The entry on line n, counting only those of the view; NULL after the last. */
static const struct keymap_entry *entry_on_line(enum view_id view, int line)
{
	size_t count;
	const struct keymap_entry *entries = keymap_entries(&count);

	for (size_t i = 0; i < count; i++)
		if ((entries[i].views & IN_VIEW(view)) && line-- == 0)
			return &entries[i];
	return NULL;
}

static void draw_name(struct pen *pen, const struct keymap_entry *entry)
{
	pen_text(pen, STYLE_NORMAL, entry->name);
	if (entry->argument)
		pen_printf(pen, STYLE_DIM, " %s", argument_name(entry->argument));
}

/* What has no key has the place of keys for its name. */
static void draw_entry(struct pen pen, const struct keymap_entry *entry)
{
	bool wide = pen.end - pen.column >= HELP_WIDE;
	int keys = pen.column + HELP_KEYS, text = wide ? keys + HELP_NAME : keys;

	pen_printf(&pen, STYLE_KEY, " %s", *entry->keys ? entry->keys : ":");
	if (!*entry->keys && !wide) {
		pen_text(&pen, STYLE_NORMAL, entry->name);
	} else if (!*entry->keys) {
		draw_name(&pen, entry);
	} else if (wide) {
		pen_pad(&pen, STYLE_NORMAL, keys);
		draw_name(&pen, entry);
	}
	pen_pad(&pen, STYLE_NORMAL, text);
	pen_text(&pen, STYLE_NORMAL, entry->help);
}

static void help_draw(struct view *view, struct console *console, const struct area *area)
{
	struct list *list = &((struct help_view *)view)->list;
	struct pen header = pen_at(console->terminal, area, 0);
	int lines = 0;

	while (entry_on_line(console->before_help, lines))
		lines++;
	list_fit(list, lines, area->rows - 1);
	pen_printf(&header, STYLE_HEADER, "vtrace-top %s: keys of the %s view%s", VTRACE_VERSION,
		   console->views[console->before_help]->ops->name,
		   list_at_end(list) ? "" : "; more below");
	for (int i = 0; i < list->rows && list->top + i < lines; i++) {
		const struct keymap_entry *entry =
			entry_on_line(console->before_help, list->top + i);
		struct pen pen = pen_at(console->terminal, area, i + 1);

		draw_entry(pen, entry);
	}
}

static void help_act(struct view *view, struct console *console, enum action action)
{
	(void)console;
	list_act(&((struct help_view *)view)->list, action);
}

static void help_status(const struct view *view, const struct console *console, char *text,
			size_t size)
{
	(void)view;
	(void)console;
	snprintf(text, size, "[help]");
}

static void help_free(struct view *view)
{
	free(view);
}

static const struct view_ops help_ops = {
	.name = "help",
	.enter = help_enter,
	.draw = help_draw,
	.act = help_act,
	.status = help_status,
	.free = help_free,
};

struct view *view_help_new(void)
{
	struct help_view *help = calloc(1, sizeof(*help));

	if (!help)
		return NULL;
	help->view.ops = &help_ops;
	return &help->view;
}
