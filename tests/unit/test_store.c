// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store under streams: pages of a channel stay where read(2) put them, and --memory holds for
 * any size of page and any number of CPUs, whatever the process takes for pages and index counted.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/unit/pages.h"
#include "tui/engine/stream.h"

#define PAGE	 4096
#define READS	 4096
#define CPUS_MAX VTRACE_MAX_CPUS

/* Where the streams had bytes put. */
static struct {
	const uint8_t *to;
	size_t bytes;
} reads[READS];
static unsigned read_count;

ssize_t read(int fd, void *to, size_t size)
{
	ssize_t got = syscall(SYS_read, fd, to, size);

	if (got > 0 && read_count < READS) {
		reads[read_count].to = to;
		reads[read_count++].bytes = (size_t)got;
	}
	return got;
}

struct fixture {
	struct stream_shared shared;
	struct stream *streams[CPUS_MAX];
	int in[CPUS_MAX];
	uint64_t ts;
	uint64_t fed; /* pages */
};

static struct fixture *begin(uint64_t memory, uint32_t page_size, unsigned cpus)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int pipes[2];

	assert_non_null(f);
	f->shared.geometry = (struct page_geometry){page_size, 8, false};
	f->shared.comms = comms_new();
	assert_int_equal(intake_init(&f->shared.intake, page_size), 0);
	assert_int_equal(counts_init(&f->shared.counts), 0);
	store_init(&f->shared.store, memory);
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		assert_int_equal(stream_new(&f->streams[cpu], &f->shared, cpu), 0);
		assert_int_equal(pipe2(pipes, O_NONBLOCK | O_CLOEXEC), 0);
		fcntl(pipes[1], F_SETPIPE_SZ, 2 * page_size);
		stream_open(f->streams[cpu], pipes[0], false);
		f->in[cpu] = pipes[1];
	}
	read_count = 0;
	return f;
}

static void end(struct fixture *f)
{
	for (unsigned cpu = 0; cpu < CPUS_MAX && f->streams[cpu]; cpu++) {
		stream_free(f->streams[cpu]);
		close(f->in[cpu]);
	}
	assert_int_equal(f->shared.store.used, 0);
	store_release(&f->shared.store);
	comms_free(f->shared.comms);
	intake_release(&f->shared.intake);
	counts_release(&f->shared.counts);
	free(f);
}

/* A page of a few events, each CPU's later than the one before. */
static void fill_page(struct fixture *f, uint8_t *page)
{
	struct page_maker maker = {.geometry = f->shared.geometry, .page = page};

	make_page(&maker, f->ts += 1000);
	for (unsigned i = 0; i < 10; i++)
		make_event(&maker, 1, 5, (uint8_t)f->fed);
	f->fed++;
}

static void feed(struct fixture *f, unsigned cpu, const uint8_t *bytes, size_t length)
{
	for (size_t done = 0; done < length;) {
		ssize_t put = write(f->in[cpu], bytes + done, length - done);

		assert_true(put > 0);
		stream_read(f->streams[cpu], (size_t)put, 5);
		done += (size_t)put;
	}
}

/* Each byte of the pages held was put there by a read. */
static void assert_never_copied(const struct history *history)
{
	uint64_t page, last;

	history_pages(history, &page, &last);
	assert_true(page < last);
	for (; page < last; page++) {
		const uint8_t *bytes = history_page(history, page, NULL);
		size_t found = 0;

		for (unsigned i = 0; i < read_count; i++)
			if (reads[i].to < bytes + PAGE && reads[i].to + reads[i].bytes > bytes) {
				const uint8_t *from = reads[i].to > bytes ? reads[i].to : bytes;
				const uint8_t *to = reads[i].to + reads[i].bytes;

				found += (size_t)((to < bytes + PAGE ? to : bytes + PAGE) - from);
			}
		assert_int_equal(found, PAGE);
	}
}

static void test_pages_stay_where_they_were_read(void **state)
{
	struct fixture *f = begin(64 << 20, PAGE, 1);
	uint8_t bytes[PAGE];

	(void)state;
	/* More than a chunk of them, whole and in parts. */
	for (unsigned i = 0; i < 200; i++) {
		size_t cut = i % 3 ? i * 20 : 0;

		fill_page(f, bytes);
		if (cut)
			feed(f, 0, bytes, cut);
		feed(f, 0, bytes + cut, PAGE - cut);
	}
	assert_int_equal(f->streams[0]->stats.pages, 200);
	assert_never_copied(&f->streams[0]->history);
	end(f);
}

/* Where a page is bad, bytes are moved; behind it pages stay in their places again. */
static void test_bad_page_in_the_tail(void **state)
{
	struct fixture *f = begin(64 << 20, PAGE, 1);
	uint8_t bytes[PAGE];
	uint64_t page, last;

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		fill_page(f, bytes);
		if (i == 20)
			put_bytes(&f->shared.geometry, bytes + 8, 100000, 8);
		feed(f, 0, bytes, PAGE / 2);
		feed(f, 0, bytes + PAGE / 2, PAGE / 2);
	}
	assert_int_equal(f->streams[0]->stats.pages, 39);
	assert_int_equal(f->streams[0]->stats.bad_pages, 1);
	assert_int_equal(f->streams[0]->stats.gaps, 0);
	assert_null(f->streams[0]->aside);
	history_pages(&f->streams[0]->history, &page, &last);
	assert_int_equal(last - page, 40);
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(history_page(&f->streams[0]->history, page + i, NULL)[20], i);
	end(f);
}

