// SPDX-License-Identifier: GPL-2.0-only
/* The order of a timeline's rows, both ways and with turns, against all rows sorted. */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/unit/timelines.h"

static unsigned reads; /* of files */

/* In the place of libc's, for the programs' own files. */
ssize_t pread(int fd, void *to, size_t length, off_t offset)
{
	reads++;
	return syscall(SYS_pread64, fd, to, length, offset);
}

static const unsigned sizes[] = {1, 2, 3, 64, 256};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static void test_both_ways(void **state)
{
	struct guest guest;

	(void)state;
	for (unsigned i = 0; i < SIZES; i++) {
		guest_init(&guest, sizes[i], 11 + i);
		check_both_ways(&guest, 0);
		timeline_seek_tail(&guest.timeline);
		check_counts(&guest, guest.row_count);
		check_both_ways(&guest, guest.row_count);
		guest_release(&guest);
	}
}

static void test_turns(void **state)
{
	struct guest guest;

	(void)state;
	for (unsigned i = 0; i < SIZES; i++) {
		guest_init(&guest, sizes[i], 23 + i);
		check_turns(&guest, 0, 20000);
		timeline_seek_tail(&guest.timeline);
		check_turns(&guest, guest.row_count, 20000);
		guest_release(&guest);
	}
}

/* Order that was known before a seek is not taken for the one after it. */
static void test_seeks(void **state)
{
	struct guest guest;

	(void)state;
	for (unsigned i = 0; i < SIZES; i++) {
		guest_init(&guest, sizes[i], 37 + i);
		for (unsigned seek = 0; seek < 100; seek++) {
			size_t index = chance(&guest, (unsigned)guest.row_count);

			timeline_seek(&guest.timeline, &guest.rows[index].at);
			check_counts(&guest, index);
			check_turns(&guest, index, 50);
		}
		guest_release(&guest);
	}
}

/* Events of a run from index on; other rows end it, and others' rows that come before. */
static void check_run(struct guest *guest, size_t index, const struct timeline_run *run)
{
	for (uint32_t i = 0; i < run->count; i++, index++) {
		const struct row *row = &guest->rows[index];

		assert_true(index < guest->row_count);
		assert_true(row->kind == ENTRY_PAGE && !row->lost);
		assert_int_equal(run->cpu, row->at.cpu);
		assert_int_equal(run->entry->epoch, row->at.epoch);
		assert_int_equal(run->row + i, row->at.row);
		assert_int_equal(run->records[i].ts, row->at.ts);
		assert_int_equal(run->page[run->records[i].offset], row->fill);
	}
}

/* Is the row at index the first that can't be in a run that ends before it? */
static bool ends_run(const struct guest *guest, size_t index, const struct timeline_run *run)
{
	const struct row *row;

	if (index == guest->row_count)
		return true;
	row = &guest->rows[index];
	return row->at.cpu != run->cpu ||
	       row->at.row == run->entry->first_row + entry_rows(run->entry);
}

/* All rows by runs, passed whole or in part, with some steps back and forth between. */
static void test_runs(void **state)
{
	struct timeline_run run;
	struct guest guest;

	(void)state;
	for (unsigned i = 0; i < SIZES; i++) {
		size_t index = 0, in_runs = 0;

		guest_init(&guest, sizes[i], 61 + i);
		while (index < guest.row_count) {
			if (timeline_run(&guest.timeline, &run)) {
				uint32_t some = 1 + chance(&guest, run.count);

				check_run(&guest, index, &run);
				assert_true(ends_run(&guest, index + run.count, &run));
				timeline_pass(&guest.timeline, some);
				index += some;
				in_runs += some;
			} else {
				assert_true(guest.rows[index].kind != ENTRY_PAGE ||
					    guest.rows[index].lost);
				assert_true(timeline_next(&guest.timeline));
				index++;
			}
			if (index && !chance(&guest, 3)) {
				assert_true(timeline_prev(&guest.timeline));
				index--;
			}
		}
		assert_true(in_runs > guest.row_count / 2);
		assert_false(timeline_run(&guest.timeline, &run));
		guest_release(&guest);
	}
}

/* Take some rows from where each CPU stood, as one that pulls does: those not passed yet, in their
 * order, whatever has been passed that is newer. */
