// SPDX-License-Identifier: GPL-2.0-only
/* Streams over pipes: reassembly, finding pages again, gaps, recording; and the store's bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/unit/pages.h"
#include "tui/engine/stream.h"
#include "tui/engine/timeline.h"

#define PAGE 4096

struct fixture {
	struct stream_shared shared;
	struct stream *stream;
	int in;		/* write end of the channel */
	uint8_t *bytes; /* PAGES pages one after the other */
};

#define PAGES 16

static uint8_t *page_at(const struct fixture *f, unsigned n)
{
	return f->bytes + (size_t)n * PAGE;
}

/* Page n: a stamp of 1000 * (n + 1), events events, the third word of each telling the page. */
static void fill_page(uint8_t *page, unsigned n, unsigned events)
{
	struct page_maker maker = {.geometry = {PAGE, 8, false}, .page = page};

	make_page(&maker, 1000 * (n + 1));
	for (unsigned i = 0; i < events; i++)
		make_event(&maker, 1, 5, (uint8_t)(n + 1));
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int pipes[2];

	if (f)
		f->bytes = malloc(PAGES * PAGE);
	if (!f || !f->bytes || pipe2(pipes, O_NONBLOCK | O_CLOEXEC))
		return -1;
	fcntl(pipes[1], F_SETPIPE_SZ, 1 << 20);
	f->shared.geometry = (struct page_geometry){PAGE, 8, false};
	f->shared.comms = comms_new();
	assert_int_equal(intake_init(&f->shared.intake, PAGE), 0);
	assert_int_equal(counts_init(&f->shared.counts), 0);
	store_init(&f->shared.store, 64 << 20);
	if (stream_new(&f->stream, &f->shared, 3))
		return -1;
	stream_open(f->stream, pipes[0], false);
	f->in = pipes[1];
	for (unsigned i = 0; i < PAGES; i++)
		fill_page(page_at(f, i), i, 100);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	stream_free(f->stream);
	comms_free(f->shared.comms);
	intake_release(&f->shared.intake);
	counts_release(&f->shared.counts);
	if (f->in >= 0)
		close(f->in);
	free(f->bytes);
	free(f);
	return 0;
}

static void feed(struct fixture *f, const void *bytes, size_t length)
{
	assert_int_equal(write(f->in, bytes, length), length);
	stream_read(f->stream, 1 << 20, 5);
}

static const struct engine_cpu_stats *stats(const struct fixture *f)
{
	return &f->stream->stats;
}

static void test_whole_pages_at_once(void **state)
{
	struct fixture *f = *state;

	feed(f, f->bytes, 4 * PAGE);
	assert_int_equal(stats(f)->pages, 4);
	assert_int_equal(stats(f)->events, 400);
	assert_int_equal(stats(f)->gaps, 0);
	assert_int_equal(f->stream->history.next_row, 400);
}

static void test_one_page_is_shown_at_once(void **state)
{
	struct fixture *f = *state;

	feed(f, f->bytes, PAGE);
	assert_int_equal(stats(f)->pages, 1);
}

/* As when a filter threw away all that the guest recorded before its first page went. */
static void test_first_page_of_discarded_events(void **state)
{
	struct fixture *f = *state;
	struct page_maker maker = {.geometry = {PAGE, 8, false}, .page = page_at(f, 0)};

	make_page(&maker, 1000);
	make_special(&maker, 29, 1, 4);
	feed(f, f->bytes, 2 * PAGE);
	assert_int_equal(stats(f)->gaps, 0);
	assert_int_equal(stats(f)->pages, 2);
	assert_int_equal(stats(f)->events, 100);
}

/* Of the first moment of a boot: its clock stands at 0. */
static void test_first_page_of_a_boot(void **state)
{
	struct fixture *f = *state;
	struct page_maker maker = {.geometry = {PAGE, 8, false}, .page = page_at(f, 0)};

	make_page(&maker, 0);
	make_event(&maker, 0, 5, 1);
	make_event(&maker, 7, 5, 1);
	feed(f, f->bytes, 2 * PAGE);
	assert_int_equal(stats(f)->gaps, 0);
	assert_int_equal(stats(f)->pages, 2);
	assert_int_equal(stats(f)->events, 102);
	assert_int_equal(history_entry(&f->stream->history, 0)->last_ts, 7);
}

