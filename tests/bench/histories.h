/* SPDX-License-Identifier: GPL-2.0-only */
/* Histories in memory made of raw pages, for benchmarks of what works on them. */
#ifndef VTRACE_TESTS_HISTORIES_H
#define VTRACE_TESTS_HISTORIES_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tui/engine/timeline.h"

#define PAGE_SIZE 4096u

struct histories {
	struct stream_shared shared;
	struct stream *streams[VTRACE_MAX_CPUS];
	struct formats *formats[FORMATS_SETS];
	uint64_t events;
};

/* ns of this thread's own time */
static inline uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static inline void fail(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

static inline void load_formats(struct histories *histories, const char *path)
{
	struct formats_stock none = {.used = FORMATS_STOCK};
	struct engine_formats_reply reply;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail(path, strerror(errno));
	store_init(&histories->shared.store, UINT64_MAX / 2);
	histories->shared.comms = comms_new();
	if (!histories->shared.comms ||
	    formats_load(&histories->formats[0], NULL, &none, fd, histories->shared.comms, &reply))
		fail(path, reply.reason);
	close(fd);
	histories->shared.geometry = histories->formats[0]->geometry;
	if (histories->shared.geometry.size != PAGE_SIZE)
		fail(path, "not of pages of 4096 bytes");
}

/* The first pages of a file, at most so many, become those of cpu, which had none. */
static inline void load_pages(struct histories *histories, unsigned cpu, const char *path,
			      uint64_t most)
{
	static uint8_t page[PAGE_SIZE];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail(path, strerror(errno));
	if (stream_new(&histories->streams[cpu], &histories->shared, cpu))
		fail(path, "no memory");
	histories->streams[cpu]->number = cpu;
	while (most-- && read(fd, page, sizeof(page)) == sizeof(page)) {
		struct page_summary summary;
		struct entry entry = {.kind = ENTRY_PAGE};

		if (page_check(&histories->shared.geometry, page, &summary) != PAGE_GOOD)
			fail(path, "a page is not valid");
		entry.first_ts = summary.first_ts;
		entry.last_ts = summary.last_ts;
		entry.events = summary.events;
		if (history_append(&histories->streams[cpu]->history, &entry, page, 0))
			fail(path, "no memory");
		histories->events += summary.events;
	}
	close(fd);
}

static inline int by_size(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static inline uint64_t median(uint64_t *times, unsigned count)
{
	qsort(times, count, sizeof(*times), by_size);
	return times[count / 2];
}

#endif
