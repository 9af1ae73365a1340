/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a user's own files lie, and how they are opened and written: XDG Base Directory
 * Specification 0.8. Called by prompt_history.c and settings_file.c.
 */
#ifndef VTRACE_CONSOLE_XDG_H
#define VTRACE_CONSOLE_XDG_H

#include <stddef.h>

/* The path of a file of ours: in the directory that the environment's variable names, such as
 * XDG_STATE_HOME, or else in the home directory below otherwise. 0, or -ENOENT when there is no
 * such place. */
int xdg_path(char *path, size_t size, const char *variable, const char *otherwise,
	     const char *name);
/* Make the directory that a path's file lies in, and those above it that are missing, for nobody
 * else's eyes. 0 or -errno. */
int xdg_make_directory(const char *path);
/* Open a regular file, made with mode 0600 where flags have O_CREAT; a pipe or a device in its
 * place is not waited for. The descriptor, or -errno: -EINVAL when it is no regular file. */
int xdg_open(const char *path, int flags);

#endif
