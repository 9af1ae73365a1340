// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/names.h"

static int open_directory(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* A mount point without the file system on it is a directory too: look inside. */
static int open_tracing(const char *path)
{
	int fd = open_directory(AT_FDCWD, path);
	int err;

	if (fd < 0)
		return fd;
	if (!faccessat(fd, "trace_clock", F_OK, 0))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* Where tracefs lives, in the order of preference: its own place since Linux 4.1, then debugfs. */
static int open_top(void)
{
	static const struct {
		const char *path;
		const char *type;
		const char *mountpoint;
	} places[] = {
		{"/sys/kernel/tracing", "tracefs", "/sys/kernel/tracing"},
		{"/sys/kernel/debug/tracing", "debugfs", "/sys/kernel/debug"},
	};
	int fd = -ENOENT;

	for (size_t i = 0; i < 2; i++) {
		fd = open_tracing(places[i].path);
		if (fd >= 0)
			return fd;
	}
	for (size_t i = 0; i < 2; i++) {
		if (mount("nodev", places[i].mountpoint, places[i].type, 0, NULL))
			continue;
		fd = open_tracing(places[i].path);
		if (fd >= 0)
			return fd;
	}
	return fd;
}

static int open_instance(struct tracefs *tracefs, const char *name, char *error, size_t error_size)
{
	char path[128];
	bool made;

	if (!name[0] || strchr(name, '/') || name[0] == '.' ||
	    strlen(name) >= sizeof(tracefs->made)) {
		snprintf(error, error_size,
			 "\"%s\" cannot name a tracefs instance; use a short name without '/'",
			 name);
		return -EINVAL;
	}
	snprintf(path, sizeof(path), "instances/%s", name);
	made = !mkdirat(tracefs->top, path, 0750);
	if (!made && errno != EEXIST) {
		int err = -errno;

		snprintf(error, error_size, "cannot make the tracefs instance %s: %s", name,
			 strerror(-err));
		return err;
	}
	if (made)
		strcpy(tracefs->made, name);
	tracefs->instance = open_directory(tracefs->top, path);
	if (tracefs->instance < 0)
		snprintf(error, error_size, "cannot open the tracefs instance %s: %s", name,
			 strerror(-tracefs->instance));
	return tracefs->instance < 0 ? tracefs->instance : 0;
}

int tracefs_open(struct tracefs *tracefs, const char *instance, char *error, size_t error_size)
{
	int err;

	memset(tracefs, 0, sizeof(*tracefs));
	tracefs->instance = -1;
	tracefs->top = open_top();
	if (tracefs->top < 0) {
		snprintf(error, error_size,
			 "no tracefs: it is neither at /sys/kernel/tracing nor at "
			 "/sys/kernel/debug/tracing and cannot be mounted there (%s); is the "
			 "kernel built with CONFIG_TRACING, and /sys mounted?",
			 strerror(-tracefs->top));
		return tracefs->top;
	}
	if (instance)
		err = open_instance(tracefs, instance, error, error_size);
	else
		err = tracefs->instance = open_directory(tracefs->top, ".");
	if (err < 0) {
		tracefs_close(tracefs);
		return err;
	}
	return 0;
}

void tracefs_close(struct tracefs *tracefs)
{
	if (tracefs->instance >= 0)
		close(tracefs->instance);
	if (tracefs->made[0]) {
		char path[128];

		snprintf(path, sizeof(path), "instances/%s", tracefs->made);
		unlinkat(tracefs->top, path, AT_REMOVEDIR);
	}
	if (tracefs->top >= 0)
		close(tracefs->top);
	tracefs->top = tracefs->instance = -1;
	tracefs->made[0] = '\0';
}

/* Files of tracefs and procfs tell no size: read until the end. */
static int read_all(int fd, size_t limit, char **text, size_t *length)
{
	size_t size = 0, used = 0;
	char *bytes = NULL;

	for (;;) {
		ssize_t n;

		if (size - used < 4096) {
			char *bigger = realloc(bytes, size ? size * 2 : 16384);

			if (!bigger) {
				free(bytes);
				return -ENOMEM;
			}
			bytes = bigger;
			size = size ? size * 2 : 16384;
		}
		n = read(fd, bytes + used, size - used - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || used + (size_t)n > limit) {
			int err = n < 0 ? -errno : -E2BIG;

			free(bytes);
			return err;
		}
		if (n == 0)
			break;
		used += (size_t)n;
	}
	bytes[used] = '\0';
	*text = bytes;
	*length = used;
	return 0;
}

int tracefs_read(int dir, const char *path, size_t limit, char **text, size_t *length)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = read_all(fd, limit, text, length);
	close(fd);
	return err;
}

int tracefs_write(int dir, const char *path, int flags, const char *text)
{
	int fd = openat(dir, path, O_WRONLY | O_CLOEXEC | flags);
	int err = 0;

	if (fd < 0)
		return -errno;
	while (*text && !err) {
		ssize_t n = write(fd, text, strlen(text));

		if (n > 0)
			text += n;
		else if (n == 0)
			err = -EIO;
		else if (errno != EINTR)
			err = -errno;
	}
	close(fd);
	return err;
}

/* Read a small file below the instance, or below the top where the instance has none. */
static int read_small(const struct tracefs *tracefs, const char *path, char **text)
{
	size_t length;
	int err = tracefs_read(tracefs->instance, path, 1 << 20, text, &length);

	if (err == -ENOENT)
		err = tracefs_read(tracefs->top, path, 1 << 20, text, &length);
	return err;
}

/* Offset and size of a field in a format text: "field: TYPE NAME;\toffset:N;\tsize:N;". */
static int field_place(const char *text, const char *field, unsigned *offset, unsigned *size)
{
	const char *at = strstr(text, field);

	if (!at || sscanf(at + strlen(field), " offset:%u; size:%u;", offset, size) != 2)
		return -EINVAL;
	return 0;
}

int tracefs_parse_layout(const char *header_page, struct page_layout *layout)
{
	unsigned commit_offset, commit_size, data_offset, data_size;

	if (field_place(header_page, " commit;", &commit_offset, &commit_size) ||
	    field_place(header_page, " data;", &data_offset, &data_size))
		return -EINVAL;
	if ((commit_size != 4 && commit_size != 8) || data_offset > 64 ||
	    data_size > VTRACE_SUBBUF_MAX || data_offset + data_size < VTRACE_SUBBUF_MIN ||
	    data_offset + data_size > VTRACE_SUBBUF_MAX)
		return -EINVAL;
	layout->subbuf_size = data_offset + data_size;
	layout->long_size = commit_size;
	return 0;
}

int tracefs_layout(const struct tracefs *tracefs, struct page_layout *layout)
{
	char *text;
	int err = read_small(tracefs, "events/header_page", &text);

	if (err)
		return err;
	err = tracefs_parse_layout(text, layout);
	free(text);
	return err;
}

int tracefs_parse_clock(const char *text, char *clock, size_t size)
{
	const char *start = strchr(text, '[');
	size_t length = start ? strcspn(start + 1, "]\n") : 0;

	if (!start || start[1 + length] != ']' || length == 0 || length >= size)
		return -EINVAL;
	memcpy(clock, start + 1, length);
	clock[length] = '\0';
	return 0;
}

int tracefs_clock(const struct tracefs *tracefs, char *clock, size_t size)
{
	char *text;
	int err = read_small(tracefs, "trace_clock", &text);

	if (err)
		return err;
	err = tracefs_parse_clock(text, clock, size);
	free(text);
	return err;
}

int tracefs_parse_stats(const char *text, struct ring_stats *stats)
{
	const struct {
		const char *name;
		uint64_t *value;
	} lines[] = {
		{"entries: ", &stats->entries},
		{"overrun: ", &stats->overrun},
		{"commit overrun: ", &stats->commit_overrun},
		{"dropped events: ", &stats->dropped},
		{"read events: ", &stats->read},
	};
	unsigned found = 0;

	while (*text) {
		for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
			size_t length = strlen(lines[i].name);

			if (strncmp(text, lines[i].name, length))
				continue;
			*lines[i].value = strtoull(text + length, NULL, 10);
			found |= 1u << i;
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return found == 0x1f ? 0 : -EINVAL;
}

int tracefs_stats(const struct tracefs *tracefs, unsigned cpu, struct ring_stats *stats)
{
	char path[64], *text;
	size_t length;
	int err;

	snprintf(path, sizeof(path), "per_cpu/cpu%u/stats", cpu);
	err = tracefs_read(tracefs->instance, path, 1 << 16, &text, &length);
	if (err)
		return err;
	err = tracefs_parse_stats(text, stats);
	free(text);
	return err;
}

int tracefs_buffer_kb(const struct tracefs *tracefs, unsigned cpu, uint64_t *kb)
{
	char path[64], *text, *end;
	size_t length;
	int err;

	snprintf(path, sizeof(path), "per_cpu/cpu%u/buffer_size_kb", cpu);
	err = tracefs_read(tracefs->instance, path, 128, &text, &length);
	if (err)
		return err;
	*kb = strtoull(text, &end, 10);
	err = end == text ? -EINVAL : 0;
	free(text);
	return err;
}

int tracefs_events_enabled(const struct tracefs *tracefs)
{
	size_t length;
	char *text;
	int lines = 0;
	int err = tracefs_read(tracefs->instance, "set_event", 1 << 20, &text, &length);

	if (err)
		return err;
	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	free(text);
	return lines;
}

int tracefs_recording(const struct tracefs *tracefs)
{
	size_t length;
	char *text;
	int err = tracefs_read(tracefs->instance, "tracing_on", 64, &text, &length);
	int on;

	if (err)
		return err;
	on = text[0] == '1';
	free(text);
	return on;
}

int tracefs_record(const struct tracefs *tracefs, bool on)
{
	return tracefs_write(tracefs->instance, "tracing_on", 0, on ? "1" : "0");
}

int tracefs_open_pages(const struct tracefs *tracefs, unsigned cpu)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "per_cpu/cpu%u/trace_pipe_raw", cpu);
	fd = openat(tracefs->instance, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
