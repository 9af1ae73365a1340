/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A capture's cpuN.raw while it is written: whole sub-buffers only, whatever the disk does. Used by
 * streams for what they record and by savings for what is held.
 */
#ifndef VTRACE_ENGINE_RAWFILE_H
#define VTRACE_ENGINE_RAWFILE_H

#include <stddef.h>
#include <stdint.h>

/* Append a page of size bytes to fd, which has length bytes so far. 0, or -errno, after which the
 * file has length bytes again unless it can't be cut. */
int rawfile_append(int fd, uint64_t length, const uint8_t *page, size_t size);

#endif
