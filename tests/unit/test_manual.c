// SPDX-License-Identifier: GPL-2.0-only
/* vtrace-top(1) against the tables in the code: every option and every key is in it, and the XML
 * that it shows prepares a domain. Run from the root of the tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/console/keymap.h"
#include "tui/domain/channels.h"
#include "tui/options.h"

#define MAN_PAGE "doc/vtrace-top.1"

/* The page with roff's escapes of characters undone. */
static char *read_page(void)
{
	FILE *file = fopen(MAN_PAGE, "r");
	char *page = calloc(1, 64 * 1024), *out = page;
	size_t length;

	if (!file)
		fail_msg("cannot open %s: run from the root of the tree", MAN_PAGE);
	length = fread(page, 1, 64 * 1024 - 1, file);
	fclose(file);
	page[length] = '\0';
	for (const char *in = page; *in; in++) {
		if (!strncmp(in, "\\(aq", 4)) {
			*out++ = '\'';
			in += 3;
		} else if (!strncmp(in, "\\(ha", 4)) {
			*out++ = '^';
			in += 3;
		} else if (!strncmp(in, "\\&", 2)) {
			in++;
		} else if (!strncmp(in, "\\e", 2)) {
			*out++ = '\\';
			in++;
		} else if (!strncmp(in, "\\-", 2)) {
			*out++ = '-';
			in++;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return page;
}

/* Cut the page to what stands between two lines. */
static char *cut(char *page, const char *from, const char *to)
{
	char *start = strstr(page, from), *end;

	assert_non_null(start);
	start += strlen(from);
	end = strstr(start, to);
	assert_non_null(end);
	*end = '\0';
	return start;
}

static bool has_word(const char *text, const char *word, size_t length)
{
	static const char around[] = " ,\n\t\"=";

	for (const char *at = text; (at = strchr(at, word[0])); at++)
		if (!strncmp(at, word, length) && at != text && strchr(around, at[-1]) &&
		    strchr(around, at[length]))
			return true;
	return false;
}

static void every_option_is_described(void **state)
{
	static char program[] = "vtrace-top", help[] = "--help";
	char *argv[] = {program, help, NULL};
	char *page = read_page(), *section = cut(page, ".SH OPTIONS\n", ".SH KEYS\n");
	struct options options;
	unsigned found = 0;
	char said[8192] = "";
	FILE *out = fmemopen(said, sizeof(said), "w");

	(void)state;
	assert_int_equal(options_parse(&options, 2, argv, out, out), OPTIONS_EXIT_OK);
	fclose(out);
	for (char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n")) {
		char *name = strstr(line, "--");

		/* The lines of options begin with two blanks. */
		if (strncmp(line, "  ", 2) || !name)
			continue;
		found++;
		if (!has_word(section, name, strcspn(name, " ")))
			fail_msg("%s does not describe %s", MAN_PAGE, name);
	}
	assert_true(found > 10);
	free(page);
}

static void every_key_is_described(void **state)
{
	char *page = read_page(), *section = cut(page, ".SH KEYS\n", ".SH BATCH\n");
	const struct keymap_entry *entries;
	size_t count;

	(void)state;
	entries = keymap_entries(&count);
	assert_true(count > 10);
	for (size_t i = 0; i < count; i++) {
		for (const char *key = entries[i].keys; *key; key += strspn(key, " ")) {
			size_t length = strcspn(key, " ");

			if (!has_word(section, key, length))
				fail_msg("%s does not describe the key %.*s", MAN_PAGE, (int)length,
					 key);
			key += length;
		}
	}
	free(page);
}

static void its_xml_prepares_a_domain(void **state)
{
	char *page = read_page(), *devices = cut(page, ".\\\" example: devices\n.EX\n", ".EE\n");
	struct channels channels;
	char xml[4096], error[256];

	(void)state;
	snprintf(xml, sizeof(xml),
		 "<domain><name>web01</name><vcpu>1</vcpu><devices>%s</devices></domain>", devices);
	if (channels_from_xml(&channels, xml, error, sizeof(error)))
		fail_msg("%s", error);
	assert_true(channels_prepared(&channels, error, sizeof(error)));
	assert_string_equal(error, "");
	channels_release(&channels);
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_is_described),
		cmocka_unit_test(every_key_is_described),
		cmocka_unit_test(its_xml_prepares_a_domain),
	};

	return cmocka_run_group_tests_name("manual", tests, NULL, NULL);
}
