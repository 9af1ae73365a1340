// SPDX-License-Identifier: GPL-2.0-only
/* What is written for a place in time, and what is said of what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tui/console/goto.h"

static void takes(const char *text, bool nanoseconds, enum goto_kind kind, uint64_t amount)
{
	struct goto_target target;
	char why[128] = "";

	if (goto_parse(text, nanoseconds, &target, why, sizeof(why)))
		fail_msg("\"%s\": %s", text, why);
	assert_int_equal(target.kind, kind);
	assert_int_equal(target.amount, amount);
}

static void refuses(const char *text, bool nanoseconds, const char *because)
{
	struct goto_target target;
	char why[128] = "";

	assert_true(goto_parse(text, nanoseconds, &target, why, sizeof(why)) < 0);
	if (!strstr(why, because))
		fail_msg("\"%s\": \"%s\" does not say \"%s\"", text, why, because);
}

static void test_times(void **state)
{
	(void)state;
	takes("1063.904330", true, GOTO_TIME, 1063904330000);
	takes(" 1063 ", true, GOTO_TIME, 1063000000000);
	takes("1063.", true, GOTO_TIME, 1063000000000);
	takes(".5", true, GOTO_TIME, 500000000);
	takes("0.0000000019", true, GOTO_TIME, 1);
	takes("+0.25", true, GOTO_LATER, 250000000);
	takes("-2", true, GOTO_EARLIER, 2000000000);
	takes("18446744073.709551615", true, GOTO_TIME, UINT64_MAX);
}

static void test_other_clocks(void **state)
{
	(void)state;
	takes("1063904", false, GOTO_TIME, 1063904);
	takes("-18446744073709551615", false, GOTO_EARLIER, UINT64_MAX);
	refuses("1063.5", false, "character 5 ");
}

static void test_shares(void **state)
{
	(void)state;
	takes("0%", true, GOTO_SHARE, 0);
	takes("50%", false, GOTO_SHARE, 500000);
	takes(" 12.5% ", true, GOTO_SHARE, 125000);
	takes("100%", true, GOTO_SHARE, 1000000);
	refuses("100.0001%", true, "100%");
	refuses("+50%", true, "character 4 ");
	refuses("%", true, "character 1 ");
}

static void test_what_is_none(void **state)
{
	(void)state;
	refuses("", true, "a time looks like 1063.904330");
	refuses("+", true, "a time looks like");
	refuses(".", true, "character 1 ");
	refuses("12:30", true, "character 3 ");
	refuses("--1", true, "character 2 ");
	refuses("1 2", true, "character 3 ");
	refuses("1.2.3", true, "character 4 ");
	refuses("18446744073.709551616", true, "as large");
	refuses("99999999999999999999999", true, "as large");
	refuses("99999999999999999999999%", true, "as large");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_other_clocks),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
