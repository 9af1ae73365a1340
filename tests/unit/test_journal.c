// SPDX-License-Identifier: GPL-2.0-only
/* Which of the things that were said the message line shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tui/console/journal.h"

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct journal));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static void line_is(const struct journal *journal, const char *text, uint64_t others)
{
	uint64_t more = 0;
	const struct journal_entry *entry = journal_current(journal, &more);

	assert_non_null(entry);
	assert_string_equal(entry->text, text);
	assert_int_equal(more, others);
}

static void test_newest_of_equals(void **state)
{
	struct journal *journal = *state;

	journal_add(journal, GUEST_INFO, "one");
	journal_add(journal, GUEST_INFO, "two");
	line_is(journal, "two", 1);
	journal_add(journal, GUEST_WARNING, "three");
	journal_add(journal, GUEST_ERROR, "four");
	journal_add(journal, GUEST_WARNING, "five");
	line_is(journal, "five", 4);
}

static void test_chatter_gives_way(void **state)
{
	struct journal *journal = *state;

	journal_add(journal, GUEST_WARNING, "a CPU has no channel");
	journal_add(journal, GUEST_INFO, "saved");
	line_is(journal, "a CPU has no channel", 1);
	journal_add(journal, GUEST_WAITING, "no answer yet");
	line_is(journal, "a CPU has no channel", 2);
	journal_add(journal, GUEST_DETAIL, "a note");
	line_is(journal, "a CPU has no channel", 2);
}

static void test_what_was_waited_for(void **state)
{
	struct journal *journal = *state;

	journal_add(journal, GUEST_INFO, "asked");
	journal_add(journal, GUEST_WAITING, "no answer yet");
	line_is(journal, "no answer yet", 1);
	journal_add(journal, GUEST_DETAIL, "a note");
	line_is(journal, "no answer yet", 1);
	journal_add(journal, GUEST_INFO, "the answer");
	line_is(journal, "the answer", 2);
	journal_add(journal, GUEST_WAITING, "no answer yet");
	journal_add(journal, GUEST_ERROR, "refused");
	line_is(journal, "refused", 4);
}

static void test_keys_acknowledge(void **state)
{
	struct journal *journal = *state;
	uint64_t more;

	assert_null(journal_current(journal, &more));
	journal_add(journal, GUEST_ERROR, "one");
	journal_acknowledge(journal);
	assert_null(journal_current(journal, &more));
	journal_add(journal, GUEST_INFO, "two");
	line_is(journal, "two", 0);
	assert_int_equal(journal_held(journal), 2);
	assert_string_equal(journal_at(journal, 0)->text, "one");
}

static void test_old_entries_go(void **state)
{
	struct journal *journal = *state;

	for (unsigned i = 0; i < JOURNAL_ENTRIES; i++)
		journal_printf(journal, GUEST_ERROR, "%u", i);
	assert_string_equal(journal_at(journal, 0)->text, "0");
	journal_printf(journal, GUEST_ERROR, "%u", JOURNAL_ENTRIES);
	assert_int_equal(journal_held(journal), JOURNAL_ENTRIES);
	assert_string_equal(journal_at(journal, 0)->text, "1");
	line_is(journal, "512", JOURNAL_ENTRIES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_newest_of_equals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_chatter_gives_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_was_waited_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_keys_acknowledge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_old_entries_go, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
