// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/ports.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "guest-agent/tracefs.h"

#define PORTS_IN_SYSFS "/sys/class/virtio-ports"

static int open_path(const char *path, int access)
{
	int fd = open(path, access | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

/* Whether the file of a port's sysfs directory holds exactly name and an LF. */
static bool port_is(const char *device, const char *name)
{
	char path[512], *text;
	size_t length;
	bool same;

	snprintf(path, sizeof(path), PORTS_IN_SYSFS "/%s/name", device);
	if (tracefs_read(AT_FDCWD, path, 4096, &text, &length))
		return false;
	text[strcspn(text, "\n")] = '\0';
	same = !strcmp(text, name);
	free(text);
	return same;
}

/* vportNpM of the port of that name. 0 or -ENOENT. */
static int find_device(const char *name, char *device, size_t size)
{
	DIR *ports = opendir(PORTS_IN_SYSFS);
	const struct dirent *port;
	int err = -ENOENT;

	if (!ports)
		return -ENOENT;
	while (err && (port = readdir(ports))) {
		if (port->d_name[0] == '.' || strlen(port->d_name) >= size)
			continue;
		if (port_is(port->d_name, name)) {
			strcpy(device, port->d_name);
			err = 0;
		}
	}
	closedir(ports);
	return err;
}

/* Where neither udev nor devtmpfs made a node, make one for the moment of opening it. It is made
 * in /dev, since that is the one place where nodes are sure to work (/run is mounted nodev). */
static int open_own_node(const char *device, int access)
{
	unsigned major_number, minor_number;
	char path[512], *text;
	size_t length;
	int fd, err;

	snprintf(path, sizeof(path), PORTS_IN_SYSFS "/%s/dev", device);
	err = tracefs_read(AT_FDCWD, path, 64, &text, &length);
	if (err)
		return err;
	if (sscanf(text, "%u:%u", &major_number, &minor_number) != 2)
		err = -EINVAL;
	free(text);
	if (err)
		return err;

	snprintf(path, sizeof(path), "/dev/.trace-agent-%d-%s", getpid(), device);
	if (mknod(path, S_IFCHR | 0600, makedev(major_number, minor_number)))
		return -errno;
	fd = open_path(path, access);
	unlink(path);
	return fd;
}

int port_open(const char *name, int access)
{
	char path[512], device[256];
	int fd;

	snprintf(path, sizeof(path), "/dev/virtio-ports/%s", name);
	fd = open_path(path, access);
	if (fd != -ENOENT)
		return fd;
	if (find_device(name, device, sizeof(device)))
		return -ENOENT;
	snprintf(path, sizeof(path), "/dev/%s", device);
	fd = open_path(path, access);
	return fd == -ENOENT ? open_own_node(device, access) : fd;
}
