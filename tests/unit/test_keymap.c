// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/console/keymap.h"

/* curses.h is the console's alone; these are its codes of KEY_F(1), KEY_PPAGE, KEY_ENTER,
 * KEY_BACKSPACE. */
#define CODE_F1	       0411
#define CODE_PPAGE     0523
#define CODE_ENTER     0527
#define CODE_BACKSPACE 0407

static int parse(const char *name)
{
	return key_parse(name, strlen(name));
}

static void names_of_keys(void **state)
{
	(void)state;
	assert_int_equal(parse("a"), 'a');
	assert_int_equal(parse("#"), '#');
	assert_int_equal(parse("^L"), 12);
	assert_int_equal(parse("^"), '^');
	assert_int_equal(parse("Esc"), KEY_ESCAPE);
	assert_int_equal(parse("Space"), ' ');
	assert_int_equal(parse("F1"), KEY_FUNCTION(CODE_F1));
	assert_int_equal(parse("F10"), KEY_FUNCTION(CODE_F1 + 9));
	assert_int_equal(parse("PgUp"), KEY_FUNCTION(CODE_PPAGE));
}

static void names_of_no_key(void **state)
{
	static const char *const names[] = {"",	  "F0",	  "F13",   "F1x", "^l",
					    "^é", "pgup", "PgUpp", "ab"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(parse(names[i]), KEY_UNKNOWN);
	assert_int_equal(parse("F"), 'F');
}

/* Call fn with each key name of an entry. */
static void each_key(const struct keymap_entry *entry,
		     void (*fn)(const struct keymap_entry *entry, const char *name, size_t length))
{
	const char *name = entry->keys;

	while (*name) {
		size_t length = strcspn(name, " ");

		fn(entry, name, length);
		name += length;
		name += strspn(name, " ");
	}
}

/* A name that is misspelt in the table, or a key that a row above it takes, shows here. */
static void finds_its_entry(const struct keymap_entry *entry, const char *name, size_t length)
{
	int key = key_parse(name, length);

	assert_int_not_equal(key, KEY_UNKNOWN);
	for (unsigned view = 0; view < VIEW_COUNT; view++) {
		if (!(entry->views & IN_VIEW(view)))
			continue;
		const struct keymap_entry *found = keymap_find(view, key);

		if (found != entry)
			fail_msg("'%.*s' means %s in view %u, not %s", (int)length, name,
				 found ? found->name : "nothing", view, entry->name);
	}
}

static void table_is_sound(void **state)
{
	size_t count;
	const struct keymap_entry *entries = keymap_entries(&count);

	(void)state;
	assert_true(count > 20);
	for (size_t i = 0; i < count; i++) {
		assert_true(entries[i].views && !(entries[i].views & ~IN_EVERY_VIEW));
		assert_true(entries[i].help && *entries[i].help && *entries[i].name);
		each_key(&entries[i], finds_its_entry);
	}
}

/* Do keys, and name with argument, fit where help has them? What has no keys has their place. */
static bool names_fit(const struct keymap_entry *entry)
{
	size_t name = strlen(entry->name) + strlen(argument_name(entry->argument));

	if (!*entry->keys)
		return strlen(entry->name) <= 13 && name <= 27;
	return strlen(entry->keys) <= 14 && name <= 13;
}

/* Help's lines have 49 columns for it on a screen of 80. */
static void help_fits(void **state)
{
	size_t count;
	const struct keymap_entry *entries = keymap_entries(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		if (strlen(entries[i].help) > 49 || !names_fit(&entries[i]))
			fail_msg("%s: keys or help are too long", entries[i].name);
}

static void views_differ(void **state)
{
	(void)state;
	assert_int_equal(keymap_find(VIEW_EVENTS, 'R')->action, ACTION_FORMATS);
	assert_int_equal(keymap_find(VIEW_DOMAINS, 'R')->action, ACTION_RELIST);
	assert_int_equal(keymap_find(VIEW_EVENTS, 'G')->action, ACTION_FOLLOW);
	assert_int_equal(keymap_find(VIEW_LOG, 'G')->action, ACTION_END);
	assert_int_equal(keymap_find(VIEW_DETAIL, 'p')->action, ACTION_PREVIOUS_ROW);
	assert_null(keymap_find(VIEW_DOMAINS, 't'));
	assert_int_equal(keymap_find(VIEW_EVENTS, KEY_ESCAPE)->action, ACTION_CANCEL);
}

static void enter_has_many_codes(void **state)
{
	static const int codes[] = {'\r', '\n', KEY_FUNCTION(CODE_ENTER)};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		assert_int_equal(keymap_find(VIEW_DOMAINS, codes[i])->action, ACTION_OPEN);
}

/* What a terminal sends for Backspace: DEL mostly, else ^H. */
static void backspace_has_many_codes(void **state)
{
	static const int codes[] = {0x7f, '\b', KEY_FUNCTION(CODE_BACKSPACE)};

	(void)state;
	assert_int_equal(parse("Backspace"), KEY_FUNCTION(CODE_BACKSPACE));
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		assert_int_equal(keymap_find(VIEW_DETAIL, codes[i])->action, ACTION_CLOSE);
		assert_null(keymap_find(VIEW_EVENTS, codes[i]));
	}
}

static const struct keymap_entry *named(const char *name, bool *ambiguous)
{
	return keymap_named(VIEW_EVENTS, name, strlen(name), ambiguous);
}

static void commands_may_be_shortened(void **state)
{
	bool ambiguous;

	(void)state;
	assert_int_equal(named("follow", &ambiguous)->action, ACTION_FOLLOW);
	assert_int_equal(named("fol", &ambiguous)->action, ACTION_FOLLOW);
	assert_null(named("fo", &ambiguous));
	assert_true(ambiguous);
	/* A whole name is not kept from being used by a longer one. */
	assert_int_equal(named("up", &ambiguous)->action, ACTION_UP);
	assert_false(ambiguous);
	assert_null(named("relist", &ambiguous));
	assert_false(ambiguous);
	assert_null(named("", &ambiguous));
	assert_non_null(keymap_named(VIEW_DOMAINS, "relist", 6, &ambiguous));
}

static void names_are_there_once_in_a_view(void **state)
{
	size_t count;
	const struct keymap_entry *entries = keymap_entries(&count);
	bool ambiguous;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (unsigned view = 0; view < VIEW_COUNT; view++)
			if (entries[i].views & IN_VIEW(view))
				assert_ptr_equal(keymap_named(view, entries[i].name,
							      strlen(entries[i].name), &ambiguous),
						 &entries[i]);
		assert_true(entries[i].argument < ARGUMENT_KINDS);
		assert_true(!entries[i].argument == !argument_name(entries[i].argument)[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_keys),
		cmocka_unit_test(names_of_no_key),
		cmocka_unit_test(table_is_sound),
		cmocka_unit_test(help_fits),
		cmocka_unit_test(views_differ),
		cmocka_unit_test(enter_has_many_codes),
		cmocka_unit_test(backspace_has_many_codes),
		cmocka_unit_test(commands_may_be_shortened),
		cmocka_unit_test(names_are_there_once_in_a_view),
	};

	return cmocka_run_group_tests_name("keymap", tests, NULL, NULL);
}
