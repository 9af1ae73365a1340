// SPDX-License-Identifier: GPL-2.0-only
/* What the agent puts on the share, in a mount namespace in which a tmpfs stands in its place. */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/names.h"
#include "guest-agent/share.h"

#define NO_MOUNTS 77 /* who may mount nothing */
#define FILE_NAME VTRACE_SHARE_MOUNT "/" VTRACE_FORMATS_FILE

static int put_in_namespace(void)
{
	char error[256], text[8] = "";
	struct stat status;
	int fd;

	if (unshare(CLONE_NEWNS) || mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/run", "tmpfs", 0, NULL))
		return NO_MOUNTS;
	if (mkdir("/run/vtrace", 0755) || mkdir(VTRACE_SHARE_MOUNT, 0755))
		return 1;
	umask(0);
	/* As one that was killed has left it. */
	fd = open(FILE_NAME ".tmp", O_WRONLY | O_CREAT, 0644);
	if (fd < 0 || share_put("new", 3, error, sizeof(error)))
		return 2;
	fd = open(FILE_NAME, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text)) != 3 || strcmp(text, "new") != 0)
		return 3;
	/* It has the kernel's addresses, which others in the guest are not to have. */
	return !fstat(fd, &status) && (status.st_mode & 07777) == 0640 ? 0 : 4;
}

static void others_do_not_read_it(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	assert_true(pid >= 0);
	if (!pid)
		_exit(put_in_namespace());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_MOUNTS)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_do_not_read_it),
	};

	return cmocka_run_group_tests_name("agent_share", tests, NULL, NULL);
}
