// SPDX-License-Identifier: GPL-2.0-only
/* Pages taken in one go: what is summed up of them, and where they are not taken together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/formats.h"
#include "tests/unit/pages.h"
#include "tui/engine/intake.h"

#define PAGE  4096
#define PAGES (INTAKE_PAGES + 8)
#define OTHER 5 /* an event that names nobody */
#define WAKE  7 /* sched_waking */

struct fixture {
	struct page_geometry geometry;
	struct intake intake;
	struct comms *comms;
	struct formats *formats;
	uint8_t *bytes;
	struct page_maker maker; /* of the page in the making */
};

static int set_up(void **state)
{
	static const char fields[] = FIELD("char comm[16]", 8, 16, 0) FIELD("pid_t pid", 24, 4, 1);
	struct fixture *f = calloc(1, sizeof(*f));
	struct engine_formats_reply reply;
	struct made_bundle made;

	assert_non_null(f);
	f->geometry = (struct page_geometry){PAGE, 8, false};
	f->comms = comms_new();
	f->bytes = calloc(PAGES, PAGE);
	assert_non_null(f->bytes);
	f->maker.geometry = f->geometry;
	assert_int_equal(intake_init(&f->intake, PAGE), 0);
	bundle_begin(&made, "boot");
	bundle_event(&made, "sched/sched_waking", WAKE, COMMON_FIELDS, fields,
		     "\"comm=%s pid=%d\", REC->comm, REC->pid");
	assert_int_equal(bundle_load(&made, &f->formats, f->comms, &reply), 0);
	f->intake.tally.by_id[WAKE].wanted = 1;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	intake_release(&f->intake);
	formats_free(f->formats);
	comms_free(f->comms);
	free(f->bytes);
	free(f);
	return 0;
}

static void begin_page(struct fixture *f, unsigned page, uint64_t ts)
{
	f->maker.page = f->bytes + (size_t)page * PAGE;
	make_page(&f->maker, ts);
}

static uint8_t *add_event(struct fixture *f, uint16_t id, int32_t pid, unsigned words)
{
	uint8_t *data = f->maker.page + 16 + f->maker.length + 4;

	make_event(&f->maker, 1, words, 0);
	put_bytes(&f->geometry, data, id, 2);
	put_bytes(&f->geometry, data + 4, (uint32_t)pid, 4);
	return data;
}

/* Somebody wakes pid, which is called comm then. */
static void add_name(struct fixture *f, int32_t pid, const char *comm)
{
	uint8_t *data = add_event(f, WAKE, 1, 7);

	strncpy((char *)data + 8, comm, 16);
	put_bytes(&f->geometry, data + 24, (uint32_t)pid, 4);
}

/* count pages, each with one event more than the one before, all of pid 3 but the first. */
static void make_pages(struct fixture *f, unsigned count)
{
	for (unsigned page = 0; page < count; page++) {
		begin_page(f, page, 1000 * (page + 1));
		for (unsigned i = 0; i <= page % 8; i++)
			add_event(f, OTHER + i % 2, i ? 3 : 2, 2);
	}
}

static enum page_fault fill(struct fixture *f, unsigned page, unsigned count)
{
	return intake_fill(&f->intake, &f->geometry, f->formats, f->bytes + (size_t)page * PAGE,
			   count, NULL);
}

static uint64_t events_of(const struct fixture *f, int32_t pid)
{
	uint64_t events = 0;

	for (uint32_t i = 0; i < f->intake.task_count; i++)
		if (f->intake.tasks[i].pid == pid)
			events += f->intake.tasks[i].events;
	return events;
}

static void test_sums_of_many_pages(void **state)
{
	struct fixture *f = *state;

	make_pages(f, 8);
	/* Twice: nothing of the time before is left. */
	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(fill(f, 0, 8), PAGE_GOOD);
		assert_int_equal(f->intake.page_count, 8);
		assert_int_equal(f->intake.events, 36);
		assert_int_equal(f->intake.pages[7].events, 8);
		assert_int_equal(f->intake.id_count, 2);
		assert_int_equal(f->intake.by_id[OTHER], 20);
		assert_int_equal(f->intake.by_id[OTHER + 1], 16);
		assert_int_equal(f->intake.task_count, 2);
		assert_int_equal(events_of(f, 2), 8);
		assert_int_equal(events_of(f, 3), 28);
	}
	assert_int_equal(fill(f, 0, 1), PAGE_GOOD);
	assert_int_equal(f->intake.events, 1);
	assert_int_equal(f->intake.by_id[OTHER + 1], 0);
}

/* Tasks that share a slot are listed more than once, and none of their events is lost. */
static void test_tasks_of_one_slot(void **state)
{
	struct fixture *f = *state;

	begin_page(f, 0, 1);
	for (unsigned i = 0; i < 90; i++)
		add_event(f, OTHER, 9 + (int32_t)(i % 3) * INTAKE_SLOTS, 2);
	assert_int_equal(fill(f, 0, 1), PAGE_GOOD);
	for (int32_t i = 0; i < 3; i++)
		assert_int_equal(events_of(f, 9 + i * INTAKE_SLOTS), 30);
}