/* QEMU writes what fits: pages come in any parts. */
static void test_pages_in_parts(void **state)
{
	struct fixture *f = *state;
	const uint8_t *bytes = page_at(f, 0);

	for (size_t at = 0; at < 8 * PAGE; at += 97) {
		size_t left = 8 * PAGE - at;

		feed(f, bytes + at, left < 97 ? left : 97);
	}
	assert_int_equal(stats(f)->pages, 8);
	assert_int_equal(stats(f)->events, 800);
	assert_int_equal(stats(f)->gaps, 0);
	assert_int_equal(stats(f)->bytes, 8 * PAGE);
}

/* A reader attaches at any byte: the rest of that page is a gap, all others are there. */
static void test_attach_in_the_middle_of_a_page(void **state)
{
	static const size_t starts[] = {1, 7, 8, 16, 100, 1001, 2048, 4088, 4095};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct fixture *fresh;
		void *s;

		assert_int_equal(set_up(&s), 0);
		fresh = s;
		feed(fresh, page_at(f, 0) + starts[i], 8 * PAGE - starts[i]);
		assert_int_equal(stats(fresh)->pages, 7);
		assert_int_equal(stats(fresh)->events, 700);
		assert_int_equal(stats(fresh)->gaps, 1);
		assert_int_equal(stats(fresh)->skipped, PAGE - starts[i]);
		assert_int_equal(stats(fresh)->bad_pages, 0);
		tear_down(&s);
	}
}

/* A guest reboots in the middle of a page: what was cut off is a gap, the rest is there. */
static void test_torn_page_in_the_middle(void **state)
{
	struct fixture *f = *state;

	feed(f, page_at(f, 0), 2 * PAGE + 1234);
	feed(f, page_at(f, 8), 4 * PAGE);
	stream_idle(f->stream, 500);
	assert_int_equal(stats(f)->pages, 6);
	assert_int_equal(stats(f)->gaps, 1);
	assert_int_equal(stats(f)->skipped, 1234);
}

static void test_bad_page_among_good_ones(void **state)
{
	struct fixture *f = *state;

	put_bytes(&f->shared.geometry, page_at(f, 2) + 8, 100000, 8);
	feed(f, f->bytes, 6 * PAGE);
	assert_int_equal(stats(f)->pages, 5);
	assert_int_equal(stats(f)->bad_pages, 1);
	assert_int_equal(stats(f)->gaps, 0);
	assert_int_equal(f->stream->history.next_row, 501);
}

/* Pages that came in one go stand in their order, with what they are; their sums are those of the
 * good ones alone. */
static void test_a_burst_with_all_sorts_of_pages(void **state)
{
	struct fixture *f = *state;
	const uint64_t *by_id = f->shared.counts.by_id;
	uint64_t page, counted = 0;

	/* A fault behind events that are good: they do not count. */
	put_bytes(&f->shared.geometry, page_at(f, 3) + 8, 100 * 24 - 4, 8);
	/* Events lost before page 5, and a clock that starts again on page 9. */
	put_bytes(&f->shared.geometry, page_at(f, 5) + 8, 100 * 24 | PAGE_COMMIT_MISSED, 8);
	fill_page(page_at(f, 9), 0, 50);
	feed(f, f->bytes, PAGES * PAGE);
	assert_int_equal(stats(f)->pages, PAGES - 1);
	assert_int_equal(stats(f)->bad_pages, 1);
	assert_int_equal(stats(f)->gaps, 0);
	assert_int_equal(stats(f)->events, (PAGES - 2) * 100 + 50);
	assert_int_equal(stats(f)->lost_unknown, 1);
	assert_int_equal(stats(f)->unknown_events, stats(f)->events);
	for (unsigned id = 0; id < TALLY_IDS; id++)
		counted += by_id[id];
	assert_int_equal(counted, stats(f)->events);
	assert_int_equal(history_find_row(&f->stream->history, 300, &page)->kind, ENTRY_BAD);
	assert_int_equal(page, 3);
	assert_int_equal(history_find_row(&f->stream->history, 401, &page)->flags, ENTRY_LOST);
	assert_int_equal(page, 5);
	assert_int_equal(history_entry(&f->stream->history, 8)->epoch, 0);
	assert_int_equal(history_entry(&f->stream->history, 9)->epoch, 1);
	assert_int_equal(history_entry(&f->stream->history, PAGES - 1)->epoch, 1);
	for (unsigned n = 0; n < PAGES; n++)
		assert_memory_equal(history_page(&f->stream->history, n, NULL), page_at(f, n),
				    PAGE);
}

