/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's tracing directory and the instance of it that is traced: found or mounted, read
 * and written. Called by every other room of the agent. What an administrator set up there is
 * changed on the host's order only (control.c, events.c, settings.c, kprobes.c), and put back at
 * the end; a buffer is cleared only where the kernel does so itself, for another clock or page
 * size.
 */
#ifndef VTRACE_AGENT_TRACEFS_H
#define VTRACE_AGENT_TRACEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tracefs {
	int top;       /* directory of the whole machine's tracing */
	int instance;  /* directory of the traced buffer: top's own or instances/NAME */
	char made[64]; /* name of the instance that tracefs_open() made, or "" */
};

/* How a page is laid out, from events/header_page. */
struct page_layout {
	unsigned subbuf_size; /* bytes of a whole sub-buffer, header included */
	unsigned long_size;   /* bytes of a long in this kernel: 4 or 8 */
};

/* per_cpu/cpuN/stats (Linux, kernel/trace/trace.c, tracing_stats_read). Events that were ever
 * written: entries + overrun + read. */
struct ring_stats {
	uint64_t entries;
	uint64_t overrun;
	uint64_t commit_overrun;
	uint64_t dropped;
	uint64_t read;
};

/*
 * Find tracefs, mounting it where it is not, and open the instance of that name (NULL: the top
 * one), making it where it is not. 0, or -errno with a sentence in error.
 */
int tracefs_open(struct tracefs *tracefs, const char *instance, char *error, size_t error_size);
/* Close, and remove the instance when tracefs_open() made it. Every file of it must be closed. */
void tracefs_close(struct tracefs *tracefs);

/* Read a whole file below dir (AT_FDCWD and an absolute path do as well). *text is NUL-terminated,
 * malloc()ed, the caller's. 0 or -errno; -E2BIG when it holds more than limit bytes. */
int tracefs_read(int dir, const char *path, size_t limit, char **text, size_t *length);
/* Write text, with one write() where the kernel takes all at once: of some lists it takes a word at
 * a time. flags are open()'s beside O_WRONLY. 0 or -errno. */
int tracefs_write(int dir, const char *path, int flags, const char *text);

/* Layout of the instance's pages. 0 or -errno; -EINVAL when header_page is not understood. */
int tracefs_layout(const struct tracefs *tracefs, struct page_layout *layout);
int tracefs_parse_layout(const char *header_page, struct page_layout *layout);

/* The bracketed word of trace_clock. 0 or -errno. */
int tracefs_clock(const struct tracefs *tracefs, char *clock, size_t size);
int tracefs_parse_clock(const char *text, char *clock, size_t size);

/* Counters of one CPU's ring buffer. 0 or -errno; -ENOENT: there is no such CPU. */
int tracefs_stats(const struct tracefs *tracefs, unsigned cpu, struct ring_stats *stats);
int tracefs_parse_stats(const char *text, struct ring_stats *stats);

/* KiB of one CPU's ring buffer. 0 or -errno. */
int tracefs_buffer_kb(const struct tracefs *tracefs, unsigned cpu, uint64_t *kb);

/* Number of event types that are enabled, or -errno. */
int tracefs_events_enabled(const struct tracefs *tracefs);

/* tracing_on: 0, 1 or -errno; and set it. */
int tracefs_recording(const struct tracefs *tracefs);
int tracefs_record(const struct tracefs *tracefs, bool on);

/* Open a CPU's trace_pipe_raw, non-blocking. A descriptor or -errno. */
int tracefs_open_pages(const struct tracefs *tracefs, unsigned cpu);

#endif
