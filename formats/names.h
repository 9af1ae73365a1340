/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names that guest and host agree on. Both sides include this file and nothing else spells
 * these strings. The port names and FIFO names are those of the 2012 virtio-trace
 * system (Linux, tools/virtio/virtio-trace/README); the rest is vtrace's own.
 */
#ifndef VTRACE_FORMATS_NAMES_H
#define VTRACE_FORMATS_NAMES_H

#include "formats/limits.h"

#define VTRACE_VERSION "0.1"

/* virtio-serial port names, as seen in /sys/class/virtio-ports/<dev>/name in the guest and in
 * <target type='virtio' name='...'/> of a domain's XML. */
#define VTRACE_CONTROL_PORT    "agent-ctl-path"
#define VTRACE_CPU_PORT_PREFIX "trace-path-cpu" /* followed by the CPU's decimal number */

/* The 9p share: its mount tag, where the agent mounts it, and the one file that it holds. */
#define VTRACE_SHARE_TAG    "vtrace"
#define VTRACE_SHARE_MOUNT  "/run/vtrace/share"
#define VTRACE_FORMATS_FILE "formats"

/* A kernel's build id as digits: NT_GNU_BUILD_ID is 20 bytes (SHA-1) nearly everywhere, or what the
 * linker was told (ld(1), --build-id). With a NUL. */
#define VTRACE_BUILD_ID_SIZE 65

#endif
