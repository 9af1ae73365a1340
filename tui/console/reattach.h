/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What went away and comes again by itself: the connection to libvirt, and the domain that is open.
 * Called by attach.c, from outside of libvirt's callbacks. What it cannot do it says, and leaves to
 * the person.
 */
#ifndef VTRACE_CONSOLE_REATTACH_H
#define VTRACE_CONSOLE_REATTACH_H

struct console;

/* The connection to libvirt was lost and given up: try again every two seconds until it is back. */
void reattach_libvirt(struct console *console);
/* The domain of the guest that is open was started. */
void reattach_domain(struct console *console);
void reattach_release(struct console *console);

#endif
