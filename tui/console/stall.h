/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A terminal that takes no output: a connection that hangs, an emulator that is stopped, ^S. curses
 * would wait in write(2) for as long, and with it the guest, the agent and whoever wants the
 * console to end. So a timer runs while curses writes; when it is over, /dev/null takes the
 * terminal's place as stdout until the terminal takes something again. Called by terminal.c around
 * what writes.
 */
#ifndef VTRACE_CONSOLE_STALL_H
#define VTRACE_CONSOLE_STALL_H

#include <stdbool.h>
#include <termios.h>
#include <time.h>

struct stall {
	bool watched; /* there is a timer */
	bool on;      /* stdout is /dev/null */
	timer_t timer;
	int tty_fd, null_fd;  /* -1: none */
	struct termios modes; /* of the terminal as it was found */
};

/* Stdout is a terminal, and curses has not changed it yet. Without a timer or descriptors output
 * waits as it always did. */
void stall_init(struct stall *stall);
/* Before curses writes, and after. True: it was not to be waited for, some of it is lost. */
void stall_begin(struct stall *stall);
bool stall_end(struct stall *stall);
/* Does the terminal take output? When it does again it is stdout again, and *again is set: what it
 * shows is not known. */
bool stall_takes(struct stall *stall, bool *again);
/* A terminal that takes nothing gets its modes back, as curses can not give them; stdout stays
 * /dev/null then. */
void stall_release(struct stall *stall);

#endif
