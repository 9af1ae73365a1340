// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/prompt_history.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "tui/console/xdg.h"
#include "tui/text.h"

static const char letters[HISTORY_KINDS] = {
	[HISTORY_COMMAND] = ':',
	[HISTORY_SEARCH] = '/',
	[HISTORY_FILTER] = 'f',
};

int prompt_history_path(char *path, size_t size)
{
	return xdg_path(path, size, "XDG_STATE_HOME", ".local/state", "history");
}

/* ---- in memory ---- */

/* One line of text in this locale that steers no terminal. */
static bool is_good(const char *text)
{
	char stripped[HISTORY_LINE_BYTES + 1];
	size_t length = strlen(text);

	if (!length || length > HISTORY_LINE_BYTES || mbstowcs(NULL, text, 0) == (size_t)-1)
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 127)
			return false;
	/* A guest's names come here by the keys that make filters of a row. */
	text_strip(stripped, sizeof(stripped), text, length, 0);
	return MB_CUR_MAX == 1 || !strcmp(stripped, text);
}

static void take_out(struct prompt_history *history, enum prompt_history_kind kind, unsigned at)
{
	char **lines = history->kinds[kind].lines;

	free(lines[at]);
	memmove(&lines[at], &lines[at + 1], (--history->kinds[kind].count - at) * sizeof(lines[0]));
}

static int hold(struct prompt_history *history, enum prompt_history_kind kind, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	for (unsigned i = 0; i < history->kinds[kind].count; i++)
		if (!strcmp(history->kinds[kind].lines[i], text))
			take_out(history, kind, i);
	if (history->kinds[kind].count == HISTORY_LINES)
		take_out(history, kind, 0);
	history->kinds[kind].lines[history->kinds[kind].count++] = copy;
	return 0;
}

const char *prompt_history_get(const struct prompt_history *history, enum prompt_history_kind kind,
			       unsigned n)
{
	unsigned count = history->kinds[kind].count;

	return n < count ? history->kinds[kind].lines[count - 1 - n] : NULL;
}

void prompt_history_release(struct prompt_history *history)
{
	for (unsigned kind = 0; kind < HISTORY_KINDS; kind++)
		while (history->kinds[kind].count)
			take_out(history, kind, history->kinds[kind].count - 1);
	free(history->path);
	history->path = NULL;
}

/* ---- the file ---- */

static void take_line(struct prompt_history *history, const char *line)
{
	for (unsigned kind = 0; kind < HISTORY_KINDS; kind++)
		if (*line == letters[kind] && is_good(line + 1))
			hold(history, kind, line + 1);
}

/* Read the end of it. Returns the bytes that it has, or -errno. */
static off_t read_file(struct prompt_history *history, int fd)
{
	char *text = malloc(HISTORY_FILE_BYTES + 1), *line, *rest;
	off_t size = lseek(fd, 0, SEEK_END), from;
	ssize_t got;

	if (!text || size < 0) {
		free(text);
		return text ? -errno : -ENOMEM;
	}
	from = size > HISTORY_FILE_BYTES ? size - HISTORY_FILE_BYTES : 0;
	got = pread(fd, text, HISTORY_FILE_BYTES, from);
	text[got > 0 ? got : 0] = '\0';
	for (ssize_t i = 0; i < got; i++)
		if (!text[i])
			text[i] = '\n';
	rest = text;
	if (from)
		strsep(&rest, "\n"); /* the middle of a line */
	while ((line = strsep(&rest, "\n")))
		take_line(history, line);
	free(text);
	return got < 0 ? -errno : size;
}

static int write_line(int fd, enum prompt_history_kind kind, const char *text)
{
	char line[HISTORY_LINE_BYTES + 3];
	int length = snprintf(line, sizeof(line), "%c%s\n", letters[kind], text);
	ssize_t written = write(fd, line, (size_t)length);

	if (written == length)
		return 0;
	return written < 0 ? -errno : -ENOSPC;
}

/* Write what is held to a new file and put it in the old one's place. */
static int rewrite(const struct prompt_history *history)
{
	char path[PATH_MAX];
	int fd, ret = 0;

	snprintf(path, sizeof(path), "%s.XXXXXX", history->path);
	fd = mkostemp(path, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return -errno;
	for (unsigned kind = 0; kind < HISTORY_KINDS; kind++)
		for (unsigned i = 0; !ret && i < history->kinds[kind].count; i++)
			ret = write_line(fd, kind, history->kinds[kind].lines[i]);
	if (!ret && rename(path, history->path) < 0)
		ret = -errno;
	if (ret)
		unlink(path);
	close(fd);
	return ret;
}

int prompt_history_open(struct prompt_history *history, const char *path)
{
	int fd = xdg_open(path, O_RDONLY);
	off_t size = 0;

	if (fd < 0 && fd != -ENOENT)
		return fd;
	if (fd >= 0) {
		size = read_file(history, fd);
		close(fd);
	}
	if (size < 0)
		return (int)size;
	history->path = strdup(path);
	if (!history->path)
		return -ENOMEM;
	return size > HISTORY_FILE_BYTES / 2 ? rewrite(history) : 0;
}

static int append(const char *path, enum prompt_history_kind kind, const char *text)
{
	int fd, ret = xdg_make_directory(path);

	if (ret)
		return ret;
	fd = xdg_open(path, O_WRONLY | O_APPEND | O_CREAT);
	if (fd < 0)
		return fd;
	ret = write_line(fd, kind, text);
	close(fd);
	return ret;
}

int prompt_history_add(struct prompt_history *history, enum prompt_history_kind kind,
		       const char *text)
{
	const char *newest = prompt_history_get(history, kind, 0);
	char line[HISTORY_LINE_BYTES + 2];
	int length = snprintf(line, sizeof(line), "%s", text), ret;

	while (length > 0 && length < (int)sizeof(line) && line[length - 1] == ' ')
		line[--length] = '\0';
	if (!is_good(line) || (newest && !strcmp(newest, line)))
		return 0;
	ret = hold(history, kind, line);
	if (ret || !history->path)
		return ret;
	return append(history->path, kind, line);
}
