// SPDX-License-Identifier: GPL-2.0-only
/*
 * Views of files that are indexed in part, against views of the same files indexed to their ends:
 * every row, its name included, which becomes its number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "tests/unit/pages.h"
#include "tui/engine/ahead.h"
#include "tui/engine/client.h"
#include "tui/engine/rows.h"

#define PAGE   4096
#define CPUS   3
#define PAGES  300   /* about, of a CPU */
#define CHUNK  10000 /* bytes that are packed together: not a number of pages */
#define ROWS   40
#define BUDGET (256 * 1024) /* what a stream reads at once */

/* Files, and an engine's inside that has read them as far as it was let. */
struct side {
	struct stream_shared shared;
	struct stream *streams[VTRACE_MAX_CPUS];
	const struct formats *formats[FORMATS_SETS];
	uint32_t formats_count;
	struct rows rows;
	struct engine_packet packet;
};

struct files {
	int fd[CPUS];
	bool packed;
	uint64_t end; /* no row is later */
	unsigned seed;
};

struct fixture {
	struct files files;
	struct side part, whole;
};

static unsigned chance(struct files *files, unsigned sides)
{
	return (unsigned)rand_r(&files->seed) % sides;
}

/* ---- files ---- */

/* Some events, now and then behind lost ones; or damage, or nothing. */
static uint64_t make_some(struct files *files, uint8_t *page, uint64_t ts)
{
	struct page_maker maker = {.geometry = {PAGE, 8, false}, .page = page};
	unsigned events = 1 + chance(files, 30), kind = chance(files, 12);

	make_page(&maker, ts);
	for (unsigned i = 0; i < events && kind; i++) {
		unsigned delta = i ? chance(files, 4) : 0;

		make_event(&maker, delta, 2, (uint8_t)i);
		ts += delta;
	}
	if (kind == 1)
		make_commit(&maker, 13); /* a record that is cut */
	else if (kind == 2)
		make_lost(&maker, chance(files, 2) * 7);
	return kind == 1 ? 0 : ts;
}

static void write_packed(int fd, const uint8_t *bytes, size_t size)
{
	uint32_t count = (uint32_t)((size + CHUNK - 1) / CHUNK);
	uint8_t packed[2 * CHUNK];

	assert_int_equal(write(fd, &count, 4), 4);
	for (size_t at = 0; at < size; at += CHUNK) {
		uLongf length = sizeof(packed);
		uint32_t numbers[2];

		numbers[1] = (uint32_t)(size - at < CHUNK ? size - at : CHUNK);
		assert_int_equal(compress(packed, &length, bytes + at, numbers[1]), Z_OK);
		numbers[0] = (uint32_t)length;
		assert_int_equal(write(fd, numbers, 8), 8);
		assert_int_equal(write(fd, packed, length), (ssize_t)length);
	}
}

static void make_file(struct files *files, unsigned cpu, unsigned pages, unsigned rest)
{
	size_t size = (size_t)pages * PAGE + rest;
	uint8_t *bytes = calloc(1, size + PAGE);
	uint64_t ts = 1000;

	assert_non_null(bytes);
	for (unsigned i = 0; i < pages; i++) {
		uint64_t last = make_some(files, bytes + (size_t)i * PAGE, ts);

		ts = (last ? last : ts) + chance(files, 3) * chance(files, 20);
	}
	if (ts > files->end)
		files->end = ts;
	files->fd[cpu] = memfd_create("pages", MFD_CLOEXEC);
	if (files->packed)
		write_packed(files->fd[cpu], bytes, size);
	else
		assert_int_equal(write(files->fd[cpu], bytes, size), (ssize_t)size);
	free(bytes);
}

/* ---- both sides ---- */

static void side_init(struct side *side, const struct files *files)
{
	side->shared.geometry = (struct page_geometry){PAGE, 8, false};
	side->shared.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	side->shared.comms = comms_new();
	store_init(&side->shared.store, 64 << 20);
	assert_int_equal(intake_init(&side->shared.intake, PAGE), 0);
	assert_int_equal(counts_init(&side->shared.counts), 0);
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		struct page_file file = page_file_whole(files->fd[cpu]);

		if (files->packed)
			assert_int_equal(page_file_packed(&file, files->fd[cpu], 0, 1 << 30,
							  PACKING_ZLIB, false, true),
					 0);
		assert_int_equal(stream_new(&side->streams[cpu], &side->shared, cpu), 0);
		stream_open_pages(side->streams[cpu], &file);
	}
	side->rows.streams = side->streams;
	side->rows.shared = &side->shared;
	side->rows.formats = side->formats;
	side->rows.formats_count = &side->formats_count;
	assert_int_equal(rows_init(&side->rows), 0);
}

