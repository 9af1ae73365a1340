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

int memory_check(uint64_t have_kb, uint64_t more_kb, uint64_t *all_kb)
{
	uint64_t free_kb;

	*all_kb = 0;
	if (!available_memory(&free_kb))
		return 0;
	/* What is more than there can be is not there, and could not grow. */
	if (__builtin_add_overflow(free_kb, have_kb, all_kb))
		return -ENOMEM;
	return have_kb <= *all_kb / 2 && more_kb <= *all_kb / 2 - have_kb ? 0 : -ENOMEM;
}

int buffer_memory_check(const struct tracefs *tracefs, uint64_t have_kb, uint64_t more_kb,
			char *reason, size_t size)
{
	unsigned cpus = count_cpus(tracefs);
	uint64_t all_kb;
	int err;

	if (__builtin_mul_overflow(have_kb, cpus, &have_kb) ||
	    __builtin_mul_overflow(more_kb, cpus, &more_kb))
		have_kb = more_kb = UINT64_MAX;
	err = memory_check(have_kb, more_kb, &all_kb);
	if (err)
		snprintf(reason, size,
			 "%u CPUs would take more than half of the guest's %" PRIu64
			 " KiB of memory",
			 cpus, all_kb);
	return err;
}
