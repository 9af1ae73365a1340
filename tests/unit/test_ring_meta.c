// SPDX-License-Identifier: GPL-2.0-only
/* What a guest's memory says of its ring buffers: taken when it is right, refused when it lies. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/ring_memory.h"
#include "tui/engine/ring_meta.h"

#define SIZE  (4u << 20)
#define START (64 * 1024)

struct fixture {
	struct ring_memory memory;
	struct ram *ram;
	struct ring_buffer buffer;
	char error[256];
};

static void begin(struct fixture *f, unsigned cpus, uint32_t subbufs, bool shared)
{
	*f = (struct fixture){.memory = {.cpus = cpus, .subbufs = subbufs, .shared = shared}};
	ring_memory_map(&f->memory, SIZE);
	ring_make_at(&f->memory, START);
	assert_int_equal(ram_open(&f->ram, dup(f->memory.fd), true, f->error, sizeof(f->error)), 0);
}

static void end(struct fixture *f)
{
	ram_free(f->ram);
	ring_memory_free(&f->memory);
}

static int find(struct fixture *f)
{
	return ring_meta_find(f->ram, START, &f->buffer, f->error, sizeof(f->error));
}

static void assert_refused(struct fixture *f, int error, const char *why)
{
	assert_int_equal(find(f), error);
	if (!strstr(f->error, why))
		fail_msg("\"%s\" is not in: %s", why, f->error);
}

static void test_both_layouts_are_found(void **state)
{
	(void)state;
	for (int shared = 0; shared < 2; shared++) {
		struct fixture f;

		begin(&f, 3, 20, shared);
		assert_int_equal(find(&f), 0);
		assert_string_equal(ring_layout_name(f.buffer.layout), shared ? "6.15" : "6.12");
		assert_int_equal(f.buffer.cpu_count, 3);
		assert_int_equal(f.buffer.subbuf_size, RING_PAGE);
		assert_int_equal(f.buffer.subbufs, 20);
		assert_int_equal(f.buffer.start, START);
		assert_int_equal(f.buffer.end, f.memory.end);
		assert_int_equal(f.buffer.text_addr, shared ? 0 : 0xffffffff81234560);
		for (unsigned cpu = 0; cpu < 3; cpu++) {
			assert_int_equal(f.buffer.cpus[cpu].meta, f.memory.meta[cpu]);
			assert_int_equal(f.buffer.cpus[cpu].pages, f.memory.pages[cpu]);
			assert_true(f.buffer.cpus[cpu].used);
		}
		end(&f);
	}
}

static void test_a_cpu_without_a_ring(void **state)
{
	struct ring_look look;
	struct fixture f;

	(void)state;
	begin(&f, 3, 20, false);
	ring_put64(ring_field(&f.memory, 1, RING_HEAD), 0);
	ring_put64(ring_field(&f.memory, 1, RING_COMMIT), 0);
	assert_int_equal(find(&f), 0);
	assert_int_equal(f.buffer.cpu_count, 3);
	assert_false(f.buffer.cpus[1].used);
	assert_true(f.buffer.cpus[2].used);
	assert_int_equal(ring_meta_look(f.ram, &f.buffer, 1, &look), 0);
	assert_true(look.idle);
	end(&f);
}

static void test_nothing_there(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 1, 20, false);
	assert_int_equal(ring_meta_find(f.ram, 0, &f.buffer, f.error, sizeof(f.error)), -ENOENT);
	assert_int_equal(ring_meta_find(f.ram, SIZE - 8, &f.buffer, f.error, sizeof(f.error)),
			 -ENOENT);
	assert_int_equal(ring_meta_find(f.ram, UINT64_MAX, &f.buffer, f.error, sizeof(f.error)),
			 -ENOENT);
	end(&f);
}

static void test_an_unknown_layout_is_named(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 1, 20, false);
	ring_put32(f.memory.bytes + START + 4, 36); /* of a guest with 32 bits */
	assert_refused(&f, -EPROTONOSUPPORT, "size 0x24; known are 0x38 (Linux 6.12), 0x180020");
	end(&f);
}

