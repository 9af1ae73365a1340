// SPDX-License-Identifier: GPL-2.0-only
/*
 * merge ROUNDS FORMATS FILE: what an event costs when the streams of 2, 16 and 256 CPUs are read in
 * the order of time. All hold the same pages of FILE, so that no two rows of one CPU follow one
 * another and each step has to find the next stream; together they hold as many events in each
 * case. Prints the medians in ns of an event.
 */
#include <inttypes.h>

#include "tests/bench/histories.h"

#define PAGES 4096 /* of all streams */

static const unsigned sizes[] = {2, 16, 256};

static uint64_t read_all(struct timeline *timeline, const struct histories *histories)
{
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	struct timeline_run run;
	uint64_t events = 0, start = now();

	memset(cpus, 0xff, sizeof(cpus));
	if (timeline_begin(timeline, histories->streams, cpus))
		fail("timeline", "no memory");
	while (timeline_run(timeline, &run)) {
		events += run.count;
		timeline_pass(timeline, run.count);
	}
	start = now() - start;
	if (events != histories->events)
		fail("timeline", "not all events were passed");
	return start;
}

static uint64_t measure(unsigned rounds, unsigned size, const char *formats, const char *path)
{
	static struct timeline timeline;
	struct histories *histories = calloc(1, sizeof(*histories));
	uint64_t *times = calloc(rounds, sizeof(*times)), events;

	if (!histories || !times || timeline_init(&timeline))
		fail("histories", "no memory");
	load_formats(histories, formats);
	for (unsigned cpu = 0; cpu < size; cpu++)
		load_pages(histories, cpu, path, PAGES / size);
	for (unsigned i = 0; i < rounds; i++)
		times[i] = read_all(&timeline, histories);
	events = histories->events;
	timeline_release(&timeline);
	for (unsigned cpu = 0; cpu < size; cpu++)
		stream_free(histories->streams[cpu]);
	comms_free(histories->shared.comms);
	formats_free(histories->formats[0]);
	free(histories);
	return median(times, rounds) * 1000 / events;
}

int main(int argc, char **argv)
{
	unsigned rounds = argc == 4 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;

	if (!rounds) {
		fprintf(stderr, "usage: merge ROUNDS FORMATS FILE\n");
		return 2;
	}
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t ps = measure(rounds, sizes[i], argv[2], argv[3]);

		printf("cpus_%u %" PRIu64 ".%" PRIu64 " ", sizes[i], ps / 1000, ps / 100 % 10);
	}
	printf("\n");
	return 0;
}
