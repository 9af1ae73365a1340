/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Choosing the CPUs to show: a view with a box for each of them, or a list that is typed. Called
 * by commands.c; view_cpus.c is all of it.
 */
#ifndef VTRACE_CONSOLE_CPUS_H
#define VTRACE_CONSOLE_CPUS_H

#include "tui/console/prompt.h"

struct console;

/* Show the boxes. */
void cpus_open(struct console *console);
/* "0-3,8", or "" for all: check, a prompt_check_fn over struct console, and show them. */
void cpus_check(void *data, const char *text, struct prompt_verdict *verdict);
void cpus_take(struct console *console, const char *list);

#endif
