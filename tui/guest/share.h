/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The formats bundle out of a directory that a guest may write to: opened beneath the directory
 * without following anything, copied once, sealed. Called by formats.c and, for a capture's own
 * file, by replay.c. It never looks at the bytes; the engine parses them.
 */
#ifndef VTRACE_GUEST_SHARE_H
#define VTRACE_GUEST_SHARE_H

#include <stddef.h>

/*
 * Copy DIRECTORY/formats into a sealed memfd (nobody can change or cut it any more), which is
 * the caller's. 0 or -errno with a sentence in error: no directory, no file there yet, no
 * regular file, larger than VTRACE_BUNDLE_MAX.
 */
int share_copy_formats(const char *directory, int *memfd, char *error, size_t error_size);

/* The same from an open file; path is for the sentences. */
int share_copy_file(int fd, const char *path, int *memfd, char *error, size_t error_size);

#endif
