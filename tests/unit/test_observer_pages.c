// SPDX-License-Identifier: GPL-2.0-only
/* Rings of guests with larger pages, and what a guest's CPU shows in another order than it wrote
 * it, as arm64's do. */
#include "tests/unit/observed.h"

#include "tui/engine/memory_search.h"

static const uint32_t sizes[] = {4096, 16384, 65536};

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static void test_larger_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIZES; i++) {
		uint32_t events = ring_data(sizes[i]) / RING_EVENT;
		struct fixture f;

		begin_pages(&f, sizes[i], SUBBUFS, false);
		assert_int_equal(f.buffer.subbuf_size, sizes[i]);
		assert_int_equal(f.buffer.subbufs, SUBBUFS);
		assert_int_equal(f.buffer.cpus[0].pages % sizes[i], 0);
		assert_int_equal(observer_page_size(f.observer), sizes[i]);
		/* In parts, and several times round. */
		for (unsigned n = 0; n < 8; n++) {
			ring_write(&f.writer, (SUBBUFS - 4) * events - 7);
			assert_int_equal(look(&f), -EAGAIN);
			ring_take_reader(&f.writer);
			ring_write(&f.writer, 3);
			assert_int_equal(look(&f), -EAGAIN);
		}
		assert_all_came(&f);
		/* Overwritten, and told. */
		ring_write(&f.writer, 3 * SUBBUFS * events);
		look(&f);
		assert_int_equal(f.gaps, 1);
		assert_int_equal(f.next, f.writer.number);
		end(&f);
	}
}

/* Wherever a page begins for the guest, it begins a page for the search as well, and its time stamp
 * is that of the newest. */
static void test_they_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIZES; i++) {
		struct engine_memory_buffer buffers[RING_BUFFERS_MAX];
		struct engine_memory_reply reply;
		struct memory_search search;
		struct fixture f;

		begin_pages(&f, sizes[i], SUBBUFS, false);
		ring_write(&f.writer, 10);
		assert_int_equal(memory_search_begin(&search, f.ram, ENGINE_MEMORY_ANYWHERE), 0);
		while (!memory_search_step(&search))
			;
		memory_search_tell(&search, &reply, buffers);
		assert_int_equal(reply.buffers, 1);
		assert_int_equal(buffers[0].offset, 2 * sizes[i]);
		assert_int_equal(buffers[0].size, f.memory.end - 2 * sizes[i]);
		assert_int_equal(buffers[0].subbuf_size, sizes[i]);
		assert_int_equal(buffers[0].newest, START + 10);
		memory_search_release(&search);
		end(&f);
	}
}

/* That the guest has gone on to the next sub-buffer is seen before the last commit to the one
 * before. reader: which is that of a reader in the guest. */
static void commit_comes_late(bool reader)
{
	struct fixture f;
	uint32_t next;

	begin(&f);
	ring_write(&f.writer, 5);
	if (reader)
		ring_take_reader(&f.writer);
	assert_int_equal(look(&f), -EAGAIN);
	ring_write_event(&f.writer, 10, false);
	next = f.writer.tail ? ring_behind(&f.writer, f.writer.tail) : ring_head(&f.writer);
	ring_set(&f.writer, RING_COMMIT, next);
	assert_int_equal(look(&f), -EAGAIN);
	assert_int_equal(f.events, 5);
	/* Whoever sees what is committed to the next one sees all of the one before. */
	ring_move_tail(&f.writer);
	ring_write(&f.writer, 2);
	for (unsigned i = 0; i < 3; i++)
		look(&f);
	assert_all_came(&f);
	assert_int_equal(f.events, 8);
	end(&f);
}

static void test_a_commit_that_comes_late(void **state)
{
	(void)state;
	commit_comes_late(false);
	commit_comes_late(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_larger_pages),
		cmocka_unit_test(test_they_are_found),
		cmocka_unit_test(test_a_commit_that_comes_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
