// SPDX-License-Identifier: GPL-2.0-only
/*
 * Formats that are built to be slow: what libtraceevent is let see of them, at each limit and
 * beyond, and what is said. Nothing is timed; without the bounds, some of these would take hours.
 */
#include "tests/unit/formats_fixture.h"
#include "tui/engine/listings.h"
#include "tui/engine/print.h"

static char text[2 * FORMAT_TEXT_MAX];

/* What of a format with this print format is parsed: true for all of it. */
static bool whole(struct format_bounds *bounds, const char *print)
{
	static const char fields[] = "name: x\nID: 1\nformat:\n" COMMON_FIELDS "\nprint fmt: ";
	size_t length = (size_t)snprintf(text, sizeof(text), "%s%s\n", fields, print);
	size_t taken = format_bounds_take(bounds, "events/test/x", text, length);

	if (taken != length)
		assert_int_equal(taken, sizeof(fields) - 1 - strlen("print fmt: "));
	return taken == length;
}

/* before, then piece so many times, then behind. */
static bool whole_of(const char *before, const char *piece, unsigned count, const char *behind)
{
	struct format_bounds bounds;
	size_t length = strlen(piece);
	char *print = calloc(1, strlen(before) + count * length + strlen(behind) + 1), *at;
	bool all;

	assert_non_null(print);
	at = stpcpy(print, before);
	for (unsigned i = 0; i < count; i++)
		at = stpcpy(at, piece);
	strcpy(at, behind);
	format_bounds_init(&bounds);
	all = whole(&bounds, print);
	assert_int_equal(bounds.cut, !all);
	free(print);
	return all;
}

static void nesting(void **state)
{
	(void)state;
	assert_true(whole_of("\"%d\", ", "(", FORMAT_NESTING_MAX, "1"));
	assert_false(whole_of("\"%d\", ", "(", FORMAT_NESTING_MAX + 1, "1"));
	assert_true(whole_of("\"%d\", 1", "+1", FORMAT_NESTING_MAX, ""));
	assert_false(whole_of("\"%d\", 1", "+1", FORMAT_NESTING_MAX + 1, ""));
	assert_false(whole_of("\"%d\", ", "!", FORMAT_NESTING_MAX + 1, "1"));
	assert_false(whole_of("\"%d\", ", "(-", FORMAT_NESTING_MAX / 2 + 1, "1"));
	assert_false(whole_of("\"%d\", ", "1 ? 1 : ", FORMAT_NESTING_MAX / 2 + 1, "1"));
	/* What stands one behind the other is not nested, nor is what stands in quotes. */
	assert_true(whole_of("\"%d\", f(1", ", (1 + 2)", 2000, ")"));
	assert_true(whole_of("\"", "(", 2000, "\""));
	assert_true(whole_of("\"\\\"", "(", 2000, "\""));
	assert_true(whole_of("\"%d\", REC->a", ", REC->a", 2000, ""));
	assert_false(whole_of("\"\" ", "(", FORMAT_NESTING_MAX + 1, "\"\""));
}

static void conversions(void **state)
{
	(void)state;
	assert_true(whole_of("\"", "%d", FORMAT_CONVERSIONS_MAX, "\""));
	assert_false(whole_of("\"", "%d", FORMAT_CONVERSIONS_MAX + 1, "\""));
}

/* A list of names that has no end, and then some. */
static void length(void **state)
{
	struct format_bounds bounds;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "print fmt:", 10);
	format_bounds_init(&bounds);
	assert_int_equal(format_bounds_take(&bounds, "events/test/x", text, FORMAT_TEXT_MAX),
			 FORMAT_TEXT_MAX);
	assert_int_equal(format_bounds_take(&bounds, "events/test/x", text, FORMAT_TEXT_MAX + 1),
			 0);
	assert_false(whole_of("\"%s\", __print_symbolic(REC->a", ", {1, \"x\"}", 10000, ")"));
}

static void all_together(void **state)
{
	const unsigned many = FORMAT_WORK_MAX / FORMAT_TEXT_MAX / FORMAT_TEXT_MAX;
	struct format_bounds bounds;
	char said[512];

	(void)state;
	format_bounds_init(&bounds);
	memset(text, ' ', sizeof(text));
	memcpy(text + FORMAT_TEXT_MAX / 2, "print fmt:", 10);
	for (unsigned i = 0; i < many; i++)
		assert_int_equal(format_bounds_take(&bounds, "events/a/full", text,
						    FORMAT_TEXT_MAX),
				 FORMAT_TEXT_MAX);
	format_bounds_tell(&bounds, said, sizeof(said));
	assert_string_equal(said, "");
	assert_int_equal(format_bounds_take(&bounds, "events/a/more", text, FORMAT_TEXT_MAX), 0);
	assert_int_equal(format_bounds_take(&bounds, "events/a/small", text, 1), 0);
	format_bounds_tell(&bounds, said, sizeof(said));
	assert_string_equal(said,
			    "the formats of a/more and 1 others are not used whole, since all "
			    "formats together are too long: their events are shown raw");
}

