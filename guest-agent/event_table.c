// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/event_table.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "formats/event_list.h"

#define TEXT_MAX    (1 << 20)
#define PATTERN_MAX (2 * VTRACE_EVENT_NAME_MAX)

/* Cut the next line "SYSTEM:EVENT" out of *text. False at its end; names are NULL of a line that
 * is none, such as what newer kernels tell of modules that are not there yet. */
static bool next_line(char **text, char **system, char **name)
{
	char *line = *text, *end, *colon;

	if (!*line)
		return false;
	end = line + strcspn(line, "\n");
	*text = *end ? end + 1 : end;
	*end = '\0';
	colon = strchr(line, ':');
	*system = *name = NULL;
	if (!colon || !event_list_name_ok(line, (size_t)(colon - line)) ||
	    !event_list_name_ok(colon + 1, strlen(colon + 1)))
		return true;
	*colon = '\0';
	*system = line;
	*name = colon + 1;
	return true;
}

static int add_available(struct event_table *table)
{
	char *text = table->available, *system, *name;
	size_t lines = 0;

	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	if (lines > VTRACE_EVENTS_MAX)
		return -E2BIG;
	table->entry = calloc(lines + 1, sizeof(*table->entry));
	if (!table->entry)
		return -ENOMEM;
	while (table->count <= lines && next_line(&text, &system, &name))
		if (system)
			table->entry[table->count++] =
				(struct event_entry){.system = system, .name = name};
	return 0;
}

/* set_event has the order of available_events, so that the next one is mostly right behind. */
static void mark_enabled(struct event_table *table)
{
	char *text = table->enabled, *system, *name;
	size_t at = 0;

	while (next_line(&text, &system, &name)) {
		for (size_t i = 0; system && i < table->count; i++) {
			struct event_entry *entry = &table->entry[(at + i) % table->count];

			if (strcmp(entry->name, name) || strcmp(entry->system, system))
				continue;
			entry->on = entry->wanted = true;
			at += i + 1;
			break;
		}
	}
}

int event_table_read(const struct tracefs *tracefs, struct event_table *table)
{
	size_t length;
	int err;

	*table = (struct event_table){0};
	/* An instance has no list of its own: events are the kernel's. */
	err = tracefs_read(tracefs->top, "available_events", TEXT_MAX, &table->available, &length);
	if (!err)
		err = tracefs_read(tracefs->instance, "set_event", TEXT_MAX, &table->enabled,
				   &length);
	if (!err)
		err = add_available(table);
	if (err)
		event_table_release(table);
	else
		mark_enabled(table);
	return err;
}

void event_table_release(struct event_table *table)
{
	free(table->entry);
	free(table->available);
	free(table->enabled);
	*table = (struct event_table){0};
}

struct event_entry *event_table_find(const struct event_table *table, const char *system,
				     const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (!strcmp(table->entry[i].name, name) && !strcmp(table->entry[i].system, system))
			return &table->entry[i];
	return NULL;
}

bool event_entry_matches(const struct event_entry *entry, const char *pattern, size_t length)
{
	char text[PATTERN_MAX], *event;

	if (length >= sizeof(text))
		return false;
	memcpy(text, pattern, length);
	text[length] = '\0';
	event = strchr(text, ':');
	if (!event)
		return !fnmatch(text, entry->system, 0) || !fnmatch(text, entry->name, 0);
	*event++ = '\0';
	/* "sched:" is all of a system, as it is in set_event. */
	return !fnmatch(text, entry->system, 0) && (!*event || !fnmatch(event, entry->name, 0));
}
