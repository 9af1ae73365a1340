/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the guest can afford a larger ring buffer, or a second one. While the kernel makes one it
 * takes the process that asks for it for the one to kill when memory runs out
 * (kernel/trace/ring_buffer.c, set_current_oom_origin): that must not come to pass. Called by the
 * rooms that make the kernel allocate.
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

#endif
