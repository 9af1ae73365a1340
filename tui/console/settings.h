/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a user can set: one table of names, values and their meaning. Lines of the settings file,
 * the command `:set`, the settings view and vtrace-top(1) are made from it. Called by set.c,
 * settings_file.c, view_settings.c and doc/keys.c; it does nothing itself: who shows things reads
 * struct settings.
 *
 * A new setting is a member of struct settings, its value in settings_init(), a row of the table
 * in settings.c, and `make keys`, which writes the table into the man page. What does not look at
 * the struct by itself is told in set_apply() of set.c.
 */
#ifndef VTRACE_CONSOLE_SETTINGS_H
#define VTRACE_CONSOLE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/console/columns.h"
#include "tui/console/completion.h"
#include "tui/console/row.h"
#include "tui/console/statistics.h"
#include "tui/console/theme.h"

#define SETTINGS_MAX 64	 /* settings that there may be */
#define SETTING_TEXT 256 /* bytes of a value as text, at most, with the end */

struct settings {
	bool merged; /* one timeline, else a pane for each CPU */
	bool meters;
	bool mouse;
	enum row_times times;
	enum statistics_order order;
	uint64_t memory; /* bytes of pages that are held of a guest */
	struct row_columns columns;
	struct theme theme;
};

struct setting_kind;

struct setting {
	const char *name; /* one word */
	const char *help;
	const struct setting_kind *kind;
	size_t member;	  /* its offset in struct settings */
	enum style style; /* of a colour: what it is of */
};

/* What is wrong with a value. */
struct setting_fault {
	char why[240];
	size_t at; /* the byte */
};

/* Everything as it is without a file. */
void settings_init(struct settings *settings);
/* The table, in the order of the man page. */
const struct setting *setting_entries(size_t *count);
/* Its place in the table. */
size_t setting_index(const struct setting *setting);
/* NULL: there is none of that name. */
const struct setting *setting_named(const char *name, size_t length);
/* "on|off", "SIZE", ... as the man page calls the values. */
const char *setting_values(const struct setting *setting);
/* Take a value. 0, or -EINVAL with nothing changed. */
int setting_parse(const struct setting *setting, struct settings *settings, const char *value,
		  struct setting_fault *fault);
/* Write it such that setting_parse() makes the same of it; text has SETTING_TEXT. */
void setting_format(const struct setting *setting, const struct settings *settings, char *text);

/* The look that a setting is, NULL when it is none. */
const struct look *setting_look(const struct setting *setting, const struct settings *settings);

/* Where a line has name and value: "NAME = VALUE", or "NAME VALUE". */
struct setting_parts {
	size_t name, name_length; /* bytes */
	size_t value;
	bool equals; /* the sign is there */
};
struct setting_parts setting_parts(const char *line);

/* Words for Tab: names, or behind a name what may stand in its value, before the cursor, which is
 * byte cursor of line. */
void settings_complete(const char *line, size_t cursor, struct completion *completion);
/* The same in a value alone. */
void setting_complete(const struct setting *setting, const char *value, size_t cursor,
		      struct completion *completion);

#endif