static void side_release(struct side *side)
{
	rows_release(&side->rows);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		stream_free(side->streams[cpu]);
	store_release(&side->shared.store);
	comms_free(side->shared.comms);
	intake_release(&side->shared.intake);
	counts_release(&side->shared.counts);
}

static void index_some(struct side *side, unsigned cpu, size_t budget)
{
	if (side->streams[cpu]->stats.state == ENGINE_CHANNEL_OPEN && budget)
		stream_read(side->streams[cpu], budget, 0);
}

static const struct engine_rows *view_rows(struct side *side, const struct engine_view *view)
{
	assert_int_equal(rows_view(&side->rows, view), 0);
	side->packet = (struct engine_packet){
		.type = ENGINE_ROWS,
		.payload = side->rows.packet,
		.length = side->rows.length,
	};
	return side->packet.payload;
}

static void open_files(struct fixture *f, unsigned seed, bool packed)
{
	*f = (struct fixture){.files = {.seed = seed, .packed = packed}};
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		make_file(&f->files, cpu, PAGES / 2 + chance(&f->files, PAGES),
			  chance(&f->files, 2) * 100);
	side_init(&f->part, &f->files);
	side_init(&f->whole, &f->files);
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		index_some(&f->whole, cpu, SIZE_MAX);
		assert_int_equal(f->whole.streams[cpu]->stats.state, ENGINE_CHANNEL_INDEXED);
	}
}

static void close_files(struct fixture *f)
{
	side_release(&f->part);
	side_release(&f->whole);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		close(f->files.fd[cpu]);
}

/* The same rows from both: *at becomes the one at number, as the part calls it. */
static void compare(struct fixture *f, const struct engine_view *view,
		    const struct engine_view *whole_view, unsigned number,
		    struct engine_position *at)
{
	const struct engine_rows *part = view_rows(&f->part, view);
	const struct engine_rows *whole = view_rows(&f->whole, whole_view);
	struct engine_row_view mine, theirs;
	size_t offset = 0, other = 0;

	assert_int_equal(part->count, whole->count);
	for (unsigned i = 0; i < part->count; i++) {
		struct engine_position place;

		assert_true(engine_rows_next(&f->part.packet, &offset, &mine));
		assert_true(engine_rows_next(&f->whole.packet, &other, &theirs));
		place = mine.row->at;
		if (i == number)
			*at = place;
		assert_true(ahead_settle(f->whole.streams, &place));
		assert_memory_equal(&place, &theirs.row->at, sizeof(place));
		assert_int_equal(mine.row->kind, theirs.row->kind);
		assert_int_equal(mine.row->count, theirs.row->count);
		assert_int_equal(mine.row->detail_len, theirs.row->detail_len);
		assert_memory_equal(mine.detail, theirs.detail, mine.row->detail_len);
	}
	assert_int_equal(part->flags & ENGINE_ROWS_HEAD, whole->flags & ENGINE_ROWS_HEAD);
	assert_int_equal(part->flags & ENGINE_ROWS_MORE, 0);
	assert_int_equal(part->flags & ENGINE_ROWS_TAIL,
			 part->flags & ENGINE_ROWS_ABOUT ? 0 : whole->flags & ENGINE_ROWS_TAIL);
	/* Of the index, those that it has so far. */
	if (!(part->flags & ENGINE_ROWS_ABOUT))
		assert_in_range(part->newer, whole->newer ? 1 : 0, whole->newer);
	else
		assert_int_not_equal(part->newer, 0);
}

static struct engine_view some_view(struct files *files, const struct engine_position *at)
{
	struct engine_view view = {.at = *at, .count = 1 + chance(files, ROWS)};

