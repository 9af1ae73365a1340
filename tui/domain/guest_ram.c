// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/guest_ram.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/domain/lookup.h"
#include "tui/domain/qemu_pid.h"

#define LEAST_MEMORY (1ull << 20) /* of a guest; firmware and the like are shared as well */

/* ---- of a process ---- */

struct mapping {
	uint64_t bytes;
	char path[PATH_MAX];
};

/*
 * One line of /proc/PID/maps, see proc_pid_maps(5): "START-END PERMS OFFSET DEV INODE PATH". Device
 * and inode are not those of stat(2) on an overlay, so files are told apart by their paths.
 */
static bool parse_mapping(const char *line, struct mapping *mapping)
{
	uint64_t start, end;
	char perms[5];
	int at = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*s %*s %*s %n", &start, &end, perms, &at) !=
		    3 ||
	    !at || end <= start || strcmp(perms, "rw-s") != 0 || line[at] != '/')
		return false;
	mapping->bytes = end - start;
	snprintf(mapping->path, sizeof(mapping->path), "%.*s", (int)strcspn(line + at, "\n"),
		 line + at);
	return true;
}

/* 0, -errno of open(2), or -ENXIO: it maps none. */
static int largest_mapping(pid_t pid, uint64_t least, struct mapping *largest)
{
	struct mapping mapping;
	size_t size = 0;
	char path[64], *line = NULL;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "re");
	if (!maps)
		return -errno;
	largest->bytes = 0;
	while (getline(&line, &size, maps) >= 0)
		if (parse_mapping(line, &mapping) && mapping.bytes >= least &&
		    mapping.bytes > largest->bytes)
			*largest = mapping;
	free(line);
	fclose(maps);
	return largest->bytes ? 0 : -ENXIO;
}

/* Open for reading what one of the process's descriptors has open, if that is the file at path.
 * QEMU may be in its guest's hands: what is called like its memory may be a FIFO to wait at. */
static int open_if(int dir, const char *number, const char *path)
{
	char link[PATH_MAX];
	ssize_t length = readlinkat(dir, number, link, sizeof(link) - 1);
	struct stat st;
	int fd, ret = 0;

	if (length < 0)
		return -errno;
	link[length] = '\0';
	if (strcmp(link, path) != 0)
		return -ENXIO;
	/* Through the descriptor: a file of memory may have no name any more. */
	fd = openat(dir, number, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		ret = -errno;
	else if (!S_ISREG(st.st_mode))
		ret = -ENXIO;
	if (ret) {
		close(fd);
		return ret;
	}
	return fd;
}

/* QEMU keeps what it has mapped open; -ENXIO: this process does not. */
static int open_mapped(pid_t pid, const char *path)
{
	struct dirent *entry;
	int ret = -ENXIO;
	char name[64];
	DIR *dir;

	snprintf(name, sizeof(name), "/proc/%d/fd", (int)pid);
	dir = opendir(name);
	if (!dir)
		return -errno;
	while (ret < 0 && (entry = readdir(dir))) {
		int fd;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		fd = open_if(dirfd(dir), entry->d_name, path);
		if (fd != -ENXIO && fd != -ENOENT)
			ret = fd;
	}
	closedir(dir);
	return ret;
}

int guest_ram_of_process(pid_t pid, uint64_t least, const char *name, char *error,
			 size_t error_size)
{
	struct mapping mapping;
	int ret = largest_mapping(pid, least, &mapping);

	if (!ret)
		ret = open_mapped(pid, mapping.path);
	if (ret == -ENXIO)
		snprintf(error, error_size,
			 "the memory of %s is not shared with the host: give it <memoryBacking> "
			 "with "
			 "<source type='file'/> and <access mode='shared'/>, as 'vtrace-setup "
			 "--memory SIZE' "
			 "does, and start it anew",
			 name);
	else if (ret < 0)
		snprintf(error, error_size,
			 "cannot look at the memory of %s (QEMU's process %d): %s; it takes root, "
			 "or the "
			 "account that QEMU runs as",
			 name, (int)pid, strerror(-ret));
	return ret;
}

/* ---- of a domain, of a file ---- */

/* Name and share of it, as in its XML. */
static int describe(virDomainPtr domain, const char *uri, struct guest_ram_place *place,
		    char *error, size_t error_size)
{
	char *xml = virDomainGetXMLDesc(domain, 0);
	struct channels channels = {0};
	int ret;

	if (!xml)
		return lookup_failed(uri, virDomainGetName(domain), error, error_size);
	ret = channels_from_xml(&channels, xml, error, error_size);
	free(xml);
	if (!ret) {
		place->name = channels.name;
		place->share = channels.share;
		channels.name = channels.share = NULL;
	}
	channels_release(&channels);
	return ret;
}

int guest_ram_of_domain(struct domains *domains, const char *name, struct guest_ram_place *place,
			char *error, size_t error_size)
{
	virDomainPtr domain = lookup_domain(lookup_connection(domains), name);
	pid_t pid;
	int ret;

	*place = (struct guest_ram_place){.fd = -1};
	if (!domain)
		return lookup_failed(domains_uri(domains), name, error, error_size);
	ret = qemu_pid(domain, domains_uri(domains), &pid, error, error_size);
	if (!ret)
		ret = describe(domain, domains_uri(domains), place, error, error_size);
	if (!ret) {
		place->fd = guest_ram_of_process(pid, LEAST_MEMORY, place->name, error, error_size);
		ret = place->fd < 0 ? place->fd : 0;
	}
	virDomainFree(domain);
	if (ret)
		guest_ram_place_release(place);
	return ret;
}

void guest_ram_place_release(struct guest_ram_place *place)
{
	free(place->name);
	free(place->share);
	place->name = place->share = NULL;
}

int guest_ram_of_file(const char *path, char *error, size_t error_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), ret;
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		ret = -errno;
		snprintf(error, error_size, "cannot open %s: %s", path, strerror(-ret));
	} else if (!S_ISREG(st.st_mode) || !st.st_size) {
		ret = -EINVAL;
		snprintf(
			error, error_size,
			"%s is %s, and so no guest's memory: name the file that QEMU has it in, or "
			"a core that 'virsh dump --memory-only' wrote",
			path, S_ISREG(st.st_mode) ? "empty" : "no regular file");
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return ret;
}
