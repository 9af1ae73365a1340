// SPDX-License-Identifier: GPL-2.0-only
/*
 * filter ROUNDS FORMATS EVENTS EXPRESSION FILE...: how fast a history held in memory is searched
 * for rows that EVENTS (of -e) and EXPRESSION (of -F) let pass, beside libtraceevent's
 * tep_filter_match() on the same records, walked by kbuffer. Each FILE is one CPU's pages. Both
 * take turns in one process and must find as many. EXPRESSION says the same as EVENTS where that is
 * not empty: libtraceevent knows no lists. Prints the medians.
 */
#include <inttypes.h>

#include <traceevent/kbuffer.h>

#include "tests/bench/histories.h"

struct bench {
	struct histories histories;
	struct filter_set set;
	struct timeline timeline;
	struct tep_event_filter *filter;
	struct kbuffer *kbuffer;
};

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

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS && bench->histories.streams[cpu]; cpu++) {
		const struct history *history = &bench->histories.streams[cpu]->history;
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
	if (filter_set_ask(&bench->set, &asked, bench->histories.formats, 1,
			   bench->histories.shared.comms, &reply))
		fail(expression, reply.reason);
	bench->timeline.filter = &bench->set;
	bench->filter = tep_filter_alloc(bench->histories.formats[0]->tep);
	if (!bench->filter || tep_filter_add_filter_str(bench->filter, expression))
		fail(expression, "refused by libtraceevent");
	bench->kbuffer = kbuffer_alloc(KBUFFER_LSIZE_8, KBUFFER_ENDIAN_LITTLE);
	if (!bench->kbuffer)
		fail("kbuffer", "no memory");
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
		if (timeline_begin(&bench->timeline, bench->histories.streams, cpus))
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
	       bench->histories.events, found, median(ours, rounds), median(theirs, rounds));
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
	load_formats(&bench.histories, argv[2]);
	for (int i = 5; i < argc; i++)
		load_pages(&bench.histories, (unsigned)(i - 5), argv[i], UINT64_MAX);
	if (timeline_init(&bench.timeline))
		fail("timeline", "no memory");
	prepare(&bench, argv[3], argv[4]);
	measure(&bench, rounds);
	return 0;
}
