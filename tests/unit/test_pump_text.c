// SPDX-License-Identifier: GPL-2.0-only
/* What is told of the agent's counters, and why nothing is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/console/pump.h"

static char lines[PUMP_LINES][PUMP_TEXT];
static bool losses;

static void says(const struct pump *pump, enum guest_state state, const char *why)
{
	char wanted[PUMP_TEXT] = "agent: its counters are not known: ";

	strcat(wanted, why);
	assert_int_equal(pump_text(pump, state, lines, &losses), 1);
	assert_string_equal(lines[0], wanted);
	assert_false(losses);
}

static void counters_of_the_manual(void **state)
{
	struct pump pump = {.waiting = true, .asked = 1};

	(void)state;
	/* The example of vtrace-protocol(7). */
	pump_take(&pump, "stats cpu=0 entries=137 overrun=0 commit-overrun=0 dropped=0 read=9518 "
			 "pages-spliced=86 pages-flushed=0 bytes-sent=352256 lost-bytes=0");
	assert_false(pump.waiting);
	assert_int_equal(pump_text(&pump, GUEST_TRACING, lines, &losses), 2);
	assert_string_equal(lines[0], "agent, CPU0: 86 full pages spliced, 0 flushed early, 344K "
				      "sent, 0 lost by the port's driver");
	assert_string_equal(lines[1], "ring buffer, CPU0: 137 events wait, 9,518 read, 0 "
				      "overwritten unread, 0 dropped");
	assert_false(losses);
}

static void losses_are_marked(void **state)
{
	static const char *const texts[] = {"overrun=41", "dropped=1", "lost-bytes=4096"};
	struct pump pump = {.cpu = 3};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		pump_take(&pump, texts[i]);
		assert_int_equal(pump_text(&pump, GUEST_TRACING, lines, &losses), 2);
		assert_true(losses);
	}
	assert_string_equal(lines[0], "agent, CPU3: ? full pages spliced, ? flushed early, ? sent, "
				      "4.0K lost by the port's driver");
}

static void why_nothing_is_known(void **state)
{
	struct pump pump = {.asked = 0};

	(void)state;
	says(&pump, GUEST_STOPPED, "they are asked for");
	pump.asked = 1;
	pump.waiting = true;
	says(&pump, GUEST_STOPPED, "they are asked for");
	pump_take(&pump, NULL);
	says(&pump, GUEST_TRACING, "the agent did not tell them; it is asked again");
	says(&pump, GUEST_CONNECTING, "the agent has not answered yet");
	says(&pump, GUEST_OLD_AGENT,
	     "nobody answers, or it is the agent of 2012, which has no counters");
	says(&pump, GUEST_GONE, "the domain is gone");
	assert_int_equal(pump_text(&pump, GUEST_REPLAY, lines, &losses), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_of_the_manual),
		cmocka_unit_test(losses_are_marked),
		cmocka_unit_test(why_nothing_is_known),
	};

	return cmocka_run_group_tests_name("pump text", tests, NULL, NULL);
}
