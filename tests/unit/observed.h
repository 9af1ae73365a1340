/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An observer of a ring whose writer is the test itself, and what it hands on, checked: each event
 * is one that was written, in order and once, and where some are missing the page says so.
 */
#ifndef VTRACE_TESTS_OBSERVED_H
#define VTRACE_TESTS_OBSERVED_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/ring_memory.h"
#include "tui/engine/observer.h"

#define SUBBUFS 16
#define HEADER	16
#define START	1000000000 /* the time before the first event, ns */

struct fixture {
	struct ring_memory memory;
	struct ring_writer writer;
	struct ram *ram;
	struct ring_buffer buffer;
	struct observer *observer;
	uint64_t now;
	uint64_t base; /* the time before the first event */
	/* What came. */
	uint64_t next;	/* number of the event that is next if none is missing */
	uint64_t first; /* of the first that came */
	uint64_t events;
	uint64_t missing; /* events that are */
	uint64_t gaps;	  /* pages that say so */
	uint64_t pages;
	uint64_t time; /* of the last event */
};

/* page: bytes of a sub-buffer, a page of the guest's, on the border of which its ring begins. */
static inline void begin_pages(struct fixture *f, uint32_t page, uint32_t subbufs, bool once)
{
	uint64_t start = 2ull * page;
	char error[256] = "";

	*f = (struct fixture){.memory = {.cpus = 1, .subbufs = subbufs, .page = page}};
	ring_memory_map(&f->memory, 4u << 20);
	ring_make_at(&f->memory, start);
	f->writer = ring_writer_at(&f->memory, 0, START);
	f->base = START;
	f->now = 1000;
	assert_int_equal(ram_open(&f->ram, dup(f->memory.fd), true, error, sizeof(error)), 0);
	assert_int_equal(ring_meta_find(f->ram, start, &f->buffer, error, sizeof(error)), 0);
	assert_int_equal(observer_new(&f->observer, f->ram, &f->buffer, 0, once), 0);
}

static inline void begin_with(struct fixture *f, uint32_t subbufs, bool once)
{
	begin_pages(f, RING_PAGE, subbufs, once);
}

static inline void begin(struct fixture *f)
{
	begin_with(f, SUBBUFS, false);
}

static inline void end(struct fixture *f)
{
	observer_free(f->observer);
	ram_free(f->ram);
	ring_memory_free(&f->memory);
}

static inline void take_event(struct fixture *f, const uint8_t *page,
			      const struct page_record *record, bool missed)
{
	const uint8_t *data = page + record->offset;
	uint64_t number = ring_get32(data + 8) | (uint64_t)ring_get32(data + 12) << 32;

	assert_int_equal(record->size, 16);
	assert_int_equal(ring_get32(data), RING_ID);
	/* What was overwritten before the first look is nobody's. */
	if (!f->events)
		f->first = f->next = number;
	if (number != f->next && !missed)
		fail_msg("event %llu came behind %llu, and no page says that any are missing",
			 (unsigned long long)number, (unsigned long long)f->next - 1);
	assert_true(number >= f->next);
	/* All are as far apart. */
	assert_int_equal(record->ts, f->base + 10 * (number + 1));
	f->missing += number - f->next;
	f->next = number + 1;
	f->events++;
	f->time = record->ts;
}

static inline void take_page(struct fixture *f, const uint8_t *page)
{
	const struct page_geometry geometry = {f->memory.page, 8, false};
	struct page_cursor cursor;
	struct page_record record;
	struct page_summary summary;
	bool missed;

	assert_int_equal(page_check(&geometry, page, &summary), PAGE_GOOD);
	missed = summary.lost_flag;
	f->gaps += missed;
	f->pages++;
	page_cursor_init(&cursor, &geometry, page);
	while (page_next(&cursor, &record)) {
		take_event(f, page, &record, missed);
		missed = false;
	}
	/* Behind the data nothing of the guest's is left. */
	for (uint32_t i = HEADER + summary.length; i < f->memory.page; i++)
		assert_int_equal(page[i], 0);
}

/* All that is there. Returns what observer_read() said then. */
static inline ssize_t look(struct fixture *f)
{
	size_t page = f->memory.page, room = 3 * page + 100;
	uint8_t *bytes = malloc(room);
	ssize_t got;

	f->now += OBSERVER_PART_MS;
	while ((got = observer_read(f->observer, bytes, room, f->now)) > 0) {
		assert_int_equal((size_t)got % page, 0);
		for (size_t at = 0; at < (size_t)got; at += page)
			take_page(f, bytes + at);
	}
	free(bytes);
	return got;
}

static inline void assert_all_came(const struct fixture *f)
{
	assert_int_equal(f->events, f->writer.number);
	assert_int_equal(f->missing, 0);
	assert_int_equal(f->gaps, 0);
}

#endif
