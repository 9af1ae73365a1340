// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/share.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/names.h"

/* Linux, Documentation/filesystems/9p.rst. A large msize saves round trips, of which each costs
 * two switches between guest and host. */
#define SHARE_OPTIONS "trans=virtio,version=9p2000.L,msize=262144,access=any"
#define PUT_NAME      VTRACE_FORMATS_FILE ".tmp"

static int make_directories(const char *path)
{
	char part[256];

	for (size_t i = 1; path[i - 1]; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		if (mkdir(part, 0755) && errno != EEXIST)
			return -errno;
		if (!path[i])
			break;
	}
	return 0;
}

/* A mount point is on another device than its parent. */
static bool is_mounted(void)
{
	struct stat here, parent;

	return !stat(VTRACE_SHARE_MOUNT, &here) && !stat(VTRACE_SHARE_MOUNT "/..", &parent) &&
	       here.st_dev != parent.st_dev;
}

/* What the errors of mounting 9p over virtio mean to somebody who sets a domain up. */
static const char *mount_reason(int err)
{
	switch (err) {
	case -ENOENT:
		return "the domain has no 9p share with the tag " VTRACE_SHARE_TAG;
	case -ENODEV:
	case -EPROTONOSUPPORT:
		return "this kernel has no 9p file system over virtio (modules 9p, 9pnet_virtio)";
	case -EBUSY:
		return "the share is mounted elsewhere in this guest";
	default:
		return strerror(-err);
	}
}

int share_mount(char *error, size_t error_size)
{
	int err = make_directories(VTRACE_SHARE_MOUNT);

	if (err) {
		snprintf(error, error_size, "cannot make " VTRACE_SHARE_MOUNT ": %s",
			 strerror(-err));
		return err;
	}
	if (is_mounted())
		return 0;
	if (mount(VTRACE_SHARE_TAG, VTRACE_SHARE_MOUNT, "9p", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  SHARE_OPTIONS)) {
		err = -errno;
		snprintf(error, error_size, "cannot mount the share: %s", mount_reason(err));
	}
	return err;
}

static int write_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, data, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		length -= (size_t)n;
	}
	return 0;
}

static int put_at(int dir, const void *data, size_t length)
{
	int fd, err;

	/* A new one, of this mode: it has kallsyms, which others in the guest can't read. */
	unlinkat(dir, PUT_NAME, 0);
	fd = openat(dir, PUT_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	err = write_all(fd, data, length);
	/* A full disk of the host may show only here. */
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(dir, PUT_NAME, dir, VTRACE_FORMATS_FILE))
		err = -errno;
	if (err)
		unlinkat(dir, PUT_NAME, 0);
	return err;
}

int share_put(const void *data, size_t length, char *error, size_t error_size)
{
	int dir = open(VTRACE_SHARE_MOUNT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = dir < 0 ? -errno : put_at(dir, data, length);

	if (dir >= 0)
		close(dir);
	if (err)
		snprintf(error, error_size, "cannot write " VTRACE_FORMATS_FILE " to the share: %s",
			 strerror(-err));
	return err;
}