static void test_sizes_of_sub_buffers(void **state)
{
	static const struct {
		uint32_t size;
		bool good;
	} sizes[] = {
		{RING_SUBBUF_MIN, true}, {RING_SUBBUF_MIN / 2, false},
		{RING_SUBBUF_MAX, true}, {RING_SUBBUF_MAX * 2, false},
		{12288, false},		 {0, false},
		{UINT32_MAX, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct fixture f;

		begin(&f, 1, 20, false);
		ring_put32(ring_field(&f.memory, 0, RING_SIZE), sizes[i].size);
		/* Of any size, the first is on a border of sub-buffers. */
		ring_put64(ring_field(&f.memory, 0, RING_HEAD), ring_address(&f.memory, 0, 0));
		ring_put64(ring_field(&f.memory, 0, RING_COMMIT), ring_address(&f.memory, 0, 0));
		if (sizes[i].good)
			assert_int_equal(find(&f), 0);
		else
			assert_refused(&f, -EBADMSG, "which no kernel makes");
		end(&f);
	}
}

static void test_numbers_of_sub_buffers(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 1, RING_SUBBUFS_MIN, false);
	assert_int_equal(find(&f), 0);
	ring_put32(ring_field(&f.memory, 0, RING_SUBBUFS), RING_SUBBUFS_MIN - 1);
	assert_refused(&f, -EBADMSG, "which no kernel makes");
	ring_put32(ring_field(&f.memory, 0, RING_SUBBUFS), RING_SUBBUFS_MAX + 1);
	assert_refused(&f, -EBADMSG, "which no kernel makes");
	ring_put32(ring_field(&f.memory, 0, RING_SUBBUFS), UINT32_MAX);
	assert_refused(&f, -EBADMSG, "which no kernel makes");
	end(&f);
}

static void test_the_largest_ring(void **state)
{
	struct ring_memory memory = {.cpus = 1, .subbufs = RING_SUBBUFS_MAX};
	struct ring_buffer buffer;
	struct ram *ram;
	char error[256];

	(void)state;
	ring_memory_map(&memory, 300u << 20);
	ring_make_at(&memory, START);
	assert_int_equal(ram_open(&ram, dup(memory.fd), true, error, sizeof(error)), 0);
	assert_int_equal(ring_meta_find(ram, START, &buffer, error, sizeof(error)), 0);
	assert_int_equal(buffer.subbufs, RING_SUBBUFS_MAX);
	ram_free(ram);
	ring_memory_free(&memory);
}

static void test_an_order_that_is_none(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 1, 20, false);
	ring_put32(ring_field(&f.memory, 0, RING_ARRAY + 4 * 7), 8);
	assert_refused(&f, -EBADMSG, "contradicts itself");
	ring_put32(ring_field(&f.memory, 0, RING_ARRAY + 4 * 7), 20);
	assert_refused(&f, -EBADMSG, "contradicts itself");
	ring_put32(ring_field(&f.memory, 0, RING_ARRAY + 4 * 7), UINT32_MAX);
	assert_refused(&f, -EBADMSG, "contradicts itself");
	ring_put32(ring_field(&f.memory, 0, RING_ARRAY + 4 * 7), 7);
	assert_int_equal(find(&f), 0);
	end(&f);
}

static void test_head_and_commit_lie_inside(void **state)
{
	static const unsigned fields[] = {RING_HEAD, RING_COMMIT};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fixture f;
		uint8_t *field;

		begin(&f, 1, 20, false);
		field = ring_field(&f.memory, 0, fields[i]);
		ring_put64(field, ring_address(&f.memory, 0, 19));
		assert_int_equal(find(&f), 0);
		ring_put64(field, ring_address(&f.memory, 0, 20));
		assert_refused(&f, -EBADMSG, "contradicts itself");
		ring_put64(field, ring_address(&f.memory, 0, 0) - RING_PAGE);
		assert_refused(&f, -EBADMSG, "contradicts itself");
		ring_put64(field, ring_address(&f.memory, 0, 3) + 8);
		assert_refused(&f, -EBADMSG, "contradicts itself");
		ring_put64(field, UINT64_MAX);
		assert_refused(&f, -EBADMSG, "contradicts itself");
		end(&f);
	}
}

static void test_a_ring_ends_where_memory_does(void **state)
{
	struct fixture f;

	(void)state;
	for (int more = 0; more < 2; more++) {
		begin(&f, 1, 20, false);
		ram_free(f.ram);
		assert_int_equal(ftruncate(f.memory.fd, (off_t)f.memory.end - more), 0);
		assert_int_equal(ram_open(&f.ram, dup(f.memory.fd), true, f.error, sizeof(f.error)),
				 0);
		if (more)
			assert_refused(&f, -EBADMSG, "beyond the memory");
		else
			assert_int_equal(find(&f), 0);
		end(&f);
	}
}

