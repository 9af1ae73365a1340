// SPDX-License-Identifier: GPL-2.0-only
/* What root has left after giving up what vtrace-top does not need. */
#include "tui/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static uint64_t capability_set(const char *name)
{
	FILE *status = fopen("/proc/self/status", "r");
	uint64_t set = UINT64_MAX;
	char line[256];

	while (status && fgets(line, sizeof(line), status))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			set = strtoull(line + strlen(name) + 1, NULL, 16);
	if (status)
		fclose(status);
	return set;
}

static bool has(const char *set, int capability)
{
	return capability_set(set) >> capability & 1;
}

/* The number of the first thing that is not as it should be; 0: all is. */
static int look(void)
{
	static const int given_up[] = {CAP_SYS_ADMIN,  CAP_SYS_BOOT,  CAP_SYS_MODULE,
				       CAP_SYS_RAWIO,  CAP_NET_ADMIN, CAP_NET_RAW,
				       CAP_SYS_CHROOT, CAP_MKNOD,     CAP_BPF};
	char path[] = "/tmp/vtrace-privileges.XXXXXX";
	int fd = mkstemp(path), wrong = 0;

	if (fd < 0 || privileges_keep_few())
		return 1;
	for (size_t i = 0; i < sizeof(given_up) / sizeof(given_up[0]); i++)
		if (has("CapPrm", given_up[i]) || has("CapEff", given_up[i]) ||
		    has("CapBnd", given_up[i]))
			return 2;
	/* Kept, and not passed on. */
	if (!has("CapEff", CAP_SYS_PTRACE) || has("CapBnd", CAP_SYS_PTRACE))
		return 7;
	if (capability_set("CapInh") || capability_set("CapAmb"))
		return 3;
	if (!unshare(CLONE_NEWNS) || errno != EPERM || !chroot("/") || errno != EPERM)
		return 4;
	/* A share is made for another account, and read though it is that one's alone. */
	if (fchown(fd, 4711, 4711) || chmod(path, 0600) || close(fd))
		wrong = 5;
	fd = open(path, O_RDWR);
	if (fd < 0)
		wrong = 6;
	close(fd);
	unlink(path);
	return wrong;
}

static void test_root_keeps_what_it_needs(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() || !has("CapEff", CAP_SYS_ADMIN)) {
		skip(); /* who is not root has nothing to give up */
		return;
	}
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(look());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* With fewer from the start, nothing is taken in addition and nothing fails. */
static void test_twice(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid)
		_exit(privileges_keep_few() || privileges_keep_few());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_root_keeps_what_it_needs),
		cmocka_unit_test(test_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
