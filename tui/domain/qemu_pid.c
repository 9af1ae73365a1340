// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/qemu_pid.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/control.h"
#include "tui/domain/lookup.h"

/* libvirt, src/qemu/qemu_conf.c and src/util/virpidfile.c: where it writes NAME.pid. */
#define SYSTEM_PIDS  "/run/libvirt/qemu"
#define SESSION_PIDS "libvirt/qemu/run" /* in $XDG_RUNTIME_DIR */

/* 0, -errno of open(2), or -EINVAL when no number is in it. */
static int read_pid(const char *path, pid_t *pid)
{
	FILE *file = fopen(path, "re");
	char text[32] = "";
	uint64_t number;

	if (!file)
		return -errno;
	if (fgets(text, sizeof(text), file))
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
	if (control_number(text, &number) || !number || number > INT_MAX)
		return -EINVAL;
	*pid = (pid_t)number;
	return 0;
}

static int find_pid(const char *name, pid_t *pid)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), SYSTEM_PIDS "/%s.pid", name);
	ret = read_pid(path, pid);
	/* For root the session is the system's daemon as well. */
	if (!ret || !runtime || !geteuid())
		return ret;
	snprintf(path, sizeof(path), "%s/" SESSION_PIDS "/%s.pid", runtime, name);
	return read_pid(path, pid);
}

int qemu_pid(virDomainPtr domain, const char *uri, pid_t *pid, char *error, size_t error_size)
{
	const char *name = virDomainGetName(domain);
	int ret;

	if (!lookup_is_active(domain)) {
		snprintf(error, error_size,
			 "the domain \"%s\" does not run, and its memory went with it: a file or a "
			 "core "
			 "of it can be named in its place",
			 name);
		return -ENOTCONN;
	}
	ret = find_pid(name, pid);
	if (!ret)
		return 0;
	snprintf(error, error_size,
		 "libvirt at %s keeps no file with QEMU's process of the domain \"%s\" "
		 "in " SYSTEM_PIDS " on this host (%s): name the file of its memory in its place",
		 uri, name, strerror(-ret));
	return -ESRCH;
}
