// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timeline with a filter against the rows that pass, sorted: both ways, with turns, from any
 * place, in small steps, when streams grow and lose history; and looking for single rows.
 */
#include "tests/unit/formats.h"
#include "tests/unit/timelines.h"

#define IDS 256

/* An event's id is its record's first two bytes, which are its fill twice. */
static unsigned id_of(unsigned fill)
{
	return fill << 8 | fill;
}

struct filters {
	struct comms *comms;
	struct formats *formats[FORMATS_SETS];
	struct filter_set shown, found;
};

/* Every fifth passes, but for a long run of which none does. */
static bool passes(unsigned fill)
{
	return fill % 5 == 0 && (fill < 100 || fill > 180);
}

static bool is_found(unsigned fill)
{
	return passes(fill) && fill % 3 == 0;
}

static int set_up(void **state)
{
	static const struct engine_filter shown = {.events = "pass*"}, found = {.events = "*found"};
	struct filters *filters = calloc(1, sizeof(*filters));
	struct engine_formats_reply loaded;
	struct engine_filter_reply reply;
	struct made_bundle made;

	filters->comms = comms_new();
	bundle_begin(&made, "one");
	for (unsigned fill = 0; fill < IDS; fill++) {
		char name[64];

		snprintf(name, sizeof(name), "%s/e%u%s", passes(fill) ? "pass" : "drop", fill,
			 is_found(fill) ? "found" : "");
		bundle_event(&made, name, id_of(fill), COMMON_FIELDS, "", "\"x\"");
	}
	assert_int_equal(bundle_load(&made, &filters->formats[0], filters->comms, &loaded), 0);
	assert_int_equal(filter_set_ask(&filters->shown, &shown, filters->formats, 1,
					filters->comms, &reply),
			 0);
	assert_int_equal(filter_set_ask(&filters->found, &found, filters->formats, 1,
					filters->comms, &reply),
			 0);
	*state = filters;
	return 0;
}

static int tear_down(void **state)
{
	struct filters *filters = *state;

	filter_set_release(&filters->shown);
	filter_set_release(&filters->found);
	formats_free(filters->formats[0]);
	comms_free(filters->comms);
	free(filters);
	return 0;
}

static bool is_event(const struct row *row)
{
	return row->kind == ENTRY_PAGE && !row->lost;
}

/* Only the rows that pass are left of the sorted ones. */
static void keep_shown(struct guest *guest)
{
	size_t kept = 0;

	for (size_t i = 0; i < guest->row_count; i++)
		if (!is_event(&guest->rows[i]) || passes(guest->rows[i].fill))
			guest->rows[kept++] = guest->rows[i];
	guest->row_count = kept;
}

static void show(struct guest *guest, struct filters *filters)
{
	filters->shown.serial++;
	guest->timeline.filter = &filters->shown;
	begin(guest);
}

static void check_shown_both_ways(struct guest *guest)
{
	size_t index = 0;

	for (; index < guest->row_count; index++) {
		check_place(guest, index);
		assert_true(timeline_next(&guest->timeline));
	}
	check_place(guest, index);
	assert_false(timeline_next(&guest->timeline));
	while (index) {
		assert_true(timeline_prev(&guest->timeline));
		check_place(guest, --index);
	}
	assert_false(timeline_prev(&guest->timeline));
	assert_false(guest->timeline.stopped);
}

static void check_shown_turns(struct guest *guest, size_t index, unsigned steps)
{
	bool forward = chance(guest, 2);

	for (; steps; steps--) {
		if (!chance(guest, 1 + chance(guest, 40)))
			forward = !forward;
		if (forward) {
			assert_int_equal(timeline_next(&guest->timeline), index < guest->row_count);
			index += index < guest->row_count;
		} else {
			assert_int_equal(timeline_prev(&guest->timeline), index > 0);
			index -= index > 0;
		}
		if (chance(guest, 2))
			check_place(guest, index);
	}
}

