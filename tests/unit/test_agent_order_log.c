// SPDX-License-Identifier: GPL-2.0-only
/* Orders that are kept to be given once more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guest-agent/order_log.h"

static void in_their_order(void **state)
{
	struct order_log log = {0};
	const char *line;

	(void)state;
	assert_null(order_log_next(&log, NULL));
	order_log_add(&log, "events", "add sched");
	order_log_add(&log, "snapshot", "");
	order_log_add(&log, "clock", "boot");
	line = order_log_next(&log, NULL);
	assert_string_equal(line, "events add sched");
	line = order_log_next(&log, line);
	assert_string_equal(line, "snapshot ");
	line = order_log_next(&log, line);
	assert_string_equal(line, "clock boot");
	assert_null(order_log_next(&log, line));
	assert_false(log.broken);
	order_log_clear(&log);
	assert_null(order_log_next(&log, NULL));
}

/* A log that lacks one is of no use, and says so until it is begun anew. */
static void no_more_than_there_is_room_for(void **state)
{
	struct order_log log = {0};
	char filter[1024];

	(void)state;
	memset(filter, 'x', sizeof(filter) - 1);
	filter[sizeof(filter) - 1] = '\0';
	for (size_t i = 0; i < ORDER_LOG_MAX / sizeof(filter) - 1; i++)
		order_log_add(&log, "filter", filter);
	assert_false(log.broken);
	for (size_t i = 0; i < 2; i++)
		order_log_add(&log, "filter", filter);
	assert_true(log.broken);
	assert_true(log.length <= ORDER_LOG_MAX);
	order_log_add(&log, "clock", "boot");
	assert_true(log.broken);
	order_log_clear(&log);
	assert_false(log.broken);
	order_log_add(&log, "clock", "boot");
	assert_string_equal(order_log_next(&log, NULL), "clock boot");
	order_log_clear(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_their_order),
		cmocka_unit_test(no_more_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
