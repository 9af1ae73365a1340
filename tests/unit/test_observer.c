// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring in a guest's memory, read while a writer that knows nothing of it goes on: what is handed
 * on is what was written, in order and once, and where something is missing the next page says so.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "tests/unit/observed.h"

/* ---- what is done between two reads of the memory ---- */

static struct {
	void (*before)(void *data, uint64_t offset, size_t length);
	void *data;
} hook;

/* In the place of libc's, for the programs' own files. */
ssize_t pread(int fd, void *to, size_t length, off_t offset)
{
	if (hook.before)
		hook.before(hook.data, (uint64_t)offset, length);
	return syscall(SYS_pread64, fd, to, length, offset);
}

/* ---- a guest that waits meanwhile ---- */

static void test_an_empty_ring(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	assert_int_equal(look(&f), -EAGAIN);
	assert_int_equal(f.pages, 0);
	end(&f);
}

static void test_events_come_in_parts(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (uint32_t events = 1; events < 60; events++) {
		ring_write(&f.writer, events);
		assert_int_equal(look(&f), -EAGAIN);
		assert_all_came(&f);
	}
	assert_int_equal(f.time, f.writer.time);
	end(&f);
}

static void test_parts_wait(void **state)
{
	uint8_t bytes[8 * RING_PAGE];
	struct fixture f;

	(void)state;
	begin(&f);
	ring_write(&f.writer, 1);
	look(&f);
	assert_int_equal(f.events, 1);
	/* Soon after one part there is no other, but what is full is there at once. */
	ring_write(&f.writer, 1);
	assert_int_equal(observer_read(f.observer, bytes, sizeof(bytes), f.now), -EAGAIN);
	ring_write(&f.writer, 2 * RING_EVENTS);
	assert_int_equal(observer_read(f.observer, bytes, sizeof(bytes), f.now), 2 * RING_PAGE);
	take_page(&f, bytes);
	take_page(&f, bytes + RING_PAGE);
	assert_int_equal(f.events, 2 * RING_EVENTS);
	look(&f);
	assert_all_came(&f);
	end(&f);
}

/* What interrupts another event is committed with it. */
static void test_uncommitted_events_are_not_there(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	ring_write(&f.writer, 5);
	ring_write_event(&f.writer, 10, false);
	ring_write_event(&f.writer, 10, false);
	look(&f);
	assert_int_equal(f.events, 5);
	ring_write_event(&f.writer, 10, true);
	look(&f);
	assert_all_came(&f);
	end(&f);
}

static void test_a_ring_that_goes_round(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned i = 0; i < 40; i++) {
		/* Not all at once: as much as there is room for. */
		ring_write(&f.writer, (SUBBUFS - 4) * RING_EVENTS - 7);
		assert_int_equal(look(&f), -EAGAIN);
		assert_all_came(&f);
	}
	assert_true(f.writer.overwritten > 5 * SUBBUFS);
	end(&f);
}

static void test_what_was_there_before(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	ring_write(&f.writer, 100 * RING_EVENTS + 3);
	f.next = f.writer.number - (SUBBUFS - 2) * RING_EVENTS - 3;
	f.events = f.next;
	look(&f);
	assert_all_came(&f);
	end(&f);
}

static void test_what_was_overwritten_is_told(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned i = 1; i <= 10; i++) {
		ring_write(&f.writer, 5 * SUBBUFS * RING_EVENTS + 3 * i);
		look(&f);
		assert_int_equal(f.next, f.writer.number);
		if (i > 1)
			assert_int_equal(f.events + f.missing, f.writer.number);
		/* Nobody says how many there were before the first look. */
		assert_int_equal(f.gaps, i - 1);
		if (i == 1)
			f.events = f.next;
	}
	assert_int_equal(observer_overtaken(f.observer), 9);
	end(&f);
}

