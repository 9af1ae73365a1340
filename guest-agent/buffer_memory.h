/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the guest can afford a larger ring buffer, a second one, or a histogram. While the kernel
 * makes a buffer it takes the process that asks for it for the one to kill when memory runs out
 * (kernel/trace/ring_buffer.c, set_current_oom_origin), and else any: that must not come to pass.
 * Called by the rooms that make the kernel allocate.
 */
#ifndef VTRACE_AGENT_BUFFER_MEMORY_H
#define VTRACE_AGENT_BUFFER_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "guest-agent/tracefs.h"

/* May each CPU of the traced buffer, which has so many KiB, take so many more? 0, or -ENOMEM with
 * reason set when they would then have more than half of what is available without them
 * (/proc/meminfo, MemAvailable): half of what is left, again and again, would be all of it. */
int buffer_memory_check(const struct tracefs *tracefs, uint64_t have_kb, uint64_t more_kb,
			char *reason, size_t size);

/* The same of KiB in all: 0 or -ENOMEM, with *all_kb what would be available without those that
 * there are. Where the kernel does not tell, 0. */
int memory_check(uint64_t have_kb, uint64_t more_kb, uint64_t *all_kb);

#endif
