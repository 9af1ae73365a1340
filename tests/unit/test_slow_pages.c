// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of files that take long: as those of a trace.dat do whose packed chunks are made to be
 * large. What looks through them turns to other requests meanwhile, or gives up.
 */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/latencies.h"
#include "tui/engine/page_search.h"
#include "tui/engine/search.h"

#define PAGES	  100
#define READ_MS	  20 /* longer than an answer may take */
#define LARGE	  (1024 * 1024)
#define LARGE_ALL 1000 /* pages */

static uint64_t clock_ms;   /* only files take time here */
static uint64_t bytes_read; /* of them */

/* In the place of libc's, for the programs' own files. */
ssize_t pread(int fd, void *to, size_t length, off_t offset)
{
	clock_ms += READ_MS;
	bytes_read += length;
	return syscall(SYS_pread64, fd, to, length, offset);
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	(void)id;
	*now = (struct timespec){(time_t)(clock_ms / 1000), (long)(clock_ms % 1000) * 1000000};
	return 0;
}

/* A wakeup on each page; between them lies what is read for none, so that each is read by itself.
 */
static struct guest *new_guest(void)
{
	struct guest *guest = guest_new(NULL, NULL);
	struct stream *stream = guest->streams[0];
	int fd = memfd_create("pages", MFD_CLOEXEC);

	assert_true(fd >= 0);
	stream_open(stream, fd, true);
	for (unsigned i = 0; i < PAGES; i++) {
		struct entry *entry = &guest->page[0].entry;

		add_four(guest, 0, 1000 * (i + 1), WAKING, i + 1);
		entry->kind = ENTRY_PAGE;
		assert_int_equal(pwrite(fd, guest->page[0].bytes, PAGE, (off_t)(2 * i * PAGE)),
				 PAGE);
		assert_int_equal(history_append(&stream->history, entry, NULL,
						(uint64_t)2 * i * PAGE),
				 0);
		*entry = (struct entry){0};
	}
	stream->stats.state = ENGINE_CHANNEL_INDEXED;
	return guest;
}

static void test_latencies_turn_to_other_requests(void **state)
{
	struct guest *guest = new_guest();
	const struct engine_latency_reply *head = &guest->latency.reply.head;
	unsigned answers = 0;
	uint64_t before = 0;
	size_t length;

	(void)state;
	do {
		assert_int_equal(latency_answer(&guest->latency, &guest->rows, &guest->asked, NOW,
						&length),
				 0);
		assert_in_range(head->looked - before, 1, 2);
		before = head->looked;
		answers++;
	} while (head->flags & ENGINE_LATENCY_MORE);
	assert_int_equal(head->looked, PAGES);
	assert_true(answers >= PAGES / 2);
	guest_free(guest);
}

static void search_all(const struct engine_search *asked)
{
	struct guest *guest = new_guest();
	struct engine_search search = *asked;
	struct search room = {0};
	struct engine_searched found;
	unsigned answers = 0;

	memset(search.cpus, 0xff, sizeof(search.cpus));
	do {
		uint64_t begun = clock_ms;

		memset(&found, 0, sizeof(found));
		search_rows(&room, &guest->rows, &search, &found);
		assert_int_equal(found.error, 0);
		assert_true(clock_ms - begun <= 4 * READ_MS);
		search.origin = ENGINE_FROM_POSITION;
		search.at = found.at;
		search.here = found.here;
		answers++;
	} while (found.more);
	assert_false(found.found);
	assert_int_equal(found.at.row, PAGES - 1);
	assert_true(answers >= PAGES / 3);
	search_release(&room);
	guest_free(guest);
}

static void test_searches_turn_to_other_requests(void **state)
{
	const struct engine_search text = {.pattern = "no such thing"}, breaks = {.breaks = 1};

	(void)state;
	search_all(&text);
	search_all(&breaks);
}

/* Large pages of nothing: no time is looked for in all of them. */
static void test_a_place_is_not_looked_for_everywhere(void **state)
{
	const struct page_geometry geometry = {LARGE, 8, false};
	uint8_t *page = malloc(LARGE);
	int fd = memfd_create("pages", MFD_CLOEXEC);
	struct page_file file = page_file_whole(fd);
	const struct page_search search = {
		.file = &file,
		.geometry = &geometry,
		.pages = LARGE_ALL,
		.page = page,
	};
	uint64_t first, last;

	(void)state;
	assert_non_null(page);
	assert_int_equal(ftruncate(fd, (off_t)LARGE_ALL * LARGE), 0);
	bytes_read = 0;
	assert_int_equal(page_search_time(&search, 1000), LARGE_ALL);
	assert_in_range(bytes_read, 1, 24 * LARGE);
	bytes_read = 0;
	assert_false(page_search_span(&search, &first, &last));
	assert_in_range(bytes_read, 1, 4 * LARGE);
	close(fd);
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_latencies_turn_to_other_requests),
		cmocka_unit_test(test_searches_turn_to_other_requests),
		cmocka_unit_test(test_a_place_is_not_looked_for_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
