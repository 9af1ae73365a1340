/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal type, looked up before curses starts: newterm() says only that it failed. Called
 * by terminal.c. Apart from it because term.h makes macros of common words.
 */
#ifndef VTRACE_CONSOLE_TERMINFO_H
#define VTRACE_CONSOLE_TERMINFO_H

#include <stdbool.h>

/* Does terminfo know the type that TERM names? */
bool terminfo_known(void);

#endif
