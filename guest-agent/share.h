/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The 9p share of the domain: mounted if nobody has, and the one file put into it. Called by the
 * exporter. It reads nothing from the share.
 */
#ifndef VTRACE_AGENT_SHARE_H
#define VTRACE_AGENT_SHARE_H

#include <stdbool.h>
#include <stddef.h>

/* Mount the share at VTRACE_SHARE_MOUNT unless something is mounted there. 0, or -errno with the
 * reason as a phrase in error. */
int share_mount(char *error, size_t error_size);

/* Replace VTRACE_FORMATS_FILE in the share by the length bytes at data: readers see the old file
 * or the new one. 0, or -errno with the reason in error. */
int share_put(const void *data, size_t length, char *error, size_t error_size);

#endif
