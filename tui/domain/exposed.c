// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/exposed.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct look {
	void (*say)(void *data, const char *sentence);
	void *data;
	char directory[PATH_MAX]; /* the last one that was looked at */
	unsigned channels;	  /* that others can write to */
	char channel[PATH_MAX];	  /* the first of them */
	mode_t mode;
};

/* A group that has its owner's number is that user's own, as adduser(8) makes it. */
static bool is_groups(const struct stat *st)
{
	return st->st_mode & S_IWGRP && st->st_gid != st->st_uid;
}

/* In a directory with the sticky bit others can't touch what is not theirs. */
static bool is_open(const struct stat *st)
{
	return is_groups(st) || (st->st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH;
}

static bool is_trusted(const struct stat *st, uid_t qemu)
{
	return !st->st_uid || st->st_uid == geteuid() || st->st_uid == qemu;
}

/* what is at path, and what others can do there. */
static void look_at_directory(struct look *look, const char *path, const char *what,
			      const char *risk, uid_t qemu)
{
	char sentence[PATH_MAX + 512];
	struct stat st;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return;
	if (is_open(&st))
		snprintf(
			sentence, sizeof(sentence),
			"%s %s can be written to by others (mode %04o): they can %s; chmod go-w it",
			what, path, (unsigned)st.st_mode & 07777, risk);
	else if (!is_trusted(&st, qemu))
		snprintf(sentence, sizeof(sentence),
			 "%s %s belongs to user %u, who can %s; give it to root or to QEMU's "
			 "account",
			 what, path, (unsigned)st.st_uid, risk);
	else
		return;
	look->say(look->data, sentence);
}

/* The directory that path is in, once. */
static void look_around(struct look *look, const char *path, uid_t qemu)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	if (!length || length >= sizeof(look->directory) ||
	    (!strncmp(look->directory, path, length) && !look->directory[length]))
		return;
	memcpy(look->directory, path, length);
	look->directory[length] = '\0';
	look_at_directory(look, look->directory, "the channels' directory",
			  "put channels of their own there", qemu);
}

/* A FIFO, or a socket, which takes the permission to write to connect to it (unix(7)). */
static void look_at_channel(struct look *look, const char *path, const char *suffix)
{
	char name[PATH_MAX];
	struct stat st;

	if (snprintf(name, sizeof(name), "%s%s", path, suffix) >= (int)sizeof(name) ||
	    lstat(name, &st) || !(S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) ||
	    !(st.st_mode & S_IWOTH || is_groups(&st)))
		return;
	if (look->channels++)
		return;
	strcpy(look->channel, name);
	look->mode = st.st_mode & 07777;
}

/* Whose the channel is: QEMU's account, mostly. */
static uid_t owner_of(const struct channel_place *place)
{
	char name[PATH_MAX];
	struct stat st;

	if (snprintf(name, sizeof(name), "%s%s", place->path,
		     place->kind == CHANNEL_PIPE ? ".out" : "") >= (int)sizeof(name) ||
	    lstat(name, &st))
		return 0;
	return st.st_uid;
}

static void look_at_place(struct look *look, const struct channel_place *place)
{
	if (place->kind == CHANNEL_NONE || !place->path || !place->path[0])
		return;
	look_around(look, place->path, owner_of(place));
	if (place->kind != CHANNEL_PIPE) {
		look_at_channel(look, place->path, "");
		return;
	}
	look_at_channel(look, place->path, ".in");
	look_at_channel(look, place->path, ".out");
}

static void say_channels(const struct look *look)
{
	char sentence[PATH_MAX + 512];

	if (look->channels == 1)
		snprintf(sentence, sizeof(sentence),
			 "%s can be written to by others (mode %04o): they can command the guest's "
			 "agent or make up its events; chmod 600 it",
			 look->channel, (unsigned)look->mode);
	else
		snprintf(sentence, sizeof(sentence),
			 "%u channels can be written to by others, the first is %s (mode %04o): "
			 "they "
			 "can command the guest's agent or make up its events; chmod 600 them",
			 look->channels, look->channel, (unsigned)look->mode);
	look->say(look->data, sentence);
}

void exposed_channels(const struct channels *channels,
		      void (*say)(void *data, const char *sentence), void *data)
{
	struct look look = {.say = say, .data = data};

	look_at_place(&look, &channels->control);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		look_at_place(&look, &channels->cpu[cpu]);
	if (look.channels)
		say_channels(&look);
	if (channels->share)
		look_at_directory(&look, channels->share, "the share's directory",
				  "put event formats there, or fill it",
				  owner_of(&channels->control));
}

void exposed_capture(const char *path, void (*say)(void *data, const char *sentence), void *data)
{
	struct look look = {.say = say, .data = data};

	look_at_directory(&look, path, "the capture's directory", "change it while it is read", 0);
}
