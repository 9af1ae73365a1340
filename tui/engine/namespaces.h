/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Namespaces of the engine's own (namespaces(7)): no network, no System V IPC, and a mount
 * namespace whose root is an empty directory. Called by lockdown, while there is one thread.
 */
#ifndef VTRACE_ENGINE_NAMESPACES_H
#define VTRACE_ENGINE_NAMESPACES_H

#include <stdbool.h>

/* Network, mount, IPC and UTS. in_user: a user namespace comes first, in which this process may do
 * the rest though it has no privileges outside. 0 or -errno, and then nothing has changed. */
int namespaces_enter(bool in_user);

/* The mount namespace's root becomes an empty, read-only file system: no path leads anywhere any
 * more. After namespaces_enter(). 0 or -errno. */
int namespaces_empty_root(void);

#endif
