// SPDX-License-Identifier: GPL-2.0-only
/* All messages with their time; what libraries wrote to stderr is among them. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tui/console/list.h"
#include "tui/console/state.h"

#define TIME_COLUMNS 9	/* "12:34:56 " */
#define LINES_OF_ONE 12 /* that one message may take */

struct log_line {
	const struct journal_entry *entry;
	size_t start, length; /* of its text */
};

struct log_view {
	struct view view;
	struct list list;
	bool at_end;					       /* new messages are scrolled to */
	struct log_line lines[JOURNAL_ENTRIES * LINES_OF_ONE]; /* as wrapped for the last frame */
	int count;
};

static const struct {
	const char *word;
	enum style style;
} severities[] = {
	[GUEST_DETAIL] = {"", STYLE_NORMAL},
	[GUEST_INFO] = {"", STYLE_NORMAL},
	[GUEST_WAITING] = {"warning: ", STYLE_WARNING},
	[GUEST_WARNING] = {"warning: ", STYLE_WARNING},
	[GUEST_ERROR] = {"error: ", STYLE_ERROR},
};

static void log_enter(struct view *view, struct console *console, enum view_id from)
{
	(void)console;
	(void)from;
	((struct log_view *)view)->at_end = true;
}

static void wrap(struct log_view *log, const struct journal *journal, int columns)
{
	log->count = 0;
	for (size_t i = 0; i < journal_held(journal); i++) {
		const struct journal_entry *entry = journal_at(journal, i);
		size_t at = 0, next;
		int lines = 0;

		do {
			int room = columns;

			if (!at)
				room -= (int)strlen(severities[entry->severity].word);
			struct log_line *line = &log->lines[log->count++];

			line->entry = entry;
			line->start = at;
			line->length = text_break(entry->text + at, room, &next);
			at += next;
		} while (entry->text[at] && ++lines < LINES_OF_ONE);
	}
}

static void draw_line(const struct log_line *line, struct pen *pen)
{
	const struct journal_entry *entry = line->entry;
	int text = pen->column + TIME_COLUMNS;
	char when[16];
	struct tm local;

	if (!line->start) {
		localtime_r(&entry->when.tv_sec, &local);
		strftime(when, sizeof(when), "%H:%M:%S", &local);
		pen_text(pen, STYLE_TIME, when);
	}
	pen_pad(pen, STYLE_NORMAL, text);
	if (!line->start)
		pen_text(pen, severities[entry->severity].style, severities[entry->severity].word);
	pen_bytes(pen, STYLE_NORMAL, entry->text + line->start, line->length, 0,
		  pen->end - pen->column);
}

static void log_draw(struct view *view, struct console *console, const struct area *area)
{
	struct log_view *log = (struct log_view *)view;
	struct pen header = pen_at(console->terminal, area, 0);

	pen_text(&header, STYLE_HEADER, "TIME     MESSAGE");
	pen_pad(&header, STYLE_HEADER, header.end);
	wrap(log, &console->journal, area->columns - TIME_COLUMNS);
	list_fit(&log->list, log->count, area->rows - 1);
	if (log->at_end)
		list_act(&log->list, ACTION_END);
	for (int i = 0; i < log->list.rows && log->list.top + i < log->list.count; i++) {
		struct pen pen = pen_at(console->terminal, area, i + 1);

		draw_line(&log->lines[log->list.top + i], &pen);
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
