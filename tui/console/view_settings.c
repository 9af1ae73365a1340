// SPDX-License-Identifier: GPL-2.0-only
/* All settings: what they are, and what they do. */
#include <stdlib.h>
#include <string.h>

#include "tui/console/list.h"
#include "tui/console/set.h"
#include "tui/console/state.h"

#define NAME_COLUMNS  17
#define VALUE_COLUMNS 24

struct settings_view {
	struct view view;
	struct list list;
};

static void draw_setting(struct pen pen, const struct setting *setting,
			 const struct console *console, bool cursor)
{
	const struct look *look = setting_look(setting, &console->settings);
	enum style style = cursor ? STYLE_FOCUS : STYLE_NORMAL;
	char value[SETTING_TEXT];
	int column = pen.column;

	setting_format(setting, &console->settings, value);
	pen_printf(&pen, cursor ? STYLE_FOCUS : STYLE_KEY, "%s", setting->name);
	pen_pad(&pen, style, column + NAME_COLUMNS);
	/* A look shows what it looks like. */
	pen_bytes(&pen, look ? setting->style : style, value, strlen(value), 0, VALUE_COLUMNS - 1);
	pen_pad(&pen, style, column + NAME_COLUMNS + VALUE_COLUMNS);
	pen_text(&pen, style, setting->help);
	pen_pad(&pen, style, pen.end);
}

static void settings_draw(struct view *view, struct console *console, const struct area *area)
{
	struct list *list = &((struct settings_view *)view)->list;
	struct pen header = pen_at(console->terminal, area, 0);
	size_t count;
	const struct setting *entries = setting_entries(&count);

	pen_printf(&header, STYLE_HEADER, "%-*s%-*s%s", NAME_COLUMNS, "SETTING", VALUE_COLUMNS,
		   "VALUE", "WHAT IT IS");
	pen_pad(&header, STYLE_HEADER, header.end);
	list_fit(list, (int)count, area->rows - 1);
	for (int i = 0; i < list->rows && list->top + i < list->count; i++) {
		int line = list->top + i;

		draw_setting(pen_at(console->terminal, area, i + 1), &entries[line], console,
			     line == list->cursor);
	}
}

static void settings_act(struct view *view, struct console *console, enum action action)
{
	struct list *list = &((struct settings_view *)view)->list;
	size_t count;
	const struct setting *entries = setting_entries(&count);

	if (action == ACTION_OPEN)
		set_ask(console, &entries[list->cursor]);
	else
		list_act(list, action);
}

static void settings_status(const struct view *view, const struct console *console, char *text,
			    size_t size)
{
	(void)view;
	(void)console;
	snprintf(text, size, "[settings]");
}

static void settings_free(struct view *view)
{
	free(view);
}

static const struct list *settings_list(const struct view *view)
{
	return &((const struct settings_view *)view)->list;
}

static const struct view_ops settings_ops = {
	.name = "settings",
	.draw = settings_draw,
	.act = settings_act,
	.status = settings_status,
	.list = settings_list,
	.free = settings_free,
};

struct view *view_settings_new(void)
{
	struct settings_view *settings = calloc(1, sizeof(*settings));

	if (!settings)
		return NULL;
	settings->view.ops = &settings_ops;
	settings->list.has_cursor = true;
	return &settings->view;
}
