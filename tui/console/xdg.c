// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/console/xdg.h"

int xdg_path(char *path, size_t size, const char *variable, const char *otherwise, const char *name)
{
	const char *base = getenv(variable), *home = getenv("HOME");
	int length = -1;

	/* A path that is not absolute is to be ignored, says the specification. */
	if (base && *base == '/')
		length = snprintf(path, size, "%s/vtrace/%s", base, name);
	else if (home && *home == '/')
		length = snprintf(path, size, "%s/%s/vtrace/%s", home, otherwise, name);
	return length > 0 && (size_t)length < size ? 0 : -ENOENT;
}

int xdg_make_directory(const char *path)
{
	char directory[PATH_MAX];

	if ((size_t)snprintf(directory, sizeof(directory), "%s", path) >= sizeof(directory))
		return -ENAMETOOLONG;
	for (char *slash = directory + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(directory, 0700) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

int xdg_open(const char *path, int flags)
{
	struct stat stat;
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600), ret;

	if (fd < 0)
		return -errno;
	ret = fstat(fd, &stat) < 0 ? -errno : S_ISREG(stat.st_mode) ? 0 : -EINVAL;
	if (ret) {
		close(fd);
		return ret;
	}
	return fd;
}
