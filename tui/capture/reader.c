// SPDX-License-Identifier: GPL-2.0-only
#include "tui/capture/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/capture/manifest.h"

/* Add a sentence to the warnings, or, where it does not fit, that there are more. */
static void __attribute__((format(printf, 2, 3)))
warn(struct capture_reader *reader, const char *format, ...)
{
	static const char more[] = "; and more";
	size_t length = strlen(reader->warning);
	size_t room = sizeof(reader->warning) - length - sizeof(more);
	char sentence[256];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);

	if (length >= sizeof(more) && !strcmp(reader->warning + length - strlen(more), more))
		return;
	if ((size_t)n + 2 < room)
		sprintf(reader->warning + length, "%s%s", length ? "; " : "", sentence);
	else
		strcpy(reader->warning + length, more);
}

/* A capture may come from anybody: a name in it that is a link, a FIFO or a device is not read.
 * The fd or -errno. */
static int open_regular(int dir_fd, const char *name, off_t *size)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		ret = -errno;
	else if (!S_ISREG(st.st_mode))
		ret = -EINVAL;
	if (ret) {
		close(fd);
		return ret;
	}
	*size = st.st_size;
	return fd;
}

static const char *why_not_opened(int error)
{
	switch (error) {
	case -EINVAL:
		return "not a regular file";
	case -ELOOP:
		return "a symbolic link, which is not followed";
	case -ENOENT:
		return "missing";
	default:
		return strerror(-error);
	}
}

/* The whole of a file of length bytes into a buffer. -EIO when it is shorter meanwhile. */
static int read_all(int fd, char *buffer, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = read(fd, buffer + done, length - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

static int read_manifest(struct capture_reader *reader, int dir_fd, const char *path, char *error,
			 size_t error_size)
{
	char fault[128] = "";
	char *text = NULL;
	off_t size = 0;
	int fd, ret;

	fd = open_regular(dir_fd, MANIFEST_FILE, &size);
	if (fd < 0) {
		snprintf(error, error_size,
			 "%s is no capture: its manifest is %s; a capture is a directory that the "
			 "key s or the option -w has made",
			 path, why_not_opened(fd));
		return fd;
	}
	if (size > MANIFEST_MAX) {
		ret = -EINVAL;
		snprintf(fault, sizeof(fault), "it is larger than %d bytes", MANIFEST_MAX);
		goto out;
	}
	text = malloc((size_t)size + 1);
	ret = text ? read_all(fd, text, (size_t)size) : -ENOMEM;
	if (ret)
		snprintf(fault, sizeof(fault), "%s", strerror(-ret));
	else
		ret = manifest_parse(&reader->manifest, text, (size_t)size, fault, sizeof(fault));
out:
	if (ret)
		snprintf(error, error_size, "cannot read the manifest of the capture %s: %s", path,
			 fault);
	free(text);
	close(fd);
	return ret;
}

/* Compare a CPU's file with what the manifest says of it. */
static void check_size(struct capture_reader *reader, unsigned cpu, off_t size)
{
	uint64_t pages = (uint64_t)size / reader->manifest.subbuf_size;
	uint64_t rest = (uint64_t)size % reader->manifest.subbuf_size;

	if (rest)
		warn(reader,
		     "cpu%u.raw ends inside a page: its last %" PRIu64 " bytes are not shown", cpu,
		     rest);
	if (reader->manifest.complete && pages < reader->manifest.cpu[cpu].pages)
		warn(reader, "cpu%u.raw has only %" PRIu64 " of its %" PRIu64 " pages", cpu, pages,
		     reader->manifest.cpu[cpu].pages);
}

/* Every cpuN.raw that is there: a recording that was cut off names only those it began with.
 * Returns how many. */
static unsigned open_cpus(struct capture_reader *reader, int dir_fd)
{
	unsigned opened = 0;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		char name[32];
		off_t size = 0;
		int fd;

		snprintf(name, sizeof(name), "cpu%u.raw", cpu);
		fd = open_regular(dir_fd, name, &size);
		if (fd >= 0) {
			reader->cpu_fd[cpu] = fd;
			check_size(reader, cpu, size);
			opened++;
		} else if (fd != -ENOENT || reader->manifest.cpu[cpu].present) {
			warn(reader, "%s is %s: this CPU is not shown", name, why_not_opened(fd));
		}
		reader->manifest.cpu[cpu].present = fd >= 0;
	}
	return opened;
}

int capture_open(struct capture_reader *reader, const char *path, char *error, size_t error_size)
{
	off_t size;
	int dir_fd, ret;

	memset(reader, 0, sizeof(*reader));
	reader->formats_fd = -1;
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		reader->cpu_fd[cpu] = -1;

	dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0) {
		ret = -errno;
		snprintf(error, error_size,
			 "cannot open the capture %s: %s; a capture is a directory that the key s "
			 "or "
			 "the option -w has made",
			 path, strerror(-ret));
		return ret;
	}
	ret = read_manifest(reader, dir_fd, path, error, error_size);
	if (ret)
		goto out;
	if (!reader->manifest.complete)
		warn(reader, "the recording was cut off: what it has written is shown");

	reader->formats_fd = open_regular(dir_fd, VTRACE_FORMATS_FILE, &size);
	if (reader->formats_fd < 0) {
		warn(reader, "the file " VTRACE_FORMATS_FILE " is %s: events are shown undecoded",
		     why_not_opened(reader->formats_fd));
		reader->formats_fd = -1;
	}
	if (!open_cpus(reader, dir_fd)) {
		snprintf(error, error_size,
			 "the capture %s has no pages: no file cpuN.raw in it can be read", path);
		ret = -ENOENT;
	}
out:
	close(dir_fd);
	if (ret)
		capture_close(reader);
	return ret;
}

void capture_close(struct capture_reader *reader)
{
	if (reader->formats_fd >= 0)
		close(reader->formats_fd);
	reader->formats_fd = -1;
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		if (reader->cpu_fd[cpu] >= 0)
			close(reader->cpu_fd[cpu]);
		reader->cpu_fd[cpu] = -1;
	}
}
