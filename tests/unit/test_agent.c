// SPDX-License-Identifier: GPL-2.0-only
/* What the agent reads out of the kernel's files, and its queue of answers. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/names.h"
#include "guest-agent/answers.h"
#include "guest-agent/cpus.h"
#include "guest-agent/notrace.h"
#include "guest-agent/tracefs.h"

static void cpu_lists(void **state)
{
	struct cpus cpus;

	(void)state;
	assert_int_equal(cpus_parse(&cpus, "0\n"), 0);
	assert_int_equal(cpus.count, 1);
	assert_int_equal(cpus_parse(&cpus, "0-3,8\n"), 0);
	assert_int_equal(cpus.count, 9);
	assert_true(cpus.possible[3]);
	assert_false(cpus.possible[4]);
	assert_true(cpus.possible[8]);
	assert_int_equal(cpus_parse(&cpus, "0-511\n"), 0);
	assert_int_equal(cpus.count, VTRACE_MAX_CPUS);
}

static void cpu_lists_refused(void **state)
{
	static const char *const bad[] = {"",	"\n",  "-1", "3-1", "0,",
					  "0-", "0 1", "a",  "300", "99999999999999999999"};
	struct cpus cpus;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(cpus_parse(&cpus, bad[i]), -EINVAL);
}

/* As printed by Linux 6.1 on x86-64. */
#define HEADER_PAGE(commit_size, data_offset, data_size)                          \
	"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"                \
	"\tfield: local_t commit;\toffset:8;\tsize:" commit_size ";\tsigned:1;\n" \
	"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"                \
	"\tfield: char data;\toffset:" data_offset ";\tsize:" data_size ";\tsigned:0;\n"

static void page_layouts(void **state)
{
	struct page_layout layout;

	(void)state;
	assert_int_equal(tracefs_parse_layout(HEADER_PAGE("8", "16", "4080"), &layout), 0);
	assert_int_equal(layout.subbuf_size, 4096);
	assert_int_equal(layout.long_size, 8);
	assert_int_equal(tracefs_parse_layout(HEADER_PAGE("4", "12", "4084"), &layout), 0);
	assert_int_equal(layout.subbuf_size, 4096);
	assert_int_equal(layout.long_size, 4);
	assert_int_equal(tracefs_parse_layout(HEADER_PAGE("8", "16", "65520"), &layout), 0);
	assert_int_equal(layout.subbuf_size, 65536);

	assert_int_equal(tracefs_parse_layout("", &layout), -EINVAL);
	assert_int_equal(tracefs_parse_layout(HEADER_PAGE("2", "16", "4080"), &layout), -EINVAL);
	assert_int_equal(tracefs_parse_layout(HEADER_PAGE("8", "16", "1040"), &layout), -EINVAL);
	assert_int_equal(tracefs_parse_layout(HEADER_PAGE("8", "16", "1048576"), &layout), -EINVAL);
	assert_int_equal(tracefs_parse_layout(HEADER_PAGE("8", "16", "4294967295"), &layout),
			 -EINVAL);
	assert_int_equal(tracefs_parse_layout(HEADER_PAGE("8", "x", "4080"), &layout), -EINVAL);
}

static void clocks(void **state)
{
	char clock[8];

	(void)state;
	assert_int_equal(tracefs_parse_clock("[local] global counter\n", clock, sizeof(clock)), 0);
	assert_string_equal(clock, "local");
	assert_int_equal(tracefs_parse_clock("local global [mono]\n", clock, sizeof(clock)), 0);
	assert_string_equal(clock, "mono");
	assert_int_equal(tracefs_parse_clock("local global\n", clock, sizeof(clock)), -EINVAL);
	assert_int_equal(tracefs_parse_clock("[]", clock, sizeof(clock)), -EINVAL);
	assert_int_equal(tracefs_parse_clock("[local\n", clock, sizeof(clock)), -EINVAL);
	assert_int_equal(tracefs_parse_clock("[x86-tscs]", clock, sizeof(clock)), -EINVAL);
}

static void ring_counters(void **state)
{
	static const char text[] = "entries: 137\n"
				   "overrun: 18446744073709551615\n"
				   "commit overrun: 2\n"
				   "bytes: 6588\n"
				   "oldest event ts:  2495.739188\n"
				   "now ts:  2495.826359\n"
				   "dropped events: 3\n"
				   "read events: 30099\n";
	struct ring_stats stats;

	(void)state;
	assert_int_equal(tracefs_parse_stats(text, &stats), 0);
	assert_int_equal(stats.entries, 137);
	assert_true(stats.overrun == UINT64_MAX);
	assert_int_equal(stats.commit_overrun, 2);
	assert_int_equal(stats.dropped, 3);
	assert_int_equal(stats.read, 30099);
	assert_int_equal(tracefs_parse_stats("entries: 1\nread events: 2\n", &stats), -EINVAL);
	assert_int_equal(tracefs_parse_stats("", &stats), -EINVAL);
}

