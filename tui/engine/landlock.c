// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/landlock.h"

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Linux, include/uapi/linux/landlock.h, struct landlock_ruleset_attr. Headers of older kernels
 * have less of it; a kernel takes what it does not know as long as that is 0. */
struct ruleset {
	uint64_t fs;	 /* handled_access_fs */
	uint64_t net;	 /* handled_access_net, from ABI 4 on */
	uint64_t scoped; /* from ABI 6 on */
};

#define CREATE_VERSION (1u << 0) /* LANDLOCK_CREATE_RULESET_VERSION */
#define FS_OF_ABI_1    13	 /* EXECUTE to MAKE_SYM */
#define FS_REFER       (UINT64_C(1) << 13)
#define FS_TRUNCATE    (UINT64_C(1) << 14)
#define FS_IOCTL_DEV   (UINT64_C(1) << 15)
#define NET_ALL	       UINT64_C(3) /* BIND_TCP, CONNECT_TCP */
#define SCOPED_ALL     UINT64_C(3) /* ABSTRACT_UNIX_SOCKET, SIGNAL */

static struct ruleset everything(int abi)
{
	struct ruleset rules = {.fs = (UINT64_C(1) << FS_OF_ABI_1) - 1};

	if (abi >= 2)
		rules.fs |= FS_REFER;
	if (abi >= 3)
		rules.fs |= FS_TRUNCATE;
	if (abi >= 4)
		rules.net = NET_ALL;
	if (abi >= 5)
		rules.fs |= FS_IOCTL_DEV;
	if (abi >= 6)
		rules.scoped = SCOPED_ALL;
	return rules;
}

int landlock_deny_all(void)
{
	int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_VERSION), fd, ret = 0;
	struct ruleset rules;

	if (abi < 0)
		return -errno;
	rules = everything(abi);
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);
	if (fd < 0)
		return -errno;
	/* No rule is added: what is handled is denied everywhere. */
	if (syscall(SYS_landlock_restrict_self, fd, 0))
		ret = -errno;
	close(fd);
	return ret ? ret : abi;
}