/* Pages that have no rows leave no holes, and those behind them no copies of the wrong ones. */
static void test_empty_pages_between(void **state)
{
	struct fixture *f = begin(64 << 20, PAGE, 1);
	uint8_t bytes[8 * PAGE];
	struct page_maker maker = {.geometry = f->shared.geometry};
	uint64_t page, last;

	(void)state;
	fcntl(f->in[0], F_SETPIPE_SZ, 16 * PAGE);
	for (unsigned i = 0; i < 8; i++) {
		maker.page = bytes + (size_t)i * PAGE;
		fill_page(f, maker.page);
		if (i % 3 == 1)
			make_page(&maker, f->ts);
	}
	feed(f, 0, bytes, 7 * PAGE + 100);
	feed(f, 0, bytes + 7 * PAGE + 100, PAGE - 100);
	history_pages(&f->streams[0]->history, &page, &last);
	assert_int_equal(last - page, 5);
	assert_int_equal(f->streams[0]->stats.pages, 8);
	for (unsigned i = 0; i < 8; i++)
		if (i % 3 != 1)
			assert_int_equal(history_page(&f->streams[0]->history, page++, NULL)[20],
					 i);
	end(f);
}

/* A part of a page waits where the next chunk is taken from, or all is cleared meanwhile. */
static void test_part_of_a_page_outlives_its_chunk(void **state)
{
	struct fixture *f = begin(1 << 20, PAGE, 2);
	uint8_t first[PAGE], bytes[PAGE];

	(void)state;
	for (unsigned clear = 0; clear < 2; clear++) {
		fill_page(f, first);
		feed(f, 0, first, 1000);
		for (unsigned i = 0; !clear && i < 1000; i++) {
			fill_page(f, bytes);
			feed(f, 1, bytes, PAGE);
		}
		if (clear)
			history_clear(&f->streams[0]->history);
		feed(f, 0, first + 1000, PAGE - 1000);
		assert_int_equal(f->streams[0]->stats.pages, 2 * clear + 1);
		assert_int_equal(f->streams[0]->stats.gaps, 0);
		assert_memory_equal(history_page(&f->streams[0]->history,
						 f->streams[0]->history.next_page - 1, NULL),
				    first, PAGE);
		fill_page(f, first);
		feed(f, 0, first, PAGE);
		assert_null(f->streams[0]->aside);
	}
	end(f);
}

#ifndef VTRACE_SANITIZED
/* Bytes that this process has in memory (proc_pid_statm(5)). */
static uint64_t resident(void)
{
	unsigned long size, pages;
	FILE *file = fopen("/proc/self/statm", "re");

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%lu %lu", &size, &pages), 2);
	fclose(file);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
#endif

/* Twice the memory goes through, the CPUs by turns, each leaving a part of a page behind. */
static void fill_store(struct fixture *f, unsigned cpus)
{
	uint32_t size = f->shared.geometry.size;
	uint64_t pages = 2 * f->shared.store.limit / size + 2 * cpus;
	uint8_t *page = calloc(1, size);

	assert_non_null(page);
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		fill_page(f, page);
		feed(f, cpu, page, size / 2);
	}
	/* Only the head differs from page to page. */
	for (uint64_t i = 0; i < pages; i++) {
		unsigned cpu = (unsigned)(i % cpus);

		feed(f, cpu, page + size / 2, size / 2);
		put_bytes(&f->shared.geometry, page, f->ts += 1000, 8);
		feed(f, cpu, page, size / 2);
		assert_true(f->shared.store.used <=
			    f->shared.store.limit + f->shared.store.limit / 20);
	}
	free(page);
}

static void test_memory_holds(void **state)
{
	static const struct {
		uint64_t memory;
		uint32_t page;
		unsigned cpus;
	} cases[] = {
		{64 << 20, 4096, 1},   {64 << 20, 4096, 16},   {64 << 20, 65536, 2},
		{64 << 20, 65536, 64}, {256 << 20, 4096, 256}, {256 << 20, 1 << 20, 16},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture *f = begin(cases[i].memory, cases[i].page, cases[i].cpus);
#ifndef VTRACE_SANITIZED
		uint64_t before, took;

		malloc_trim(0);
		before = resident();
		fill_store(f, cases[i].cpus);
		took = resident() - before;
		assert_in_range(took, cases[i].memory / 2, cases[i].memory + cases[i].memory / 20);
#else
		fill_store(f, cases[i].cpus);
#endif
		assert_true(f->shared.store.used > f->shared.store.limit / 2);
		end(f);
	}
}

/* The next page goes where it was said to go, in a chunk and, once the store is full, from one to
 * the next. */
static void test_where_the_next_page_goes(void **state)
{
	struct fixture *f = begin(2 << 20, PAGE, 1);
	const struct history *history = &f->streams[0]->history;
	unsigned known = 0;
	uint8_t page[PAGE];

	(void)state;
	while (f->fed < 1000) {
		const uint8_t *ahead = history_ahead(history, PAGE);

		fill_page(f, page);
		feed(f, 0, page, PAGE);
		known += ahead != NULL;
		if (ahead)
			assert_ptr_equal(reads[read_count - 1].to, ahead);
		else
			assert_true(f->fed < 600);
	}
	assert_true(known > 900);
	/* More than a chunk has no one place. */
	assert_null(history_ahead(history, history_chunk_size(history) + 1));
	end(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_stay_where_they_were_read),
		cmocka_unit_test(test_bad_page_in_the_tail),
		cmocka_unit_test(test_empty_pages_between),
		cmocka_unit_test(test_part_of_a_page_outlives_its_chunk),
		cmocka_unit_test(test_where_the_next_page_goes),
		cmocka_unit_test(test_memory_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