static void test_a_bad_page_ends_it(void **state)
{
	struct fixture *f = *state;

	make_pages(f, 8);
	/* The last record of page 3 reaches beyond the data. */
	put_bytes(&f->geometry, f->bytes + 3 * PAGE + 8, 4 * 12 - 4, 8);
	assert_int_equal(fill(f, 0, 8), PAGE_RECORD_RANGE);
	assert_int_equal(f->intake.page_count, 3);
	assert_int_equal(f->intake.events, 6);
	assert_int_equal(f->intake.by_id[OTHER] + f->intake.by_id[OTHER + 1], 6);
	assert_int_equal(fill(f, 3, 5), PAGE_RECORD_RANGE);
	assert_int_equal(f->intake.page_count, 0);
	assert_int_equal(f->intake.events + f->intake.id_count + f->intake.task_count, 0);
}

static void test_time_running_backwards_ends_it(void **state)
{
	struct fixture *f = *state;

	make_pages(f, 8);
	put_bytes(&f->geometry, f->bytes + 5 * PAGE, 1, 8);
	assert_int_equal(fill(f, 0, 8), PAGE_GOOD);
	assert_int_equal(f->intake.page_count, 5);
	assert_int_equal(f->intake.events, 15);
	assert_int_equal(fill(f, 5, 3), PAGE_GOOD);
	assert_int_equal(f->intake.page_count, 3);
}

static void test_no_more_pages_than_there_is_room(void **state)
{
	struct fixture *f = *state;

	make_pages(f, PAGES);
	assert_int_equal(fill(f, 0, PAGES), PAGE_GOOD);
	assert_int_equal(f->intake.page_count, INTAKE_PAGES);
	assert_int_equal(fill(f, INTAKE_PAGES, PAGES - INTAKE_PAGES), PAGE_GOOD);
	assert_int_equal(f->intake.page_count, PAGES - INTAKE_PAGES);
}

static void test_names_with_their_first_and_last_time(void **state)
{
	struct fixture *f = *state;
	const struct intake_name *name = f->intake.names;

	begin_page(f, 0, 100);
	add_name(f, 42, "bash"); /* at 101 */
	add_name(f, 77, "cc1");
	add_name(f, 42, "bash");
	begin_page(f, 1, 200);
	add_name(f, 42, "bash"); /* at 201 */
	add_name(f, 42, "make");
	add_name(f, 42, "bash");
	assert_int_equal(fill(f, 0, 2), PAGE_GOOD);
	assert_int_equal(f->intake.name_count, 4);
	assert_int_equal(name[0].pid, 42);
	assert_string_equal(name[0].comm, "bash");
	assert_int_equal(name[0].first, 101);
	assert_int_equal(name[0].last, 201);
	assert_int_equal(name[1].pid, 77);
	assert_string_equal(name[2].comm, "make");
	assert_int_equal(name[2].first, 202);
	assert_string_equal(name[3].comm, "bash");
	assert_int_equal(name[3].first, 203);
	/* Of pages whose formats are not known there are none. */
	assert_int_equal(intake_fill(&f->intake, &f->geometry, NULL, f->bytes, 2, NULL), PAGE_GOOD);
	assert_int_equal(f->intake.name_count, 0);
}

/* More tasks and names than there is room for: in as many goes as it takes, none is left out. */
static void test_as_many_names_as_a_guest_likes(void **state)
{
	struct fixture *f = *state;
	unsigned goes = 0, names = 0;
	int32_t pid = 1;

	for (unsigned page = 0; page < INTAKE_PAGES; page++) {
		begin_page(f, page, 1000 * (page + 1));
		for (unsigned i = 0; i < 120; i++)
			add_name(f, pid++, "x");
	}
	for (unsigned page = 0; page < INTAKE_PAGES; page += f->intake.page_count, goes++) {
		assert_int_equal(fill(f, page, INTAKE_PAGES - page), PAGE_GOOD);
		assert_in_range(f->intake.page_count, 1, INTAKE_PAGES);
		assert_in_range(f->intake.name_count, 1, f->intake.name_room);
		for (uint32_t i = 0; i < f->intake.name_count; i++)
			assert_int_equal(f->intake.names[i].pid, ++names);
	}
	assert_true(goes > 1);
	assert_int_equal(names, pid - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define INTAKE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		INTAKE_TEST(test_sums_of_many_pages),
		INTAKE_TEST(test_tasks_of_one_slot),
		INTAKE_TEST(test_a_bad_page_ends_it),
		INTAKE_TEST(test_time_running_backwards_ends_it),
		INTAKE_TEST(test_no_more_pages_than_there_is_room),
		INTAKE_TEST(test_names_with_their_first_and_last_time),
		INTAKE_TEST(test_as_many_names_as_a_guest_likes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
