/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The curses console: terminal, keys, prompt and views over one guest or capture at a time, and
 * the picker over libvirt's domains. Called by main; the only room that includes curses. It
 * sees guests through tui/guest and shows only rows that it has stripped of control characters.
 */
#ifndef VTRACE_CONSOLE_CONSOLE_H
#define VTRACE_CONSOLE_CONSOLE_H

#include <stdbool.h>

#include "tui/options.h"

/* Run until the user leaves. Returns the exit status of the program. The connection to libvirt,
 * the guest or the capture are opened from here, so that the screen can say what it waits for. */
int console_run(const struct options *options);

#endif
