// SPDX-License-Identifier: GPL-2.0-only
/*
 * repeat TIMES IN0 OUT0 [IN1 OUT1 ...]: a long trace out of a short one. Each IN is a CPU's pages
 * (4096 bytes, 8-byte long, little-endian); each OUT gets them TIMES times, every time later by
 * as much as all of the INs last, so that the CPUs stay abreast and time never runs backwards.
 * Prints the time of the first event of all, that of the last one, and by how much each time is
 * later.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/page.h"

#define PAGE_SIZE 4096u
#define INPUTS	  256

static const struct page_geometry geometry = {PAGE_SIZE, 8, false};

struct input {
	uint8_t *pages;
	size_t count;
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "repeat: %s: %s\n", what, why);
	exit(1);
}

static void load(struct input *input, const char *path)
{
	FILE *file = fopen(path, "re");
	long size;

	if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0)
		fail(path, strerror(errno));
	rewind(file);
	input->count = (size_t)size / PAGE_SIZE;
	input->pages = malloc((size_t)size + 1);
	if (!input->pages || fread(input->pages, 1, (size_t)size, file) != (size_t)size)
		fail(path, "can't be read");
	fclose(file);
}

/* Widens first..last by the input's times. */
static void widen(const struct input *input, const char *path, uint64_t *first, uint64_t *last)
{
	for (size_t i = 0; i < input->count; i++) {
		const uint8_t *page = input->pages + i * PAGE_SIZE;
		struct page_summary summary;

		if (page_check(&geometry, page, &summary) != PAGE_GOOD)
			fail(path, "holds a page that is not valid");
		if (page_u64(&geometry, page) < *first)
			*first = page_u64(&geometry, page);
		if (summary.last_ts > *last)
			*last = summary.last_ts;
	}
}

/* Add to the absolute time stamps inside a valid page: records of type 31, 59 bits, the lower 27 in
 * the header (Linux, kernel/trace/ring_buffer.c). */
static void shift_stamps(uint8_t *page, uint64_t span)
{
	uint32_t end = 16 + (page_u32(&geometry, page + 8) & PAGE_COMMIT_LENGTH);

	for (uint32_t at = 16; at + 8 <= end;) {
		uint32_t head = page_u32(&geometry, page + at), type = head & 31;
		uint32_t word = page_u32(&geometry, page + at + 4);
		uint64_t stamp = ((uint64_t)word << 27 | head >> 5) + span;

		if (type == 31) {
			head = (uint32_t)(stamp << 5) | 31;
			word = (uint32_t)(stamp >> 27);
			memcpy(page + at, &head, sizeof(head));
			memcpy(page + at + 4, &word, sizeof(word));
		}
		if (type >= 30)
			at += 8;
		else if (type == 29 && !(head >> 5))
			return;
		else if (type == 29 || !type)
			at += 4 + ((word + 3) & ~3u);
		else
			at += 4 + 4 * type;
	}
}

static void write_times(const struct input *input, const char *path, unsigned long times,
			uint64_t span)
{
	FILE *file = fopen(path, "we");

	if (!file)
		fail(path, strerror(errno));
	for (unsigned long n = 0; n < times; n++) {
		for (size_t i = 0; i < input->count; i++) {
			uint8_t *page = input->pages + i * PAGE_SIZE;
			uint64_t ts = page_u64(&geometry, page) + (n ? span : 0);

			memcpy(page, &ts, sizeof(ts));
			if (n)
				shift_stamps(page, span);
		}
		if (fwrite(input->pages, PAGE_SIZE, input->count, file) != input->count)
			fail(path, strerror(errno));
	}
	if (fclose(file))
		fail(path, strerror(errno));
}

int main(int argc, char **argv)
{
	unsigned long times = argc > 3 ? strtoul(argv[1], NULL, 10) : 0;
	static struct input inputs[INPUTS];
	uint64_t first = UINT64_MAX, last = 0;
	int count = (argc - 2) / 2;

	if (!times || argc % 2 || count > INPUTS) {
		fprintf(stderr, "usage: repeat TIMES IN0 OUT0 [IN1 OUT1 ...]\n");
		return 2;
	}
	for (int i = 0; i < count; i++) {
		load(&inputs[i], argv[2 + 2 * i]);
		widen(&inputs[i], argv[2 + 2 * i], &first, &last);
	}
	for (int i = 0; i < count; i++) {
		write_times(&inputs[i], argv[3 + 2 * i], times, last - first + 1000);
		free(inputs[i].pages);
	}
	printf("first %" PRIu64 " last %" PRIu64 " span %" PRIu64 "\n", first,
	       last + (times - 1) * (last - first + 1000), last - first + 1000);
	return 0;
}