/* Whatever the place of the writer then: sub-buffers that were left and such that were not. */
static void test_overwritten_at_every_place(void **state)
{
	(void)state;
	for (uint32_t more = 0; more < 2 * SUBBUFS; more++) {
		struct fixture f;

		begin(&f);
		ring_write(&f.writer, 3 * RING_EVENTS + 5);
		look(&f);
		ring_write(&f.writer, more * RING_EVENTS + 3);
		look(&f);
		assert_int_equal(f.next, f.writer.number);
		assert_int_equal(f.events + f.missing, f.writer.number);
		assert_int_equal(f.gaps, !!f.missing);
		/* The sub-buffer where it stood is gone when all were written to again. */
		assert_int_equal(!!f.missing, more >= SUBBUFS - 1);
		end(&f);
	}
}

/* The writer has come round to the very sub-buffer that was read to its end, and waits there. */
static void test_once_round(void **state)
{
	uint8_t bytes[8 * RING_PAGE];
	struct fixture f;

	(void)state;
	begin(&f);
	ring_write(&f.writer, 1);
	look(&f);
	ring_write(&f.writer, RING_EVENTS + 2);
	/* The part behind it has to wait. */
	assert_int_equal(observer_read(f.observer, bytes, sizeof(bytes), f.now), RING_PAGE);
	take_page(&f, bytes);
	assert_int_equal(f.events, RING_EVENTS);
	ring_write(&f.writer, (SUBBUFS - 2) * RING_EVENTS + 2);
	assert_int_equal(f.writer.tail, 1);
	look(&f);
	assert_int_equal(f.next, f.writer.number);
	assert_int_equal(f.missing, 0);
	end(&f);
}

static void test_a_ring_that_is_cleared(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	ring_write(&f.writer, 3 * RING_EVENTS + 5);
	look(&f);
	/* ring_buffer_reset(). */
	for (uint32_t i = 0; i < SUBBUFS; i++)
		ring_put64(ring_subbuf(&f.memory, 0, i) + 8, 0);
	ring_set(&f.writer, RING_COMMIT, ring_head(&f.writer));
	f.writer.tail = ring_head(&f.writer);
	f.writer.written = 0;
	assert_int_equal(look(&f), -EAGAIN);
	assert_int_equal(look(&f), -EAGAIN);
	ring_write(&f.writer, 7);
	look(&f);
	assert_int_equal(f.events, f.writer.number);
	assert_int_equal(f.missing, 0);
	end(&f);
}

static void test_once(void **state)
{
	struct fixture f;

	(void)state;
	begin_with(&f, SUBBUFS, true);
	ring_write(&f.writer, 4 * RING_EVENTS + 2);
	assert_int_equal(look(&f), 0);
	assert_all_came(&f);
	assert_int_equal(look(&f), 0);
	end(&f);
}

/* ---- a reader in the guest ---- */

static void test_a_reader_in_the_guest(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned i = 0; i < 200; i++) {
		ring_write(&f.writer, RING_EVENTS / 3);
		look(&f);
		if (f.writer.tail != 0 && i % 2)
			ring_take_reader(&f.writer);
		look(&f);
		assert_all_came(&f);
	}
	end(&f);
}

/* It reads as fast as the observer: what both had is not missing. */
static void test_a_reader_that_takes_each(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned i = 0; i < 100; i++) {
		ring_write(&f.writer, RING_EVENTS);
		look(&f);
		ring_take_reader(&f.writer);
		look(&f);
		assert_all_came(&f);
	}
	end(&f);
}

static void test_a_reader_that_is_faster(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	ring_write(&f.writer, RING_EVENTS + 5);
	look(&f);
	ring_write(&f.writer, 5 * RING_EVENTS);
	for (unsigned i = 0; i < 4; i++)
		ring_take_reader(&f.writer);
	look(&f);
	assert_int_equal(f.next, f.writer.number);
	assert_int_equal(f.gaps, 1);
	assert_true(f.missing > 0);
	end(&f);
}

