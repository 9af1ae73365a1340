/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Landlock (landlock(7)): no file can be opened, made or removed, no TCP port bound or connected,
 * no process outside signalled. Descriptors that are open, or come later over the socket, are not
 * touched. Called by lockdown, while there is one thread and after PR_SET_NO_NEW_PRIVS.
 */
#ifndef VTRACE_ENGINE_LANDLOCK_H
#define VTRACE_ENGINE_LANDLOCK_H

/* The version of Landlock's ABI that is in force now, or -errno: -ENOSYS or -EOPNOTSUPP where the
 * kernel has none. */
int landlock_deny_all(void);

#endif