static const unsigned sizes[] = {1, 2, 3, 64, 256};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static void test_shown_rows(void **state)
{
	struct guest guest;

	for (unsigned i = 0; i < SIZES; i++) {
		guest_init(&guest, sizes[i], 11 + i);
		grow(&guest, 600);
		sort(&guest);
		keep_shown(&guest);
		/* The second time it is known what pages have. */
		for (unsigned round = 0; round < 2; round++) {
			if (!round)
				show(&guest, *state);
			else
				begin(&guest);
			check_shown_both_ways(&guest);
			check_shown_turns(&guest, 0, 5000);
			timeline_seek_tail(&guest.timeline);
			check_shown_turns(&guest, guest.row_count, 5000);
		}
		guest_release(&guest);
	}
}

/* A seek leads to the first shown row from a place on, and that may be a hidden one's. */
static void test_seeks_among_hidden_rows(void **state)
{
	struct guest guest;

	for (unsigned i = 0; i < SIZES; i++) {
		struct row *all;
		size_t count;

		guest_init(&guest, sizes[i], 37 + i);
		all = calloc(guest.row_count, sizeof(*all));
		memcpy(all, guest.rows, guest.row_count * sizeof(*all));
		count = guest.row_count;
		keep_shown(&guest);
		show(&guest, *state);
		for (unsigned seek = 0; seek < 100; seek++) {
			const struct row *to = &all[chance(&guest, (unsigned)count)];
			size_t index = 0;

			while (index < guest.row_count && by_order(&guest.rows[index], to) < 0)
				index++;
			timeline_seek(&guest.timeline, &to->at);
			check_shown_turns(&guest, index, 50);
		}
		free(all);
		guest_release(&guest);
	}
}

/* With a budget for some rows each request goes a little further, and gives no row twice. */
static void test_budget(void **state)
{
	struct guest guest;

	for (unsigned i = 0; i < SIZES; i++) {
		uint64_t pulled[VTRACE_MAX_CPUS] = {0};
		unsigned stopped = 0;
		size_t index = 0;
		bool more = true;

		guest_init(&guest, sizes[i], 71 + i);
		grow(&guest, 600);
		sort(&guest);
		keep_shown(&guest);
		show(&guest, *state);
		for (unsigned request = 0; more; request++) {
			struct place place;

			assert_true(request < 100000);
			begin(&guest);
			guest.timeline.budget = 20;
			for (unsigned cpu = 0; cpu < guest.count; cpu++)
				timeline_seek_row(&guest.timeline, cpu, pulled[cpu]);
			while (timeline_peek(&guest.timeline, &place)) {
				check_place(&guest, index++);
				timeline_next(&guest.timeline);
			}
			more = guest.timeline.stopped;
			stopped += more;
			for (unsigned cpu = 0; cpu < guest.count; cpu++)
				pulled[cpu] = timeline_row(&guest.timeline, cpu);
		}
		assert_int_equal(index, guest.row_count);
		assert_true(stopped > 10);
		guest_release(&guest);
	}
}

/* Looks of 2000 rows' worth each until all pages were looked at. */
static unsigned looks(struct guest *guest, struct filters *filters, const char *expression)
{
	struct filter_set before = filters->shown;
	struct engine_filter_reply reply;
	struct engine_filter asked = {.events = ""};
	unsigned count = 0;
	bool done = false;

	snprintf(asked.expression, sizeof(asked.expression), "%s", expression);
	filters->shown = (struct filter_set){.serial = before.serial};
	assert_int_equal(filter_set_ask(&filters->shown, &asked, filters->formats, 1,
					filters->comms, &reply),
			 0);
	show(guest, filters);
	while (!done) {
		begin(guest);
		guest->timeline.budget = 2000;
		done = timeline_sift(&guest->timeline);
		count++;
		assert_true(count < 10000);
	}
	before.serial = filters->shown.serial; /* no two filters have the same */
	filter_set_release(&filters->shown);
	filters->shown = before;
	return count;
}