	view.cpus[0] = chance(files, 3) ? 0xff : (uint8_t)(1u << chance(files, CPUS));
	view.origin = at->ts ? chance(files, 5) : ENGINE_FROM_TAIL;
	view.skip = chance(files, 2) ? (int)chance(files, 400) - 200 : 0;
	if (view.origin == ENGINE_FROM_TIME)
		view.at = (struct engine_position){
			.ts = 990 + chance(files, (unsigned)(files->end - 980))};
	else if (view.origin == ENGINE_FROM_SHARE)
		view.at = (struct engine_position){.row = chance(files, ENGINE_SHARES + 1)};
	return view;
}

static void check_views(bool packed)
{
	for (unsigned seed = 0; seed < 12; seed++) {
		struct engine_position at = {0};
		struct fixture f;

		open_files(&f, seed, packed);
		for (unsigned i = 0; i < 200; i++) {
			struct engine_view view = some_view(&f.files, &at), whole = view;

			/* No file is read to its end before the last of these. */
			if (!(i % 50))
				index_some(&f.part, i / 50 % CPUS, BUDGET);
			if (view.origin == ENGINE_FROM_POSITION)
				assert_true(ahead_settle(f.whole.streams, &whole.at));
			compare(&f, &view, &whole, chance(&f.files, view.count), &at);
		}
		close_files(&f);
	}
}

static void test_views_are_those_of_the_whole(void **state)
{
	(void)state;
	check_views(false);
}

static void test_packed_files(void **state)
{
	(void)state;
	check_views(true);
}

/* The view stays at its row while the index comes and passes, and no row is counted twice. */
static void test_a_row_keeps_its_place(void **state)
{
	struct engine_view view = {.origin = ENGINE_FROM_SHARE, .count = ROWS}, whole;
	struct engine_position at = {0};
	struct fixture f;

	(void)state;
	open_files(&f, 77, false);
	memset(view.cpus, 0xff, sizeof(view.cpus));
	view.at.row = ENGINE_SHARES * 2 / 3;
	compare(&f, &view, &view, 0, &at);
	assert_true(at.row & ENGINE_ROW_AHEAD);
	view.origin = ENGINE_FROM_POSITION;
	for (unsigned round = 0; round < 10; round++) {
		for (unsigned cpu = 0; cpu < CPUS; cpu++)
			index_some(&f.part, cpu, BUDGET);
		view.at = at;
		whole = view;
		assert_true(ahead_settle(f.whole.streams, &whole.at));
		compare(&f, &view, &whole, ROWS, &at);
	}
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		assert_int_equal(f.part.streams[cpu]->stats.state, ENGINE_CHANNEL_INDEXED);
		assert_int_equal(f.part.streams[cpu]->stats.events,
				 f.whole.streams[cpu]->stats.events);
		assert_int_equal(f.part.streams[cpu]->stats.lost, f.whole.streams[cpu]->stats.lost);
		assert_int_equal(f.part.streams[cpu]->history.next_row,
				 f.whole.streams[cpu]->history.next_row);
	}
	close_files(&f);
}

/* Names of rows that nobody gave out: of no page, no row, no file. */
static void test_made_up_names(void **state)
{
	static const uint64_t names[] = {0,
					 UINT64_MAX,
					 ENGINE_ROW_AHEAD,
					 ENGINE_ROW_AHEAD | 0xfffff,
					 ENGINE_ROW_AHEAD | UINT64_C(3) << 20 | 0xfffff,
					 ENGINE_ROW_AHEAD | UINT64_C(1) << 62};
	struct fixture f;

	(void)state;
	open_files(&f, 5, false);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			for (unsigned cpu = 0; cpu < 2 * VTRACE_MAX_CPUS; cpu += 1 + cpu) {
				struct engine_view view = {
					.at = {.ts = i % 2 ? 1100 : UINT64_MAX,
					       .row = names[i],
					       .cpu = cpu,
					       .epoch = i},
					.count = ROWS,
					.skip = (int)i * 40 - 100,
				};

				memset(view.cpus, 0xff, sizeof(view.cpus));
				assert_in_range(view_rows(&f.part, &view)->count, 0, ROWS);
			}
		for (unsigned cpu = 0; cpu < CPUS; cpu++)
			index_some(&f.part, cpu, round ? SIZE_MAX : BUDGET);
	}
	close_files(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_views_are_those_of_the_whole),
		cmocka_unit_test(test_packed_files),
		cmocka_unit_test(test_a_row_keeps_its_place),
		cmocka_unit_test(test_made_up_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
