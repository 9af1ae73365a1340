// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/kept_ring.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INSTANCES "instances"

/* Linux 6.12, kernel/trace/trace.c, init_tracer_tracefs(): instances in reserved memory have it. */
#define RESERVED "last_boot_info"

static bool is_reserved(int dir)
{
	return !faccessat(dir, RESERVED, F_OK, 0);
}

static int open_instance(int top, const char *name)
{
	char path[sizeof(INSTANCES) + KEPT_RING_NAME];
	int fd;

	snprintf(path, sizeof(path), INSTANCES "/%s", name);
	fd = openat(top, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static bool same_directory(int a, int b)
{
	struct stat one, other;

	return !fstat(a, &one) && !fstat(b, &other) && one.st_ino == other.st_ino &&
	       one.st_dev == other.st_dev;
}

/* The name of the traced one if it is such, else of the only one. 0 or -errno. */
static int find(const struct tracefs *tracefs, char name[KEPT_RING_NAME], bool *traced)
{
	int fd = openat(tracefs->top, INSTANCES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	unsigned found = 0;

	*traced = false;
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return -ENOENT;
	}
	while (!*traced && (entry = readdir(dir))) {
		int instance;

		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= KEPT_RING_NAME)
			continue;
		instance = open_instance(tracefs->top, entry->d_name);
		if (instance < 0)
			continue;
		if (is_reserved(instance)) {
			found++;
			*traced = same_directory(instance, tracefs->instance);
			strcpy(name, entry->d_name);
		}
		close(instance);
	}
	closedir(dir);
	return *traced || found == 1 ? 0 : found ? -EEXIST : -ENOENT;
}

static void say_why_not(int err, char *reason, size_t size)
{
	if (err == -ENOENT)
		snprintf(reason, size,
			 "no tracefs instance lies in reserved memory (reserve_mem= and "
			 "trace_instance= on the kernel's command line, from Linux 6.12 on)");
	else if (err == -EEXIST)
		snprintf(reason, size,
			 "several tracefs instances lie in reserved memory: start the agent with "
			 "-i NAME");
	else if (err == -EBUSY)
		snprintf(reason, size,
			 "what was changed before is of another buffer: restore puts it back");
	else
		snprintf(reason, size, "cannot open it: %s", strerror(-err));
}

/* Of the buffer that is traced now. */
static void take_recording(struct traced *traced)
{
	traced->recording_before = tracefs_recording(traced->own.tracefs);
	traced->changed_recording = false;
}

/* Trace the buffer of directory to, and keep the one before as home. */
static int move(struct kept_ring *kept, struct traced *traced, int to)
{
	const struct tracefs *tracefs = traced->own.tracefs;

	if (to < 0)
		return to;
	kept->home = fcntl(tracefs->instance, F_DUPFD_CLOEXEC, 0);
	if (kept->home < 0)
		return -errno;
	/* The rings of a buffer that is not traced are not to be held open. */
	pumps_close_rings(traced->own.pumps);
	if (dup3(to, tracefs->instance, O_CLOEXEC) < 0) {
		int err = -errno;

		close(kept->home);
		return err;
	}
	kept->moved = true;
	return 0;
}

int kept_ring_enter(struct kept_ring *kept, struct traced *traced, char name[KEPT_RING_NAME],
		    char *reason, size_t size)
{
	struct own_instance *own = &traced->own;
	bool is_traced;
	int err = find(own->tracefs, name, &is_traced);

	if (!err && !is_traced) {
		int to = -EBUSY;

		if (!changes_of_buffer(&traced->changes))
			to = open_instance(own->tracefs->top, name);
		err = move(kept, traced, to);
		if (to >= 0)
			close(to);
	}
	if (err) {
		say_why_not(err, reason, size);
		return err;
	}
	if (kept->on)
		return 0;
	pumps_close_rings(own->pumps);
	kept->on = true;
	/* No order leads away from it. */
	kept->may = own->may;
	kept->in = own->in;
	own->may = own->in = false;
	take_recording(traced);
	return 0;
}

static void go_home(struct kept_ring *kept, struct traced *traced)
{
	struct own_instance *own = &traced->own;

	if (kept->moved) {
		dup3(kept->home, own->tracefs->instance, O_CLOEXEC);
		close(kept->home);
	}
	own->may = kept->may;
	own->in = kept->in;
	*kept = (struct kept_ring){0};
}

int kept_ring_leave(struct kept_ring *kept, struct traced *traced, char *reason, size_t size)
{
	if (!kept->on)
		return 0;
	if (kept->moved && changes_of_buffer(&traced->changes)) {
		say_why_not(-EBUSY, reason, size);
		return -EBUSY;
	}
	if (traced->changed_recording && traced->recording_before == 1)
		tracefs_record(traced->own.tracefs, true);
	go_home(kept, traced);
	take_recording(traced);
	own_instance_refresh_pumps(&traced->own);
	return 0;
}

void kept_ring_end(struct kept_ring *kept, struct traced *traced)
{
	if (!kept->on)
		return;
	if (traced->changed_recording && traced->recording_before >= 0)
		tracefs_record(traced->own.tracefs, traced->recording_before);
	traced->changed_recording = false;
	changes_restore(&traced->changes, true, NULL);
	go_home(kept, traced);
}
