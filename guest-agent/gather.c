// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/gather.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "formats/bundle.h"
#include "guest-agent/build_id.h"

struct gathering {
	const struct tracefs *tracefs;
	struct bundle_writer writer;
	unsigned events;
};

/* A file as a section; 0 or -errno of reading it. Errors of writing stay in the writer. */
static int add_file(struct gathering *gathering, const char *section, int dir, const char *path)
{
	size_t length;
	char *text;
	int err = tracefs_read(dir, path, VTRACE_BUNDLE_SECTION_MAX, &text, &length);

	if (err)
		return err;
	bundle_writer_section(&gathering->writer, section, text, length);
	free(text);
	return 0;
}

/* The instance's own file where it has one. */
static int add_tracefs_file(struct gathering *gathering, const char *section, const char *path)
{
	int err = add_file(gathering, section, gathering->tracefs->instance, path);

	if (err == -ENOENT)
		err = add_file(gathering, section, gathering->tracefs->top, path);
	return err;
}

/* One entry of events/SYSTEM: an event if it is a directory with a format in it. */
static void add_event(struct gathering *gathering, int system_dir, const char *system,
		      const char *event)
{
	char section[VTRACE_BUNDLE_NAME_MAX + 16], path[NAME_MAX + 16];

	if (snprintf(section, sizeof(section), "events/%s/%s", system, event) >=
	    (int)sizeof(section))
		return;
	if (event[0] == '.' || !bundle_name_valid(section))
		return;
	snprintf(path, sizeof(path), "%s/format", event);
	if (!add_file(gathering, section, system_dir, path))
		gathering->events++;
}

static DIR *open_list(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !list)
		close(fd);
	return list;
}

static void add_system(struct gathering *gathering, int events_dir, const char *system)
{
	DIR *list = open_list(events_dir, system);
	const struct dirent *event;

	if (!list)
		return;
	while ((event = readdir(list)))
		add_event(gathering, dirfd(list), system, event->d_name);
	closedir(list);
}

static int add_events(struct gathering *gathering)
{
	DIR *list = open_list(gathering->tracefs->top, "events");
	const struct dirent *system;

	if (!list)
		return -errno;
	while ((system = readdir(list))) {
		if (system->d_name[0] != '.')
			add_system(gathering, dirfd(list), system->d_name);
	}
	closedir(list);
	return gathering->events > 0 ? 0 : -ENOENT;
}

static void add_number(struct gathering *gathering, const char *key, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	bundle_writer_header(&gathering->writer, key, text);
}

/* A line of /proc, cut to what a header takes; 0 or -errno. */
static int add_line(struct gathering *gathering, const char *key, const char *path)
{
	size_t length;
	char *line;
	int err = tracefs_read(AT_FDCWD, path, VTRACE_LINE_MAX, &line, &length);

	if (err)
		return err;
	line[strcspn(line, "\n")] = '\0';
	if (strlen(line) >= VTRACE_BUNDLE_VALUE_MAX)
		line[VTRACE_BUNDLE_VALUE_MAX - 1] = '\0';
	bundle_writer_header(&gathering->writer, key, line);
	free(line);
	return 0;
}

static int add_header(struct gathering *gathering, unsigned cpus, uint64_t generation)
{
	struct page_layout layout;
	struct utsname name;
	char clock[32], build_id[VTRACE_BUILD_ID_SIZE];
	int err = tracefs_layout(gathering->tracefs, &layout);

	if (!err)
		err = tracefs_clock(gathering->tracefs, clock, sizeof(clock));
	if (err)
		return err;
	if (uname(&name))
		return -errno;
	err = add_line(gathering, "boot-id", "/proc/sys/kernel/random/boot_id");
	if (err)
		return err;
	bundle_writer_header(&gathering->writer, "kernel", name.release);
	/* Only who compares memory with it needs these, and a kernel may be built without an id. */
	add_line(gathering, "banner", "/proc/version");
	if (!build_id_read(build_id, sizeof(build_id)))
		bundle_writer_header(&gathering->writer, "build-id", build_id);
	bundle_writer_header(&gathering->writer, "machine", name.machine);
	bundle_writer_header(&gathering->writer, "clock", clock);
	bundle_writer_header(&gathering->writer, "endian",
			     __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? "big" : "little");
	add_number(gathering, "cpus", cpus);
	add_number(gathering, "subbuf-size", layout.subbuf_size);
	add_number(gathering, "long-size", layout.long_size);
	add_number(gathering, "generation", generation);
	return 0;
}

int gather_bundle(const struct tracefs *tracefs, unsigned cpus, uint64_t generation, int fd,
		  unsigned *events, char *error, size_t error_size)
{
	struct gathering gathering = {.tracefs = tracefs};
	const char *what = "the kernel's description (is /proc mounted?)";
	int err;

	bundle_writer_init(&gathering.writer, fd);
	err = add_header(&gathering, cpus, generation);
	if (err)
		goto out;
	what = "events/header_page and header_event";
	err = add_tracefs_file(&gathering, "header_page", "events/header_page");
	if (!err)
		err = add_tracefs_file(&gathering, "header_event", "events/header_event");
	if (err)
		goto out;
	what = "the events' formats";
	err = add_events(&gathering);
	if (err)
		goto out;
	add_tracefs_file(&gathering, "printk_formats", "printk_formats");
	add_tracefs_file(&gathering, "saved_cmdlines", "saved_cmdlines");
	add_tracefs_file(&gathering, "saved_tgids", "saved_tgids");
	add_file(&gathering, "kallsyms", AT_FDCWD, "/proc/kallsyms");
	*events = gathering.events;
	err = bundle_writer_finish(&gathering.writer);
	if (err)
		snprintf(error, error_size, "cannot write the formats bundle: %s", strerror(-err));
	return err;
out:
	snprintf(error, error_size, "cannot read %s: %s", what, strerror(-err));
	return err;
}
