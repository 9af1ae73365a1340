/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names and limits that guest and host agree on. Both sides include this file and nothing
 * else spells these strings. The port names and FIFO names are those of the 2012 virtio-trace
 * system (Linux, tools/virtio/virtio-trace/README); the rest is vtrace's own.
 */
#ifndef VTRACE_FORMATS_NAMES_H
#define VTRACE_FORMATS_NAMES_H

#define VTRACE_VERSION "0.1"

/* virtio-serial port names, as seen in /sys/class/virtio-ports/<dev>/name in the guest and in
 * <target type='virtio' name='...'/> of a domain's XML. */
#define VTRACE_CONTROL_PORT    "agent-ctl-path"
#define VTRACE_CPU_PORT_PREFIX "trace-path-cpu" /* followed by the CPU's decimal number */

/* The 9p share: its mount tag, where the agent mounts it, and the one file that it holds. */
#define VTRACE_SHARE_TAG    "vtrace"
#define VTRACE_SHARE_MOUNT  "/run/vtrace/share"
#define VTRACE_FORMATS_FILE "formats"

/* At most so many CPUs have a stream (the limit of the 2012 agent, MAX_CPUS). */
#define VTRACE_MAX_CPUS 256

/* A line on the control port, its LF included, in bytes. */
#define VTRACE_LINE_MAX 4096

/* Sub-buffer sizes in bytes that the host accepts: the ring buffer's smallest is one 4 KiB page;
 * kernels since 6.8 allow orders above 0 (buffer_subbuf_size_kb), 64 KiB pages exist on arm64. */
#define VTRACE_SUBBUF_MIN 4096
#define VTRACE_SUBBUF_MAX (1024 * 1024)

/* A formats bundle (formats/bundle.h): a guest with every driver loaded has about 2,500 events
 * and 12 MiB of kallsyms. */
#define VTRACE_BUNDLE_MAX	  (64u * 1024 * 1024)
#define VTRACE_BUNDLE_SECTION_MAX (48u * 1024 * 1024)
#define VTRACE_BUNDLE_SECTIONS	  16384
#define VTRACE_BUNDLE_NAME_MAX	  192 /* bytes of a section's name, NUL included */
#define VTRACE_BUNDLE_VALUE_MAX	  256 /* bytes of a header value, NUL included */

/* Events that a guest may have; an allyesconfig kernel has about 5,000. */
#define VTRACE_EVENTS_MAX     16384
#define VTRACE_EVENT_NAME_MAX 128 /* bytes of an event's or a system's name, NUL included */

/* Longest task name in a record, NUL included (Linux, TASK_COMM_LEN). */
#define VTRACE_COMM_LEN 16

#endif
