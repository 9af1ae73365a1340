// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "tui/console/state.h"

/* What the key would do now; NULL: nothing that is worth a place. */
static const char *label_now(const struct console *console, const struct keymap_entry *entry)
{
	const struct view *events = console->views[VIEW_EVENTS];

	switch (entry->action) {
	case ACTION_TRACE:
		if (console->guest && guest_state(console->guest) == GUEST_REPLAY)
			return NULL;
		return attach_tracing(console) ? "Stop" : entry->label;
	case ACTION_FREEZE:
		return events_frozen(events) ? "Go on" : entry->label;
	case ACTION_MERGE:
		return events_merged(events) ? "Panes" : entry->label;
	case ACTION_BACK:
		return console->front == console_root(console) ? "Quit" : entry->label;
	default:
		return entry->label;
	}
}

static int first_key(const struct keymap_entry *entry)
{
	return (int)strcspn(entry->keys, " ");
}

static int columns_of(const struct console *console, const struct keymap_entry *entry)
{
	return first_key(entry) + 1 + (int)strlen(label_now(console, entry)) + 2;
}

static bool in_footer(const struct console *console, const struct keymap_entry *entry)
{
	return entry->label && (entry->views & IN_VIEW(console->front)) &&
	       label_now(console, entry);
}

void footer_draw(struct console *console, const struct area *line)
{
	struct pen pen = pen_at(console->terminal, line, 0);
	size_t count;
	const struct keymap_entry *entries = keymap_entries(&count);
	int room = line->columns + 2; /* the last one needs no gap */

	/* Help tells all the others, so it keeps its place on a narrow screen. */
	for (size_t i = 0; i < count; i++)
		if (entries[i].action == ACTION_HELP)
			room -= columns_of(console, &entries[i]);
	for (size_t i = 0; i < count; i++) {
		const struct keymap_entry *entry = &entries[i];

		if (!in_footer(console, entry))
			continue;
		if (entry->action != ACTION_HELP) {
			if (columns_of(console, entry) > room)
				continue;
			room -= columns_of(console, entry);
		}
		pen_bytes(&pen, STYLE_KEY, entry->keys, (size_t)first_key(entry), 0, line->columns);
		pen_printf(&pen, STYLE_FOOTER, " %s  ", label_now(console, entry));
	}
}
