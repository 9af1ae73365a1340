// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/early.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int early_begin(char *name)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	name[0] = '@';
	return proc < 0 ? -errno : proc;
}

int early_follow(int proc)
{
	int root, err = 0;

	if (proc < 0 || !access("/proc/1", F_OK))
		return 0;
	root = openat(proc, "1/root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	if (fchdir(root) || chroot("."))
		err = -errno;
	close(root);
	return err;
}
