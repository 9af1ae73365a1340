// SPDX-License-Identifier: GPL-2.0-only
/* The memory of a process that shares it, named or not; of one that does not; files that are none.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/temporary.h"
#include "tui/domain/guest_ram.h"

#define SMALL (1u << 20)
#define LARGE (4u << 20)

static char error[512];

/* The child maps a file of so many bytes, with a mark at its start. */
static void *map_file(int fd, size_t bytes, int flags, const char *mark)
{
	char *memory;

	if (fd < 0 || ftruncate(fd, (off_t)bytes))
		_exit(1);
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (memory == MAP_FAILED)
		_exit(1);
	strcpy(memory, mark);
	return memory;
}

typedef void mapping_fn(const char *path);

static void map_two(const char *path)
{
	map_file(memfd_create("firmware", 0), SMALL, MAP_SHARED, "small");
	map_file(memfd_create("pc ram", 0), LARGE, MAP_SHARED, "large");
	(void)path;
}

static void map_unlinked(const char *path)
{
	int fd = mkstemp((char *)path);

	map_file(fd, LARGE, MAP_SHARED, "unlinked");
	unlink(path);
}

/* A file whose name is gone, and before it, by number, a FIFO that is called what it is called now.
 */
static void map_behind_fifo(const char *path)
{
	char name[96];
	int low, fd;

	snprintf(name, sizeof(name), "%s/ram", directory);
	low = open(name, O_RDWR | O_CREAT, 0600);
	fd = fcntl(low, F_DUPFD, 100);
	map_file(fd, LARGE, MAP_SHARED, "behind");
	unlink(name);
	close(low);
	strcat(name, " (deleted)");
	if (mkfifo(name, 0600) || open(name, O_RDONLY | O_NONBLOCK) < 0)
		_exit(1);
	(void)path;
}

static void map_closed(const char *path)
{
	int fd = memfd_create("closed", 0);

	map_file(fd, LARGE, MAP_SHARED, "closed");
	close(fd);
	(void)path;
}

static void map_private(const char *path)
{
	map_file(memfd_create("private", 0), LARGE, MAP_PRIVATE, "private");
	(void)path;
}

/* A process that has done so; ended by end_process(). */
static pid_t process_that(mapping_fn *map)
{
	char path[] = "/tmp/vtrace-ram-XXXXXX", byte;
	int ready[2];
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		map(path);
		if (write(ready[1], "", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void finds(mapping_fn *map, const char *mark, off_t bytes)
{
	pid_t pid = process_that(map);
	int fd = guest_ram_of_process(pid, SMALL, "web01", error, sizeof(error));
	char text[16] = "";
	struct stat st;

	/* It stays there when the process is gone. */
	end_process(pid);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, bytes);
	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
	assert_string_equal(text, mark);
	assert_int_equal(write(fd, text, 1), -1);
	close(fd);
}

static void test_largest(void **state)
{
	(void)state;
	finds(map_two, "large", LARGE);
}

static void test_unlinked(void **state)
{
	(void)state;
	finds(map_unlinked, "unlinked", LARGE);
}

/* Nobody writes to the FIFO, so that whoever opened it like a file would wait for ever. */
static void test_fifo(void **state)
{
	assert_int_equal(make_directory("test_guest_ram"), 0);
	finds(map_behind_fifo, "behind", LARGE);
	assert_int_equal(remove_directory(state), 0);
}

static void expect_not_shared(mapping_fn *map, uint64_t least)
{
	pid_t pid = process_that(map);

	assert_int_equal(guest_ram_of_process(pid, least, "web01", error, sizeof(error)), -ENXIO);
	assert_non_null(strstr(error, "the memory of web01 is not shared with the host"));
	assert_non_null(strstr(error, "vtrace-setup --memory"));
	end_process(pid);
}

static void test_not_shared(void **state)
{
	(void)state;
	expect_not_shared(map_private, SMALL);
	expect_not_shared(map_closed, SMALL);
	expect_not_shared(map_two, LARGE + 1);
}

static void test_no_process(void **state)
{
	pid_t pid = process_that(map_two);

	(void)state;
	end_process(pid);
	assert_int_equal(guest_ram_of_process(pid, SMALL, "web01", error, sizeof(error)), -ENOENT);
	assert_non_null(strstr(error, "cannot look at the memory of web01"));
}

static void test_files(void **state)
{
	char path[] = "/tmp/vtrace-ram-XXXXXX";
	int fd = mkstemp(path), opened;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(guest_ram_of_file(path, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "is empty"));
	assert_int_equal(ftruncate(fd, 4096), 0);
	opened = guest_ram_of_file(path, error, sizeof(error));
	assert_true(opened >= 0);
	close(opened);
	close(fd);
	unlink(path);
	assert_int_equal(guest_ram_of_file(path, error, sizeof(error)), -ENOENT);
	assert_int_equal(guest_ram_of_file("/tmp", error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "no regular file"));
	assert_int_equal(guest_ram_of_file("/dev/null", error, sizeof(error)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_largest),	   cmocka_unit_test(test_unlinked),
		cmocka_unit_test(test_fifo),	   cmocka_unit_test(test_not_shared),
		cmocka_unit_test(test_no_process), cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
