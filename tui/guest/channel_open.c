// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tui/guest/channel_open.h"

/* Of the FIFO that a CPU's pages come through, bytes: as much as anybody may ask for by default
 * (/proc/sys/fs/pipe-max-size). A guest that writes 64 KiB at a time can then go on while we read.
 */
#define FIFO_BYTES (1024 * 1024)

/* What a person can do about an error of open() or connect(). */
static const char *advice(int err, enum channel_kind kind)
{
	switch (err) {
	case ENOENT:
		if (kind == CHANNEL_UNIX)
			return "QEMU makes this socket when the domain starts; is it running?";
		return "QEMU makes no FIFOs: make it with mkfifo, then start the domain again";
	case EACCES:
	case EPERM:
		return "run as root, or as a member of the group that may read and write it";
	case ENXIO:
	case ECONNREFUSED:
		return "no QEMU has it open; is the domain running?";
	case EAGAIN:
		return "another program is connected to it; end that one first";
	case ELOOP:
		return "it is a symbolic link, which is not followed here";
	case EMFILE:
		return "this program has all the descriptors that it may have: raise its limit "
		       "(ulimit -n), or close other guests";
	case ENFILE:
		return "the host has no descriptors left: see sysctl fs.file-max";
	case ENOMEM:
	case ENOBUFS:
		return "the host has no memory left";
	default:
		return "check the channel in the domain's XML";
	}
}

static int failed(int err, const char *path, enum channel_kind kind, char *error, size_t error_size)
{
	snprintf(error, error_size, "cannot open %s: %s; %s", path, strerror(err),
		 advice(err, kind));
	return -err;
}

static int open_fifo(const char *path, const char *suffix, int flags, char *error,
		     size_t error_size)
{
	char name[4096];
	struct stat st;
	int fd;

	if (snprintf(name, sizeof(name), "%s%s", path, suffix) >= (int)sizeof(name))
		return failed(ENAMETOOLONG, path, CHANNEL_PIPE, error, error_size);
	/* The directory may be another user's, so that the name is not to be trusted. */
	fd = open(name, flags | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
	if (fd < 0)
		return failed(errno, name, CHANNEL_PIPE, error, error_size);
	if (fstat(fd, &st) == 0 && !S_ISFIFO(st.st_mode)) {
		snprintf(error, error_size,
			 "%s is no FIFO; make it with mkfifo, then start the domain again", name);
		close(fd);
		return -EINVAL;
	}
	if ((flags & O_ACCMODE) == O_RDONLY && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		snprintf(error, error_size,
			 "another vtrace-top reads %s; end it first, or each of you gets a part",
			 name);
		close(fd);
		return -EBUSY;
	}
	return fd;
}

/* What lies at path, not what it may lead to: the directory is QEMU's account's, mostly. */
static int find_socket(const char *path)
{
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC), err;
	struct stat st;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) < 0 ? errno : S_ISLNK(st.st_mode) ? ELOOP : 0;
	if (err) {
		close(fd);
		return -err;
	}
	return fd;
}

static int open_socket(const char *path, char *error, size_t error_size)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int place = find_socket(path), fd, err = 0;

	if (place < 0)
		return failed(-place, path, CHANNEL_UNIX, error, error_size);
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", place);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* On a UNIX socket this ends at once, one way or the other (unix(7)). */
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		err = errno;
	close(place);
	if (!err)
		return fd;
	if (fd >= 0)
		close(fd);
	return failed(err, path, CHANNEL_UNIX, error, error_size);
}

int channel_open_control(const struct channel_place *place, int *in_fd, int *out_fd, char *error,
			 size_t error_size)
{
	int fd;

	*in_fd = *out_fd = -1;
	if (place->kind == CHANNEL_UNIX) {
		fd = open_socket(place->path, error, error_size);
		if (fd < 0)
			return fd;
		*in_fd = *out_fd = fd;
		return 0;
	}
	/* Without a reader, which is QEMU, this gives ENXIO (fifo(7)). */
	fd = open_fifo(place->path, ".in", O_WRONLY, error, error_size);
	if (fd < 0)
		return fd;
	*in_fd = fd;
	fd = open_fifo(place->path, ".out", O_RDONLY, error, error_size);
	if (fd < 0) {
		close(*in_fd);
		*in_fd = -1;
		return fd;
	}
	*out_fd = fd;
	return 0;
}

int channel_open_stream(const struct channel_place *place, char *error, size_t error_size)
{
	int fd;

	if (place->kind == CHANNEL_UNIX)
		return open_socket(place->path, error, error_size);
	fd = open_fifo(place->path, ".out", O_RDONLY, error, error_size);
	/* Where it is not allowed, the size stays. */
	if (fd >= 0 && fcntl(fd, F_GETPIPE_SZ) < FIFO_BYTES)
		fcntl(fd, F_SETPIPE_SZ, FIFO_BYTES);
	return fd;
}
