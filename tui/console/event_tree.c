// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/event_tree.h"

static int by_name(const void *a, const void *b)
{
	const struct guest_event *left = a, *right = b;
	int difference = strcmp(left->system, right->system);

	return difference ? difference : strcmp(left->name, right->name);
}

/* Was the system open before? *at goes through those of before, which are sorted as well. */
static bool was_open(const struct event_tree *before, unsigned *at, const char *system)
{
	int difference = -1;

	while (*at < before->systems && (difference = strcmp(before->system[*at].name, system)) < 0)
		++*at;
	return !difference && before->system[*at].open;
}

/* Find the systems of a sorted list. */
static unsigned add_systems(struct tree_system *system, const struct guest_event_list *list,
			    const struct event_tree *before)
{
	unsigned systems = 0, at = 0;

	for (unsigned i = 0; i < list->count; i++) {
		if (!systems || strcmp(system[systems - 1].name, list->event[i].system))
			system[systems++] =
				(struct tree_system){.name = list->event[i].system,
						     .first = i,
						     .open = was_open(before, &at,
								      list->event[i].system)};
		system[systems - 1].count++;
		system[systems - 1].on += list->event[i].state != EVENT_OFF;
	}
	return systems;
}

static bool contains(const struct guest_event *event, const char *text)
{
	char name[2 * VTRACE_EVENT_NAME_MAX];

	snprintf(name, sizeof(name), "%s:%s", event->system, event->name);
	return strcasestr(name, text);
}

/* Is the event among what the tree is narrowed to? */
static bool fits(const struct event_tree *tree, const struct guest_event *event)
{
	if (tree->only_on && event->state == EVENT_OFF)
		return false;
	return !tree->search[0] || contains(event, tree->search);
}

static void add_lines(struct event_tree *tree)
{
	bool narrowed = tree->only_on || tree->search[0];

	tree->lines = 0;
	for (unsigned s = 0; s < tree->systems; s++) {
		const struct tree_system *system = &tree->system[s];
		unsigned own = tree->lines;

		tree->line[tree->lines++] = (struct tree_line){.system = s, .event = -1};
		if (!narrowed && !system->open)
			continue;
		for (unsigned i = system->first; i < system->first + system->count; i++)
			if (fits(tree, &tree->list->event[i]))
				tree->line[tree->lines++] =
					(struct tree_line){.system = s, .event = (int)i};
		if (narrowed && tree->lines == own + 1)
			tree->lines = own; /* nothing of it fits */
	}
}

int event_tree_take(struct event_tree *tree, struct guest_event_list *list)
{
	struct tree_system *system = calloc(list->count + 1, sizeof(*system));
	struct tree_line *line = calloc(2 * (size_t)list->count + 1, sizeof(*line));
	unsigned systems;

	if (!system || !line) {
		free(system);
		free(line);
		guest_event_list_free(list);
		return -ENOMEM;
	}
	qsort(list->event, list->count, sizeof(*list->event), by_name);
	systems = add_systems(system, list, tree);
	guest_event_list_free(tree->list);
	free(tree->system);
	free(tree->line);
	tree->list = list;
	tree->system = system;
	tree->systems = systems;
	tree->line = line;
	tree->on = 0;
	for (unsigned i = 0; i < systems; i++)
		tree->on += system[i].on;
	add_lines(tree);
	return 0;
}

void event_tree_release(struct event_tree *tree)
{
	guest_event_list_free(tree->list);
	free(tree->system);
	free(tree->line);
	*tree = (struct event_tree){0};
}

void event_tree_search(struct event_tree *tree, const char *text)
{
	snprintf(tree->search, sizeof(tree->search), "%s", text);
	if (tree->list)
		add_lines(tree);
}

void event_tree_only_on(struct event_tree *tree, bool only_on)
{
	tree->only_on = only_on;
	if (tree->list)
		add_lines(tree);
}

/* The line of a system's own; it is there. */
static unsigned line_of(const struct event_tree *tree, unsigned system)
{
	unsigned line = 0;

	while (line < tree->lines &&
	       (tree->line[line].system != system || tree->line[line].event >= 0))
		line++;
	return line < tree->lines ? line : 0;
}

unsigned event_tree_open(struct event_tree *tree, unsigned line, bool open)
{
	unsigned system;

	if (line >= tree->lines)
		return 0;
	system = tree->line[line].system;
	tree->system[system].open = open;
	add_lines(tree);
	return line_of(tree, system);
}

unsigned event_tree_find(const struct event_tree *tree, const char *system, const char *name)
{
	unsigned own = 0;

	for (unsigned i = 0; i < tree->lines; i++) {
		const struct tree_line *line = &tree->line[i];

		if (strcmp(tree->system[line->system].name, system))
			continue;
		if (line->event < 0)
			own = i;
		else if (!strcmp(tree->list->event[line->event].name, name))
			return i;
	}
	return own;
}

void event_tree_pattern(const struct event_tree *tree, unsigned line, char *text, size_t size)
{
	const struct guest_event *event = event_tree_event(tree, line);

	snprintf(text, size, "%s:%s", tree->system[tree->line[line].system].name,
		 event ? event->name : "*");
}

bool event_tree_is_on(const struct event_tree *tree, unsigned line)
{
	const struct guest_event *event = event_tree_event(tree, line);
	const struct tree_system *system = &tree->system[tree->line[line].system];

	return event ? event->state != EVENT_OFF : system->on == system->count;
}

const struct guest_event *event_tree_event(const struct event_tree *tree, unsigned line)
{
	int event = tree->line[line].event;

	return event < 0 ? NULL : &tree->list->event[event];
}
