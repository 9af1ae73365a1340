// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/guest/channel_open.h"

struct fifo {
	dev_t dev;
	ino_t ino;
	const char *path; /* without ".out" */
};

/* The FIFOs that a guest writes to: control and CPUs. */
struct fifos {
	struct fifo fifo[VTRACE_MAX_CPUS + 1];
	size_t count;
};

static void fifos_add(struct fifos *fifos, const struct channel_place *place)
{
	struct fifo *fifo = &fifos->fifo[fifos->count];
	char name[4096];
	struct stat st;

	if (place->kind != CHANNEL_PIPE)
		return;
	if (snprintf(name, sizeof(name), "%s.out", place->path) >= (int)sizeof(name))
		return;
	if (lstat(name, &st) < 0 || !S_ISFIFO(st.st_mode))
		return; /* opening it tells what is wrong with it */
	fifo->dev = st.st_dev;
	fifo->ino = st.st_ino;
	fifo->path = place->path;
	fifos->count++;
}

static const struct fifo *fifos_find(const struct fifos *fifos, const struct stat *st)
{
	size_t i;

	for (i = 0; i < fifos->count; i++)
		if (fifos->fifo[i].ino == st->st_ino && fifos->fifo[i].dev == st->st_dev)
			return &fifos->fifo[i];
	return NULL;
}

/* Open for reading only? fdinfo has the flags of open(2) in octal (proc(5)). */
static bool reads_only(int proc_fd, const char *pid, const char *fd)
{
	char name[64], text[512], *flags;
	ssize_t length;
	int info;

	snprintf(name, sizeof(name), "%.20s/fdinfo/%.20s", pid, fd);
	info = openat(proc_fd, name, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return false;
	length = read(info, text, sizeof(text) - 1);
	close(info);
	if (length <= 0)
		return false;
	text[length] = '\0';
	flags = strstr(text, "flags:");
	return flags && (strtoul(flags + strlen("flags:"), NULL, 8) & O_ACCMODE) == O_RDONLY;
}

static const struct fifo *process_reads(int proc_fd, const char *pid, const struct fifos *fifos)
{
	const struct fifo *found = NULL;
	struct dirent *entry;
	struct stat st;
	char name[64];
	DIR *dir;
	int fd;

	snprintf(name, sizeof(name), "%.20s/fd", pid);
	fd = openat(proc_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return NULL;
	}
	while (!found && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    fstatat(fd, entry->d_name, &st, 0) < 0 || !S_ISFIFO(st.st_mode))
			continue;
		found = fifos_find(fifos, &st);
		if (found && !reads_only(proc_fd, pid, entry->d_name))
			found = NULL;
	}
	closedir(dir);
	return found;
}

static void process_name(int proc_fd, const char *pid, char *comm, size_t size)
{
	char name[64];
	ssize_t length = 0;
	int fd;

	snprintf(name, sizeof(name), "%.20s/comm", pid);
	fd = openat(proc_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		length = read(fd, comm, size - 1);
		close(fd);
	}
	comm[length > 0 ? length : 0] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
}

int channel_check_readers(const struct channels *channels, char *error, size_t error_size)
{
	struct fifos fifos = {.count = 0};
	const struct fifo *fifo = NULL;
	struct dirent *entry;
	char comm[VTRACE_COMM_LEN + 1], own[24];
	unsigned cpu;
	DIR *proc;

	fifos_add(&fifos, &channels->control);
	for (cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		fifos_add(&fifos, &channels->cpu[cpu]);
	proc = fifos.count ? opendir("/proc") : NULL;
	if (!proc)
		return 0; /* the lock still keeps other vtrace-tops away */
	snprintf(own, sizeof(own), "%d", (int)getpid());
	while (!fifo && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]) || !strcmp(entry->d_name, own))
			continue;
		fifo = process_reads(dirfd(proc), entry->d_name, &fifos);
		if (!fifo)
			continue;
		process_name(dirfd(proc), entry->d_name, comm, sizeof(comm));
		snprintf(error, error_size,
			 "%s.out is read by %s (process %.20s) already; end it first, or each of "
			 "you gets a part",
			 fifo->path, comm, entry->d_name);
	}
	closedir(proc);
	return fifo ? -EBUSY : 0;
}
