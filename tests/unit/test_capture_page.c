// SPDX-License-Identifier: GPL-2.0-only
/* The examples of vtrace-capture(5), taken out of the page itself: what it says is what our readers
 * read. Run from the root of the tree. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "formats/bundle.h"
#include "tui/capture/manifest.h"
#include "tui/engine/page.h"

#define MAN_PAGE "doc/vtrace-capture.5"

/* Append a line of roff text, with \- being a minus sign. */
static size_t unescape(char *out, const char *line)
{
	size_t n = 0;

	for (; *line; line++) {
		if (line[0] == '\\' && line[1] == '-')
			line++;
		out[n++] = *line;
	}
	out[n] = '\0';
	return n;
}

/* The lines between .EX and .EE behind the comment that names the example. */
static size_t read_example(const char *name, char *text, size_t size)
{
	FILE *page = fopen(MAN_PAGE, "r");
	char comment[64], line[256];
	size_t length = 0;
	int inside = 0;

	if (!page)
		fail_msg("cannot open %s: run from the root of the tree", MAN_PAGE);
	snprintf(comment, sizeof(comment), ".\\\" example: %s\n", name);
	while (fgets(line, sizeof(line), page) && strcmp(line, comment))
		;
	while (fgets(line, sizeof(line), page) && strcmp(line, ".EE\n")) {
		assert_true(length + sizeof(line) < size);
		if (inside)
			length += unescape(text + length, line);
		else
			inside = !strcmp(line, ".EX\n");
	}
	fclose(page);
	assert_true(length > 0);
	return length;
}

static void manifest_example(void **state)
{
	struct capture_manifest manifest;
	char text[2048], error[256];
	size_t length = read_example("manifest", text, sizeof(text)), again_length;
	char *again;

	(void)state;
	if (manifest_parse(&manifest, text, length, error, sizeof(error)))
		fail_msg("%s", error);
	assert_string_equal(manifest.domain, "web01");
	assert_int_equal(manifest.cpu[1].pages, 97);
	/* And it is what the writer writes, in its order. */
	again = manifest_format(&manifest, &again_length);
	assert_string_equal(again, text);
	free(again);
}

static void formats_example(void **state)
{
	const struct bundle_section *section;
	char text[2048], error[256];
	size_t length = read_example("formats", text, sizeof(text));
	struct bundle bundle;

	(void)state;
	if (bundle_read(&bundle, text, length, error, sizeof(error)))
		fail_msg("%s", error);
	assert_string_equal(bundle.machine, "x86_64");
	assert_int_equal(bundle.cpus, 2);
	assert_int_equal(bundle.section_count, 2);
	section = bundle_find(&bundle, "saved_cmdlines");
	assert_non_null(section);
	assert_int_equal(section->length, 21);
	assert_memory_equal(section->data, "1234 bash\n1300 sleep\n", 21);
	bundle_release(&bundle);
}

/* The two-digit hexadecimal numbers that a line begins with. */
static size_t read_bytes(const char *line, uint8_t *bytes)
{
	size_t n = 0;

	while (isxdigit(line[0]) && isxdigit(line[1]) && line[2] == ' ') {
		bytes[n++] = (uint8_t)strtoul(line, NULL, 16);
		line += 3;
	}
	return n;
}

static void page_example(void **state)
{
	static const struct page_geometry geometry = {.size = 4096, .long_size = 8};
	struct page_summary summary;
	struct page_record record;
	struct page_cursor cursor;
	static uint8_t page[4096];
	char text[2048];
	size_t length = 0;

	(void)state;
	read_example("page", text, sizeof(text));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		length += read_bytes(line + strspn(line, " "), page + length);
	assert_int_equal(length, 56);

	assert_int_equal(page_check(&geometry, page, &summary), PAGE_GOOD);
	assert_int_equal(summary.events, 2);
	assert_int_equal(summary.length, 32);
	assert_true(summary.lost_flag);
	assert_int_equal(summary.lost, 41);

	page_cursor_init(&cursor, &geometry, page);
	assert_true(page_next(&cursor, &record));
	assert_int_equal(record.ts, 1063904330464);
	assert_int_equal(record.size, 8);
	assert_int_equal(page_u16(&geometry, page + record.offset), 321);
	assert_int_equal(page_u32(&geometry, page + record.offset + 4), 1234);
	assert_true(page_next(&cursor, &record));
	assert_int_equal(record.ts, 1063904330464 + 5000000700);
	assert_int_equal(page_u16(&geometry, page + record.offset), 322);
	assert_false(page_next(&cursor, &record));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(manifest_example),
		cmocka_unit_test(formats_example),
		cmocka_unit_test(page_example),
	};

	return cmocka_run_group_tests_name("capture_page", tests, NULL, NULL);
}
