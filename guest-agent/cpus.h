/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which CPUs this machine can have. The set is that of the possible CPUs, so that one that comes
 * online later has its place already. Called at start; it never changes the machine.
 */
#ifndef VTRACE_AGENT_CPUS_H
#define VTRACE_AGENT_CPUS_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/names.h"

struct cpus {
	bool possible[VTRACE_MAX_CPUS];
	unsigned count; /* highest possible CPU + 1 */
};

/* Parse a CPU list such as "0-3,8" (Linux, Documentation/core-api/printk-formats.rst, %*pbl). CPUs
 * from VTRACE_MAX_CPUS up are left out. 0, or -EINVAL when it is no list or an empty one. */
int cpus_parse(struct cpus *cpus, const char *list);

/* Read /sys/devices/system/cpu/possible, or count what is configured where there is no sysfs.
 * 0 or -errno. */
int cpus_read(struct cpus *cpus);

#endif
