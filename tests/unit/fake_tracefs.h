/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A directory of plain files in the place of tracefs, for tests of the agent's rooms: what is
 * written to a file is what it holds. Included by unit tests, each a program of its own.
 */
#ifndef VTRACE_TESTS_FAKE_TRACEFS_H
#define VTRACE_TESTS_FAKE_TRACEFS_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/names.h"
#include "guest-agent/answers.h"
#include "guest-agent/tracefs.h"

struct fake_tracefs {
	char directory[40];
	struct tracefs tracefs;
	struct answers answers;
	char text[VTRACE_LINE_MAX]; /* the last answer, or contents */
};

static inline void fake_tracefs_open(struct fake_tracefs *fake)
{
	strcpy(fake->directory, "/tmp/vtrace-test-tracefs-XXXXXX");
	assert_non_null(mkdtemp(fake->directory));
	fake->tracefs.top = open(fake->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fake->tracefs.instance = dup(fake->tracefs.top);
	assert_true(fake->tracefs.instance >= 0);
}

static inline int fake_tracefs_close(struct fake_tracefs *fake)
{
	char command[80];

	answers_clear(&fake->answers);
	tracefs_close(&fake->tracefs);
	snprintf(command, sizeof(command), "rm -rf '%s'", fake->directory);
	return system(command);
}

/* Make a file, and the directories above it. */
static inline void fake_tracefs_put(struct fake_tracefs *fake, const char *path, const char *text)
{
	char above[128];
	int fd;

	assert_true(snprintf(above, sizeof(above), "%s", path) < (int)sizeof(above));
	for (char *slash = above; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdirat(fake->tracefs.top, above, 0700);
		*slash = '/';
	}
	fd = openat(fake->tracefs.top, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static inline const char *fake_tracefs_contents(struct fake_tracefs *fake, const char *path)
{
	size_t length;
	char *text;

	assert_int_equal(tracefs_read(fake->tracefs.top, path, sizeof(fake->text) - 1, &text,
				      &length),
			 0);
	memcpy(fake->text, text, length + 1);
	free(text);
	return fake->text;
}

/* What the room under test has answered: all lines, without the last one's LF. */
static inline const char *fake_tracefs_answer(struct fake_tracefs *fake)
{
	int pipe_[2];
	ssize_t n;

	assert_int_equal(pipe2(pipe_, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(answers_write(&fake->answers, pipe_[1]), 0);
	n = read(pipe_[0], fake->text, sizeof(fake->text) - 1);
	assert_true(n > 0);
	fake->text[n - 1] = '\0';
	close(pipe_[0]);
	close(pipe_[1]);
	return fake->text;
}

#endif
