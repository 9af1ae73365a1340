// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/console/message.h"

#define MESSAGE_LINES	4   /* that a sentence may take at most */
#define READING_TOLD_MS 500 /* from when on it is worth a word that formats are being read */

static enum style style_of(enum guest_severity severity)
{
	if (severity == GUEST_ERROR)
		return STYLE_ERROR;
	return severity >= GUEST_WAITING ? STYLE_WARNING : STYLE_NORMAL;
}

static const char *severity_word(enum guest_severity severity)
{
	if (severity == GUEST_ERROR)
		return "error: ";
	return severity >= GUEST_WAITING ? "warning: " : "";
}

/* Why nothing moves. */
static void reading_formats(const struct console *console, char *text, size_t size)
{
	if (console->guest && guest_reads_formats(console->guest) >= READING_TOLD_MS)
		snprintf(text, size,
			 "the engine reads the event formats; until it has done so rows stand "
			 "still, and what is asked waits");
}

/* What to say, and how. */
static enum style choose_text(const struct console *console, char *text, size_t size)
{
	const struct view *view = console->views[console->front];
	const struct journal_entry *entry;
	uint64_t more = 0;

	text[0] = '\0';
	if (console->prompt.active && console->prompt.verdict.why[0]) {
		snprintf(text, size, "%s", console->prompt.verdict.why);
		return console->prompt.verdict.state == PROMPT_INVALID ? STYLE_WARNING : STYLE_DIM;
	}
	finder_progress(console, text, size);
	if (text[0])
		return STYLE_NORMAL;
	entry = journal_current(&console->journal, &more);
	/* It goes by itself, and what had been said before is there again. */
	if (!entry || entry->severity < GUEST_WAITING)
		reading_formats(console, text, size);
	if (text[0])
		return STYLE_WARNING;
	if (entry) {
		char others[48] = "";

		if (more)
			snprintf(others, sizeof(others), " (%" PRIu64 " more: v)", more);
		snprintf(text, size, "%s%s%s", severity_word(entry->severity), entry->text, others);
		return style_of(entry->severity);
	}
	if (view->ops->hint)
		view->ops->hint(view, console, text, size);
	return STYLE_DIM;
}

int message_draw(struct console *console, const struct area *area)
{
	char text[700];
	size_t start[MESSAGE_LINES], length[MESSAGE_LINES], at = 0, next;
	int lines = 0;
	enum style style = choose_text(console, text, sizeof(text));

	if (!text[0])
		return 0;
	while (text[at] && lines < MESSAGE_LINES && lines < area->rows) {
		start[lines] = at;
		length[lines++] = text_break(text + at, area->columns, &next);
		at += next;
	}
	for (int i = 0; i < lines; i++) {
		struct pen pen = pen_at(console->terminal, area, area->rows - lines + i);

		pen_bytes(&pen, style, text + start[i], length[i], 0, area->columns);
		pen_pad(&pen, STYLE_NORMAL, pen.end);
	}
	return lines;
}
