// SPDX-License-Identifier: GPL-2.0-only
/* Formats out of bundles that lie, contradict themselves, or are rubbish. */
#include "tests/unit/formats_fixture.h"

#ifdef VTRACE_SANITIZED
const char *__lsan_default_suppressions(void);

/* Its parser forgets a few bytes where a format is cut off. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libtraceevent.so";
}
#endif

static void add(struct fixture *f, const char *name, long long id, const char *fields)
{
	bundle_event(&f->made, name, id, COMMON_FIELDS, fields, "\"x\"");
}

static int load(struct fixture *f)
{
	return bundle_load(&f->made, &f->formats, f->comms, &f->reply);
}

static const struct event_format *event(const struct fixture *f, uint16_t id)
{
	return formats_event(f->formats, id);
}

static void test_smallest_and_largest_id(void **state)
{
	struct fixture *f = *state;

	add(f, "zero", 0, FIELD("int a", 8, 4, 1));
	add(f, "last", 65535, FIELD("int a", 8, 4, 1));
	add(f, "beyond", 65536, FIELD("int a", 8, 4, 1));
	add(f, "below", -1, FIELD("int a", 8, 4, 1));
	assert_int_equal(load(f), 0);
	assert_int_equal(f->reply.events, 2);
	assert_int_equal(f->reply.failed, 2);
	assert_string_equal(event(f, 0)->event->name, "zero");
	assert_string_equal(event(f, 65535)->event->name, "last");
	assert_int_equal(event(f, 0)->least, 12);
}

/* Which of them libtraceevent would print is not known, so neither is measured. */
static void test_ids_claimed_twice(void **state)
{
	struct fixture *f = *state;

	add(f, "one", 7, FIELD("int a", 8, 4, 1));
	add(f, "two", 7, FIELD("int a", 8, 4, 1) FIELD("int b", 60000, 4, 1));
	add(f, "three", 7, FIELD("int a", 8, 4, 1));
	add(f, "sane", 8, FIELD("int a", 8, 4, 1));
	assert_int_equal(load(f), 0);
	assert_null(event(f, 7));
	assert_non_null(event(f, 8));
	assert_int_equal(f->reply.failed, 2);
}

static void test_fields_at_impossible_places(void **state)
{
	struct fixture *f = *state;

	add(f, "negative", 1, FIELD("int a", -5000, 4, 1));
	add(f, "far", 2, FIELD("int a", 65536, 4, 1));
	add(f, "overflow", 3, FIELD("int a", 2147483647, 4, 1));
	add(f, "wide", 4, FIELD("char a[99999]", 8, 99999, 1));
	add(f, "shrunk", 5, FIELD("int a", 8, -4, 1));
	add(f, "narrow", 6, FIELD("__data_loc char[] a", 8, 2, 1));
	add(f, "edge", 9, FIELD("int a", 65531, 4, 1));
	assert_int_equal(load(f), 0);
	for (uint16_t id = 1; id <= 6; id++)
		assert_null(event(f, id));
	assert_int_equal(event(f, 9)->least, 65535);
	assert_int_equal(f->reply.events, 1);
	assert_int_equal(f->reply.failed, 6);
}

static void test_common_fields_elsewhere(void **state)
{
	static const char moved[] =
		FIELD("unsigned short common_type", 60000, 2, 0) FIELD("int common_pid", 4, 4, 1);
	uint32_t words[2] = {8, 17};
	struct tep_record record = {.data = words, .size = sizeof(words)};
	struct fixture *f = *state;

	bundle_event(&f->made, "moved", 1, moved, FIELD("int a", 8, 4, 1), "\"x\"");
	add(f, "sane", 8, FIELD("int a", 8, 4, 1));
	assert_int_equal(load(f), 0);
	/* What libtraceevent takes for a record's event is what was measured here. */
	assert_int_equal(tep_data_type(f->formats->tep, &record), 8);
	assert_int_equal(tep_data_pid(f->formats->tep, &record), 17);
}

static void test_event_without_fields(void **state)
{
	struct fixture *f = *state;

	add(f, "bare", 5, "");
	assert_int_equal(load(f), 0);
	assert_int_equal(event(f, 5)->least, 8);
}

/* Print formats that do not parse: the fields still do. */
static void test_broken_print_formats(void **state)
{
	static const char *const prints[] = {
		"\"unbalanced",
		"\"%d\", REC->nothing",
		"\"%s\", __print_flags(",
		"",
		"((((((((",
		"\"%d %d\", REC->a, (REC->a ? 1 : )",
		"\"%*.*q\", REC->a",
		"\"\\",
		"REC->a",
	};
	struct fixture *f = *state;

	for (unsigned i = 0; i < sizeof(prints) / sizeof(prints[0]); i++)
		bundle_event(&f->made, "broken", 10 + i, COMMON_FIELDS, FIELD("int a", 8, 4, 1),
			     prints[i]);
	add(f, "sane", 8, FIELD("int a", 8, 4, 1));
	assert_int_equal(load(f), 0);
	assert_non_null(event(f, 8));
	for (uint16_t id = 10; id < 10 + sizeof(prints) / sizeof(prints[0]); id++)
		assert_true(!event(f, id) || event(f, id)->least == 12);
}