static void test_bad_page_at_the_end_waits_for_quiet(void **state)
{
	struct fixture *f = *state;

	put_bytes(&f->shared.geometry, page_at(f, 1) + 8, 100000, 8);
	feed(f, f->bytes, 2 * PAGE);
	assert_int_equal(stats(f)->bad_pages, 0);
	assert_true(stream_undecided(f->stream));
	assert_true(stream_idle(f->stream, 500));
	assert_int_equal(stats(f)->bad_pages, 1);
	assert_false(stream_undecided(f->stream));
}

static void test_rubbish_only(void **state)
{
	struct fixture *f = *state;
	unsigned seed = 7;

	for (size_t i = 0; i < PAGES * PAGE; i++)
		f->bytes[i] = (uint8_t)rand_r(&seed);
	feed(f, f->bytes, PAGES * PAGE);
	stream_idle(f->stream, 500);
	assert_int_equal(stats(f)->pages, 0);
	close(f->in);
	f->in = -1;
	stream_read(f->stream, 1 << 20, 600);
	assert_int_equal(stats(f)->state, ENGINE_CHANNEL_ENDED);
	assert_int_equal(stats(f)->gaps, 1);
	assert_int_equal(stats(f)->skipped, PAGES * PAGE);
}

static void test_page_cut_off_by_the_end(void **state)
{
	struct fixture *f = *state;

	feed(f, f->bytes, PAGE + 100);
	close(f->in);
	f->in = -1;
	stream_read(f->stream, 1 << 20, 10);
	assert_int_equal(stats(f)->pages, 1);
	assert_int_equal(stats(f)->gaps, 1);
	assert_int_equal(stats(f)->skipped, 100);
	assert_int_equal(stats(f)->state, ENGINE_CHANNEL_ENDED);
}

static void test_discard_throws_stale_bytes_away(void **state)
{
	struct fixture *f = *state;

	f->shared.discard = true;
	feed(f, f->bytes, 2 * PAGE + 77);
	assert_int_equal(stats(f)->pages, 0);
	assert_int_equal(stats(f)->discarded, 2 * PAGE + 77);
	f->shared.discard = false;
	feed(f, page_at(f, 4), PAGE);
	assert_int_equal(stats(f)->pages, 1);
	assert_int_equal(stats(f)->gaps, 0);
}

static void test_lost_events_make_a_row(void **state)
{
	struct fixture *f = *state;
	struct page_maker maker = {.geometry = f->shared.geometry, .page = page_at(f, 1)};
	const struct entry *entry;
	uint64_t page;

	maker.length = 100 * 24;
	make_lost(&maker, 41);
	feed(f, f->bytes, 2 * PAGE);
	assert_int_equal(stats(f)->lost, 41);
	assert_int_equal(f->stream->history.next_row, 201);
	entry = history_find_row(&f->stream->history, 100, &page);
	assert_non_null(entry);
	assert_int_equal(entry->count, 41);
	assert_int_equal(page, 1);
}

static void test_recording_is_what_came(void **state)
{
	struct fixture *f = *state;
	FILE *file = tmpfile();
	uint8_t back[4 * PAGE];

	assert_non_null(file);
	f->shared.record_room = INT64_MAX;
	rawfile_open(&f->stream->record, dup(fileno(file)), NULL);
	put_bytes(&f->shared.geometry, page_at(f, 2) + 8, 100000, 8);
	feed(f, f->bytes, 2 * PAGE + 5);
	feed(f, page_at(f, 2) + 5, 2 * PAGE - 5);
	stream_idle(f->stream, 500);
	assert_int_equal(stats(f)->recorded, 4 * PAGE);
	assert_int_equal(pread(fileno(file), back, sizeof(back), 0), sizeof(back));
	assert_memory_equal(back, f->bytes, sizeof(back));
	fclose(file);
}

