/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the memory of a domain that is watched by its channels still has when it dies or hangs,
 * where the host shares that memory. It is opened with the domain, so that it outlives QEMU. Called
 * by attach.c and reattach.c, and for ":post-mortem", which reads it at any other time.
 */
#ifndef VTRACE_CONSOLE_POST_MORTEM_H
#define VTRACE_CONSOLE_POST_MORTEM_H

#include <stdbool.h>

#include "tui/domain/guest_ram.h"

struct console;

/* All zero: none is kept. */
struct post_mortem {
	bool kept; /* place has the memory of the QEMU that was connected last */
	struct guest_ram_place place;
};

/* A domain was opened by its channels, or runs again: keep its memory, if it is shared. */
void post_mortem_keep(struct console *console);
void post_mortem_forget(struct console *console);
/* It has panicked, crashed, or its watchdog has paused it: have what its memory still has read. */
void post_mortem_read(struct console *console);
/* It is gone, after it had panicked: say how its memory is kept the next time, if it was not. */
void post_mortem_gone(struct console *console);
/* The action. */
void post_mortem_ask(struct console *console);

#endif
