// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/console/settings_file.h"
#include "tui/console/xdg.h"

#define QUOTED 40 /* bytes of a line that are repeated in a sentence */
#define MODE   0600

/* A file's bytes. */
struct content {
	char *text; /* owned; with a '\0' behind it */
	size_t length;
	mode_t mode;
};

int settings_path(char *path, size_t size)
{
	return xdg_path(path, size, "XDG_CONFIG_HOME", ".config", "vtrace-top.conf");
}

/* ---- reading ---- */

/* What root does must not be in another user's hands. */
static bool is_others(const struct stat *stat)
{
	return geteuid() == 0 && (stat->st_uid != 0 || stat->st_mode & (S_IWGRP | S_IWOTH));
}

static int read_all(int fd, struct content *content)
{
	content->text = malloc(SETTINGS_FILE_BYTES + 1);
	if (!content->text)
		return -ENOMEM;
	while (content->length < SETTINGS_FILE_BYTES) {
		ssize_t got = read(fd, content->text + content->length,
				   SETTINGS_FILE_BYTES - content->length);

		if (got < 0)
			return -errno;
		if (!got)
			break;
		content->length += (size_t)got;
	}
	content->text[content->length] = '\0';
	return 0;
}

/* 0, or -errno with a sentence in why, but for -ENOENT; content is to be freed in either case. */
static int load(const char *path, struct content *content, char *why, size_t why_size)
{
	int fd = xdg_open(path, O_RDONLY), ret;
	struct stat stat;

	/* Another user's link leads to what that user wants to have read and written. */
	if (fd >= 0 && geteuid() == 0 && !lstat(path, &stat) && stat.st_uid != 0) {
		close(fd);
		fd = -EPERM;
	}
	if (fd == -ENOENT || fd == -ENOTDIR)
		return -ENOENT;
	ret = fd < 0 ? fd : fstat(fd, &stat) < 0 ? -errno : 0;
	if (!ret && is_others(&stat))
		ret = -EPERM;
	else if (!ret && stat.st_size > SETTINGS_FILE_BYTES)
		ret = -EFBIG;
	else if (!ret)
		ret = read_all(fd, content);
	if (ret == -EPERM && geteuid() == 0)
		snprintf(why, why_size,
			 "others than root own, or may write to, the settings file: chown root and "
			 "chmod go-w make it root's");
	else if (ret == -EFBIG)
		snprintf(why, why_size, "the settings file is larger than %d KiB",
			 SETTINGS_FILE_BYTES / 1024);
	else if (ret)
		snprintf(why, why_size, "the settings file can not be read: %s",
			 ret == -EINVAL ? "it is no regular file" : strerror(-ret));
	else
		content->mode = stat.st_mode & 0777;
	if (fd >= 0)
		close(fd);
	return ret;
}

/* The next line, without its end. False: there is none. */
static bool next_line(const struct content *content, size_t *at, const char **line, size_t *length)
{
	const char *end;

	if (*at >= content->length)
		return false;
	*line = content->text + *at;
	end = memchr(*line, '\n', content->length - *at);
	if (!end)
		end = content->text + content->length;
	*length = (size_t)(end - *line);
	*at += *length + 1;
	return true;
}

/* Its text, without blanks and a carriage return behind it. 0 or -EINVAL. */
static int text_of(const char *line, size_t length, char text[SETTINGS_LINE_BYTES])
{
	if (length >= SETTINGS_LINE_BYTES || memchr(line, '\0', length))
		return -EINVAL;
	memcpy(text, line, length);
	while (length && strchr(" \t\r", text[length - 1]))
		length--;
	text[length] = '\0';
	return 0;
}

/* Lines for people. */
static bool is_comment(const char *text)
{
	text += strspn(text, " \t");
	return !*text || *text == '#';
}

/* Take a line. 0, or -EINVAL with a sentence in why; *setting: what it sets, NULL: nothing that is
 * known. */
static int take_line(struct settings *settings, const char *line, size_t length,
		     const struct setting **setting, char *why, size_t why_size)
{
	char text[SETTINGS_LINE_BYTES];
	struct setting_parts parts;
	struct setting_fault fault;

	*setting = NULL;
	if (text_of(line, length, text)) {
		snprintf(why, why_size, "it has a zero byte in it, or more than %d bytes",
			 SETTINGS_LINE_BYTES - 1);
		return -EINVAL;
	}
	if (is_comment(text))
		return 0;
	parts = setting_parts(text);
	if (!parts.equals) {
		snprintf(why, why_size, "NAME = VALUE is expected, not '%.*s'", QUOTED, text);
		return -EINVAL;
	}
	*setting = setting_named(text + parts.name, parts.name_length);
	if (!*setting) {
		snprintf(why, why_size, "there is no setting '%.*s'",
			 parts.name_length < QUOTED ? (int)parts.name_length : QUOTED,
			 text + parts.name);
		return -EINVAL;
	}
	if (!setting_parse(*setting, settings, text + parts.value, &fault))
		return 0;
	snprintf(why, why_size, "%s = %.*s: %s", (*setting)->name, QUOTED, text + parts.value,
		 fault.why);
	return -EINVAL;
}

/* What has come of a file so far. */
struct reading {
	const char *path;
	settings_complain_fn *complain;
	void *data;
	unsigned number;	     /* of the line */
	unsigned wrong;		     /* lines */
	unsigned seen[SETTINGS_MAX]; /* the line that set it last; 0: none */
};

