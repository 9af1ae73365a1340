// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "tui/console/state.h"

#define GAP	      2	 /* columns behind a label */
#define FOOTER_LABELS 32 /* more than fit */

/* Whether somebody is there who could: nobody is in a file, or in memory. */
static bool takes_orders(const struct console *console)
{
	return !console->guest || (guest_state(console->guest) != GUEST_REPLAY &&
				   guest_state(console->guest) != GUEST_WATCHING);
}

/* What the key would do now; NULL: nothing that is worth a place. */
static const char *label_now(const struct console *console, const struct keymap_entry *entry)
{
	const struct view *events = console->views[VIEW_EVENTS];

	switch (entry->action) {
	case ACTION_ENABLE:
		return takes_orders(console) ? entry->label : NULL;
	case ACTION_TRACE:
		if (!takes_orders(console))
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
	return first_key(entry) + 1 + (int)strlen(label_now(console, entry)) + GAP;
}

static bool in_footer(const struct console *console, const struct keymap_entry *entry)
{
	return entry->label && (entry->views & IN_VIEW(console->front)) &&
	       label_now(console, entry);
}

/* The labels that have room, and from which column on. */
struct footer {
	unsigned count;
	struct {
		const struct keymap_entry *entry;
		int column;
	} labels[FOOTER_LABELS];
};

static void lay_out(const struct console *console, const struct area *line, struct footer *footer)
{
	size_t count;
	const struct keymap_entry *entries = keymap_entries(&count);
	int room = line->columns + 2; /* the last one needs no gap */
	int column = line->left;

	/* Help tells all the others, so it keeps its place on a narrow screen. */
	for (size_t i = 0; i < count; i++)
		if (entries[i].action == ACTION_HELP)
			room -= columns_of(console, &entries[i]);
	footer->count = 0;
	for (size_t i = 0; i < count && footer->count < FOOTER_LABELS; i++) {
		const struct keymap_entry *entry = &entries[i];

		if (!in_footer(console, entry))
			continue;
		if (entry->action != ACTION_HELP) {
			if (columns_of(console, entry) > room)
				continue;
			room -= columns_of(console, entry);
		}
		footer->labels[footer->count].entry = entry;
		footer->labels[footer->count++].column = column;
		column += columns_of(console, entry);
	}
}

void footer_draw(struct console *console, const struct area *line)
{
	struct pen pen = pen_at(console->terminal, line, 0);
	struct footer footer;

	lay_out(console, line, &footer);
	for (unsigned i = 0; i < footer.count; i++) {
		const struct keymap_entry *entry = footer.labels[i].entry;

		pen_bytes(&pen, STYLE_KEY, entry->keys, (size_t)first_key(entry), 0, line->columns);
		pen_printf(&pen, STYLE_FOOTER, " %s  ", label_now(console, entry));
	}
}

const struct keymap_entry *footer_at(struct console *console, const struct area *line, int column)
{
	struct footer footer;

	lay_out(console, line, &footer);
	for (unsigned i = 0; i < footer.count; i++) {
		const struct keymap_entry *entry = footer.labels[i].entry;
		int left = column - footer.labels[i].column;

		if (left >= 0 && left < columns_of(console, entry) - GAP)
			return entry;
	}
	return NULL;
}
