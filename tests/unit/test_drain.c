// SPDX-License-Identifier: GPL-2.0-only
/*
 * The threads that read channels, while answers are asked for and streams are changed under them.
 * make check-threads runs it under ThreadSanitizer.
 */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/unit/pages.h"
#include "tui/engine/drain.h"
#include "tui/engine/timeline.h"

#define PAGE   4096
#define CPUS   5
#define PAGES  2000 /* of each channel, written */
#define EVENTS 20   /* of a page */

struct writer {
	pthread_t thread;
	int fd;
	unsigned cpu;
};

struct fixture {
	struct stream_shared shared;
	struct stream *streams[VTRACE_MAX_CPUS];
	struct drain *drain;
	struct writer writers[CPUS];
	unsigned ended;
};

static void write_all(int fd, const uint8_t *bytes, size_t length)
{
	while (length) {
		ssize_t put = write(fd, bytes, length);

		assert_true(put > 0);
		bytes += put;
		length -= (size_t)put;
	}
}

/* In parts, so that pages are never whole where a thread leaves off. */
static void *write_pages(void *argument)
{
	struct writer *writer = argument;
	uint8_t page[PAGE];
	struct page_maker maker = {.geometry = {PAGE, 8, false}, .page = page};

	for (unsigned n = 0; n < PAGES; n++) {
		make_page(&maker, 1000 * (n + 1) + writer->cpu);
		for (unsigned i = 0; i < EVENTS; i++)
			make_event(&maker, 1, 5, (uint8_t)n);
		write_all(writer->fd, page, n % PAGE);
		write_all(writer->fd, page + n % PAGE, PAGE - n % PAGE);
	}
	close(writer->fd);
	return NULL;
}

static void add_channel(struct fixture *f, unsigned cpu)
{
	int ends[2];

	/* FIFOs and sockets by turns. */
	if (cpu % 2)
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	else
		assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	assert_int_equal(stream_new(&f->streams[cpu], &f->shared, cpu), 0);
	stream_open(f->streams[cpu], ends[0], false);
	assert_int_equal(drain_add(f->drain, ends[0], cpu), 0);
	f->writers[cpu] = (struct writer){.fd = ends[1], .cpu = cpu};
	assert_int_equal(pthread_create(&f->writers[cpu].thread, NULL, write_pages,
					&f->writers[cpu]),
			 0);
}

static int set_up(void **state)
{
	const struct page_geometry geometry = {PAGE, 8, false};
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->shared.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	f->shared.geometry = geometry;
	f->shared.comms = comms_new();
	assert_int_equal(intake_init(&f->shared.intake, PAGE), 0);
	assert_int_equal(counts_init(&f->shared.counts), 0);
	/* Streams take the chunks of each other away. */
	store_init(&f->shared.store, 2 << 20);
	assert_int_equal(drain_new(&f->drain, &geometry), 0);
	drain_begin(f->drain, f->streams);
	drain_stop(f->drain);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		add_channel(f, cpu);
	drain_go(f->drain);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		pthread_join(f->writers[cpu].thread, NULL);
	drain_free(f->drain);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		stream_free(f->streams[cpu]);
	store_release(&f->shared.store);
	comms_free(f->shared.comms);
	intake_release(&f->shared.intake);
	counts_release(&f->shared.counts);
	free(f);
	return 0;
}

/* While stopped: take the channels out that have come to their end. */
static void drop_ended(struct fixture *f)
{
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		struct stream *stream = f->streams[cpu];

		if (stream->fd < 0 || stream->stats.state == ENGINE_CHANNEL_OPEN)
			continue;
		assert_int_equal(stream->stats.state, ENGINE_CHANNEL_ENDED);
		drain_remove(f->drain, stream->fd);
		stream_drop_source(stream);
		f->ended++;
	}
}

/* As the server does it. */
static void take_news(struct fixture *f)
{
	struct pollfd pollfd = {.fd = drain_fd(f->drain), .events = POLLIN};
	struct drain_news news;

	poll(&pollfd, 1, 10);
	drain_take_news(f->drain, &news);
	if (!news.attention)
		return;
	drain_stop(f->drain);
	drop_ended(f);
	drain_go(f->drain);
}

static void assert_all_came(const struct fixture *f)
{
	uint64_t counted = 0;

	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		const struct engine_cpu_stats *stats = &f->streams[cpu]->stats;

		assert_int_equal(stats->bytes, PAGES * PAGE);
		assert_int_equal(stats->pages, PAGES);
		assert_int_equal(stats->events, PAGES * EVENTS);
		assert_int_equal(stats->gaps + stats->bad_pages, 0);
	}
	/* And what was counted for all together. */
	for (unsigned id = 0; id < TALLY_IDS; id++)
		counted += f->shared.counts.by_id[id];
	assert_int_equal(counted, CPUS * PAGES * EVENTS);
}

/* Rows are in order and whole whenever they are looked at. */
static void test_answers_while_channels_are_busy(void **state)
{
	struct fixture *f = *state;
	struct timeline timeline;
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	unsigned looks = 0;

	memset(cpus, 0xff, sizeof(cpus));
	assert_int_equal(timeline_init(&timeline), 0);
	while (f->ended < CPUS) {
		uint64_t last = 0;
		struct place place;

		take_news(f);
		pthread_mutex_lock(&f->shared.lock);
		assert_int_equal(timeline_begin(&timeline, f->streams, cpus), 0);
		timeline_seek_tail(&timeline);
		for (unsigned i = 0; i < 200 && timeline_prev(&timeline); i++)
			;
		while (timeline_peek(&timeline, &place) && timeline_next(&timeline)) {
			assert_true(place.at.ts >= last);
			assert_non_null(place.record);
			/* All of a page's events tell its number. */
			assert_int_equal(place.record[0], (uint8_t)(place.at.row / EVENTS));
			last = place.at.ts;
		}
		assert_in_range(f->shared.store.used, 0, 2 << 20);
		pthread_mutex_unlock(&f->shared.lock);
		looks++;
	}
	assert_true(looks > 0);
	timeline_release(&timeline);
	assert_all_came(f);
}

/* Clearing and closing wait for whoever is at a stream, and lose nothing that came before. */
static void test_changes_while_channels_are_busy(void **state)
{
	struct fixture *f = *state;

	while (f->ended < CPUS) {
		take_news(f);
		drain_stop(f->drain);
		for (unsigned cpu = 0; cpu < CPUS; cpu++) {
			history_clear(&f->streams[cpu]->history);
			f->streams[cpu]->intake = &f->shared.intake;
			if (f->streams[cpu]->fd >= 0)
				stream_read(f->streams[cpu], PAGE, 5);
		}
		drop_ended(f);
		drain_follow(f->drain, &f->shared.intake.tally);
		drain_go(f->drain);
	}
	assert_all_came(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers_while_channels_are_busy, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_changes_while_channels_are_busy, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
