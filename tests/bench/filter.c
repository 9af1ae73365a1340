// SPDX-License-Identifier: GPL-2.0-only
/*
 * filter ROUNDS FORMATS EVENTS EXPRESSION FILE...: how fast a history held in memory is searched
 * for rows that EVENTS (of -e) and EXPRESSION (of -F) let pass, beside libtraceevent's
 * tep_filter_match() on the same records, walked by kbuffer. Each FILE is one CPU's pages. Both
 * take turns in one process and must find as many. EXPRESSION says the same as EVENTS where that is
 * not empty: libtraceevent knows no lists. Prints the medians.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <traceevent/kbuffer.h>

#include "tui/engine/timeline.h"

#define PAGE_SIZE 4096u

struct bench {
	struct stream_shared shared;
	struct stream *streams[VTRACE_MAX_CPUS];
	struct formats *formats[FORMATS_SETS];
	struct filter_set set;
	struct timeline timeline;
	struct tep_event_filter *filter;
	struct kbuffer *kbuffer;
	uint64_t events;
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "filter: %s: %s\n", what, why);
	exit(1);
}

static void load_formats(struct bench *bench, const char *path)
{
	struct formats_stock none = {.used = FORMATS_STOCK};
	struct engine_formats_reply reply;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail(path, strerror(errno));
	bench->shared.comms = comms_new();
	if (!bench->shared.comms ||
	    formats_load(&bench->formats[0], NULL, &none, fd, bench->shared.comms, &reply))
		fail(path, reply.reason);
	close(fd);
	bench->shared.geometry = bench->formats[0]->geometry;
	if (bench->shared.geometry.size != PAGE_SIZE)
		fail(path, "not of pages of 4096 bytes");
}

static void load_pages(struct bench *bench, unsigned cpu, const char *path)
{
	static uint8_t page[PAGE_SIZE];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail(path, strerror(errno));
	if (stream_new(&bench->streams[cpu], &bench->shared, cpu))
		fail(path, "no memory");
	bench->streams[cpu]->number = cpu;
	while (read(fd, page, sizeof(page)) == sizeof(page)) {
		struct page_summary summary;
		struct entry entry = {.kind = ENTRY_PAGE};

		if (page_check(&bench->shared.geometry, page, &summary) != PAGE_GOOD)
			fail(path, "a page is not valid");
		entry.first_ts = summary.first_ts;
		entry.last_ts = summary.last_ts;
		entry.events = summary.events;
		if (history_append(&bench->streams[cpu]->history, &entry, page, 0))
			fail(path, "no memory");
		bench->events += summary.events;
	}
	close(fd);
}

/* Step over all that passes, as many requests of the engine would. */
static uint64_t search_ours(struct bench *bench)
{
	struct timeline *timeline = &bench->timeline;
	uint64_t found = 0;

	/* What was noted of pages in the last round is not to be believed. */
	bench->set.serial++;
	do {
		timeline->stopped = false;
		timeline->budget = TIMELINE_BUDGET;
		while (timeline_next(timeline))
			found++;
	} while (timeline->stopped);
	return found;
}

static uint64_t search_page(struct bench *bench, unsigned cpu, const uint8_t *page)
{
	unsigned long long ts;
	uint64_t found = 0;
	void *data;

	kbuffer_load_subbuffer(bench->kbuffer, (void *)page);
	for (data = kbuffer_read_event(bench->kbuffer, &ts); data;
	     data = kbuffer_next_event(bench->kbuffer, &ts)) {
		struct tep_record record = {
			.ts = ts,
			.cpu = (int)cpu,
			.size = kbuffer_event_size(bench->kbuffer),
			.data = data,
		};

		found += tep_filter_match(bench->filter, &record) == TEP_ERRNO__FILTER_MATCH;
	}
	return found;
}

static uint64_t search_theirs(struct bench *bench)
{
	uint64_t found = 0;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS && bench->streams[cpu]; cpu++) {
		const struct history *history = &bench->streams[cpu]->history;
		uint64_t page, end;

		history_pages(history, &page, &end);
		for (; page < end; page++)
			found += search_page(bench, cpu, history_page(history, page, NULL));
	}
	return found;
}

static void prepare(struct bench *bench, const char *events, const char *expression)
{
	struct engine_filter asked = {{0}, {0}};
	struct engine_filter_reply reply;

	snprintf(asked.events, sizeof(asked.events), "%s", events);
	if (!*events)
		snprintf(asked.expression, sizeof(asked.expression), "%s", expression);
	if (filter_set_ask(&bench->set, &asked, bench->formats, 1, bench->shared.comms, &reply))
		fail(expression, reply.reason);
	bench->timeline.filter = &bench->set;
	bench->filter = tep_filter_alloc(bench->formats[0]->tep);
	if (!bench->filter || tep_filter_add_filter_str(bench->filter, expression))
		fail(expression, "refused by libtraceevent");
	bench->kbuffer = kbuffer_alloc(KBUFFER_LSIZE_8, KBUFFER_ENDIAN_LITTLE);
	if (!bench->kbuffer)
		fail("kbuffer", "no memory");
}

static int by_size(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static uint64_t median(uint64_t *times, unsigned count)
{
	qsort(times, count, sizeof(*times), by_size);
	return times[count / 2];
}

static void measure(struct bench *bench, unsigned rounds)
{
	uint64_t *ours = calloc(rounds, sizeof(*ours)), *theirs = calloc(rounds, sizeof(*theirs));
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	uint64_t found = 0, start;

	if (!ours || !theirs)
		fail("rounds", "no memory");
	memset(cpus, 0xff, sizeof(cpus));
	for (unsigned i = 0; i < rounds; i++) {
		if (timeline_begin(&bench->timeline, bench->streams, cpus))
			fail("timeline", "no memory");
		start = now();
		found = search_ours(bench);
		ours[i] = now() - start;
		start = now();
		if (search_theirs(bench) != found)
			fail("libtraceevent", "finds other records");
		theirs[i] = now() - start;
	}
	printf("events %" PRIu64 " found %" PRIu64 " ours_ns %" PRIu64 " theirs_ns %" PRIu64 "\n",
	       bench->events, found, median(ours, rounds), median(theirs, rounds));
	free(ours);
	free(theirs);
}

int main(int argc, char **argv)
{
	static struct bench bench;
	unsigned rounds = argc > 5 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;

	if (!rounds || argc - 5 > VTRACE_MAX_CPUS) {
		fprintf(stderr, "usage: filter ROUNDS FORMATS EVENTS EXPRESSION FILE...\n");
		return 2;
	}
	store_init(&bench.shared.store, UINT64_MAX / 2);
	load_formats(&bench, argv[2]);
	for (int i = 5; i < argc; i++)
		load_pages(&bench, (unsigned)(i - 5), argv[i]);
	if (timeline_init(&bench.timeline))
		fail("timeline", "no memory");
	prepare(&bench, argv[3], argv[4]);
	measure(&bench, rounds);
	return 0;
}
