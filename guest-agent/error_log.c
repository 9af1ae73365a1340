// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/error_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/tracefs.h"

#define LOG_MAX (1 << 16)

int error_log_parse(const char *log, char *reason, size_t size)
{
	static const char mark[] = ": error: ", command[] = "\n  Command: ";
	const char *what = NULL, *next = log, *line, *caret;
	size_t length;

	while ((next = strstr(next, mark)))
		what = next += strlen(mark);
	if (!what)
		return -EINVAL;
	/* Before it stands when and where: "[ 12.345678] event filter parse error: error: ...". */
	length = strcspn(what, "\n");
	line = what + length;
	caret = strncmp(line, command, strlen(command)) ? NULL : strchr(line + 1, '\n');
	if (caret && caret[1 + strspn(caret + 1, " ")] == '^') {
		size_t blanks = strspn(caret + 1, " ");
		size_t indent = strlen(command) - 1;

		snprintf(reason, size, "%.*s, at character %zu", (int)length, what,
			 blanks >= indent ? blanks - indent + 1 : 1);
		return 0;
	}
	snprintf(reason, size, "%.*s", (int)length, what);
	return 0;
}

char *error_log_read(int dir)
{
	size_t length;
	char *log;

	return tracefs_read(dir, "error_log", LOG_MAX, &log, &length) ? NULL : log;
}

void error_log_explain(int dir, const char *before, int err, char *reason, size_t size)
{
	char *log = error_log_read(dir);

	if (!log || (before && !strcmp(log, before)) || error_log_parse(log, reason, size))
		snprintf(reason, size, "%s", strerror(-err));
	free(log);
}
