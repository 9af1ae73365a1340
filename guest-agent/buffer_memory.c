// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/buffer_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMINFO_MAX 16384

static bool available_memory(uint64_t *kb)
{
	static const char mark[] = "MemAvailable:";
	size_t length;
	char *text, *at;

	if (tracefs_read(AT_FDCWD, "/proc/meminfo", MEMINFO_MAX, &text, &length))
		return false;
	at = strstr(text, mark);
	if (at)
		*kb = strtoull(at + strlen(mark), NULL, 10);
	free(text);
	return at != NULL;
}

static unsigned count_cpus(const struct tracefs *tracefs)
{
	char path[64], *text;
	size_t length;
	unsigned cpu;

	for (cpu = 0;; cpu++) {
		snprintf(path, sizeof(path), "per_cpu/cpu%u/stats", cpu);
		if (tracefs_read(tracefs->instance, path, 1 << 16, &text, &length))
			return cpu ? cpu : 1;
		free(text);
	}
}

int buffer_memory_check(const struct tracefs *tracefs, uint64_t have_kb, uint64_t more_kb,
			char *reason, size_t size)
{
	uint64_t all_kb, half_kb;
	unsigned cpus;

	if (!available_memory(&all_kb))
		return 0;
	cpus = count_cpus(tracefs);
	/* A file that says more than there can be is of no buffer that could grow. */
	if (__builtin_mul_overflow(have_kb, cpus, &half_kb) ||
	    __builtin_add_overflow(all_kb, half_kb, &all_kb))
		all_kb = 0;
	half_kb = all_kb / 2 / cpus;
	if (have_kb <= half_kb && more_kb <= half_kb - have_kb)
		return 0;
	snprintf(reason, size,
		 "%u CPUs would take more than half of the guest's %" PRIu64 " KiB of memory", cpus,
		 all_kb);
	return -ENOMEM;
}
