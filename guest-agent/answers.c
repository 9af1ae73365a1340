// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/answers.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/names.h"

static char **slot(struct answers *answers, unsigned i)
{
	return &answers->line[(answers->first + i) % ANSWERS_MAX];
}

/* Take line i out of the ring and close the gap from the front. */
static void take_out(struct answers *answers, unsigned i)
{
	free(*slot(answers, i));
	for (; i > 0; i--)
		*slot(answers, i) = *slot(answers, i - 1);
	*slot(answers, 0) = NULL;
	answers->first = (answers->first + 1) % ANSWERS_MAX;
	answers->count--;
}

void answers_add(struct answers *answers, const char *format, ...)
{
	char text[VTRACE_LINE_MAX]; /* an LF takes the place of the NUL */
	va_list args;
	size_t length;
	char *line;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	length = strlen(text);
	for (size_t i = 0; i < length; i++) {
		if (text[i] < 0x20 || text[i] > 0x7e)
			text[i] = '?';
	}
	line = malloc(length + 2);
	if (!line) {
		answers->dropped++;
		return;
	}
	memcpy(line, text, length);
	strcpy(line + length, "\n");

	if (answers->count == ANSWERS_MAX) {
		/* A line that is partly out has to be finished. */
		take_out(answers, answers->sent > 0 ? 1 : 0);
		answers->dropped++;
	}
	*slot(answers, answers->count++) = line;
}

const char *answers_last(const struct answers *answers)
{
	if (answers->count == 0)
		return NULL;
	return answers->line[(answers->first + answers->count - 1) % ANSWERS_MAX];
}

int answers_write(struct answers *answers, int fd)
{
	while (answers->count > 0) {
		const char *rest = *slot(answers, 0) + answers->sent;
		size_t length = strlen(rest);
		ssize_t n = write(fd, rest, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EAGAIN;
		answers->sent += (size_t)n;
		if ((size_t)n == length) {
			take_out(answers, 0);
			answers->sent = 0;
		}
	}
	return 0;
}

void answers_clear(struct answers *answers)
{
	while (answers->count > 0)
		take_out(answers, 0);
	answers->sent = 0;
}
