// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/lockdown.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "formats/names.h"
#include "tui/engine/landlock.h"
#include "tui/engine/namespaces.h"

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

__attribute__((format(printf, 3, 4))) static void add(char *text, size_t size, const char *format,
						      ...)
{
	size_t used = strlen(text);
	va_list args;

	if (used)
		used += (size_t)snprintf(text + used, size - used, ", ");
	if (used >= size)
		return;
	va_start(args, format);
	vsnprintf(text + used, size - used, format, args);
	va_end(args);
}

#ifdef VTRACE_SANITIZED
/* What the runtimes of AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer do besides:
 * shadow memory, a report into a file, names of lines out of the program's own file. */
static const int allowed_sanitizers[] = {
	SCMP_SYS(access),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(dup),
	SCMP_SYS(dup2),
	SCMP_SYS(dup3),
	SCMP_SYS(faccessat2),
	SCMP_SYS(getcwd),
	SCMP_SYS(geteuid),
	SCMP_SYS(getppid),
	SCMP_SYS(getrlimit),
	SCMP_SYS(getrusage),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getuid),
	SCMP_SYS(ioctl),
	SCMP_SYS(membarrier),
	SCMP_SYS(mmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(nanosleep),
	SCMP_SYS(newfstatat),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(prctl),
	SCMP_SYS(prlimit64),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(rseq),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(stat),
	SCMP_SYS(uname),
};
#define CALLS_WIDER " (with what sanitizers need)"
#else
#define CALLS_WIDER ""
#endif

/* It has no seccomp(2) (3.19: "unhandled syscall: 317") and keeps the highest descriptors for
 * itself, so there is neither the filter nor a limit of them in "make VALGRIND=1", which is told as
 * missing. */
#ifdef VTRACE_VALGRIND
#define UNDER_VALGRIND true
#else
#define UNDER_VALGRIND false
#endif

static int drop_uid(uid_t uid, gid_t gid)
{
	const struct passwd *account;

	if (geteuid())
		return 0;
	if (!uid) {
		account = getpwnam(ACCOUNT);
		uid = account && account->pw_uid ? account->pw_uid : NOBODY;
		gid = account && account->pw_uid ? account->pw_gid : NOBODY;
	}
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

/* No program started from here could have one again. Fails for who may not do that, and needs no
 * word then: no_new_privs says the same. */
static void empty_bounding_set(void)
{
	for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

	empty_bounding_set();
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) ||
	    syscall(SYS_capset, &header, none))
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
	int ret = limit(RLIMIT_CORE, 0);

	/* A channel, a recording and a saving for each CPU, and a few. */
	if (!ret && !UNDER_VALGRIND)
		ret = limit(RLIMIT_NOFILE, 3 * VTRACE_MAX_CPUS + 32);
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
static int leave_terminal(int null)
{
	int ret = 0;

	for (int fd = STDIN_FILENO; !ret && fd <= STDERR_FILENO; fd++)
		if (dup2(null, fd) < 0)
			ret = -errno;
	close(null);
	return ret;
}
#endif

/* Calls that are needed with some arguments only. */
static int allow_partly(scmp_filter_ctx filter)
{
	static const int memory[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
	int ret = 0;

	/* No new code. */
	for (size_t i = 0; !ret && i < 2; i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, memory[i], 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!ret)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
				       SCMP_A1(SCMP_CMP_EQ, F_GETFL));
	/* A channel's flags are those of the console's descriptor as well (fcntl(2)), which would
	 * wait in read(2) without this one. */
	if (!ret)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 2,
				       SCMP_A1(SCMP_CMP_EQ, F_SETFL),
				       SCMP_A2(SCMP_CMP_MASKED_EQ, O_NONBLOCK, O_NONBLOCK));
	/* abort(3) signals itself, and nobody else is to be signalled. */
	if (!ret)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	/* glibc's fstat(3): newfstatat on a descriptor, never on a path. */
	if (!ret)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
				       SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH));
#ifdef VTRACE_SANITIZED
	/* A report's descriptors. */
	for (int command = F_GETFD; !ret && command <= F_SETFD; command++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
				       SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)command));
#endif
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
#ifdef VTRACE_SANITIZED
	for (size_t i = 0; !ret && i < sizeof(allowed_sanitizers) / sizeof(int); i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_sanitizers[i], 0);
#endif
	if (!ret)
		ret = allow_partly(filter);
	if (!ret)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	return ret;
}

/* Sanitizers write their reports into files and read the program to name its lines. */
#ifndef VTRACE_SANITIZED
#define EMPTY_ROOT() namespaces_empty_root()
#define DENY_FILES() landlock_deny_all()
#define REASON(error) \
	((error) == -ENOSYS || (error) == -EOPNOTSUPP ? "this kernel has none" : strerror(-(error)))
#else
#define EMPTY_ROOT()  (-ENOSYS)
#define DENY_FILES()  (-ENOSYS)
#define REASON(error) (UNDER_VALGRIND ? "a valgrind build" : "a sanitizer build")
#endif

static void tell(struct lockdown *lockdown, const char *layer, int error)
{
	if (error < 0)
		add(lockdown->missing, sizeof(lockdown->missing), "%s (%s)", layer, REASON(error));
	else
		add(lockdown->on, sizeof(lockdown->on), "%s", layer);
}

/* As root at once; else in a user namespace, which nobody needs a privilege for. */
static int leave_host(struct lockdown *lockdown, uid_t uid, gid_t gid)
{
	int entered = namespaces_enter(false), emptied = -EPERM, ret;

	if (!entered)
		emptied = EMPTY_ROOT();
	ret = drop_uid(uid, gid);
	if (ret)
		return ret;
	add(lockdown->on, sizeof(lockdown->on), "uid %u", (unsigned)geteuid());
	if (entered) {
		entered = namespaces_enter(true);
		if (!entered)
			emptied = EMPTY_ROOT();
	}
	tell(lockdown, "namespaces", entered);
	tell(lockdown, "empty root", emptied);
	return 0;
}

int lockdown_begin(struct lockdown *lockdown, uid_t uid, gid_t gid)
{
	int ret;

	*lockdown = (struct lockdown){.null = open("/dev/null", O_RDWR | O_CLOEXEC)};
	if (lockdown->null < 0)
		return -errno;
	/* The bounding set needs a privilege that is gone with the uid. */
	empty_bounding_set();
	ret = leave_host(lockdown, uid, gid);
	if (!ret)
		ret = drop_capabilities();
	if (!ret && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		ret = -errno;
	if (ret)
		return ret;
	add(lockdown->on, sizeof(lockdown->on), "no capabilities, no new privileges");
	tell(lockdown, "landlock", DENY_FILES());
	return 0;
}

int lockdown_end(struct lockdown *lockdown, uint64_t memory)
{
	int ret = limit_resources(memory);

	if (ret)
		return ret;
	add(lockdown->on, sizeof(lockdown->on), "rlimits");
#ifdef VTRACE_SANITIZED
	close(lockdown->null);
#else
	ret = leave_terminal(lockdown->null);
#endif
	if (UNDER_VALGRIND) {
		tell(lockdown, "seccomp", -ENOSYS);
		return ret;
	}
	if (!ret)
		ret = filter_calls();
	if (!ret)
		add(lockdown->on, sizeof(lockdown->on), "seccomp%s", CALLS_WIDER);
	return ret;
}
