/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same without curses: one line an event on stdout in the layout of `trace-cmd report`,
 * messages on stderr, a summary at the end. Called by main.
 */
#ifndef VTRACE_BATCH_H
#define VTRACE_BATCH_H

#include "tui/options.h"

/* Returns the exit status of the program. */
int batch_run(const struct options *options);

#endif
