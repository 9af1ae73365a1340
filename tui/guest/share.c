// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "formats/names.h"
#include "tui/guest/share.h"

#define COPY_CHUNK (256 * 1024)

/* An O_PATH descriptor: nothing is opened yet that a guest could have put there to do harm. */
static int find_beneath(int directory, const char *name)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
			   RESOLVE_NO_XDEV,
	};
	int fd;

#ifndef VTRACE_VALGRIND
	fd = (int)syscall(SYS_openat2, directory, name, &how, sizeof(how));
#else
	/* It does not know openat2(2) (3.19: "unhandled syscall: 437"). */
	fd = openat(directory, name, (int)how.flags | O_NOFOLLOW);
#endif
	return fd < 0 ? -errno : fd;
}

/* Reopen what find_beneath() found, now that it is known to be a regular file. */
static int reopen_to_read(int fd)
{
	char name[64];
	int copy;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	copy = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	return copy < 0 ? -errno : copy;
}

static int check_file(int fd, const char *path, char *error, size_t error_size)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		int err = errno;

		snprintf(error, error_size, "cannot look at %s: %s", path, strerror(err));
		return -err;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(error, error_size,
			 "%s is no regular file and was not opened; remove it and export again",
			 path);
		return -EINVAL;
	}
	if (st.st_size > VTRACE_BUNDLE_MAX) {
		snprintf(error, error_size, "%s has %lld bytes, more than the %u that are accepted",
			 path, (long long)st.st_size, VTRACE_BUNDLE_MAX);
		return -EFBIG;
	}
	return 0;
}

static int write_all(int fd, const char *bytes, size_t length)
{
	ssize_t put;

	while (length) {
		put = write(fd, bytes, length);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes += put;
		length -= (size_t)put;
	}
	return 0;
}

/* The file may grow while it is read, so that the limit holds here too. */
static int copy_bytes(int from, int to)
{
	size_t total = 0;
	ssize_t got;
	char *chunk;
	int err = 0;

	chunk = malloc(COPY_CHUNK);
	if (!chunk)
		return -ENOMEM;
	while (!err) {
		got = pread(from, chunk, COPY_CHUNK, (off_t)total);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			err = got < 0 ? -errno : 0;
			break;
		}
		total += (size_t)got;
		err = total > VTRACE_BUNDLE_MAX ? -EFBIG : write_all(to, chunk, (size_t)got);
	}
	free(chunk);
	return err;
}

int share_copy_file(int fd, const char *path, int *memfd, char *error, size_t error_size)
{
	int copy, err;

	err = check_file(fd, path, error, error_size);
	if (err)
		return err;
	copy = memfd_create("vtrace-formats", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (copy < 0) {
		err = -errno;
		goto out;
	}
	err = copy_bytes(fd, copy);
	if (!err && lseek(copy, 0, SEEK_SET) < 0)
		err = -errno;
	if (!err &&
	    fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		err = -errno;
out:
	if (err) {
		snprintf(error, error_size, "cannot copy %s: %s", path, strerror(-err));
		if (copy >= 0)
			close(copy);
		return err;
	}
	*memfd = copy;
	return 0;
}

static void say_not_found(int err, const char *path, char *error, size_t error_size)
{
	if (err == ENOENT)
		snprintf(error, error_size,
			 "there are no event formats yet at %s; the agent in the guest writes them",
			 path);
	else if (err == ELOOP || err == EXDEV)
		snprintf(error, error_size,
			 "%s is a link or a mount and was not followed; remove it and export again",
			 path);
	else
		snprintf(error, error_size,
			 "cannot open %s: %s; run as root, or as a user who may read it", path,
			 strerror(err));
}

int share_copy_formats(const char *directory, int *memfd, char *error, size_t error_size)
{
	char path[4096];
	int dir, found = -1, fd = -1, err;

	*memfd = -1;
	snprintf(path, sizeof(path), "%s/%s", directory, VTRACE_FORMATS_FILE);
	dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		err = -errno;
		snprintf(error, error_size,
			 "cannot open the share %s: %s; it is the directory of the domain's 9p "
			 "filesystem with the tag " VTRACE_SHARE_TAG,
			 directory, strerror(errno));
		return err;
	}
	found = find_beneath(dir, VTRACE_FORMATS_FILE);
	if (found < 0) {
		err = found;
		say_not_found(-err, path, error, error_size);
		goto out;
	}
	err = check_file(found, path, error, error_size);
	if (err)
		goto out;
	fd = reopen_to_read(found);
	if (fd < 0) {
		err = fd;
		say_not_found(-err, path, error, error_size);
		goto out;
	}
	err = share_copy_file(fd, path, memfd, error, error_size);
out:
	if (fd >= 0)
		close(fd);
	if (found >= 0)
		close(found);
	close(dir);
	return err;
}