/* ---- a guest that goes on meanwhile ---- */

struct interruption {
	struct fixture *f;
	uint64_t offset; /* before what is read there */
	size_t length;	 /* of these bytes */
	unsigned skip;	 /* but not the first so many times */
	uint32_t events; /* are written */
	bool done;
};

static void interrupt(void *data, uint64_t offset, size_t length)
{
	struct interruption *it = data;

	if (it->done || offset != it->offset || length != it->length || it->skip-- > 0)
		return;
	it->done = true;
	ring_write(&it->f->writer, it->events);
}

/* So many events are written before the copy of a sub-buffer, or behind it. */
static void interrupted(bool behind, uint32_t events)
{
	struct interruption it;
	struct fixture f;

	begin(&f);
	ring_write(&f.writer, (SUBBUFS + 3) * RING_EVENTS + 2);
	f.next = f.events = f.writer.number - (SUBBUFS - 2) * RING_EVENTS - 2;
	it = (struct interruption){
		.f = &f,
		/* The oldest, which is the first to be overwritten. */
		.offset = f.memory.pages[0] +
			  ring_number(&f.writer, ring_head(&f.writer)) * RING_PAGE,
		.length = behind ? HEADER : RING_PAGE,
		.skip = behind ? 2 : 0, /* the list's, and that before the copy */
		.events = events,
	};
	hook.data = &it;
	hook.before = interrupt;
	look(&f);
	hook.before = NULL;
	look(&f);
	assert_true(it.done);
	assert_int_equal(f.next, f.writer.number);
	assert_int_equal(f.events + f.missing, f.writer.number);
	assert_int_equal(f.gaps > 0, f.missing > 0 || events >= RING_EVENTS - 2);
	end(&f);
}

static void test_overwritten_while_it_is_copied(void **state)
{
	(void)state;
	for (int behind = 0; behind < 2; behind++) {
		interrupted(behind, 1);
		interrupted(behind, RING_EVENTS);
		interrupted(behind, 3 * RING_EVENTS);
		interrupted(behind, (SUBBUFS - 2) * RING_EVENTS);
		interrupted(behind, SUBBUFS * RING_EVENTS);
		interrupted(behind, 10 * SUBBUFS * RING_EVENTS + 7);
	}
}

/* A guest that goes round its ring after each sub-buffer that was copied. */
struct flood {
	struct fixture *f;
	unsigned reads;	  /* of the memory */
	unsigned pending; /* of them until it does */
};

static void flood(void *data, uint64_t offset, size_t length)
{
	struct flood *it = data;

	(void)offset;
	it->reads++;
	if (length == RING_PAGE)
		it->pending =
			4; /* the ring's description and two headers come before the next one */
	else if (it->pending && !--it->pending)
		ring_write(&it->f->writer, it->f->memory.subbufs * RING_EVENTS);
}

/* To find the place where to begin again takes a look at each sub-buffer: not for each page. */
static void test_what_beginning_again_costs(void **state)
{
	const uint32_t subbufs = 100, room = 60;
	uint8_t *bytes = malloc(room * RING_PAGE);
	struct flood it = {.reads = 0};
	struct fixture f;

	(void)state;
	begin_with(&f, subbufs, false);
	it.f = &f;
	ring_write(&f.writer, 2 * subbufs * RING_EVENTS);
	hook.data = &it;
	hook.before = flood;
	assert_true(observer_read(f.observer, bytes, room * RING_PAGE, f.now) > 0);
	hook.before = NULL;
	assert_true(it.reads < 6 * subbufs);
	look(&f);
	assert_int_equal(f.next, f.writer.number);
	end(&f);
	free(bytes);
}

static void test_the_order_is_torn_for_a_while(void **state)
{
	struct fixture f;
	uint8_t *entry;

	(void)state;
	begin(&f);
	ring_write(&f.writer, 20);
	entry = ring_field(&f.memory, 0, RING_ARRAY + 4 * 5);
	ring_put32(entry, 6);
	assert_int_equal(look(&f), -EAGAIN);
	assert_int_equal(f.events, 0);
	ring_put32(entry, 5);
	look(&f);
	assert_all_came(&f);
	end(&f);
}

