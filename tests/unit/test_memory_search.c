// SPDX-License-Identifier: GPL-2.0-only
/* What is found in a guest's memory: ring buffers, and what kernel it runs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/ring_memory.h"
#include "tui/engine/memory_search.h"

#define BANNER "Linux version 6.12.1 (me@here) (gcc 12.2) #1 SMP PREEMPT_DYNAMIC Thu Nov 26 2026"

struct fixture {
	struct ring_memory memory;
	struct ram *ram;
	struct memory_search search;
	struct engine_memory_reply reply;
	struct engine_memory_buffer buffers[RING_BUFFERS_MAX];
};

static void begin(struct fixture *f, size_t size)
{
	*f = (struct fixture){.memory = {.cpus = 2, .subbufs = 4}};
	ring_memory_map(&f->memory, size);
}

static void search_from(struct fixture *f, uint64_t hint)
{
	char error[256];

	ram_free(f->ram);
	memory_search_release(&f->search);
	assert_int_equal(ram_open(&f->ram, dup(f->memory.fd), true, error, sizeof(error)), 0);
	assert_int_equal(memory_search_begin(&f->search, f->ram, hint), 0);
}

static void search(struct fixture *f, uint64_t hint)
{
	search_from(f, hint);
	while (!memory_search_step(&f->search)) {
		memory_search_tell(&f->search, &f->reply, f->buffers);
		assert_int_equal(f->reply.error, -EINPROGRESS);
		assert_true(f->reply.looked < f->reply.size);
	}
	memory_search_tell(&f->search, &f->reply, f->buffers);
	assert_int_equal(f->reply.looked, f->reply.size);
}

static void end(struct fixture *f)
{
	memory_search_release(&f->search);
	ram_free(f->ram);
	ring_memory_free(&f->memory);
}

static void put(struct fixture *f, uint64_t at, const char *text)
{
	memcpy(f->memory.bytes + at, text, strlen(text) + 1);
}

static void test_nothing_in_it(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 4 << 20);
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_int_equal(f.reply.error, -ENOENT);
	assert_int_equal(f.reply.buffers, 0);
	assert_non_null(strstr(f.reply.reason, "trace_instance="));
	assert_string_equal(f.reply.banner, "");
	end(&f);
}

static void test_buffers_and_the_newest(void **state)
{
	struct ring_writer writer;
	struct fixture f;
	uint64_t first;

	(void)state;
	begin(&f, 40 << 20);
	ring_make_at(&f.memory, 1 << 20);
	first = f.memory.start;
	writer = ring_writer_at(&f.memory, 1, 7000);
	ring_write(&writer, 3);
	ring_make_at(&f.memory, 33 << 20);
	writer = ring_writer_at(&f.memory, 0, 9000);
	ring_write(&writer, 3);
	f.memory.shared = true;
	ring_make_at(&f.memory, 35 << 20);
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_int_equal(f.reply.error, 0);
	assert_string_equal(f.reply.warning, "");
	assert_int_equal(f.reply.buffers, 3);
	assert_int_equal(f.reply.newest, 1);
	assert_int_equal(f.buffers[0].offset, first);
	assert_int_equal(f.buffers[0].newest, 7010);
	assert_int_equal(f.buffers[0].cpus, 2);
	assert_int_equal(f.buffers[0].used, 2);
	assert_int_equal(f.buffers[0].subbufs, 4);
	assert_int_equal(f.buffers[0].subbuf_size, RING_PAGE);
	assert_string_equal(f.buffers[0].layout, "6.12");
	assert_int_equal(f.buffers[1].offset, 33 << 20);
	assert_int_equal(f.buffers[1].newest, 9010);
	assert_string_equal(f.buffers[2].layout, "6.15");
	assert_int_equal(f.buffers[2].newest, 0);
	end(&f);
}

static void test_a_hint(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 40 << 20);
	ring_make_at(&f.memory, 1 << 20);
	ring_make_at(&f.memory, 33 << 20);
	search(&f, 33 << 20);
	assert_int_equal(f.reply.buffers, 1);
	assert_int_equal(f.buffers[0].offset, 33 << 20);
	/* A wrong one is of no harm. */
	search(&f, 34 << 20);
	assert_int_equal(f.reply.buffers, 2);
	search(&f, (40 << 20) - 1);
	assert_int_equal(f.reply.buffers, 2);
	end(&f);
}

