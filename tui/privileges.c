// SPDX-License-Identifier: GPL-2.0-only
#include "tui/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(capability) (UINT64_C(1) << (capability))

/* capabilities(7) has what each stands for. FIFOs, sockets and shares belong to QEMU's account; a
 * domain that is set up from here gets such. */
#define OF_FILES                                                                               \
	(BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_CHOWN) | BIT(CAP_FOWNER) | \
	 BIT(CAP_FSETID))
/* The engine gives up root's uid, and one that hangs is ended though it has another. */
#define OF_ENGINES (BIT(CAP_SETUID) | BIT(CAP_SETGID) | BIT(CAP_SETPCAP) | BIT(CAP_KILL))

/* What is started from here may have these as well. */
static const uint64_t passed_on = OF_FILES | OF_ENGINES;
/* Who else reads a channel is seen in /proc, and of another root's process by nobody with less. */
static const uint64_t kept = OF_FILES | OF_ENGINES | BIT(CAP_SYS_PTRACE);

int privileges_keep_few(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	/* What is started as root takes its capabilities from this set. */
	for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (!(passed_on & BIT(i)))
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capget, &header, sets))
		return -errno;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		sets[i].permitted &= (uint32_t)(kept >> (32 * i));
		sets[i].effective &= sets[i].permitted;
		sets[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, sets) ? -errno : 0;
}
