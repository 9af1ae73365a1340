// SPDX-License-Identifier: GPL-2.0-only
/*
 * latency ROUNDS FORMATS FILE...: what an event costs when pairs of all kinds are made of a history
 * in memory, a CPU for each FILE. Prints how many events there were, how many pairs these made, the
 * median in ns of an event, and the longest answer in us.
 */
#include <inttypes.h>

#include "tests/bench/histories.h"
#include "tui/engine/latency.h"

static struct histories histories;
static struct latency latency;

/* ns for all answers until everything was looked at; *longest: of one. */
static uint64_t look(struct rows *rows, uint64_t *longest)
{
	struct engine_latency asked = {.key = ENGINE_LATENCY_ALL};
	uint64_t start = now(), before = start, end;
	size_t length;

	memset(asked.cpus, 0xff, sizeof(asked.cpus));
	latency_restart(&latency);
	do {
		if (latency_answer(&latency, rows, &asked, UINT64_MAX / 2, &length))
			fail("latency", "no memory");
		end = now();
		if (*longest < end - before)
			*longest = end - before;
		before = end;
	} while (latency.reply.head.flags & ENGINE_LATENCY_MORE);
	if (latency.reply.head.looked != histories.events)
		fail("latency", "not all events were looked at");
	return end - start;
}

static uint64_t pairs_of(const struct latency_pairs *pairs)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < ENGINE_LATENCY_KINDS; i++)
		all += pairs->kinds[i].keys.all.count;
	return all;
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 3 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	uint32_t formats_count = 1;
	struct rows rows = {.streams = histories.streams, .shared = &histories.shared};
	uint64_t *times = calloc(rounds + 1, sizeof(*times)), longest = 0, ps;

	if (!rounds) {
		fprintf(stderr, "usage: latency ROUNDS FORMATS FILE...\n");
		return 2;
	}
	load_formats(&histories, argv[2]);
	for (int i = 3; i < argc; i++)
		load_pages(&histories, (unsigned)i - 3, argv[i], UINT64_MAX);
	rows.formats = (const struct formats *const *)histories.formats;
	rows.formats_count = &formats_count;
	histories.shared.formats = histories.formats[0];
	if (!times || counts_init(&histories.shared.counts) || rows_init(&rows))
		fail("latency", "no memory");
	for (unsigned i = 0; i < rounds; i++)
		times[i] = look(&rows, &longest);
	ps = median(times, rounds) * 1000 / histories.events;
	printf("events %" PRIu64 " pairs %" PRIu64 " ns %" PRIu64 ".%" PRIu64 " longest_us %" PRIu64
	       "\n",
	       histories.events, pairs_of(&latency.pairs), ps / 1000, ps / 100 % 10,
	       longest / 1000);
	return 0;
}