static void test_formats_that_are_rubbish(void **state)
{
	struct fixture *f = *state;
	char noise[4096];

	for (unsigned i = 0; i < sizeof(noise) - 1; i++)
		noise[i] = (char)(1 + i * i % 255);
	noise[sizeof(noise) - 1] = '\0';
	bundle_text(&f->made, "events/a/noise", noise);
	bundle_text(&f->made, "events/a/empty", "");
	bundle_text(&f->made, "events/a/cut", "name: cut\nID: 5\nformat:\n\tfield:int");
	bundle_text(&f->made, "events/unplaced", "name: x\nID: 5\nformat:\n" COMMON_FIELDS);
	assert_int_equal(load(f), -ENOMSG);
	assert_non_null(strstr(f->reply.reason, "no event"));
}

/* A task's name at the very end of its record has to be there whole. */
static void test_names_must_be_in_the_record(void **state)
{
	struct fixture *f = *state;

	add(f, "sched_waking", 5, FIELD("pid_t pid", 8, 4, 1) FIELD("char comm[16]", 12, 16, 0));
	add(f, "sched_wakeup", 6, FIELD("pid_t pid", 8, 8, 1) FIELD("char comm[16]", 16, 16, 0));
	add(f, "task_rename", 7, FIELD("pid_t pid", 8, 4, 1) FIELD("char newcomm[64]", 12, 64, 0));
	assert_int_equal(load(f), 0);
	assert_int_equal(event(f, 5)->comm_count, 1);
	assert_int_equal(event(f, 5)->comm[0].comm_offset, 12);
	assert_int_equal(event(f, 5)->least, 28);
	assert_int_equal(event(f, 6)->comm_count, 0);
	assert_int_equal(event(f, 7)->comm_count, 0);
}

static void test_hidden_addresses(void **state)
{
	struct fixture *f = *state;

	add(f, "sane", 8, "");
	bundle_text(&f->made, "kallsyms",
		    "0000000000000000 T startup_64\n0000000000000000 t helper [module]\n");
	assert_int_equal(load(f), 0);
	assert_int_equal(f->reply.kptr_restricted, 1);
	assert_null(tep_find_function(f->formats->tep, 0));
}

static void test_addresses(void **state)
{
	struct fixture *f = *state;

	add(f, "sane", 8, "");
	bundle_text(&f->made, "kallsyms",
		    "0000000000000000 A start_percpu\nffffffff81000000 T startup_64\n"
		    "rubbish\n\nzz T\nffffffff81000100 T\n   \nffffffff81000200 T later\n");
	assert_int_equal(load(f), 0);
	assert_int_equal(f->reply.kptr_restricted, 0);
	assert_string_equal(tep_find_function(f->formats->tep, 0xffffffff81000010), "startup_64");
}

static void test_command_lines(void **state)
{
	struct fixture *f = *state;

	add(f, "sane", 8, "");
	bundle_text(&f->made, "saved_cmdlines",
		    "17 bash\n\n\n-5 minus\nx y\n99999999999999999999 huge\n18\n19 \n"
		    "20 a name that is longer than the kernel's\n2147483647 top\n21 cut");
	assert_int_equal(load(f), 0);
	assert_string_equal(comms_find(f->comms, 17, 0, 1), "bash");
	assert_string_equal(comms_find(f->comms, 18, 0, 1), "<...>");
	assert_string_equal(comms_find(f->comms, 19, 0, 1), "<...>");
	assert_string_equal(comms_find(f->comms, 20, 0, 1), "a name that is ");
	assert_string_equal(comms_find(f->comms, 21, 0, 1), "cut");
	assert_string_equal(comms_find(f->comms, INT32_MAX, 0, 1), "top");
	assert_string_equal(comms_find(f->comms, 0, 0, 1), "<idle>");
}

static void test_same_again_is_not_parsed(void **state)
{
	struct formats_stock none = {.used = FORMATS_STOCK};
	struct fixture *f = *state;
	struct formats *again = NULL;
	struct made_bundle made;

	add(f, "sane", 8, "");
	assert_int_equal(load(f), 0);
	for (unsigned i = 0; i < 2; i++) {
		bundle_begin(&made, i ? "another boot" : "boot");
		bundle_event(&made, "sane", 8, COMMON_FIELDS, "", "\"x\"");
		bundle_text(&made, "saved_cmdlines", "17 bash\n");
		assert_int_equal(bundle_writer_finish(&made.writer), 0);
		assert_int_equal(formats_load(&again, f->formats, &none, made.fd, f->comms,
					      &f->reply),
				 0);
		assert_int_equal(f->reply.events, 1);
		assert_true(!again == !i);
		close(made.fd);
	}
	assert_string_equal(comms_find(f->comms, 17, 0, 1), "bash");
	formats_free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define FORMATS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		FORMATS_TEST(test_smallest_and_largest_id),
		FORMATS_TEST(test_ids_claimed_twice),
		FORMATS_TEST(test_fields_at_impossible_places),
		FORMATS_TEST(test_common_fields_elsewhere),
		FORMATS_TEST(test_event_without_fields),
		FORMATS_TEST(test_broken_print_formats),
		FORMATS_TEST(test_formats_that_are_rubbish),
		FORMATS_TEST(test_names_must_be_in_the_record),
		FORMATS_TEST(test_hidden_addresses),
		FORMATS_TEST(test_addresses),
		FORMATS_TEST(test_command_lines),
		FORMATS_TEST(test_same_again_is_not_parsed),
	};

	tep_set_loglevel(TEP_LOG_NONE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
