/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A view: what fills the screen between the meters and the message line. Each is one file that
 * hands out a table of operations; console.c draws the one in front and gives it keys and the
 * engine's packets. A view may call guests and libvirt through struct console, and draws only in
 * its area.
 *
 * A new view is
 * - a file view_NAME.c with a struct that starts with struct view, its table of operations, and
 *   view_NAME_new(), which is declared below and called by make_views() in console.c;
 * - an enum view_id in keymap.h, before VIEW_COUNT: rows of the key table for IN_EVERY_VIEW then
 *   have it, and `:view NAME` shows it; its name in the operations is NAME;
 * - what is its own in the key table: see keymap.h;
 * - a row in doc/keys.c's list of sections for keys that only it has;
 * - a way to it: the key v goes through the views in next_view() of commands.c, and a key of its
 *   own would be an action there that calls console_show().
 * A question of its own goes through console->prompt (prompt.h), words for Tab and a check while
 * one types included; what it has to say goes to console->journal.
 */
#ifndef VTRACE_CONSOLE_VIEW_H
#define VTRACE_CONSOLE_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/console/completion.h"
#include "tui/console/draw.h"
#include "tui/console/goto.h"
#include "tui/console/keymap.h"
#include "tui/engine/client.h"

struct console;
struct list;
struct view;

/* Members that a view has no use for are NULL. */
struct view_ops {
	const char *name;
	/* It comes to the front; from is the view before. */
	void (*enter)(struct view *view, struct console *console, enum view_id from);
	void (*draw)(struct view *view, struct console *console, const struct area *area);
	/* A move of keymap.h. */
	void (*act)(struct view *view, struct console *console, enum action action);
	/* ENGINE_ROWS, ENGINE_DETAIL_REPLY and ENGINE_LATENCIES, for the view that may have asked,
	 * or ENGINE_NO_ANSWER; ENGINE_NEWS, for the one in front. */
	void (*packet)(struct view *view, struct console *console,
		       const struct engine_packet *packet);
	/* The engine, the guest's state or its CPUs changed; reset: it is another guest. */
	void (*changed)(struct view *view, struct console *console, bool reset);
	/* A slow timer's beat, for the view in front. */
	void (*beat)(struct view *view, struct console *console);
	/* A few words for the title line. */
	void (*status)(const struct view *view, const struct console *console, char *text,
		       size_t size);
	/* A sentence for the message line when nothing else is there; "" for none. */
	void (*hint)(const struct view *view, const struct console *console, char *text,
		     size_t size);
	/* For the mouse: the list that is drawn from the second line of the area on. */
	const struct list *(*list)(const struct view *view);
	/* Or, of a view of another kind: put the cursor on what lies on a line of the screen, or
	 * with wheel, scroll it by so many rows. False: nothing is there. */
	bool (*point)(struct view *view, struct console *console, int line, int wheel);
	void (*free)(struct view *view);
};

/* Each view's struct starts with this. */
struct view {
	const struct view_ops *ops;
};

/* Each makes a view, or NULL when memory is out. */
struct view *view_events_new(void);
struct view *view_detail_new(void);
struct view *view_latency_new(void);
struct view *view_log_new(void);
struct view *view_statistics_new(void);
struct view *view_domains_new(void);
struct view *view_settings_new(void);
struct view *view_cpus_new(void);
struct view *view_enabled_new(void);
struct view *view_help_new(void);

/* What commands ask of the events view. */
void events_toggle_merge(struct view *view, struct console *console);
void events_toggle_freeze(struct view *view, struct console *console);
void events_follow(struct view *view, struct console *console);
/* Show another time; false when there are no rows that it could be later or earlier than. */
bool events_go(struct view *view, struct console *console, const struct goto_target *target);
bool events_frozen(const struct view *view);
bool events_merged(const struct view *view);
bool events_following(const struct view *view);
/* The row under the cursor, and its place; false: there is none. */
bool events_row(const struct view *view, struct engine_row_view *row);
bool events_place(const struct view *view, struct engine_position *at);
/* The first and the last row that the same pane shows; false: it shows none. */
bool events_span(const struct view *view, struct engine_position *first,
		 struct engine_position *last);
/* The streams of the pane that keys act on, and what to call them: "CPU1", "all CPUs". */
void events_cpus(const struct view *view, uint8_t *cpus);
void events_scope(const struct view *view, const struct console *console, char *text, size_t size);
/* Move that pane's cursor to a row. */
void events_show_row(struct view *view, struct console *console, const struct engine_position *at);
/* The same in the pane of that row's CPU, which gets the focus. False: there is none. */
bool events_jump(struct view *view, struct console *console, const struct engine_position *at);
/* Follow no longer, if it does: the rows shown stay. */
void events_stay(struct view *view);
/* Another filter is in force. */
void events_filter_changed(struct view *view, struct console *console);
/* struct console's CPU set was changed. */
void events_cpus_changed(struct view *view, struct console *console);
/* Rows were forgotten. */
void events_cleared(struct view *view, struct console *console);

/* The view of the guest's events asks for them again, unless nobody has ever looked; and what Tab
 * may make of the last of a list of patterns, length bytes at text. */
void enabled_refresh(struct view *view, struct console *console);
void enabled_complete(const struct view *view, const char *text, size_t length,
		      struct completion *completion);

/* The domains view lists again what libvirt has. */
void domains_refresh(struct view *view, struct console *console);

#endif
