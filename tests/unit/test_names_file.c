// SPDX-License-Identifier: GPL-2.0-only
/* The names of tasks as a trace.dat gets them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/engine/names_file.h"

#define PLACE 100

struct fixture {
	struct comms *comms;
	struct names_file file;
	int fd;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->comms = comms_new();
	f->fd = memfd_create("names", MFD_CLOEXEC);
	*state = f;
	return f->comms && f->fd >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	names_file_close(&f->file);
	comms_free(f->comms);
	close(f->fd);
	free(f);
	return 0;
}

static void open_file(struct fixture *f, uint64_t room, uint32_t fixed, uint32_t big_endian)
{
	struct engine_names place = {PLACE, room, big_endian, fixed, 1, 0};

	names_file_open(&f->file, dup(f->fd), &place);
}

static void learn(struct fixture *f, int32_t pid, uint64_t ts, const char *comm)
{
	comms_learn(f->comms, pid, 0, ts, comm, strlen(comm) + 1);
}

static void expect(struct fixture *f, uint64_t size, const char *text)
{
	char is[256] = {0};
	uint64_t number;

	assert_int_equal(pread(f->fd, &number, 8, PLACE), 8);
	assert_int_equal(f->file.place.big_endian ? __builtin_bswap64(number) : number, size);
	assert_true(pread(f->fd, is, sizeof(is) - 1, PLACE + 8) >= (ssize_t)strlen(text));
	assert_string_equal(is, text);
}

static void the_newest_name_of_each(void **state)
{
	static const char saved[] = "7 old\n8 other\n";
	struct fixture *f = *state;

	open_file(f, 200, 0, 0);
	comms_load(f->comms, saved, strlen(saved));
	learn(f, 7, 200, "second");
	learn(f, 7, 100, "first");
	learn(f, 4194304, 100, "fifteen letters");
	assert_int_equal(names_file_write(&f->file, f->comms, 0), 0);
	expect(f, 41, "7 second\n8 other\n4194304 fifteen letters\n");
}

/* Shorter names leave nothing of longer ones, whether the size says how long the text is or not. */
static void written_over(void **state)
{
	struct fixture *f = *state;

	open_file(f, 200, 1, 1);
	learn(f, 1, 100, "long name");
	assert_int_equal(names_file_write(&f->file, f->comms, 0), 0);
	expect(f, 200, "1 long name\n");
	learn(f, 1, 200, "sh");
	assert_int_equal(names_file_write(&f->file, f->comms, 0), 0);
	expect(f, 200, "1 sh\n");
}

static void a_name_is_one_line(void **state)
{
	struct fixture *f = *state;

	open_file(f, 200, 0, 0);
	learn(f, 1, 100, "a\n2 b\n");
	assert_int_equal(names_file_write(&f->file, f->comms, 0), 0);
	expect(f, 9, "1 a?2 b?\n");
}

static void no_more_than_there_is_room_for(void **state)
{
	struct fixture *f = *state;

	open_file(f, 12, 0, 0);
	learn(f, 1, 100, "one");
	learn(f, 2, 100, "two");
	learn(f, 3, 100, "three");
	assert_int_equal(names_file_write(&f->file, f->comms, 0), -EFBIG);
	expect(f, 12, "1 one\n2 two\n");
	assert_int_equal(lseek(f->fd, 0, SEEK_END), PLACE + 8 + 12);
}

static void due_when_others_are_known(void **state)
{
	struct fixture *f = *state;

	f->file = NAMES_FILE_NONE;
	learn(f, 1, 100, "one");
	assert_int_equal(names_file_due(&f->file, f->comms, 50000), -1);
	open_file(f, 100, 0, 0);
	assert_int_equal(names_file_due(&f->file, f->comms, 50000), 0);
	assert_int_equal(names_file_write(&f->file, f->comms, 50000), 0);
	assert_int_equal(names_file_due(&f->file, f->comms, 60000), -1);
	learn(f, 1, 110, "one"); /* it has that name */
	assert_int_equal(names_file_due(&f->file, f->comms, 60000), -1);
	learn(f, 2, 110, "two");
	assert_int_equal(names_file_due(&f->file, f->comms, 50500), 1500);
	assert_int_equal(names_file_due(&f->file, f->comms, 60000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define NAMES_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		NAMES_TEST(the_newest_name_of_each),   NAMES_TEST(written_over),
		NAMES_TEST(a_name_is_one_line),	       NAMES_TEST(no_more_than_there_is_room_for),
		NAMES_TEST(due_when_others_are_known),
	};

	return cmocka_run_group_tests_name("names_file", tests, NULL, NULL);
}
