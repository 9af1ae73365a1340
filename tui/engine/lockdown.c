// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/lockdown.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "formats/names.h"

#define ACCOUNT		   "vtrace" /* taken when it exists, else nobody */
#define NOBODY		   65534
#define ADDRESS_SPACE_MORE (UINT64_C(1536) << 20) /* programs, libraries, formats, symbols */

/* Everything that the event loop, malloc, stdio and libtraceevent's printing were seen to use. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(pread64),
	SCMP_SYS(write),
	SCMP_SYS(recvmsg),
	SCMP_SYS(setitimer),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_create1),
	SCMP_SYS(close),
	SCMP_SYS(ftruncate),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(brk),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(getrandom),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(sysinfo),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(writev),
	SCMP_SYS(pwrite64),
};

static int drop_uid(void)
{
	const struct passwd *account;
	uid_t uid = NOBODY;
	gid_t gid = NOBODY;

	if (geteuid())
		return 0;
	account = getpwnam(ACCOUNT);
	if (account && account->pw_uid) {
		uid = account->pw_uid;
		gid = account->pw_gid;
	}
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

static int limit(int resource, uint64_t value)
{
	struct rlimit limits;

	if (getrlimit(resource, &limits))
		return -errno;
	/* Whoever runs vtrace under tighter limits keeps them; nobody may raise them here. */
	if (limits.rlim_max == RLIM_INFINITY || limits.rlim_max > value)
		limits.rlim_max = value;
	limits.rlim_cur = limits.rlim_max;
	return setrlimit(resource, &limits) ? -errno : 0;
}

static int limit_resources(uint64_t memory)
{
	/* A channel, a recording and a saving for each CPU, and a few. */
	int ret = limit(RLIMIT_NOFILE, 3 * VTRACE_MAX_CPUS + 32);

	if (!ret)
		ret = limit(RLIMIT_CORE, 0);
	if (!ret)
		ret = limit(RLIMIT_NPROC, 0);
#ifndef VTRACE_SANITIZED
	if (!ret)
		ret = limit(RLIMIT_AS, memory < UINT64_MAX / 4 ? 2 * memory + ADDRESS_SPACE_MORE
							       : RLIM_INFINITY);
#else
	(void)memory;
#endif
	return ret;
}

#ifndef VTRACE_SANITIZED
/* What came with the terminal could write to it: nothing of a guest goes there unstripped. */
static int leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), ret = 0;

	if (null < 0)
		return -errno;
	for (int fd = STDIN_FILENO; !ret && fd <= STDERR_FILENO; fd++)
		if (dup2(null, fd) < 0)
			ret = -errno;
	close(null);
	return ret;
}

/* Calls that are needed with some arguments only. */
static int allow_partly(scmp_filter_ctx filter)
{
	static const int memory[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
	static const int status[] = {F_GETFL, F_SETFL};
	int ret = 0;

	/* No new code. */
	for (size_t i = 0; !ret && i < 2; i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, memory[i], 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	for (size_t i = 0; !ret && i < 2; i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
				       SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)status[i]));
	/* abort(3) signals itself, and nobody else is to be signalled. */
	if (!ret)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	/* glibc's fstat(3): newfstatat on a descriptor, never on a path. */
	if (!ret)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
				       SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH));
	return ret;
}

static int filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int ret = 0;

	if (!filter)
		return -ENOMEM;
	/* All threads that there are, as no more can be made. */
	ret = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	for (size_t i = 0; !ret && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (!ret)
		ret = allow_partly(filter);
	if (!ret)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	return ret;
}
#endif

int lockdown(uint64_t memory, char *layers, size_t layers_size)
{
	const char *seccomp = "seccomp";
	int ret = drop_uid();
	uid_t uid = geteuid();

	if (!ret)
		ret = limit_resources(memory);
	if (!ret && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		ret = -errno;
	if (ret)
		return ret;
#ifndef VTRACE_SANITIZED
	ret = leave_terminal();
	if (!ret)
		ret = filter_calls();
#else
	(void)allowed;
	seccomp = "no seccomp (a sanitizer build)";
#endif
	snprintf(layers, layers_size, "locked down: uid %u, no new privileges, rlimits, %s",
		 (unsigned)uid, seccomp);
	return ret;
}
