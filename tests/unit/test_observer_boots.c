// SPDX-License-Identifier: GPL-2.0-only
/* A ring in a guest's memory to which a kernel writes that has booted later than the one before. */
#include "tests/unit/observed.h"

#define AGAIN 1000000 /* the time after another boot, ns */

static void test_another_boot(void **state)
{
	struct ring_writer writer;
	struct fixture f;

	(void)state;
	begin(&f);
	ring_write(&f.writer, 5 * RING_EVENTS + 5);
	look(&f);
	assert_all_came(&f);
	/* The kernel of 6.12 goes on where the one before was, from the start of its last page. */
	writer = f.writer;
	f.writer.written = 0;
	f.writer.time = AGAIN;
	f.writer.number = 0;
	ring_write(&f.writer, 3);
	assert_int_equal(look(&f), OBSERVER_BOOT);
	assert_true(observer_at_boot(f.observer));
	assert_int_equal(look(&f), OBSERVER_BOOT);
	assert_int_equal(f.events, writer.number);
	f.next = f.events = 0;
	f.base = AGAIN;
	observer_pass_boot(f.observer);
	assert_int_equal(look(&f), -EAGAIN);
	assert_int_equal(f.events, 3);
	/* That the page was another by then is told. */
	assert_int_equal(f.gaps, 1);
	ring_write(&f.writer, 3 * RING_EVENTS);
	assert_int_equal(look(&f), -EAGAIN);
	assert_int_equal(f.events, f.writer.number);
	end(&f);
}

static void test_the_boot_before_comes_first(void **state)
{
	struct fixture f;
	uint64_t before;

	(void)state;
	begin_with(&f, SUBBUFS, true);
	ring_write(&f.writer, 5 * RING_EVENTS + 5);
	before = 5 * RING_EVENTS;
	f.writer.written = 0;
	f.writer.time = AGAIN;
	f.writer.number = 0;
	ring_write(&f.writer, 3);
	assert_int_equal(look(&f), OBSERVER_BOOT);
	assert_int_equal(f.events, before);
	f.next = 0;
	f.base = AGAIN;
	observer_pass_boot(f.observer);
	assert_int_equal(look(&f), 0);
	assert_int_equal(f.events, before + 3);
	assert_int_equal(f.gaps, 0);
	end(&f);
}

/* A kernel that boots sets its clock right, and goes on. */
static void test_a_clock_that_is_set_right(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	ring_write(&f.writer, RING_EVENTS);
	look(&f);
	f.base -= OBSERVER_BACK_NS;
	f.writer.time -= OBSERVER_BACK_NS;
	ring_write(&f.writer, 3);
	assert_int_equal(look(&f), -EAGAIN);
	assert_all_came(&f);
	ring_write(&f.writer, RING_EVENTS - 3);
	look(&f);
	f.base -= OBSERVER_BACK_NS + 11;
	f.writer.time -= OBSERVER_BACK_NS + 11;
	ring_write(&f.writer, 3);
	assert_int_equal(look(&f), OBSERVER_BOOT);
	end(&f);
}

/* One that is up for longer than the one before was, and has its memory elsewhere. */
static void test_another_boot_later_by_the_clock(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	ring_write(&f.writer, 2 * RING_EVENTS);
	look(&f);
	f.memory.moved = 1 << 30;
	ring_put64(ring_field(&f.memory, 0, RING_FIRST), ring_address(&f.memory, 0, 0));
	ring_set(&f.writer, RING_HEAD, 1);
	ring_set(&f.writer, RING_COMMIT, f.writer.tail);
	assert_int_equal(look(&f), -EAGAIN);
	f.writer.written = 0;
	ring_write(&f.writer, 3);
	assert_int_equal(look(&f), OBSERVER_BOOT);
	assert_int_equal(f.events, 2 * RING_EVENTS);
	observer_pass_boot(f.observer);
	assert_int_equal(look(&f), -EAGAIN);
	ring_write(&f.writer, 2 * RING_EVENTS);
	assert_int_equal(look(&f), -EAGAIN);
	assert_int_equal(f.events, f.writer.number);
	assert_int_equal(f.missing, 0);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_another_boot),
		cmocka_unit_test(test_the_boot_before_comes_first),
		cmocka_unit_test(test_a_clock_that_is_set_right),
		cmocka_unit_test(test_another_boot_later_by_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