/* Other things may lie where the ring was. */
static void test_a_ring_that_is_gone(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	ring_write(&f.writer, 20);
	look(&f);
	ring_put32(f.memory.bytes + 8192, 0);
	assert_int_equal(look(&f), -EAGAIN);
	f.now += OBSERVER_PATIENCE_MS - OBSERVER_PART_MS - 1;
	assert_int_equal(look(&f), -EAGAIN);
	/* It was there for a moment: patience begins anew. */
	ring_put32(f.memory.bytes + 8192, 0xBADFEED);
	assert_int_equal(look(&f), -EAGAIN);
	ring_put32(f.memory.bytes + 8192, 0);
	assert_int_equal(look(&f), -EAGAIN);
	f.now += OBSERVER_PATIENCE_MS - OBSERVER_PART_MS;
	assert_int_equal(look(&f), -EBADMSG);
	end(&f);
}

/* Of a dead guest it stays so. */
static void test_the_order_is_torn_for_good(void **state)
{
	struct fixture f;

	(void)state;
	begin_with(&f, SUBBUFS, true);
	ring_write(&f.writer, 20);
	ring_put32(ring_field(&f.memory, 0, RING_ARRAY + 4 * 5), 6);
	assert_int_equal(look(&f), -EBADMSG);
	end(&f);
}

static void test_a_memory_that_goes_away(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	ring_write(&f.writer, 20);
	look(&f);
	assert_int_equal(ftruncate(f.memory.fd, 4096), 0);
	assert_int_equal(look(&f), -ENODATA);
	assert_non_null(strstr(ram_fault(f.ram), "was cut off"));
	end(&f);
}

/* ---- hostile pages ---- */

static void test_a_commit_that_lies(void **state)
{
	const struct page_geometry geometry = {RING_PAGE, 8, false};
	static const uint64_t commits[] = {RING_DATA + 1, PAGE_COMMIT_LENGTH, UINT64_MAX,
					   1ull << 40};
	uint8_t bytes[RING_PAGE];

	(void)state;
	for (size_t i = 0; i < sizeof(commits) / sizeof(commits[0]); i++) {
		struct page_summary summary;
		struct fixture f;

		begin_with(&f, SUBBUFS, true);
		ring_write(&f.writer, 20);
		ring_put64(ring_page(&f.writer, 1) + 8, commits[i]);
		if (commits[i] & PAGE_COMMIT_LENGTH) {
			assert_int_equal(observer_read(f.observer, bytes, sizeof(bytes), f.now),
					 RING_PAGE);
			assert_int_not_equal(page_check(&geometry, bytes, &summary), PAGE_GOOD);
		}
		assert_int_equal(observer_read(f.observer, bytes, sizeof(bytes), f.now), 0);
		end(&f);
	}
}

/* Its end is where no sub-buffer of the ring is, and none of them holds anything. */
static void test_a_ring_without_an_end(void **state)
{
	(void)state;
	for (int once = 0; once < 2; once++) {
		struct fixture f;

		begin_with(&f, SUBBUFS, once);
		ring_write(&f.writer, 5);
		ring_set(&f.writer, RING_COMMIT, 3);
		assert_int_equal(look(&f), once ? 0 : -EAGAIN);
		assert_all_came(&f);
		ring_put64(ring_page(&f.writer, 1) + 8, 0);
		ring_set(&f.writer, RING_COMMIT, 0);
		assert_int_equal(look(&f), once ? 0 : -EAGAIN);
		/* What comes later is seen all the same. */
		ring_set(&f.writer, RING_COMMIT, 1);
		f.writer.written = 0;
		ring_write(&f.writer, 7);
		look(&f);
		assert_all_came(&f);
		end(&f);
	}
}