static void test_the_kernel(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 4 << 20);
	/* Across two chunks, and one that was printed only. */
	put(&f, (1 << 20) - 30, BANNER "\n");
	put(&f, 2 << 20, "[    0.000000] " BANNER);
	put(&f, 3 << 20, "OSRELEASE=6.12.1\nBUILD-ID=0123456789abcdef0123\nPAGESIZE=4096\n");
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_string_equal(f.reply.banner, BANNER);
	assert_string_equal(f.reply.release, "6.12.1");
	assert_string_equal(f.reply.build_id, "0123456789abcdef0123");
	assert_int_equal(f.search.banners[0].seen, 1);
	assert_string_equal(f.reply.warning, "");
	end(&f);
}

static void test_two_kernels(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 4 << 20);
	for (unsigned i = 0; i < 3; i++)
		put(&f, 100000 + i * 1000, "Linux version 5.10.0 (a@b) #7\n");
	put(&f, 1 << 20, BANNER "\n");
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_string_equal(f.reply.banner, "Linux version 5.10.0 (a@b) #7");
	put(&f, 3 << 20, "OSRELEASE=6.12.1\n");
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_string_equal(f.reply.banner, BANNER);
	put(&f, (3 << 20) + 4096, "OSRELEASE=5.10.0\n");
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_non_null(strstr(f.reply.warning, "two kernels, 6.12.1 and 5.10.0"));
	end(&f);
}

static void test_names_that_are_none(void **state)
{
	char longest[300];
	struct fixture f;

	(void)state;
	begin(&f, 4 << 20);
	put(&f, 5000, "Linux version of something\n");
	put(&f, 5500, "Linux version 6.1 (a@b) # SMP \n");
	put(&f, 6000, "Linux version 6.1\x1b[31m\n");
	snprintf(longest, sizeof(longest), "Linux version 6.%0*d #1\n", 237, 1);
	put(&f, 7000, longest);
	snprintf(longest, sizeof(longest), "OSRELEASE=%0*d\n", 68, 1);
	put(&f, 1 << 20, longest);
	snprintf(longest, sizeof(longest), "OSRELEASE=6.1\nBUILD-ID=%0*d\n", 44, 1);
	put(&f, 2 << 20, longest);
	put(&f, 3 << 20, "OSRELEASE=6.1 without an end");
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_string_equal(f.reply.banner, "");
	assert_string_equal(f.reply.release, "");
	assert_string_equal(f.reply.build_id, "");
	/* The longest that are. */
	snprintf(longest, sizeof(longest), "Linux version 6.%0*d #1\n", 236, 1);
	put(&f, 7000, longest);
	snprintf(longest, sizeof(longest), "OSRELEASE=%0*d\nBUILD-ID=%0*d\n", 67, 1, 43, 1);
	put(&f, 1 << 20, longest);
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_int_equal(strlen(f.reply.banner), 255);
	assert_int_equal(strlen(f.reply.release), 67);
	assert_int_equal(strlen(f.reply.build_id), 43);
	end(&f);
}

static void test_many_banners(void **state)
{
	struct fixture f;
	char text[64];

	(void)state;
	begin(&f, 4 << 20);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "Linux version 6.%u (a@b) #7\n", i);
		put(&f, 5000 + 100 * i, text);
	}
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_string_equal(f.reply.banner, "Linux version 6.0 (a@b) #7");
	assert_int_equal(f.search.banner_count, MEMORY_SEARCH_BANNERS);
	end(&f);
}

/* Each of them is the beginning of a line that has no end: none is looked at to the end of what was
 * read, which would take minutes here. */
static void test_banners_without_an_end(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 4 << 20);
	for (size_t at = 0; at + 14 < f.memory.size; at += 14)
		memcpy(f.memory.bytes + at, "Linux version ", 14);
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_string_equal(f.reply.banner, "");
	end(&f);
}

static void test_many_buffers(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 4 << 20);
	for (unsigned i = 0; i < RING_BUFFERS_MAX; i++)
		ring_make_at(&f.memory, 65536ull * (i + 1));
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_int_equal(f.reply.buffers, RING_BUFFERS_MAX);
	assert_string_equal(f.reply.warning, "");
	ring_make_at(&f.memory, 65536ull * (RING_BUFFERS_MAX + 1));
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_int_equal(f.reply.buffers, RING_BUFFERS_MAX);
	assert_string_equal(f.reply.warning, "there are more than 16 ring buffers in the memory");
	end(&f);
}

