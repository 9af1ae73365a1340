/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An agent that an initramfs started: it outlives the initramfs, whose root the system leaves for
 * another one. Called by main, and by the control loop before it opens anything by a path.
 */
#ifndef VTRACE_AGENT_EARLY_H
#define VTRACE_AGENT_EARLY_H

/* Keep in mind what is needed to follow. name is argv[0], in place: its first character becomes
 * '@', the mark of processes that systemd does not end when it leaves an initramfs (systemd,
 * "Storage Daemons for the Root File System"). Returns a descriptor for early_follow(), or
 * -errno. */
int early_begin(char *name);
/*
 * When /proc has been moved away from this process' root, go to the root of process 1. proc is what
 * early_begin() returned; below 0, nothing is done. 0 or -errno.
 *
 * Both switch_root(8) and run-init move the new root over "/" and chroot themselves; a process that
 * is not told keeps the old root, below it and emptied.
 */
int early_follow(int proc);

#endif
