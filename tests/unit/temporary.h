/* SPDX-License-Identifier: GPL-2.0-only */
/* A directory for the files of a test program, gone when it ends. */
#ifndef VTRACE_TESTS_TEMPORARY_H
#define VTRACE_TESTS_TEMPORARY_H

#include <stdio.h>
#include <stdlib.h>

/* Its path; "" when there is none. */
static char directory[64];

/* 0 or -1, as cmocka's set-ups. */
static inline int make_directory(const char *program)
{
	snprintf(directory, sizeof(directory), "/tmp/%s.XXXXXX", program);
	return mkdtemp(directory) ? 0 : -1;
}

static inline int remove_directory(void **state)
{
	char command[sizeof(directory) + sizeof("rm -rf ''")];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	return system(command);
}

#endif