/* ---- listings ---- */

static size_t left_out(char *(*listing)(const char *, size_t, size_t *), const char *line,
		       unsigned count)
{
	size_t size = strlen(line) * count, left;
	char *all = malloc(size + 1), *taken;

	assert_non_null(all);
	for (unsigned i = 0; i < count; i++)
		memcpy(all + i * strlen(line), line, strlen(line));
	taken = listing(all, size, &left);
	assert_non_null(taken);
	assert_int_equal(strlen(taken), strlen(line) * (count - left));
	free(taken);
	free(all);
	return left;
}

static void symbols(void **state)
{
	char line[2 * SYMBOL_NAME_MAX + 64];

	(void)state;
	assert_int_equal(left_out(listing_kallsyms, "f T a\n", SYMBOLS_MAX), 0);
	assert_int_equal(left_out(listing_kallsyms, "f T a\n", SYMBOLS_MAX + 3), 3);
	/* With a module of as long a name. */
	snprintf(line, sizeof(line), "%016x T %0*d\t[%0*d]\n", 1, SYMBOL_NAME_MAX, 0,
		 SYMBOL_NAME_MAX - 3, 0);
	assert_int_equal(left_out(listing_kallsyms, line, 2), 0);
	snprintf(line, sizeof(line), "%016x T %0*d\t[%0*d]\n", 1, SYMBOL_NAME_MAX, 0,
		 SYMBOL_NAME_MAX - 2, 0);
	assert_int_equal(left_out(listing_kallsyms, line, 2), 2);
}

static void printks(void **state)
{
	static const char begin[] = "0x1 : \"";
	char line[PRINTK_LINE_MAX + 16];

	(void)state;
	assert_int_equal(left_out(listing_printk_formats, "0x1 : \"ab\"\n", PRINTKS_MAX), 0);
	assert_int_equal(left_out(listing_printk_formats, "0x1 : \"ab\"\n", PRINTKS_MAX + 1), 1);
	snprintf(line, sizeof(line), "%s%0*d\"\n", begin, PRINTK_LINE_MAX - (int)sizeof(begin), 0);
	assert_int_equal(left_out(listing_printk_formats, line, 1), 0);
	snprintf(line, sizeof(line), "%s%0*d\"\n", begin, PRINTK_LINE_MAX - (int)sizeof(begin) + 1,
		 0);
	assert_int_equal(left_out(listing_printk_formats, line, 1), 1);
}

/* ---- in a bundle ---- */

static void load(struct fixture *loaded)
{
	assert_int_equal(bundle_load(&loaded->made, &loaded->formats, loaded->comms,
				     &loaded->reply),
			 0);
}

/* Text of a record of so many bytes, of which the first are 1, 0, ... */
static const char *print(struct fixture *loaded, uint16_t id, uint32_t size)
{
	static struct printer printer;
	static uint8_t data[65536];
	struct print_job job = {
		.formats = loaded->formats,
		.geometry = &loaded->formats->geometry,
		.comms = loaded->comms,
		.data = data,
		.size = size,
	};
	static char shown[PRINT_TEXT_MAX + 1];
	struct printed printed;

	memcpy(data, &id, sizeof(id));
	memset(data + 8, 'x', size - 8);
	print_find_format(&job);
	assert_int_equal(printer_init(&printer), 0);
	print_record(&printer, &job, &printed);
	memcpy(shown, printed.detail, printed.detail_length);
	shown[printed.detail_length] = '\0';
	printer_release(&printer);
	return shown;
}

/* An event of which too much is asked is shown by its fields; others are as ever. */
static void one_of_them(void **state)
{
	static char deep[FORMAT_NESTING_MAX + 64];
	struct fixture *loaded = *state;

	strcpy(deep, "\"%d\", ");
	memset(deep + 6, '!', FORMAT_NESTING_MAX + 1);
	strcat(deep, "REC->a");
	bundle_event(&loaded->made, "test/deep", 1, COMMON_FIELDS, FIELD("int a", 8, 4, 1), deep);
	bundle_event(&loaded->made, "test/sane", 2, COMMON_FIELDS, FIELD("int a", 8, 4, 1),
		     "\"a is %d\", REC->a");
	load(loaded);
	assert_int_equal(loaded->reply.events, 2);
	assert_string_equal(loaded->reply.reason,
			    "the format of test/deep is not used whole, since its expressions are "
			    "nested too deep: its events are shown raw");
	assert_string_equal(print(loaded, 1, 12), "[FAILED TO PARSE] a=2021161080");
	assert_string_equal(print(loaded, 2, 12), "a is 2021161080");
}

