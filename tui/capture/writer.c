// SPDX-License-Identifier: GPL-2.0-only
#include "tui/capture/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/capture/manifest.h"

#define COPY_BYTES	  (64 * 1024)
#define CPU_FILE_NAME_MAX 32

struct capture_writer {
	char *path;
	int dir_fd;
	struct capture_manifest manifest;
};

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

/* A file of the capture is made beside its place and then renamed into it, so that no reader ever
 * sees half of one. The temporary's fd or -errno. */
static int open_temporary(const struct capture_writer *writer, const char *name)
{
	int fd = openat(writer->dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0600);

	return fd < 0 ? -errno : fd;
}

/* Closes fd. ret is what the writing came to; without an error the file takes its place. Nothing is
 * fsync()ed: on a busy disk that takes seconds, in which the console would answer no key. */
static int put_in_place(const struct capture_writer *writer, int fd, const char *temporary,
			const char *name, int ret)
{
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && renameat(writer->dir_fd, temporary, writer->dir_fd, name))
		ret = -errno;
	if (ret)
		unlinkat(writer->dir_fd, temporary, 0);
	return ret;
}

static int write_manifest(const struct capture_writer *writer)
{
	size_t length;
	char *text = manifest_format(&writer->manifest, &length);
	int fd, ret;

	if (!text)
		return -ENOMEM;
	fd = open_temporary(writer, MANIFEST_FILE ".new");
	if (fd < 0)
		ret = fd;
	else
		ret = put_in_place(writer, fd, MANIFEST_FILE ".new", MANIFEST_FILE,
				   write_all(fd, text, length));
	free(text);
	return ret;
}

static int make_directory(struct capture_writer *writer, char *error, size_t error_size)
{
	int ret;

	if (mkdir(writer->path, 0700)) {
		ret = -errno;
		snprintf(error, error_size, "cannot make the capture directory %s: %s%s",
			 writer->path, strerror(-ret),
			 ret == -EEXIST ? "; choose another name" : "");
		return ret;
	}
	writer->dir_fd = open(writer->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	ret = writer->dir_fd < 0 ? -errno : write_manifest(writer);
	if (ret) {
		snprintf(error, error_size, "cannot write into the capture directory %s: %s",
			 writer->path, strerror(-ret));
		rmdir(writer->path);
	}
	return ret;
}

int capture_create(struct capture_writer **result, const char *path,
		   const struct capture_manifest *manifest, char *error, size_t error_size)
{
	struct capture_writer *writer;
	int ret;

	ret = manifest_check_geometry(manifest, error, error_size);
	if (ret)
		return ret;

	writer = calloc(1, sizeof(*writer));
	if (writer) {
		writer->dir_fd = -1;
		writer->path = strdup(path);
	}
	if (!writer || !writer->path) {
		snprintf(error, error_size, "cannot make a capture: out of memory");
		capture_abandon(writer);
		return -ENOMEM;
	}
	writer->manifest = *manifest;
	writer->manifest.complete = 0;
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		writer->manifest.cpu[cpu].pages = 0;

	ret = make_directory(writer, error, error_size);
	if (ret) {
		capture_abandon(writer);
		return ret;
	}
	*result = writer;
	return 0;
}

/* fd's own offset is left alone: others may be reading the same bundle. */
static int copy_all(int to, int from)
{
	char *buffer = malloc(COPY_BYTES);
	off_t offset = 0;
	int ret = 0;

	if (!buffer)
		return -ENOMEM;
	while (!ret) {
		ssize_t n = pread(from, buffer, COPY_BYTES, offset);

		if (n == 0)
			break;
		if (n < 0) {
			ret = errno == EINTR ? 0 : -errno;
			continue;
		}
		offset += n;
		ret = offset > (off_t)VTRACE_BUNDLE_MAX ? -EFBIG : write_all(to, buffer, (size_t)n);
	}
	free(buffer);
	return ret;
}

int capture_write_formats(struct capture_writer *writer, int fd)
{
	int to = open_temporary(writer, VTRACE_FORMATS_FILE ".new");

	if (to < 0)
		return to;
	return put_in_place(writer, to, VTRACE_FORMATS_FILE ".new", VTRACE_FORMATS_FILE,
			    copy_all(to, fd));
}

static void cpu_file_name(char *name, unsigned cpu)
{
	snprintf(name, CPU_FILE_NAME_MAX, "cpu%u.raw", cpu);
}

int capture_open_cpu(struct capture_writer *writer, unsigned cpu)
{
	struct stat st;
	char name[CPU_FILE_NAME_MAX];
	int fd, ret;

	if (cpu >= VTRACE_MAX_CPUS)
		return -EINVAL;
	cpu_file_name(name, cpu);
	fd = openat(writer->dir_fd, name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;

	/* An engine that was killed may have left part of a page, which would shift all behind. */
	if (fstat(fd, &st) ||
	    (st.st_size % writer->manifest.subbuf_size &&
	     ftruncate(fd, st.st_size - st.st_size % writer->manifest.subbuf_size))) {
		ret = -errno;
		close(fd);
		return ret;
	}
	writer->manifest.cpu[cpu].present = 1;
	return fd;
}

void capture_set_pages(struct capture_writer *writer, unsigned cpu, uint64_t pages)
{
	if (cpu < VTRACE_MAX_CPUS)
		writer->manifest.cpu[cpu].pages = pages;
}

const char *capture_path(const struct capture_writer *writer)
{
	return writer->path;
}

void capture_set_wall(struct capture_writer *writer, int64_t offset)
{
	writer->manifest.wall_known = 1;
	writer->manifest.wall_offset = offset;
}

int capture_finish(struct capture_writer *writer)
{
	int ret;

	if (!writer)
		return 0;
	writer->manifest.complete = 1;
	ret = write_manifest(writer);
	capture_abandon(writer);
	return ret;
}

int capture_remove(struct capture_writer *writer)
{
	char name[CPU_FILE_NAME_MAX];
	int ret;

	unlinkat(writer->dir_fd, MANIFEST_FILE, 0);
	unlinkat(writer->dir_fd, VTRACE_FORMATS_FILE, 0);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		if (!writer->manifest.cpu[cpu].present)
			continue;
		cpu_file_name(name, cpu);
		unlinkat(writer->dir_fd, name, 0);
	}
	ret = rmdir(writer->path) ? -errno : 0;
	capture_abandon(writer);
	return ret;
}

void capture_abandon(struct capture_writer *writer)
{
	if (!writer)
		return;
	if (writer->dir_fd >= 0)
		close(writer->dir_fd);
	free(writer->path);
	free(writer);
}
