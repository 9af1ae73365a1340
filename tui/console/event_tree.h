/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events of a guest as a tree to look at: systems that open and close, in the order of the
 * alphabet, narrowed to what was searched or to what is enabled. Called by view_enabled.c; it
 * knows neither guest nor screen.
 */
#ifndef VTRACE_CONSOLE_EVENT_TREE_H
#define VTRACE_CONSOLE_EVENT_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/guest/events.h"

#define EVENT_TREE_SEARCH_MAX 64

struct tree_system {
	const char *name;
	unsigned first, count; /* of its events, in the sorted list */
	unsigned on;	       /* of these are enabled */
	bool open;
};

struct tree_line {
	unsigned system;
	int event; /* in the list; -1: the line is the system's own */
};

/* All zero is a valid start: no events are known. */
struct event_tree {
	struct guest_event_list *list; /* sorted by system and name; NULL: none yet */
	struct tree_system *system;
	unsigned systems;
	struct tree_line *line; /* what is to be seen */
	unsigned lines;
	unsigned on; /* events that are enabled */
	char search[EVENT_TREE_SEARCH_MAX];
	bool only_on;
};

/* Show a list, which is the tree's from now on: systems that were open are open again. 0, or
 * -ENOMEM: the tree is as before, the list is freed. */
int event_tree_take(struct event_tree *tree, struct guest_event_list *list);
void event_tree_release(struct event_tree *tree);

/* Show only events whose SYSTEM:NAME contains text, in systems that open for it; "": all. */
void event_tree_search(struct event_tree *tree, const char *text);
void event_tree_only_on(struct event_tree *tree, bool only_on);
/* Open or close the system of a line. Returns the line that it is on then. */
unsigned event_tree_open(struct event_tree *tree, unsigned line, bool open);

/* The line of an event, or of its system where it is not to be seen; 0 without either. */
unsigned event_tree_find(const struct event_tree *tree, const char *system, const char *name);
/* What a line is of: "SYSTEM:EVENT", or "SYSTEM:*". */
void event_tree_pattern(const struct event_tree *tree, unsigned line, char *text, size_t size);
/* Are all events of the line enabled? */
bool event_tree_is_on(const struct event_tree *tree, unsigned line);
/* The event of a line; NULL: it is a system's. */
const struct guest_event *event_tree_event(const struct event_tree *tree, unsigned line);

#endif
