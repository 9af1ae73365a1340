/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command `:set`, the key W, and the settings file at the start: what makes struct settings of
 * a text, and the console obey it. Called by commands.c, command_line.c, view_settings.c and
 * console.c.
 */
#ifndef VTRACE_CONSOLE_SET_H
#define VTRACE_CONSOLE_SET_H

#include "tui/console/prompt.h"
#include "tui/console/settings.h"

struct console;

/* Read the file that belongs to this console; what is wrong in it is told. */
void set_read_file(struct console *console);
/* Make what does not look at struct settings by itself obey it. */
void set_apply(struct console *console);
/* Show all of them. */
void set_show(struct console *console);
/* "NAME VALUE", or "NAME?" to ask: check, a prompt_check_fn over struct console, and do. */
void set_check(void *data, const char *text, struct prompt_verdict *verdict);
void set_take(struct console *console, const char *text);
/* Ask for the value of one, on the command line. */
void set_ask(struct console *console, const struct setting *setting);
/* The command `:columns`: the setting of that name, by itself. */
void set_columns_ask(struct console *console);
void set_columns_check(void *data, const char *text, struct prompt_verdict *verdict);
void set_columns(struct console *console, const char *text);
/* Write the file. */
void set_write(struct console *console);

#endif
