/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What keys and commands mean. One table holds each action's keys, name, argument, footer label,
 * help text and the views in which it exists; key handling, the command line, footer, help and
 * the section KEYS of vtrace-top(1) are made from it. Called by console.c, command_line.c,
 * footer.c and view_help.c. It does nothing itself: commands.c and the views act.
 *
 * A new key or command is
 * - an action here, and a row of the table in keymap.c: where keys stand in two rows for the
 *   same view, tests/unit/test_keymap.c says so;
 * - what it does: a row of the table in commands.c when views have it in common or it takes an
 *   argument, else a case in the act() of the views that have it (view.h);
 * - `make keys`, which writes the table into the man page; `make check` compares them.
 * It is a command then, too: `:NAME`, or `:NAME ARGUMENT` where the row names one. A row without
 * keys ("") is a command only. New kinds of arguments are an enum argument here, a row of the
 * table in keymap.c, and their words in command_line.c for Tab.
 */
#ifndef VTRACE_CONSOLE_KEYMAP_H
#define VTRACE_CONSOLE_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

/* A key is a Unicode character, or one of curses' KEY_ codes wrapped so that the two can not be
 * mistaken for each other. */
#define KEY_FUNCTION(code) (0x1000000 | (code))
#define KEY_CONTROL(char_) ((char_)&0x1f)
#define KEY_META(key)	   (0x2000000 | (key)) /* Alt with a key, or Esc right before it */
#define KEY_UNKNOWN	   (-1)
#define KEY_ESCAPE	   27

enum action {
	ACTION_NONE,
	/* commands, the same in every view that has them */
	ACTION_TRACE,
	ACTION_FOLLOW,
	ACTION_FREEZE,
	ACTION_GOTO,
	ACTION_BOOKMARK,
	ACTION_JUMP,
	ACTION_SEARCH,
	ACTION_NEXT,
	ACTION_PREVIOUS,
	ACTION_NEXT_BREAK,
	ACTION_PREVIOUS_BREAK,
	ACTION_CANCEL,
	ACTION_FILTER,
	ACTION_ONLY,
	ACTION_WITHOUT,
	ACTION_UNFILTER,
	ACTION_CPUS,
	ACTION_ENABLE,
	ACTION_ENABLE_ONLY,
	ACTION_DISABLE,
	ACTION_MERGE,
	ACTION_SAVE,
	ACTION_RECORD,
	ACTION_CLEAR,
	ACTION_POST_MORTEM,
	ACTION_FORMATS,
	ACTION_DOMAINS,
	ACTION_DETAIL,
	ACTION_VIEWS,
	ACTION_TIMES,
	ACTION_METERS,
	ACTION_MOUSE,
	ACTION_COLUMNS,
	ACTION_SET,
	ACTION_WRITE_SETTINGS,
	ACTION_REDRAW,
	ACTION_SUSPEND,
	ACTION_HELP,
	ACTION_BACK,
	ACTION_CLOSE,
	ACTION_QUIT,
	ACTION_COMMAND,
	ACTION_TRACER,
	ACTION_FTRACE_FILTER,
	ACTION_KPROBE,
	ACTION_CLOCK,
	ACTION_BUFFER_KB,
	ACTION_SUBBUF_KB,
	ACTION_PID,
	ACTION_TRIGGER,
	ACTION_SNAPSHOT,
	ACTION_MARK,
	ACTION_RESTORE_ALL,
	ACTION_PING,
	/* moves, which each view makes in its own way */
	ACTION_OPEN,
	ACTION_TOGGLE,
	ACTION_TOGGLE_ALL,
	ACTION_EDIT,
	ACTION_TYPE, /* the key is the first one of a prompt */
	ACTION_RELIST,
	ACTION_PREPARE,
	ACTION_RESTORE,
	ACTION_SEARCH_NAMES,
	ACTION_LEAVE_LIST,
	ACTION_ORDER,
	ACTION_NEXT_ROW,
	ACTION_PREVIOUS_ROW,
	ACTION_NEXT_PANE,
	ACTION_PREVIOUS_PANE,
	ACTION_NEXT_PANES,
	ACTION_PREVIOUS_PANES,
	ACTION_UP,
	ACTION_DOWN,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_HALF_UP,
	ACTION_HALF_DOWN,
	ACTION_HOME,
	ACTION_END,
	ACTION_LEFT,
	ACTION_RIGHT,
};

enum view_id {
	VIEW_EVENTS,
	VIEW_DETAIL,
	VIEW_STATISTICS,
	VIEW_LATENCY,
	VIEW_LOG,
	VIEW_DOMAINS,
	VIEW_SETTINGS,
	VIEW_CPUS,
	VIEW_ENABLED,
	VIEW_HELP,
	VIEW_COUNT
};

#define IN_VIEW(id)   (1u << (id))
#define IN_EVERY_VIEW (IN_VIEW(VIEW_COUNT) - 1)

/* What may stand behind a command's name. */
enum argument {
	ARGUMENT_NONE,
	ARGUMENT_ON_OFF, /* the other one of the two without it */
	ARGUMENT_CPUS,
	ARGUMENT_PATH,
	ARGUMENT_VIEW,
	ARGUMENT_TIME,
	ARGUMENT_LETTER,
	ARGUMENT_PATTERN,
	ARGUMENT_FILTER,
	ARGUMENT_SETTING,
	ARGUMENT_COLUMNS,
	ARGUMENT_EVENTS,
	ARGUMENT_NAME, /* of these only the guest knows what they may be */
	ARGUMENT_LIST,
	ARGUMENT_NUMBER,
	ARGUMENT_PROBE,
	ARGUMENT_TRIGGER,
	ARGUMENT_SNAPSHOT,
	ARGUMENT_TEXT,
	ARGUMENT_KINDS,
};

struct keymap_entry {
	enum action action;
	unsigned views;	  /* IN_VIEW() of those that have it */
	const char *keys; /* names, separated by blanks; the footer shows the first */
	const char *name; /* one word, for people and for commands */
	enum argument argument;
	const char *label; /* in the footer; NULL: not there */
	const char *help;
};

/* The table, in the order of footer and help. */
const struct keymap_entry *keymap_entries(size_t *count);

/* What a key means in a view; NULL: nothing. */
const struct keymap_entry *keymap_find(enum view_id view, int key);

/* The entry of a command's name in a view, which may be shortened to what tells it from others.
 * NULL: none; *ambiguous then says whether there are several. */
const struct keymap_entry *keymap_named(enum view_id view, const char *name, size_t length,
					bool *ambiguous);
/* "LIST", "PATH", ... as help and man page call the argument; "" for none. */
const char *argument_name(enum argument argument);

/* "a", "?", "^L", "F5", "PgUp", "Space", ... to a key, or KEY_UNKNOWN. */
int key_parse(const char *name, size_t length);

#endif