/* Each page says that a buffer begins there, and all mean one description, of which the last number
 * is wrong: to see that takes as much as hundreds of pages, and is counted like those. */
static void test_buffers_that_are_dear_to_refuse(void **state)
{
	struct ring_memory ring = {.cpus = 1, .subbufs = RING_SUBBUFS_MAX, .shared = true};
	struct fixture f;
	unsigned steps = 0;

	(void)state;
	begin(&f, 300u << 20);
	ring.fd = f.memory.fd;
	ring.size = f.memory.size;
	ring.bytes = f.memory.bytes;
	ring_make_at(&ring, 32 << 20);
	ring_put32(ring_field(&ring, 0, RING_ARRAY + 4 * (RING_SUBBUFS_MAX - 1)), 0);
	for (uint64_t at = 0; at < 32 << 20; at += RING_META_PAGE) {
		memcpy(f.memory.bytes + at, f.memory.bytes + (32 << 20), 24);
		ring_put64(f.memory.bytes + at + 8, (300u << 20) - at);
		ring_put64(f.memory.bytes + at + 16, (32 << 20) - at + 88);
	}
	search_from(&f, ENGINE_MEMORY_ANYWHERE);
	f.search.read = RAM_SEARCH_MAX - (100 << 20);
	while (!memory_search_step(&f.search))
		steps++;
	assert_true(f.search.at < 2 << 20);
	assert_true(steps >= 10);
	memory_search_tell(&f.search, &f.reply, f.buffers);
	assert_int_equal(f.reply.buffers, 0);
	assert_non_null(strstr(f.reply.warning, "its list of sub-buffers"));
	end(&f);
}

static void test_what_is_refused_is_told(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 4 << 20);
	ring_put32(f.memory.bytes + 8192, RING_META_MAGIC);
	ring_put32(f.memory.bytes + 8196, 72);
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_int_equal(f.reply.error, -EBADMSG);
	assert_non_null(strstr(f.reply.reason, "size 0x48"));
	/* Others can be read all the same. */
	ring_make_at(&f.memory, 1 << 20);
	search(&f, ENGINE_MEMORY_ANYWHERE);
	assert_int_equal(f.reply.error, 0);
	assert_int_equal(f.reply.buffers, 1);
	assert_non_null(strstr(f.reply.warning, "size 0x48"));
	end(&f);
}

static void test_a_memory_without_an_end(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 40 << 20);
	memset(f.memory.bytes, 1, 40 << 20);
	search_from(&f, ENGINE_MEMORY_ANYWHERE);
	f.search.read = RAM_SEARCH_MAX - (20 << 20);
	while (!memory_search_step(&f.search))
		;
	memory_search_tell(&f.search, &f.reply, f.buffers);
	assert_int_equal(f.search.read, RAM_SEARCH_MAX);
	assert_string_equal(f.reply.warning,
			    "the search ended after 64 GiB: what lies behind byte 0x1400000 of the "
			    "memory was not looked at");
	end(&f);
}

static void test_a_file_that_shrinks(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 40 << 20);
	memset(f.memory.bytes, 1, 40 << 20);
	ring_make_at(&f.memory, 1 << 20);
	search_from(&f, ENGINE_MEMORY_ANYWHERE);
	assert_false(memory_search_step(&f.search));
	assert_int_equal(ftruncate(f.memory.fd, 20 << 20), 0);
	while (!memory_search_step(&f.search))
		;
	memory_search_tell(&f.search, &f.reply, f.buffers);
	assert_int_equal(f.reply.error, 0);
	assert_int_equal(f.reply.buffers, 1);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_in_it),
		cmocka_unit_test(test_buffers_and_the_newest),
		cmocka_unit_test(test_a_hint),
		cmocka_unit_test(test_the_kernel),
		cmocka_unit_test(test_two_kernels),
		cmocka_unit_test(test_names_that_are_none),
		cmocka_unit_test(test_many_banners),
		cmocka_unit_test(test_banners_without_an_end),
		cmocka_unit_test(test_many_buffers),
		cmocka_unit_test(test_buffers_that_are_dear_to_refuse),
		cmocka_unit_test(test_what_is_refused_is_told),
		cmocka_unit_test(test_a_memory_without_an_end),
		cmocka_unit_test(test_a_file_that_shrinks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
