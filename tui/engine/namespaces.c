// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/namespaces.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Any directory that every host has: the empty file system is mounted over it. */
#define PLACE "/proc"

int namespaces_enter(bool in_user)
{
	int flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;

	return unshare(in_user ? flags | CLONE_NEWUSER : flags) ? -errno : 0;
}

int namespaces_empty_root(void)
{
	/* Without this, what is mounted here would be mounted on the host as well
	 * (mount_namespaces(7), shared subtrees). */
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("vtrace", PLACE, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "size=4k,nr_inodes=2,mode=0555") ||
	    chdir(PLACE))
		return -errno;
	/* The old root comes to lie over the new one and is taken away from there (pivot_root(2)).
	 * A root that is an initramfs can not be moved: there the directory is changed only. */
	if (!syscall(SYS_pivot_root, ".", ".")) {
		if (umount2(".", MNT_DETACH))
			return -errno;
	} else if (chroot(".")) {
		return -errno;
	}
	return chdir("/") ? -errno : 0;
}