static void count_read(void *data, uint64_t offset, size_t length)
{
	(void)offset;
	(void)length;
	++*(unsigned *)data;
}

/* No kernel leaves many: they are passed, but not all in one look. */
static void test_many_empty_sub_buffers(void **state)
{
	const uint32_t subbufs = 800;
	unsigned reads = 0;
	struct fixture f;

	(void)state;
	begin_with(&f, subbufs, false);
	ring_write(&f.writer, 5);
	ring_set(&f.writer, RING_COMMIT, 700);
	hook.data = &reads;
	hook.before = count_read;
	look(&f);
	hook.before = NULL;
	assert_all_came(&f);
	assert_true(reads < 3000);
	f.writer.tail = 700;
	f.writer.written = 0;
	ring_write(&f.writer, 3);
	for (unsigned i = 0; i < 20; i++)
		look(&f);
	assert_all_came(&f);
	end(&f);
}

/* ---- a writer at full speed ---- */

struct racer {
	struct fixture *f;
	uint64_t events;
	unsigned pause; /* after each so many sub-buffers a breath; 0: none */
	atomic_bool done;
};

static void *race(void *data)
{
	struct racer *racer = data;

	while (racer->f->writer.number < racer->events) {
		ring_write(&racer->f->writer, RING_EVENTS);
		if (racer->pause && racer->f->writer.number / RING_EVENTS % racer->pause == 0)
			usleep(50);
	}
	atomic_store(&racer->done, true);
	return NULL;
}

static void run_race(uint32_t subbufs, unsigned pause)
{
	struct racer racer = {.events = 2000000, .pause = pause};
	struct fixture f;
	pthread_t thread;

	begin_with(&f, subbufs, false);
	racer.f = &f;
	assert_int_equal(pthread_create(&thread, NULL, race, &racer), 0);
	while (!atomic_load(&racer.done))
		look(&f);
	pthread_join(thread, NULL);
	look(&f);
	look(&f);
	/* Each event was one that was written, in order; what is missing was told. */
	assert_int_equal(f.next, f.writer.number);
	assert_int_equal(f.first + f.events + f.missing, f.writer.number);
	assert_true(f.events > 0);
	if (f.missing)
		assert_true(f.gaps > 0);
	end(&f);
}

static void test_a_writer_at_full_speed(void **state)
{
	(void)state;
	run_race(4, 0);
	run_race(SUBBUFS, 0);
	run_race(SUBBUFS, 8);
	run_race(800, 0);
	run_race(800, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_empty_ring),
		cmocka_unit_test(test_events_come_in_parts),
		cmocka_unit_test(test_parts_wait),
		cmocka_unit_test(test_uncommitted_events_are_not_there),
		cmocka_unit_test(test_a_ring_that_goes_round),
		cmocka_unit_test(test_what_was_there_before),
		cmocka_unit_test(test_what_was_overwritten_is_told),
		cmocka_unit_test(test_overwritten_at_every_place),
		cmocka_unit_test(test_once_round),
		cmocka_unit_test(test_a_ring_that_is_cleared),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_a_reader_in_the_guest),
		cmocka_unit_test(test_a_reader_that_takes_each),
		cmocka_unit_test(test_a_reader_that_is_faster),
		cmocka_unit_test(test_overwritten_while_it_is_copied),
		cmocka_unit_test(test_what_beginning_again_costs),
		cmocka_unit_test(test_the_order_is_torn_for_a_while),
		cmocka_unit_test(test_a_ring_that_is_gone),
		cmocka_unit_test(test_the_order_is_torn_for_good),
		cmocka_unit_test(test_a_memory_that_goes_away),
		cmocka_unit_test(test_a_commit_that_lies),
		cmocka_unit_test(test_a_ring_without_an_end),
		cmocka_unit_test(test_many_empty_sub_buffers),
		cmocka_unit_test(test_a_writer_at_full_speed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