static void check_pull(struct guest *guest, uint64_t *pulled, unsigned count)
{
	uint64_t late = 0, missing = 0;
	size_t index = 0;

	begin(guest);
	/* Order that is known by then is not to be kept. */
	timeline_next(&guest->timeline);
	timeline_prev(&guest->timeline);
	for (unsigned cpu = 0; cpu < guest->count; cpu++) {
		uint64_t first = guest->streams[cpu]->history.first_row;

		missing += first > pulled[cpu] ? first - pulled[cpu] : 0;
		late += timeline_seek_row(&guest->timeline, cpu, pulled[cpu]);
	}
	assert_int_equal(late, missing);
	for (; index < guest->row_count && count; index++) {
		if (guest->rows[index].at.row < pulled[guest->rows[index].at.cpu])
			continue;
		check_place(guest, index);
		assert_true(timeline_next(&guest->timeline));
		count--;
	}
	for (unsigned cpu = 0; cpu < guest->count; cpu++)
		pulled[cpu] = timeline_row(&guest->timeline, cpu);
}

/* Between pulls streams grow, by rows older than some that were given out too, and lose history. */
static void test_pulls(void **state)
{
	struct guest guest;

	(void)state;
	for (unsigned i = 0; i < SIZES; i++) {
		uint64_t pulled[VTRACE_MAX_CPUS] = {0};

		guest_init(&guest, sizes[i], 41 + i);
		for (unsigned round = 0; round < 40; round++) {
			check_pull(&guest, pulled, chance(&guest, 150));
			grow(&guest, chance(&guest, 2 * guest.count));
			if (!chance(&guest, 3))
				history_clear(&guest.streams[chance(&guest, guest.count)]->history);
			drop_lost_history(&guest);
			sort(&guest);
		}
		check_pull(&guest, pulled, UINT32_MAX);
		check_both_ways(&guest, guest.row_count);
		guest_release(&guest);
	}
}

/* A CPU that is not asked for gives no row; its absence leaves the others in order. */
static void test_some_cpus(void **state)
{
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	struct guest guest;
	size_t kept = 0;

	(void)state;
	guest_init(&guest, 64, 53);
	memset(cpus, 0x35, sizeof(cpus));
	assert_int_equal(timeline_begin(&guest.timeline, guest.streams, cpus), 0);
	for (size_t i = 0; i < guest.row_count; i++)
		if ((0x35 >> (guest.rows[i].at.cpu % 8)) & 1)
			guest.rows[kept++] = guest.rows[i];
	guest.row_count = kept;
	check_turns(&guest, 0, 20000);
	timeline_seek_tail(&guest.timeline);
	check_both_ways(&guest, guest.row_count);
	memset(cpus, 0, sizeof(cpus));
	assert_int_equal(timeline_begin(&guest.timeline, guest.streams, cpus), 0);
	guest.row_count = 0;
	check_both_ways(&guest, 0);
	guest_release(&guest);
}

/* So many pages of a file, all of one time. */
static void add_file(struct guest *guest, unsigned cpu, uint64_t ts, unsigned pages)
{
	struct stream *stream = guest->streams[cpu];
	struct entry entry = {.kind = ENTRY_PAGE, .first_ts = ts, .last_ts = ts, .events = 2};
	uint8_t page[PAGE];
	struct page_maker maker = {.geometry = guest->shared.geometry, .page = page};
	int fd = memfd_create("pages", MFD_CLOEXEC);

	assert_true(fd >= 0);
	stream_open(stream, fd, true);
	make_page(&maker, ts);
	make_event(&maker, 0, 2, 0);
	make_event(&maker, 0, 2, 0);
	for (unsigned i = 0; i < pages; i++) {
		assert_int_equal(write(fd, page, PAGE), PAGE);
		assert_int_equal(history_append(&stream->history, &entry, page, i * PAGE), 0);
	}
}

/* A guest whose clock stands still: to find a place among rows of one time is no way through all of
 * them. */
static void test_a_clock_that_stands_still(void **state)
{
	static const uint64_t times[] = {0, 5, UINT64_MAX};
	const unsigned pages = 1000;

	(void)state;
	for (unsigned i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct engine_position position = {.ts = times[i], .row = 1, .cpu = 1};
		struct guest guest = {.count = 3};
		struct place place;

		guest.shared.geometry = (struct page_geometry){PAGE, 8, false};
		store_init(&guest.shared.store, 1 << 30);
		for (unsigned cpu = 0; cpu < guest.count; cpu++) {
			assert_int_equal(stream_new(&guest.streams[cpu], &guest.shared, cpu), 0);
			add_file(&guest, cpu, times[i], pages);
		}
		assert_int_equal(timeline_init(&guest.timeline), 0);
		begin(&guest);
		reads = 0;
		timeline_seek(&guest.timeline, &position);
		assert_true(reads <= guest.count);
		assert_int_equal(timeline_older(&guest.timeline), 2 * pages + 1);
		assert_true(timeline_peek(&guest.timeline, &place));
		assert_memory_equal(&place.at, &position, sizeof(position));
		guest_release(&guest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_seeks),
		cmocka_unit_test(test_pulls),
		cmocka_unit_test(test_some_cpus),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_a_clock_that_stands_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
