// SPDX-License-Identifier: GPL-2.0-only
/* A directory of FIFOs to channels: what Linux's tools/virtio/virtio-trace/README has one make by
 * hand for a QEMU without libvirt. */
#include "tui/domain/channels.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The type bits of what is called name in the directory, 0 when there is nothing. */
static mode_t type_of(int dir_fd, const char *name)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return 0;
	return st.st_mode & S_IFMT;
}

static int add_place(struct channels *channels, const char *dir, const char *port,
		     enum channel_kind kind)
{
	char *path;
	int ret;

	if (asprintf(&path, "%s/%s", dir, port) < 0)
		return -ENOMEM;
	ret = channels_add(channels, port, kind, path);
	free(path);
	return ret;
}

/*
 * The channel of one port. Of a CPU only .out is read, but QEMU opens both of a pair or neither,
 * so half a pair is no channel.
 */
static int look_for(struct channels *channels, int dir_fd, const char *dir, const char *port)
{
	static const char *const suffixes[] = {".in", ".out"};
	unsigned fifos = 0, others = 0;

	for (size_t i = 0; i < 2; i++) {
		char name[64];
		mode_t type;

		snprintf(name, sizeof(name), "%s%s", port, suffixes[i]);
		type = type_of(dir_fd, name);
		if (S_ISFIFO(type))
			fifos++;
		else if (type)
			others++;
	}
	if (fifos == 2)
		return add_place(channels, dir, port, CHANNEL_PIPE);
	if (others)
		return channels_note_unusable(channels, "%s.in or %s.out is not a FIFO", port,
					      port);
	if (fifos)
		return channels_note_unusable(channels, "of %s.in and %s.out one is missing", port,
					      port);
	if (S_ISSOCK(type_of(dir_fd, port)))
		return add_place(channels, dir, port, CHANNEL_UNIX);
	return 0;
}

static int look_for_share(struct channels *channels, int dir_fd, const char *dir)
{
	if (!S_ISDIR(type_of(dir_fd, "share")))
		return 0;
	if (asprintf(&channels->share, "%s/share", dir) < 0) {
		channels->share = NULL;
		return -ENOMEM;
	}
	return 0;
}

static int look_around(struct channels *channels, int dir_fd, const char *dir)
{
	int ret;

	channels->name = strdup(dir);
	if (!channels->name)
		return -ENOMEM;
	ret = look_for(channels, dir_fd, dir, VTRACE_CONTROL_PORT);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS && !ret; cpu++) {
		char port[32];

		snprintf(port, sizeof(port), "%s%u", VTRACE_CPU_PORT_PREFIX, cpu);
		ret = look_for(channels, dir_fd, dir, port);
	}
	return ret ? ret : look_for_share(channels, dir_fd, dir);
}

int channels_from_dir(struct channels *channels, const char *path, char *error, size_t error_size)
{
	char reason[256];
	int dir_fd, ret;

	memset(channels, 0, sizeof(*channels));
	dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0) {
		ret = -errno;
		snprintf(error, error_size,
			 "cannot open the directory %s: %s; --dir wants the one that holds "
			 "QEMU's FIFOs",
			 path, strerror(-ret));
		return ret;
	}

	ret = look_around(channels, dir_fd, path);
	if (ret) {
		snprintf(error, error_size, "cannot look into %s: %s", path, strerror(-ret));
	} else if (!channels_prepared(channels, reason, sizeof(reason))) {
		snprintf(error, error_size,
			 "nothing to trace in %s: %s; make FIFOs (.in and .out) with mkfifo and "
			 "give "
			 "them to QEMU, as vtrace-top(1) shows under --dir",
			 path, reason);
		ret = -ENOENT;
	}
	close(dir_fd);
	if (ret)
		channels_release(channels);
	return ret;
}