static void test_recording_stops_when_the_disk_is_full(void **state)
{
	struct fixture *f = *state;

	f->shared.record_room = INT64_MAX;
	rawfile_open(&f->stream->record, open("/dev/full", O_WRONLY), NULL);
	assert_true(f->stream->record.fd >= 0);
	feed(f, f->bytes, 2 * PAGE);
	assert_int_equal(f->stream->record.fd, -1);
	assert_int_not_equal(f->stream->record_error, 0);
	assert_int_equal(stats(f)->pages, 2);
}

static void test_recording_ends_at_its_limit(void **state)
{
	struct fixture *f = *state;
	FILE *file = tmpfile();
	struct stat st;

	assert_non_null(file);
	f->shared.record_room = 2 * PAGE + PAGE / 2;
	rawfile_open(&f->stream->record, dup(fileno(file)), NULL);
	feed(f, f->bytes, 4 * PAGE);
	assert_int_equal(f->stream->record.fd, -1);
	assert_int_equal(f->stream->record_error, ENGINE_AT_LIMIT);
	assert_int_equal(stats(f)->recorded, 2 * PAGE);
	assert_int_equal(fstat(fileno(file), &st), 0);
	assert_int_equal(st.st_size, 2 * PAGE);
	assert_int_equal(stats(f)->pages, 4);
	fclose(file);
}

/* Memory is bounded, the newest pages stay, rows keep their numbers. */
static void test_store_holds_its_limit(void **state)
{
	struct fixture *f = *state;
	const struct entry *entry;
	uint64_t page, first, end;

	f->shared.store.limit = 2 << 20;
	for (unsigned round = 0; round < 1000; round++) {
		fill_page(page_at(f, 0), round, 100);
		feed(f, f->bytes, PAGE);
	}
	assert_in_range(f->shared.store.used, 1 << 20, 2 << 20);
	assert_int_equal(stats(f)->pages, 1000);
	assert_int_equal(f->stream->history.next_row, 100000);
	history_pages(&f->stream->history, &first, &end);
	assert_int_equal(end, 1000);
	assert_int_equal(f->stream->history.first_row, first * 100);
	assert_null(history_find_row(&f->stream->history, f->stream->history.first_row - 1, &page));
	entry = history_find_row(&f->stream->history, 99999, &page);
	assert_non_null(entry);
	assert_int_equal(page, 999);
	assert_int_equal(history_page(&f->stream->history, page, NULL)[20], (999 + 1) & 0xff);
}

/* The guest's clock starts again: later pages still come later. */
static void test_clock_starting_again(void **state)
{
	struct fixture *f = *state;

	feed(f, page_at(f, 8), PAGE);
	feed(f, page_at(f, 0), PAGE);
	assert_int_equal(history_entry(&f->stream->history, 0)->epoch, 0);
	assert_int_equal(history_entry(&f->stream->history, 1)->epoch, 1);
}

static void test_file_is_read_where_it_lies(void **state)
{
	struct fixture *f = *state;
	FILE *file = tmpfile();
	uint8_t buffer[PAGE];

	assert_non_null(file);
	put_bytes(&f->shared.geometry, page_at(f, 1) + 8, 100000, 8);
	assert_int_equal(fwrite(f->bytes, 1, 3 * PAGE + 9, file), 3 * PAGE + 9);
	assert_int_equal(fflush(file), 0);
	rewind(file);
	stream_open(f->stream, dup(fileno(file)), true);
	while (stats(f)->state == ENGINE_CHANNEL_OPEN)
		stream_read(f->stream, 1 << 20, 5);
	assert_int_equal(stats(f)->state, ENGINE_CHANNEL_INDEXED);
	assert_int_equal(stats(f)->pages, 2);
	assert_int_equal(stats(f)->bad_pages, 1);
	assert_int_equal(stats(f)->skipped, 9);
	/* Only its index is held. */
	assert_in_range(f->shared.store.used, 1, 3 * PAGE - 1);
	assert_ptr_equal(history_page(&f->stream->history, 2, buffer), buffer);
	assert_memory_equal(buffer, page_at(f, 2), PAGE);
	fclose(file);
}

