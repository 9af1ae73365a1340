// SPDX-License-Identifier: GPL-2.0-only
/* What a guest can put in the place of its formats, and that the copy taken is out of its reach. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/names.h"
#include "tui/guest/share.h"

/* Names beside the one that is looked for; the latter with VTRACE_LONG=1. */
#define OTHERS	    20000
#define OTHERS_LONG 1000000

struct share {
	char dir[64];
	char file[96];
	char error[512];
	int memfd;
};

static int setup(void **state)
{
	struct share *share = calloc(1, sizeof(*share));

	if (!share)
		return -1;
	strcpy(share->dir, "/tmp/vtrace-test-share-XXXXXX");
	share->memfd = -1;
	if (!mkdtemp(share->dir))
		return -1;
	snprintf(share->file, sizeof(share->file), "%s/%s", share->dir, VTRACE_FORMATS_FILE);
	*state = share;
	return 0;
}

static int teardown(void **state)
{
	struct share *share = *state;

	if (share->memfd >= 0)
		close(share->memfd);
	if (unlink(share->file) < 0)
		rmdir(share->file);
	rmdir(share->dir);
	free(share);
	return 0;
}

static int copy(struct share *share)
{
	return share_copy_formats(share->dir, &share->memfd, share->error, sizeof(share->error));
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void copies_and_seals(void **state)
{
	struct share *share = *state;
	char text[32] = "";

	write_file(share->file, "vtrace-formats 1\n");
	assert_int_equal(copy(share), 0);
	/* What the guest does to its file from now on changes nothing. */
	write_file(share->file, "other");
	assert_int_equal(read(share->memfd, text, sizeof(text)), strlen("vtrace-formats 1\n"));
	assert_string_equal(text, "vtrace-formats 1\n");
	assert_int_equal(ftruncate(share->memfd, 0), -1);
	assert_int_equal(pwrite(share->memfd, "x", 1, 0), -1);
}

static void no_directory(void **state)
{
	struct share *share = *state;
	int memfd;

	assert_int_equal(share_copy_formats("/nonexistent/share", &memfd, share->error,
					    sizeof(share->error)),
			 -ENOENT);
	assert_non_null(strstr(share->error, "/nonexistent/share"));
	assert_int_equal(memfd, -1);
}

static void no_file_yet(void **state)
{
	struct share *share = *state;

	assert_int_equal(copy(share), -ENOENT);
	assert_non_null(strstr(share->error, share->file));
	assert_non_null(strstr(share->error, "no event formats yet"));
}

static void symlinks_are_not_followed(void **state)
{
	struct share *share = *state;

	assert_int_equal(symlink("/etc/passwd", share->file), 0);
	assert_int_equal(copy(share), -ELOOP);
	assert_non_null(strstr(share->error, "not followed"));
	assert_int_equal(share->memfd, -1);
}

/* A FIFO without a writer would block an open(), and one with a writer never ends. */
static void fifo_is_not_opened(void **state)
{
	struct share *share = *state;

	assert_int_equal(mkfifo(share->file, 0600), 0);
	assert_int_equal(copy(share), -EINVAL);
	assert_non_null(strstr(share->error, "no regular file"));
}

static void directory_is_not_opened(void **state)
{
	struct share *share = *state;

	assert_int_equal(mkdir(share->file, 0700), 0);
	assert_int_equal(copy(share), -EINVAL);
	assert_non_null(strstr(share->error, "no regular file"));
}

static void size_is_bounded(void **state)
{
	struct share *share = *state;
	struct stat st;

	write_file(share->file, "");
	assert_int_equal(truncate(share->file, (off_t)VTRACE_BUNDLE_MAX + 1), 0);
	assert_int_equal(copy(share), -EFBIG);
	assert_non_null(strstr(share->error, "67108865 bytes"));
	assert_int_equal(truncate(share->file, VTRACE_BUNDLE_MAX), 0);
	assert_int_equal(copy(share), 0);
	assert_int_equal(fstat(share->memfd, &st), 0);
	assert_int_equal(st.st_size, VTRACE_BUNDLE_MAX);
}

/* A terabyte of nothing costs a guest no space. */
static void sparse_file_is_not_read(void **state)
{
	struct share *share = *state;

	write_file(share->file, "");
	assert_int_equal(truncate(share->file, (off_t)1 << 40), 0);
	assert_int_equal(copy(share), -EFBIG);
	assert_int_equal(share->memfd, -1);
}

static void device_is_not_opened(void **state)
{
	struct share *share = *state;

	if (mknod(share->file, S_IFCHR | 0600, makedev(1, 5))) {
		skip(); /* who may make no device can not be given one either */
		return;
	}
	assert_int_equal(copy(share), -EINVAL);
	assert_non_null(strstr(share->error, "no regular file"));
}

static void mount_is_not_entered(void **state)
{
	struct share *share = *state;
	int status;
	pid_t pid;

	write_file(share->file, "vtrace-formats 1\n");
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount("/etc/passwd", share->file, NULL, MS_BIND, NULL))
			_exit(2);
		_exit(copy(share) != -EXDEV || !strstr(share->error, "not followed"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
		skip(); /* who may mount nothing */
		return;
	}
	assert_int_equal(status, 0);
}

/* The one file is looked up, the others are not. */
static void others_in_the_directory_do_not_matter(void **state)
{
	struct share *share = *state;
	const int others = getenv("VTRACE_LONG") ? OTHERS_LONG : OTHERS;
	char name[sizeof(share->file) + 16];

	write_file(share->file, "vtrace-formats 1\n");
	for (int i = 0; i < others; i++) {
		snprintf(name, sizeof(name), "%s/%d", share->dir, i);
		assert_int_equal(mkfifo(name, 0), 0);
	}
	assert_int_equal(copy(share), 0);
	for (int i = 0; i < others; i++) {
		snprintf(name, sizeof(name), "%s/%d", share->dir, i);
		unlink(name);
	}
}

/* Another process, as QEMU is: makes the file longer than may be, shorter and another one. */
static void change(const char *path)
{
	char other[PATH_MAX];

	snprintf(other, sizeof(other), "%s.other", path);
	for (;;) {
		int fd = open(other, O_WRONLY | O_CREAT, 0600);

		if (fd < 0 || write(fd, "vtrace-formats 1\n", 17) != 17)
			_exit(1);
		close(fd);
		if (rename(other, path) || truncate(path, (off_t)VTRACE_BUNDLE_MAX + 4096) ||
		    truncate(path, 100000) || truncate(path, 17))
			_exit(1);
	}
}

static void file_that_changes_is_copied_once(void **state)
{
	struct share *share = *state;
	unsigned copied = 0;
	char name[PATH_MAX];
	struct stat st;
	pid_t pid;

	write_file(share->file, "vtrace-formats 1\n");
	pid = fork();
	if (!pid)
		change(share->file);
	for (int i = 0; i < 200; i++) {
		int err = copy(share);

		assert_true(!err || err == -EFBIG);
		if (err)
			continue;
		assert_int_equal(fstat(share->memfd, &st), 0);
		assert_true(st.st_size <= VTRACE_BUNDLE_MAX);
		close(share->memfd);
		share->memfd = -1;
		copied++;
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(copied);
	snprintf(name, sizeof(name), "%s.other", share->file);
	unlink(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(copies_and_seals, setup, teardown),
		cmocka_unit_test_setup_teardown(no_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(no_file_yet, setup, teardown),
		cmocka_unit_test_setup_teardown(symlinks_are_not_followed, setup, teardown),
		cmocka_unit_test_setup_teardown(fifo_is_not_opened, setup, teardown),
		cmocka_unit_test_setup_teardown(directory_is_not_opened, setup, teardown),
		cmocka_unit_test_setup_teardown(size_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(sparse_file_is_not_read, setup, teardown),
		cmocka_unit_test_setup_teardown(device_is_not_opened, setup, teardown),
		cmocka_unit_test_setup_teardown(mount_is_not_entered, setup, teardown),
		cmocka_unit_test_setup_teardown(others_in_the_directory_do_not_matter, setup,
						teardown),
		cmocka_unit_test_setup_teardown(file_that_changes_is_copied_once, setup, teardown),
	};

	return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
