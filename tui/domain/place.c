// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/place.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/domain/channels.h"

#define SYSTEM_PLACES "/var/lib/vtrace"
#define OWNER_LINK    "domain" /* in a domain's directory; points to its UUID, which is no file */

/* A longer name is of no use to anybody who looks for it. */
#define NAME_LENGTH_MAX 64

/* A word that is a plain file name, and no option of a command either. */
static bool is_plain(const char *name)
{
	if (!isalnum((unsigned char)name[0]) || strlen(name) > NAME_LENGTH_MAX)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("_.-", *name))
			return false;
	return true;
}

char *place_path(bool session, const char *name, const char *uuid)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	const char *word = is_plain(name) ? name : uuid;
	char *path;
	int length;

	if (!session)
		length = asprintf(&path, "%s/%s", SYSTEM_PLACES, word);
	else if (data && data[0] == '/')
		length = asprintf(&path, "%s/vtrace/%s", data, word);
	else if (home && home[0] == '/')
		length = asprintf(&path, "%s/.local/share/vtrace/%s", home, word);
	else
		return NULL;
	return length < 0 ? NULL : path;
}

bool place_exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISDIR(st.st_mode);
}

/* A directory that is there, followed by no link at its end. A descriptor or -errno. */
static int open_directory(int at, const char *path)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Exactly so, whatever the umask is. */
static int make_directory(const char *path, mode_t mode)
{
	struct stat st;

	if (!mkdir(path, mode))
		return chmod(path, mode) ? -errno : 0;
	if (errno != EEXIST)
		return -errno;
	if (stat(path, &st))
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

/* Is the directory this domain's? -ENOENT: nobody has said yet; -EBUSY: it is another's. */
static int check_owner(int dir, const char *uuid)
{
	char text[64];
	ssize_t length = readlinkat(dir, OWNER_LINK, text, sizeof(text));

	if (length < 0)
		return -errno;
	return (size_t)length == strlen(uuid) && !memcmp(text, uuid, (size_t)length) ? 0 : -EBUSY;
}

static int mark_owner(const char *path, const char *uuid)
{
	int dir = open_directory(AT_FDCWD, path), ret;

	if (dir < 0)
		return dir;
	ret = symlinkat(uuid, dir, OWNER_LINK) ? -errno : 0;
	if (ret == -EEXIST)
		ret = check_owner(dir, uuid);
	close(dir);
	return ret;
}

int place_make(const char *path, bool session, const char *uuid)
{
	char part[PATH_MAX];

	if (strlen(path) >= sizeof(part))
		return -ENAMETOOLONG;
	for (size_t i = 1; path[i - 1]; i++) {
		int ret;

		if (path[i] != '/' && path[i] != '\0')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		ret = make_directory(part, session ? 0700 : 0711);
		if (ret)
			return ret;
	}
	return mark_owner(path, uuid);
}

/* fd may be of a path alone (O_PATH). */
static int give_to(int fd, const struct qemu_user *owner)
{
	struct stat st;

	if (!owner)
		return 0;
	if (fstat(fd, &st))
		return -errno;
	if (st.st_uid == owner->uid && st.st_gid == owner->gid)
		return 0;
	return fchownat(fd, "", owner->uid, owner->gid, AT_EMPTY_PATH) ? -errno : 0;
}

int place_make_share(const char *path, const struct qemu_user *owner)
{
	int ret = make_directory(path, 0700);
	int fd = ret ? ret : open_directory(AT_FDCWD, path);

	if (fd < 0)
		return fd;
	ret = give_to(fd, owner);
	close(fd);
	return ret;
}

static int make_fifo(const char *path, const char *suffix, const struct qemu_user *owner)
{
	char name[PATH_MAX];
	struct stat st;
	int fd, ret;

	if (snprintf(name, sizeof(name), "%s%s", path, suffix) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	if (mkfifo(name, 0600) && errno != EEXIST)
		return -errno;
	fd = open(name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		ret = -errno;
	else
		ret = S_ISFIFO(st.st_mode) ? give_to(fd, owner) : -EEXIST;
	close(fd);
	return ret;
}

int place_make_fifos(const char *path, const struct qemu_user *owner)
{
	int ret = make_fifo(path, ".in", owner);

	return ret ? ret : make_fifo(path, ".out", owner);
}

/* "trace-path-cpu0.out", a FIFO that place_make_fifos() may have made. */
static bool is_fifo_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	char port[64];

	if (!dot || (strcmp(dot, ".in") && strcmp(dot, ".out")) ||
	    (size_t)(dot - name) >= sizeof(port))
		return false;
	snprintf(port, sizeof(port), "%.*s", (int)(dot - name), name);
	return channels_is_port(port);
}

static int remove_fifos(int dir)
{
	int copy = fcntl(dir, F_DUPFD_CLOEXEC, 0), err = 0;
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	struct stat st;

	if (!entries) {
		int ret = -errno;

		if (copy >= 0)
			close(copy);
		return ret;
	}
	while ((entry = readdir(entries)))
		if (is_fifo_name(entry->d_name) &&
		    !fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISFIFO(st.st_mode) && unlinkat(dir, entry->d_name, 0) && errno != ENOENT &&
		    !err)
			err = -errno;
	closedir(entries);
	return err;
}

static int remove_share(int dir)
{
	int share = open_directory(dir, "share");

	if (share == -ENOENT)
		return 0;
	if (share < 0)
		return share;
	unlinkat(share, VTRACE_FORMATS_FILE, 0);
	unlinkat(share, VTRACE_FORMATS_FILE ".tmp", 0);
	close(share);
	return unlinkat(dir, "share", AT_REMOVEDIR) ? -errno : 0;
}

/* With its mark, which stays when others have files there. */
static int remove_directory(const char *path, const char *uuid)
{
	int dir = open_directory(AT_FDCWD, path), ret = 0;

	if (dir < 0)
		return dir;
	unlinkat(dir, OWNER_LINK, 0);
	if (rmdir(path)) {
		ret = -errno;
		if (symlinkat(uuid, dir, OWNER_LINK))
			ret = -errno;
	}
	close(dir);
	return ret;
}

int place_remove(const char *path, const char *uuid)
{
	int dir = open_directory(AT_FDCWD, path), ret;

	if (dir < 0)
		return dir == -ENOENT ? 0 : dir;
	ret = check_owner(dir, uuid);
	if (ret == -ENOENT)
		ret = 0;
	if (!ret)
		ret = remove_fifos(dir);
	if (!ret)
		ret = remove_share(dir);
	close(dir);
	if (!ret)
		ret = remove_directory(path, uuid);
	return ret;
}