/* Two CPUs, interleaved: forwards, backwards, from the middle, always in the order of time. */
static void test_timeline_both_ways(void **state)
{
	struct fixture *f = *state;
	struct stream *streams[VTRACE_MAX_CPUS] = {NULL};
	struct engine_position middle = {0};
	struct timeline timeline;
	struct place place;
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	uint64_t last = 0;
	unsigned rows = 0;

	memset(cpus, 0xff, sizeof(cpus));
	streams[3] = f->stream;
	assert_int_equal(stream_new(&streams[5], &f->shared, 5), 0);
	feed(f, f->bytes, 4 * PAGE);
	for (unsigned i = 0; i < 4; i++) {
		int pipes[2];

		assert_int_equal(pipe2(pipes, O_NONBLOCK), 0);
		stream_open(streams[5], pipes[0], false);
		assert_int_equal(write(pipes[1], page_at(f, i), PAGE), PAGE);
		stream_read(streams[5], PAGE, 5);
		close(pipes[1]);
	}
	assert_int_equal(timeline_init(&timeline), 0);
	assert_int_equal(timeline_begin(&timeline, streams, cpus), 0);
	while (timeline_peek(&timeline, &place)) {
		assert_true(place.at.ts >= last);
		last = place.at.ts;
		if (rows++ == 333)
			middle = place.at;
		timeline_next(&timeline);
	}
	assert_int_equal(rows, 800);
	while (timeline_prev(&timeline)) {
		assert_true(timeline_peek(&timeline, &place));
		assert_true(place.at.ts <= last);
		last = place.at.ts;
		rows--;
	}
	assert_int_equal(rows, 0);
	timeline_seek(&timeline, &middle);
	assert_int_equal(timeline_older(&timeline), 333);
	assert_int_equal(timeline_newer(&timeline), 800 - 333);
	assert_true(timeline_peek(&timeline, &place));
	assert_memory_equal(&place.at, &middle, sizeof(middle));
	timeline_release(&timeline);
	stream_free(streams[5]);
}

static void test_names_hold_from_when_they_were_learned(void **state)
{
	struct comms *comms = comms_new();
	const char saved[] = "42 init\n77 two words\nrubbish\n-1 no\n99999999999 no\n";

	(void)state;
	assert_non_null(comms);
	comms_load(comms, saved, sizeof(saved) - 1);
	assert_string_equal(comms_find(comms, 77, 0, 0), "two words");
	assert_string_equal(comms_find(comms, 0, 0, 0), "<idle>");
	assert_string_equal(comms_find(comms, 1, 0, 0), "<...>");
	comms_learn(comms, 42, 0, 100, "bash", 16);
	comms_learn(comms, 42, 0, 300, "cc1", 16);
	comms_learn(comms, 42, 0, 200, "make", 16);
	assert_string_equal(comms_find(comms, 42, 0, 99), "init");
	assert_string_equal(comms_find(comms, 42, 0, 100), "bash");
	assert_string_equal(comms_find(comms, 42, 0, 250), "make");
	assert_string_equal(comms_find(comms, 42, 0, 9999), "cc1");
	assert_string_equal(comms_find(comms, 42, 1, 0), "cc1");
	/* Renamed and switched to at one moment, told in either order. */
	comms_learn(comms, 77, 0, 500, "renamed", 16);
	comms_learn(comms, 77, 0, 500, "two words", 16);
	assert_string_equal(comms_find(comms, 77, 0, 500), "renamed");
	comms_learn(comms, 42, 0, 500, "cc1", 16);
	comms_learn(comms, 42, 0, 500, "renamed", 16);
	assert_string_equal(comms_find(comms, 42, 0, 500), "renamed");
	comms_learn(comms, 5, 0, 1, "sixteen-bytes-xx!!", 16);
	assert_string_equal(comms_find(comms, 5, 0, 1), "sixteen-bytes-x");
	for (int32_t pid = 1000; pid < 1000 + 2 * COMMS_PIDS; pid++)
		comms_learn(comms, pid, 0, 1, "many", 16);
	assert_string_equal(comms_find(comms, 1000 + 2 * COMMS_PIDS - 1, 0, 1), "many");
	assert_string_equal(comms_find(comms, 1000, 0, 1), "<...>");
	comms_free(comms);
}

