/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of system calls by number, for guests that record raw_syscalls: their formats have numbers
 * alone. Called by latency_events.c. What an architecture calls its numbers never changes, so a
 * table of this program's is good for any kernel, but for calls that are newer than the table.
 */
#ifndef VTRACE_ENGINE_SYSCALL_NAMES_H
#define VTRACE_ENGINE_SYSCALL_NAMES_H

#include <stdint.h>

/* The call of that number on machine, as in uname -m; NULL: not known. Of x86_64 alone, by Linux,
 * arch/x86/entry/syscalls/syscall_64.tbl of 6.12. */
const char *syscall_name(const char *machine, uint64_t number);

#endif