/* A regular expression may read whole records, and takes less of them at a time. */
static void test_budget_of_expressions(void **state)
{
	struct filters *filters = *state;
	struct guest guest;
	unsigned plain, one, three;

	guest_init(&guest, sizes[SIZES - 1], 71);
	grow(&guest, 600);
	plain = looks(&guest, filters, "CPU == 1");
	one = looks(&guest, filters, "COMM =~ \"a*b\"");
	three = looks(&guest, filters, "COMM =~ \"a*b\" || COMM =~ \"b*c\" || COMM =~ \"c*d\"");
	assert_true(one > 2 * plain);
	assert_true(three >= one);
	guest_release(&guest);
}

/* The store's sums of what was looked at are those of its pages, whatever has gone meanwhile. */
static void check_sums(const struct guest *guest)
{
	const struct store *store = &guest->shared.store;
	uint64_t seen = 0, shown = 0;

	for (unsigned cpu = 0; cpu < guest->count; cpu++) {
		const struct history *history = &guest->streams[cpu]->history;
		uint64_t page, end;

		history_pages(history, &page, &end);
		for (; page < end; page++) {
			const struct entry *entry = history_entry(history, page);

			if (entry->filter != store->filter)
				continue;
			seen += entry_rows(entry);
			shown += entry->shown;
		}
	}
	assert_int_equal(store->seen, seen);
	assert_int_equal(store->shown, shown);
}

static void test_growing_streams(void **state)
{
	struct guest guest;

	for (unsigned i = 0; i < SIZES; i++) {
		guest_init(&guest, sizes[i], 83 + i);
		keep_shown(&guest);
		show(&guest, *state);
		for (unsigned round = 0; round < 20; round++) {
			begin(&guest);
			check_shown_both_ways(&guest);
			check_sums(&guest);
			assert_int_equal(guest.shared.store.shown, guest.row_count);
			grow(&guest, chance(&guest, 2 * guest.count));
			if (!chance(&guest, 3))
				history_clear(&guest.streams[chance(&guest, guest.count)]->history);
			check_sums(&guest);
			drop_lost_history(&guest);
			sort(&guest);
			keep_shown(&guest);
		}
		guest_release(&guest);
	}
}

/* From each place to the next row that is looked for, in requests of a small budget. */
static void check_find(struct guest *guest, const struct engine_position *from,
		       enum timeline_way way, const struct row *wanted)
{
	struct engine_position at = *from;
	bool here = false, found;

	do {
		begin(guest);
		guest->timeline.budget = 30;
		timeline_seek_from(&guest->timeline, &at, way, here);
		found = timeline_look(&guest->timeline, way, &at);
		here = true;
	} while (!found && guest->timeline.stopped);
	assert_int_equal(found, wanted != NULL);
	if (wanted)
		assert_memory_equal(&at, &wanted->at, sizeof(at));
}

static void test_finding(void **state)
{
	struct filters *filters = *state;
	struct guest guest;

	for (unsigned i = 0; i < SIZES; i++) {
		guest_init(&guest, sizes[i], 97 + i);
		grow(&guest, 400);
		sort(&guest);
		guest.timeline.filter = &filters->shown;
		guest.timeline.find = &filters->found;
		filters->shown.serial++;
		for (unsigned n = 0; n < 150; n++) {
			size_t from = chance(&guest, (unsigned)guest.row_count), next, prev;

			for (next = from + 1; next < guest.row_count; next++)
				if (is_event(&guest.rows[next]) && is_found(guest.rows[next].fill))
					break;
			for (prev = from; prev; prev--)
				if (is_event(&guest.rows[prev - 1]) &&
				    is_found(guest.rows[prev - 1].fill))
					break;
			check_find(&guest, &guest.rows[from].at, TIMELINE_NEXT,
				   next < guest.row_count ? &guest.rows[next] : NULL);
			check_find(&guest, &guest.rows[from].at, TIMELINE_PREV,
				   prev ? &guest.rows[prev - 1] : NULL);
		}
		guest_release(&guest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shown_rows),
		cmocka_unit_test(test_seeks_among_hidden_rows),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_budget_of_expressions),
		cmocka_unit_test(test_growing_streams),
		cmocka_unit_test(test_finding),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
