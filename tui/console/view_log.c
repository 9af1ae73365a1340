// SPDX-License-Identifier: GPL-2.0-only
/* All messages with their time; what libraries wrote to stderr is among them. */
#include <stdlib.h>
#include <time.h>

#include "tui/console/list.h"
#include "tui/console/state.h"

struct log_view {
	struct view view;
	struct list list;
	bool at_end; /* new messages are scrolled to */
};

static const struct {
	const char *word;
	enum style style;
} severities[] = {
	[GUEST_INFO] = {"info", STYLE_NORMAL},
	[GUEST_WARNING] = {"warning", STYLE_WARNING},
	[GUEST_ERROR] = {"error", STYLE_ERROR},
};

static void log_enter(struct view *view, struct console *console, enum view_id from)
{
	(void)console;
	(void)from;
	((struct log_view *)view)->at_end = true;
}

static void log_draw(struct view *view, struct console *console, const struct area *area)
{
	struct log_view *log = (struct log_view *)view;
	struct pen header = pen_at(console->terminal, area, 0);

	pen_text(&header, STYLE_HEADER, "TIME     MESSAGE");
	list_fit(&log->list, (int)journal_held(&console->journal), area->rows - 1);
	if (log->at_end)
		list_act(&log->list, ACTION_END);
	for (int i = 0; i < log->list.rows && log->list.top + i < log->list.count; i++) {
		const struct journal_entry *entry =
			journal_at(&console->journal, (size_t)(log->list.top + i));
		struct pen pen = pen_at(console->terminal, area, i + 1);
		char when[16];
		struct tm local;

		localtime_r(&entry->when.tv_sec, &local);
		strftime(when, sizeof(when), "%H:%M:%S", &local);
		pen_printf(&pen, STYLE_TIME, "%s ", when);
		if (entry->severity != GUEST_INFO)
			pen_printf(&pen, severities[entry->severity].style,
				   "%s: ", severities[entry->severity].word);
		pen_text(&pen, STYLE_NORMAL, entry->text);
	}
}

static void log_act(struct view *view, struct console *console, enum action action)
{
	struct log_view *log = (struct log_view *)view;

	(void)console;
	list_act(&log->list, action);
	log->at_end = list_at_end(&log->list);
}

static void log_status(const struct view *view, const struct console *console, char *text,
		       size_t size)
{
	(void)view;
	(void)console;
	snprintf(text, size, "[log]");
}

static void log_free(struct view *view)
{
	free(view);
}

static const struct view_ops log_ops = {
	.name = "log",
	.enter = log_enter,
	.draw = log_draw,
	.act = log_act,
	.status = log_status,
	.free = log_free,
};

struct view *view_log_new(void)
{
	struct log_view *log = calloc(1, sizeof(*log));

	if (!log)
		return NULL;
	log->view.ops = &log_ops;
	return &log->view;
}