/* ---- formats that come after their events ---- */

/* The type of a page's records, see fill_page(). */
static uint16_t type_of_page(unsigned n)
{
	return (uint16_t)(0x0101 * (n + 1));
}

/* Formats with this number that know the records of the first pages pages. */
struct known {
	struct formats formats;
	struct event_format event;
	uint16_t by_id[TALLY_IDS];
};

static struct known *knowing(uint32_t number, unsigned pages)
{
	struct known *known = calloc(1, sizeof(*known));

	assert_non_null(known);
	known->formats = (struct formats){.number = number,
					  .events = &known->event,
					  .event_count = 1,
					  .by_id = known->by_id};
	for (unsigned n = 0; n < pages; n++)
		known->by_id[type_of_page(n)] = 1;
	return known;
}

static void load(struct fixture *f, const struct known *known, bool same_boot)
{
	stream_take_formats(f->stream, &known->formats, same_boot);
	stream_set_formats(&f->shared, &known->formats);
}

static uint32_t formats_of(const struct fixture *f, uint64_t page)
{
	return history_entry(&f->stream->history, page)->formats;
}

/* What was being fetched already does not have the event; the next formats do. */
static void test_formats_gathered_before_a_module(void **state)
{
	struct fixture *f = *state;
	struct known *sets[] = {knowing(0, 1), knowing(1, 1), knowing(2, 2), knowing(3, 3)};

	load(f, sets[0], false);
	feed(f, f->bytes, PAGE);
	feed(f, page_at(f, 1), PAGE);
	assert_int_equal(stats(f)->unknown_events, 100);
	load(f, sets[1], true);
	assert_int_equal(formats_of(f, 1), 1);
	load(f, sets[2], true);
	assert_int_equal(formats_of(f, 1), 2);
	load(f, sets[3], true);
	assert_int_equal(formats_of(f, 1), 2); /* it lacked nothing any more */
	for (unsigned i = 0; i < 4; i++)
		free(sets[i]);
}

/* What one boot lacked, the formats of the next do not bring. */
static void test_formats_of_the_next_boot(void **state)
{
	struct fixture *f = *state;
	struct known *sets[] = {knowing(0, 0), knowing(1, 1), knowing(2, 2)};

	load(f, sets[0], false);
	feed(f, f->bytes, PAGE);
	assert_int_equal(stats(f)->unknown_events, 100);
	load(f, sets[1], false);
	load(f, sets[2], true);
	assert_int_equal(formats_of(f, 0), 0);
	for (unsigned i = 0; i < 3; i++)
		free(sets[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define STREAM_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		STREAM_TEST(test_whole_pages_at_once),
		STREAM_TEST(test_one_page_is_shown_at_once),
		STREAM_TEST(test_first_page_of_discarded_events),
		STREAM_TEST(test_first_page_of_a_boot),
		STREAM_TEST(test_pages_in_parts),
		STREAM_TEST(test_attach_in_the_middle_of_a_page),
		STREAM_TEST(test_torn_page_in_the_middle),
		STREAM_TEST(test_bad_page_among_good_ones),
		STREAM_TEST(test_a_burst_with_all_sorts_of_pages),
		STREAM_TEST(test_bad_page_at_the_end_waits_for_quiet),
		STREAM_TEST(test_rubbish_only),
		STREAM_TEST(test_page_cut_off_by_the_end),
		STREAM_TEST(test_discard_throws_stale_bytes_away),
		STREAM_TEST(test_lost_events_make_a_row),
		STREAM_TEST(test_recording_is_what_came),
		STREAM_TEST(test_recording_stops_when_the_disk_is_full),
		STREAM_TEST(test_recording_ends_at_its_limit),
		STREAM_TEST(test_store_holds_its_limit),
		STREAM_TEST(test_clock_starting_again),
		STREAM_TEST(test_file_is_read_where_it_lies),
		STREAM_TEST(test_timeline_both_ways),
		STREAM_TEST(test_formats_gathered_before_a_module),
		STREAM_TEST(test_formats_of_the_next_boot),
		cmocka_unit_test(test_names_hold_from_when_they_were_learned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
