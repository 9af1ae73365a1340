/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Take away from this process what an engine never needs, before it sees the first byte of a
 * guest: privileges, uid, files, network, processes, most system calls. Called by the engine's
 * main, after plugins are loaded.
 *
 * Two layers, uid with privileges and the allow-list of system calls, must be had and end the
 * engine when they can't. Namespaces and Landlock are taken where the kernel gives them.
 */
#ifndef VTRACE_ENGINE_LOCKDOWN_H
#define VTRACE_ENGINE_LOCKDOWN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct lockdown {
	char on[192];	   /* layers in force, as "uid 65534, no capabilities" */
	char missing[192]; /* layers that this host did not give, with the reason; "": none */
	int null;	   /* /dev/null, which is out of reach later; for lockdown_end() */
};

/* While the process has one thread, as namespaces and Landlock are a thread's own. uid and gid are
 * what root becomes; 0: the account vtrace where there is one, else nobody. 0, or -errno when
 * something that must work did not. */
int lockdown_begin(struct lockdown *lockdown, uid_t uid, gid_t gid);

/* After the last thread was made; memory: bytes of pages it will hold, for the limit of its address
 * space. 0 or -errno. */
int lockdown_end(struct lockdown *lockdown, uint64_t memory);

#endif
