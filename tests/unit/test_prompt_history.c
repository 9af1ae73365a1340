// SPDX-License-Identifier: GPL-2.0-only
/* Answers that are kept, and what a file can do to them. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/unit/temporary.h"
#include "tui/console/prompt_history.h"

static char path[256];

static int make(void **state)
{
	(void)state;
	setlocale(LC_ALL, "C.UTF-8");
	if (make_directory("test_prompt_history"))
		return -1;
	snprintf(path, sizeof(path), "%s/state/vtrace/history", directory);
	return 0;
}

static void put(const char *text)
{
	char state[128];
	FILE *file;

	snprintf(state, sizeof(state), "%s/state", directory);
	mkdir(state, 0700);
	snprintf(state, sizeof(state), "%s/state/vtrace", directory);
	mkdir(state, 0700);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void assert_newest(const struct prompt_history *history, enum prompt_history_kind kind,
			  unsigned n, const char *line)
{
	const char *got = prompt_history_get(history, kind, n);

	assert_non_null(got);
	assert_string_equal(got, line);
}

static void places(void **state)
{
	char where[64];

	(void)state;
	setenv("HOME", "/home/somebody", 1);
	setenv("XDG_STATE_HOME", "/var/state", 1);
	assert_int_equal(prompt_history_path(where, sizeof(where)), 0);
	assert_string_equal(where, "/var/state/vtrace/history");
	setenv("XDG_STATE_HOME", "relative", 1);
	assert_int_equal(prompt_history_path(where, sizeof(where)), 0);
	assert_string_equal(where, "/home/somebody/.local/state/vtrace/history");
	unsetenv("XDG_STATE_HOME");
	assert_int_equal(prompt_history_path(where, 20), -ENOENT);
	unsetenv("HOME");
	assert_int_equal(prompt_history_path(where, sizeof(where)), -ENOENT);
}

static void it_is_kept_privately(void **state)
{
	struct prompt_history first = {0}, second = {0};
	struct stat stat_;

	(void)state;
	umask(0);
	assert_int_equal(prompt_history_open(&first, path), 0);
	assert_int_equal(prompt_history_add(&first, HISTORY_COMMAND, "cpus 0-3"), 0);
	assert_int_equal(prompt_history_add(&first, HISTORY_SEARCH, "caf\xc3\xa9"), 0);
	assert_int_equal(prompt_history_add(&first, HISTORY_COMMAND, "follow  "), 0);
	assert_int_equal(prompt_history_add(&first, HISTORY_COMMAND, "cpus 0-3"), 0);
	assert_int_equal(stat(path, &stat_), 0);
	assert_int_equal(stat_.st_mode & 0777, 0600);
	*strrchr(path, '/') = '\0';
	assert_int_equal(stat(path, &stat_), 0);
	assert_int_equal(stat_.st_mode & 0777, 0700);
	path[strlen(path)] = '/';

	assert_int_equal(prompt_history_open(&second, path), 0);
	assert_newest(&second, HISTORY_COMMAND, 0, "cpus 0-3");
	assert_newest(&second, HISTORY_COMMAND, 1, "follow");
	assert_null(prompt_history_get(&second, HISTORY_COMMAND, 2));
	assert_newest(&second, HISTORY_SEARCH, 0, "caf\xc3\xa9");
	assert_null(prompt_history_get(&second, HISTORY_FILTER, 0));
	/* Both write, neither takes the other's away. */
	assert_int_equal(prompt_history_add(&first, HISTORY_FILTER, "CPU == 1"), 0);
	assert_int_equal(prompt_history_add(&second, HISTORY_FILTER, "CPU == 2"), 0);
	prompt_history_release(&first);
	prompt_history_release(&second);
	assert_int_equal(prompt_history_open(&first, path), 0);
	assert_newest(&first, HISTORY_FILTER, 0, "CPU == 2");
	assert_newest(&first, HISTORY_FILTER, 1, "CPU == 1");
	prompt_history_release(&first);
}

static void broken_lines_are_passed_over(void **state)
{
	struct prompt_history history = {0};

	(void)state;
	put("\n:\n:good\nnonsense\n:bad\x1b[2J\n:\xff\xfe\n/t\tab\n:\xc2\x9b"
	    "31m\n:\xe2\x80\xaeturned\n:last, without an end");
	assert_int_equal(prompt_history_open(&history, path), 0);
	assert_newest(&history, HISTORY_COMMAND, 0, "last, without an end");
	assert_newest(&history, HISTORY_COMMAND, 1, "good");
	assert_null(prompt_history_get(&history, HISTORY_COMMAND, 2));
	assert_null(prompt_history_get(&history, HISTORY_SEARCH, 0));
	prompt_history_release(&history);
}

static void it_is_bounded(void **state)
{
	struct prompt_history history = {0};
	char line[HISTORY_LINE_BYTES + 2];
	struct stat stat_;
	FILE *file;

	(void)state;
	put("");
	file = fopen(path, "w");
	assert_non_null(file);
	for (unsigned i = 0; i < 100000; i++)
		fprintf(file, ":line %u\n", i);
	fclose(file);
	assert_int_equal(prompt_history_open(&history, path), 0);
	assert_newest(&history, HISTORY_COMMAND, 0, "line 99999");
	assert_newest(&history, HISTORY_COMMAND, HISTORY_LINES - 1, "line 99800");
	assert_null(prompt_history_get(&history, HISTORY_COMMAND, HISTORY_LINES));
	assert_int_equal(stat(path, &stat_), 0);
	assert_int_equal(stat_.st_size, HISTORY_LINES * strlen(":line 99999\n"));
	assert_int_equal(stat_.st_mode & 0777, 0600);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(prompt_history_add(&history, HISTORY_COMMAND, line), 0);
	assert_newest(&history, HISTORY_COMMAND, 0, "line 99999");
	prompt_history_release(&history);
}

static void odd_files_stop_nothing(void **state)
{
	struct prompt_history history = {0};

	(void)state;
	put("");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(prompt_history_open(&history, path), -EINVAL);
	assert_int_equal(prompt_history_add(&history, HISTORY_COMMAND, "follow"), 0);
	assert_newest(&history, HISTORY_COMMAND, 0, "follow");
	prompt_history_release(&history);

	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(prompt_history_open(&history, path), -EINVAL);
	assert_int_equal(rmdir(path), 0);

	/* A directory's place is taken: the answer is held, and it is said that it is not kept. */
	snprintf(path, sizeof(path), "%s/file", directory);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
	strcat(path, "/vtrace/history");
	assert_int_equal(prompt_history_open(&history, path), -ENOTDIR);
	snprintf(path, sizeof(path), "%s/later/history", directory);
	assert_int_equal(prompt_history_open(&history, path), 0);
	snprintf(path, sizeof(path), "%s/later", directory);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
	assert_int_equal(prompt_history_add(&history, HISTORY_COMMAND, "follow"), -ENOTDIR);
	assert_newest(&history, HISTORY_COMMAND, 0, "follow");
	prompt_history_release(&history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),
		cmocka_unit_test_setup_teardown(it_is_kept_privately, make, remove_directory),
		cmocka_unit_test_setup_teardown(broken_lines_are_passed_over, make,
						remove_directory),
		cmocka_unit_test_setup_teardown(it_is_bounded, make, remove_directory),
		cmocka_unit_test_setup_teardown(odd_files_stop_nothing, make, remove_directory),
	};

	return cmocka_run_group_tests_name("prompt_history", tests, NULL, NULL);
}
