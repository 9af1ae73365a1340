/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The panes of the events view: the merged timeline, and one for each CPU that has a stream;
 * which of these are chosen, which fit on the screen, and which one has the focus. Called by
 * view_events.c; it draws nothing and asks the engine nothing.
 */
#ifndef VTRACE_CONSOLE_PANES_H
#define VTRACE_CONSOLE_PANES_H

#include <stdbool.h>

#include "formats/names.h"
#include "tui/console/pane.h"

/* All zero is a valid start: no CPUs. */
struct panes {
	bool merged;			  /* the timeline is shown, else a pane for each CPU */
	struct pane timeline;		  /* the merged one */
	struct pane *of[VTRACE_MAX_CPUS]; /* owned; NULL where there is no stream */
	unsigned chosen[VTRACE_MAX_CPUS]; /* CPUs of panes to show, ascending */
	unsigned chosen_count;
	unsigned focus; /* index into chosen */
	unsigned first; /* index of the first pane on the screen */
	unsigned fit;	/* panes on the screen, as of the last layout */
};

void panes_release(struct panes *panes);
/* Add an empty one for a CPU. False when memory is out: the timeline goes without that CPU, too. */
bool panes_add(struct panes *panes, unsigned cpu, enum pane_anchor anchor);
/* Show those of a CPU set; the focus stays on its CPU where that is among them. */
void panes_choose(struct panes *panes, const uint8_t *cpus);
/* Decide which fit into so many lines, such that the one with the focus is among them. */
void panes_layout(struct panes *panes, int lines);
/* Give the focus to a CPU's, when it is chosen. True when its rows are shown, merged or not. */
bool panes_focus(struct panes *panes, unsigned cpu);
/* Give the focus to the one that is so many further on, around the end. */
void panes_move_focus(struct panes *panes, unsigned by);

/* Show the next screenful of them, or with -1 the one before, as far as there is one; the one that
 * has the focus then is as far down the screen as before. */
void panes_turn(struct panes *panes, int by);

/* "  panes 5-8 of 64", when not all are on the screen; else "". */
void panes_words(const struct panes *panes, char *text, size_t size);

/* Those on the screen: how many, and the n-th. */
unsigned panes_visible_count(const struct panes *panes);
struct pane *panes_visible(struct panes *panes, unsigned n);
/* Which of them has a line of the screen, the header above its rows included; -1: none. */
int panes_under(const struct panes *panes, int line);
/* The one with the focus: the timeline when merged, or when no CPU is chosen. */
struct pane *panes_focused(const struct panes *panes);
/* Do something to all, whether on the screen or not. */
void panes_each(struct panes *panes, void (*fn)(struct pane *pane));

#endif