static void whole_files(void **state)
{
	char path[] = "/tmp/test_agent.XXXXXX";
	char bytes[40000], *text;
	int fd = mkstemp(path);
	size_t length;

	(void)state;
	assert_true(fd >= 0);
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	close(fd);
	assert_int_equal(tracefs_read(AT_FDCWD, path, sizeof(bytes), &text, &length), 0);
	assert_int_equal(length, sizeof(bytes));
	assert_memory_equal(text, bytes, length);
	assert_int_equal(text[length], '\0');
	free(text);
	assert_int_equal(tracefs_read(AT_FDCWD, path, sizeof(bytes) - 1, &text, &length), -E2BIG);
	unlink(path);
	assert_int_equal(tracefs_read(AT_FDCWD, path, sizeof(bytes), &text, &length), -ENOENT);
}

static void pid_lists(void **state)
{
	static const long ours[] = {12, 345};
	char kept[64];

	(void)state;
	notrace_without("1\n12\n123\n345\n99\n", ours, 2, kept);
	assert_string_equal(kept, "1 123 99 ");
	notrace_without("12\n345\n", ours, 2, kept);
	assert_string_equal(kept, "");
	notrace_without("", ours, 2, kept);
	assert_string_equal(kept, "");
	notrace_without("no pids\n", ours, 2, kept);
	assert_string_equal(kept, "");
}

/* All that a pipe holds, as a string. */
static void read_pipe(int fd, char *text, size_t size)
{
	ssize_t n = read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
}

static void answers_in_order(void **state)
{
	struct answers answers = {0};
	char text[256];
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	answers_add(&answers, "ok %d", 1);
	answers_add(&answers, "note a\nb\tc\x80");
	assert_int_equal(answers_write(&answers, ends[1]), 0);
	read_pipe(ends[0], text, sizeof(text));
	assert_string_equal(text, "ok 1\nnote a?b?c?\n");
	assert_int_equal(answers.count, 0);
	close(ends[0]);
	close(ends[1]);
}

static void answers_nobody_reads(void **state)
{
	struct answers answers = {0};
	char text[64];
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	for (int i = 0; i < ANSWERS_MAX + 5; i++)
		answers_add(&answers, "note %d", i);
	assert_int_equal(answers.count, ANSWERS_MAX);
	assert_int_equal(answers.dropped, 5);
	assert_int_equal(answers_write(&answers, ends[1]), 0);
	read_pipe(ends[0], text, sizeof(text));
	assert_memory_equal(text, "note 5\nnote 6\n", 14);
	close(ends[0]);
	close(ends[1]);
}

/* A line that is partly out is finished, whatever is dropped. */
static void answers_keep_the_torn_line(void **state)
{
	struct answers answers = {0};
	char text[2 * VTRACE_LINE_MAX];
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	answers_add(&answers, "first line");
	answers.sent = 6; /* "first " is out */
	for (int i = 0; i < ANSWERS_MAX; i++)
		answers_add(&answers, "note %d", i);
	assert_int_equal(answers.dropped, 1);
	assert_int_equal(answers_write(&answers, ends[1]), 0);
	read_pipe(ends[0], text, sizeof(text));
	assert_memory_equal(text, "line\nnote 1\nnote 2\n", 19);
	close(ends[0]);
	close(ends[1]);
}

static void answers_full_port(void **state)
{
	struct answers answers = {0};
	char fill[65536], text[16];
	int ends[2];

	(void)state;
	memset(fill, 'f', sizeof(fill));
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	while (write(ends[1], fill, sizeof(fill)) > 0)
		;
	answers_add(&answers, "ok 1");
	assert_int_equal(answers_write(&answers, ends[1]), -EAGAIN);
	assert_int_equal(answers.count, 1);
	while (read(ends[0], fill, sizeof(fill)) > 0)
		;
	assert_int_equal(answers_write(&answers, ends[1]), 0);
	read_pipe(ends[0], text, sizeof(text));
	assert_string_equal(text, "ok 1\n");
	close(ends[0]);
	close(ends[1]);
}

static void answers_are_lines(void **state)
{
	struct answers answers = {0};
	char long_text[2 * VTRACE_LINE_MAX], text[2 * VTRACE_LINE_MAX];
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	memset(long_text, 'l', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = '\0';
	answers_add(&answers, "%s", long_text);
	assert_int_equal(answers_write(&answers, ends[1]), 0);
	read_pipe(ends[0], text, sizeof(text));
	assert_int_equal(strlen(text), VTRACE_LINE_MAX);
	assert_int_equal(text[VTRACE_LINE_MAX - 1], '\n');
	answers_add(&answers, "x");
	answers_clear(&answers);
	assert_int_equal(answers.count, 0);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_lists),
		cmocka_unit_test(cpu_lists_refused),
		cmocka_unit_test(page_layouts),
		cmocka_unit_test(clocks),
		cmocka_unit_test(ring_counters),
		cmocka_unit_test(whole_files),
		cmocka_unit_test(pid_lists),
		cmocka_unit_test(answers_in_order),
		cmocka_unit_test(answers_nobody_reads),
		cmocka_unit_test(answers_keep_the_torn_line),
		cmocka_unit_test(answers_full_port),
		cmocka_unit_test(answers_are_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
