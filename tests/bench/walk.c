// SPDX-License-Identifier: GPL-2.0-only
/*
 * walk ROUNDS FILE...: how fast the page walker and libtraceevent's kbuffer go over the same pages
 * (4096 bytes, 8-byte long, little-endian; files as trace_pipe_raw gives them), by turns in one
 * process, so that what else the machine does hits both. Prints the medians.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <traceevent/kbuffer.h>

#include "tui/engine/tally.h"

#define PAGE_SIZE 4096u
#define PIECE	  64 /* pages, the size of a stream's buffer */

static const struct page_geometry geometry = {PAGE_SIZE, 8, false};

struct pages {
	uint8_t *bytes;
	size_t count;
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void fail(const char *what)
{
	fprintf(stderr, "walk: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void load(struct pages *pages, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t have = pages->count * PAGE_SIZE;
	struct stat status;
	ssize_t got = 1;

	if (fd < 0 || fstat(fd, &status) < 0)
		fail(path);
	pages->bytes = realloc(pages->bytes, have + (size_t)status.st_size);
	if (!pages->bytes)
		fail(path);
	for (size_t left = (size_t)status.st_size; left && got > 0; left -= (size_t)got) {
		got = read(fd, pages->bytes + have, left);
		if (got < 0)
			fail(path);
		have += (size_t)got;
	}
	pages->count = have / PAGE_SIZE;
	close(fd);
}

static uint64_t walk_kbuffer(struct kbuffer *kbuffer, const uint8_t *bytes, size_t pages)
{
	uint64_t events = 0;

	for (size_t i = 0; i < pages; i++) {
		unsigned long long ts;
		void *data;

		kbuffer_load_subbuffer(kbuffer, (void *)(bytes + i * PAGE_SIZE));
		for (data = kbuffer_read_event(kbuffer, &ts); data;
		     data = kbuffer_next_event(kbuffer, &ts))
			events++;
	}
	return events;
}

static uint64_t walk_ours(struct tally *tally, const uint8_t *bytes, size_t pages)
{
	uint64_t events = 0;

	for (size_t i = 0; i < pages; i++) {
		struct page_summary summary;

		if (page_scan(&geometry, bytes + i * PAGE_SIZE, &summary, tally) != PAGE_GOOD) {
			fprintf(stderr, "walk: a page is not valid\n");
			exit(1);
		}
		events += summary.events;
	}
	return events;
}

struct round {
	uint64_t ours, theirs; /* ns */
	uint64_t events;
};

/* In pieces as the engine reads them, each just brought into the cache by a copy, as by read(). */
static void walk_all(struct round *round, const struct pages *pages, struct kbuffer *kbuffer,
		     struct tally *tally)
{
	static uint8_t piece[PIECE * PAGE_SIZE];

	*round = (struct round){0};
	for (size_t at = 0; at < pages->count; at += PIECE) {
		size_t count = pages->count - at < PIECE ? pages->count - at : PIECE;
		uint64_t start, middle, theirs, ours;

		memcpy(piece, pages->bytes + at * PAGE_SIZE, count * PAGE_SIZE);
		start = now();
		theirs = walk_kbuffer(kbuffer, piece, count);
		middle = now();
		ours = walk_ours(tally, piece, count);
		round->ours += now() - middle;
		round->theirs += middle - start;
		round->events += ours;
		if (ours != theirs) {
			fprintf(stderr, "walk: kbuffer counts other events\n");
			exit(1);
		}
	}
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

int main(int argc, char **argv)
{
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	struct kbuffer *kbuffer = kbuffer_alloc(KBUFFER_LSIZE_8, KBUFFER_ENDIAN_LITTLE);
	struct pages pages = {0};
	uint64_t *ours, *theirs;
	struct tally tally;
	struct round round;
	double bytes;

	if (!rounds) {
		fprintf(stderr, "usage: walk ROUNDS FILE...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		load(&pages, argv[i]);
	bytes = (double)pages.count * PAGE_SIZE;
	ours = calloc(rounds, sizeof(*ours));
	theirs = calloc(rounds, sizeof(*theirs));
	if (!ours || !theirs || !kbuffer || tally_init(&tally, PAGE_SIZE))
		fail("memory");
	for (unsigned i = 0; i < rounds; i++) {
		walk_all(&round, &pages, kbuffer, &tally);
		ours[i] = round.ours;
		theirs[i] = round.theirs;
	}
	printf("pages %zu events %" PRIu64 " ours_ns %" PRIu64 " kbuffer_ns %" PRIu64
	       " ours_gb_s %.2f\n",
	       pages.count, round.events, median(ours, rounds), median(theirs, rounds),
	       bytes / (double)median(ours, rounds));
	return 0;
}