/* The one of 6.15 says how large all of it is. */
static void test_a_total_size_that_lies(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 2, 20, true);
	ring_put64(f.memory.bytes + START + 8, SIZE - START);
	assert_int_equal(find(&f), 0);
	ring_put64(f.memory.bytes + START + 8, SIZE - START + 1);
	assert_refused(&f, -EBADMSG, "beyond the memory");
	/* There is room for one CPU of the two. */
	ring_put64(f.memory.bytes + START + 8, f.memory.end - START - 1);
	assert_int_equal(find(&f), 0);
	assert_int_equal(f.buffer.cpu_count, 1);
	ring_put64(f.memory.bytes + START + 16, 16);
	assert_refused(&f, -EBADMSG, "beyond the memory");
	ring_put64(f.memory.bytes + START + 16, UINT64_MAX & ~7ull);
	assert_refused(&f, -EBADMSG, "beyond the memory");
	end(&f);
}

/* Two buffers side by side are two. */
static void test_neighbours(void **state)
{
	struct ring_memory other;
	struct fixture f;

	(void)state;
	begin(&f, 2, 20, false);
	other = f.memory;
	ring_make_at(&other, f.memory.end);
	for (unsigned cpu = 0; cpu < 2; cpu++)
		for (unsigned i = 0; i < 3; i++) {
			uint8_t *field = ring_field(&other, cpu, RING_FIRST + 8 * i);

			/* Each range is mapped by itself, with a page between. */
			ring_put64(field, ring_get64(field) + RING_PAGE);
		}
	assert_int_equal(find(&f), 0);
	assert_int_equal(f.buffer.cpu_count, 2);
	assert_int_equal(f.buffer.end, other.start);
	assert_int_equal(ring_meta_find(f.ram, other.start, &f.buffer, f.error, sizeof(f.error)),
			 0);
	assert_int_equal(f.buffer.cpu_count, 2);
	end(&f);
}

static void test_looks_follow_a_reader(void **state)
{
	uint32_t order[20], place[20];
	struct ring_writer writer;
	struct ring_look look;
	struct fixture f;

	(void)state;
	begin(&f, 1, 20, false);
	assert_int_equal(find(&f), 0);
	writer = ring_writer_at(&f.memory, 0, 1000);
	ring_write(&writer, 3 * RING_EVENTS + 1);
	ring_take_reader(&writer);
	assert_int_equal(ring_meta_order(f.ram, &f.buffer, 0, &look, order, place), 0);
	assert_int_equal(look.reader, 1);
	assert_int_equal(look.head, 2);
	assert_int_equal(look.commit, 4);
	assert_int_equal(order[0], 1);
	assert_int_equal(order[1], 0);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(place[order[i]], i);
	ring_put32(ring_field(&f.memory, 0, RING_ARRAY + 4), 1);
	assert_int_equal(ring_meta_order(f.ram, &f.buffer, 0, &look, order, place), -EBADMSG);
	end(&f);
}

static void test_the_newest_page(void **state)
{
	struct ring_writer writer;
	struct fixture f;

	(void)state;
	begin(&f, 2, 20, false);
	assert_int_equal(find(&f), 0);
	assert_int_equal(ring_meta_newest(f.ram, &f.buffer), 0);
	writer = ring_writer_at(&f.memory, 1, 1000);
	ring_write(&writer, RING_EVENTS + 1);
	assert_int_equal(ring_meta_newest(f.ram, &f.buffer), 1000 + 10 * (RING_EVENTS + 1));
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_layouts_are_found),
		cmocka_unit_test(test_a_cpu_without_a_ring),
		cmocka_unit_test(test_nothing_there),
		cmocka_unit_test(test_an_unknown_layout_is_named),
		cmocka_unit_test(test_sizes_of_sub_buffers),
		cmocka_unit_test(test_numbers_of_sub_buffers),
		cmocka_unit_test(test_the_largest_ring),
		cmocka_unit_test(test_an_order_that_is_none),
		cmocka_unit_test(test_head_and_commit_lie_inside),
		cmocka_unit_test(test_a_ring_ends_where_memory_does),
		cmocka_unit_test(test_a_total_size_that_lies),
		cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_looks_follow_a_reader),
		cmocka_unit_test(test_the_newest_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