static void tell(struct reading *reading, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void tell(struct reading *reading, const char *format, ...)
{
	char sentence[1024 + PATH_MAX];
	va_list args;
	int length;

	if (reading->wrong++ >= SETTINGS_COMPLAINTS)
		return;
	va_start(args, format);
	length = vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	/* The path, which may be long, comes last. */
	if (length > 0 && (size_t)length < sizeof(sentence))
		snprintf(sentence + length, sizeof(sentence) - (size_t)length, " (%s)",
			 reading->path);
	reading->complain(reading->data, sentence);
}

static void read_line(struct reading *reading, struct settings *settings, const char *line,
		      size_t length)
{
	const struct setting *setting;
	char why[512];
	unsigned *seen;

	reading->number++;
	if (take_line(settings, line, length, &setting, why, sizeof(why))) {
		tell(reading, "line %u is passed over: %s", reading->number, why);
		return;
	}
	if (!setting)
		return;
	seen = &reading->seen[setting_index(setting)];
	if (*seen)
		tell(reading, "line %u sets %s once more, as line %u: the last one counts",
		     reading->number, setting->name, *seen);
	*seen = reading->number;
}

int settings_read(struct settings *settings, const char *path, settings_complain_fn *complain,
		  void *data)
{
	struct reading reading = {.path = path, .complain = complain, .data = data};
	struct content content = {0};
	const char *line;
	char why[512];
	size_t at = 0, length;
	int ret = load(path, &content, why, sizeof(why));

	if (ret && ret != -ENOENT)
		tell(&reading, "no settings are taken: %s", why);
	while (!ret && next_line(&content, &at, &line, &length))
		read_line(&reading, settings, line, length);
	if (reading.wrong > SETTINGS_COMPLAINTS) {
		unsigned more = reading.wrong - SETTINGS_COMPLAINTS;

		reading.wrong = 0;
		tell(&reading, "%u more lines like these are passed over", more);
	}
	free(content.text);
	return ret;
}

/* ---- writing ---- */

/* A line of the old file, as it is to be in the new one. */
static void write_line(FILE *file, const struct settings *settings, const char *line, size_t length,
		       bool *written)
{
	char now[SETTING_TEXT], said[SETTING_TEXT], why[2];
	const struct setting *setting;
	struct settings scratch = *settings;
	int wrong = take_line(&scratch, line, length, &setting, why, sizeof(why));

	if (setting) {
		written[setting_index(setting)] = true;
		setting_format(setting, settings, now);
		setting_format(setting, &scratch, said);
		if (wrong || strcmp(now, said) != 0) {
			fprintf(file, "%s = %s\n", setting->name, now);
			return;
		}
	}
	fwrite(line, 1, length, file);
	fputc('\n', file);
}

static void write_rest(FILE *file, const struct settings *settings, const bool *written)
{
	struct settings initial;
	size_t count;
	const struct setting *entries = setting_entries(&count);

	settings_init(&initial);
	for (size_t i = 0; i < count; i++) {
		char now[SETTING_TEXT], then[SETTING_TEXT];

		setting_format(&entries[i], settings, now);
		setting_format(&entries[i], &initial, then);
		if (!written[i] && strcmp(now, then) != 0)
			fprintf(file, "%s = %s\n", entries[i].name, now);
	}
}

static int write_all(int fd, const struct settings *settings, const struct content *old)
{
	bool written[SETTINGS_MAX] = {false};
	FILE *file = fdopen(fd, "w");
	size_t at = 0, length;
	const char *line;
	int ret = 0;

	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	if (!old->length)
		fprintf(file, "# Settings of vtrace-top(1).\n");
	while (next_line(old, &at, &line, &length))
		write_line(file, settings, line, length, written);
	write_rest(file, settings, written);
	/* Not fsync()ed: on a busy disk that takes seconds, in which no key would be answered. */
	if (fflush(file))
		ret = errno ? -errno : -EIO;
	if (ferror(file) && !ret)
		ret = -EIO;
	if (fclose(file) && !ret)
		ret = -errno;
	return ret;
}

/* In the place of path, which is no link. */
static int replace(const struct settings *settings, const char *path, const struct content *old)
{
	char fresh[PATH_MAX];
	int fd, ret;

	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.XXXXXX", path) >= sizeof(fresh))
		return -ENAMETOOLONG;
	ret = xdg_make_directory(path);
	if (ret)
		return ret;
	fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = fchmod(fd, old->text ? old->mode : MODE) < 0 ? -errno : 0;
	if (ret)
		close(fd);
	else
		ret = write_all(fd, settings, old);
	if (!ret && rename(fresh, path) < 0)
		ret = -errno;
	if (ret)
		unlink(fresh);
	return ret;
}

int settings_write(const struct settings *settings, const char *path, char *why, size_t why_size)
{
	struct content old = {0};
	/* A link to the file stays one. */
	char *real = realpath(path, NULL), reason[512];
	int ret = load(path, &old, reason, sizeof(reason));

	if (ret && ret != -ENOENT) {
		snprintf(why, why_size, "the settings are not written: %s (%s)", reason, path);
	} else {
		ret = replace(settings, real ? real : path, &old);
		if (ret)
			snprintf(why, why_size, "the settings are not written: %s (%s)",
				 strerror(-ret), path);
	}
	free(old.text);
	free(real);
	return ret;
}