/* Each %s is all of the record. */
static void large_records(void **state)
{
	const unsigned many = FORMAT_CONVERSIONS_MAX;
	const uint32_t most = PRINT_WORK_MAX / (many + 1);
	struct fixture *loaded = *state;
	char *format = calloc(1, many * 16), *at = stpcpy(format, "\"");

	for (unsigned i = 0; i < many; i++)
		at = stpcpy(at, "%s");
	at = stpcpy(at, "\"");
	for (unsigned i = 0; i < many; i++)
		at = stpcpy(at, ", REC->a");
	bundle_event(&loaded->made, "test/large", 1, COMMON_FIELDS, FIELD("char a[]", 8, 0, 0),
		     format);
	free(format);
	load(loaded);
	assert_int_equal(strncmp(print(loaded, 1, most), "xxxx", 4), 0);
	assert_non_null(strstr(print(loaded, 1, most + 1), "shown raw: 01 00"));
}

/* The same of formats that libtraceevent prints: with one more conversion, one that is not known
 * here or that only its record tells that it is not, and a field. */
static void large_records_of_libtraceevent(void **state)
{
	enum { MANY = 64 };
	static const char *const more[][2] = {{"%pISpc", ", REC->a"},
					      {"%s", ", __print_array(REC->a, 1, 3)"}};
	const uint32_t most = PRINT_SLOW_MAX / (MANY + 3);
	struct fixture *loaded = *state;

	for (uint16_t id = 1; id <= 2; id++) {
		char format[MANY * 16], *at = stpcpy(format, "\"");

		for (unsigned i = 0; i < MANY; i++)
			at = stpcpy(at, "%s");
		at = stpcpy(stpcpy(at, more[id - 1][0]), "\"");
		for (unsigned i = 0; i < MANY; i++)
			at = stpcpy(at, ", REC->a");
		stpcpy(at, more[id - 1][1]);
		bundle_event(&loaded->made, id == 1 ? "test/one" : "test/two", id, COMMON_FIELDS,
			     FIELD("char a[]", 8, 0, 0), format);
	}
	load(loaded);
	assert_int_equal(formats_event(loaded->formats, 1)->program.count, 0);
	assert_int_not_equal(formats_event(loaded->formats, 2)->program.count, 0);
	for (uint16_t id = 1; id <= 2; id++) {
		assert_int_equal(strncmp(print(loaded, id, most), "xxxx", 4), 0);
		assert_non_null(strstr(print(loaded, id, most + 1), "shown raw: 0"));
	}
}

/* Symbols are looked for as long as there is work left; then libtraceevent is asked. */
static void symbols_in_expressions(void **state)
{
	static const char line[] = "ffffffff81000000 T filler\n";
	const unsigned lines = SYMBOLS_MAX, size = lines * (sizeof(line) - 1);
	const unsigned searches = SYMBOL_SEARCH_MAX / size;
	struct fixture *loaded = *state;
	char *listing = malloc(size);
	unsigned compiled = 0;

	assert_non_null(listing);
	for (unsigned i = 0; i < lines; i++)
		memcpy(listing + i * (sizeof(line) - 1), line, sizeof(line) - 1);
	bundle_writer_section(&loaded->made.writer, "kallsyms", listing, size);
	free(listing);
	for (unsigned i = 0; i <= searches; i++) {
		char name[32];

		snprintf(name, sizeof(name), "test/e%u", i);
		bundle_event(&loaded->made, name, 1 + i, COMMON_FIELDS, "", "\"%d\", nowhere");
	}
	load(loaded);
	for (unsigned i = 0; i <= searches; i++)
		compiled += formats_event(loaded->formats, (uint16_t)(1 + i))->program.count != 0;
	assert_int_equal(compiled, searches);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define BUNDLE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		cmocka_unit_test(nesting),
		cmocka_unit_test(conversions),
		cmocka_unit_test(length),
		cmocka_unit_test(all_together),
		cmocka_unit_test(symbols),
		cmocka_unit_test(printks),
		BUNDLE_TEST(one_of_them),
		BUNDLE_TEST(large_records),
		BUNDLE_TEST(large_records_of_libtraceevent),
		BUNDLE_TEST(symbols_in_expressions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
