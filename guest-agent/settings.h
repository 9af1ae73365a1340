/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of the traced buffer that are one file of tracefs with a value: told, changed as the
 * host orders, and put back as they were. What the guest's administrator has changed meanwhile is
 * left alone. Called by the control loop, by way of setting_answers.c. Events and filters are not
 * here but in events.c.
 *
 * Values are given and kept in one form for each kind of file: a word, a number, or words with
 * blanks between, "none" for an empty list.
 */
#ifndef VTRACE_AGENT_SETTINGS_H
#define VTRACE_AGENT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "guest-agent/tracefs.h"

/* In the order in which they are put back: no tracer runs while its functions change, and the size
 * of sub-buffers rounds that of the buffer. */
enum setting {
	SETTING_TRACER,	       /* current_tracer */
	SETTING_FTRACE_FILTER, /* set_ftrace_filter: a list */
	SETTING_PID,	       /* set_event_pid: a list */
	SETTING_CLOCK,	       /* trace_clock; a change empties the ring buffer */
	SETTING_SUBBUF_KB,     /* buffer_subbuf_size_kb, since Linux 6.8; likewise */
	SETTING_BUFFER_KB,     /* buffer_size_kb: KiB of one CPU's ring; "X": they differ */
	SETTINGS,
};

/* Begin with tracefs set and all else zero. */
struct settings {
	const struct tracefs *tracefs;
	const struct tracefs *tracers; /* whose tracers can be had; NULL: those of tracefs */
	struct {
		char *before; /* malloc()ed; NULL: not changed */
		char *ours;   /* malloc()ed: what it has been since */
	} changed[SETTINGS];
};

struct settings_result {
	unsigned restored;
	char left[256];	   /* verbs of those that somebody else has changed since, with commas */
	char refused[256]; /* and of those that the kernel did not take back */
};

/* The verb that asks for it, and the file. */
const char *setting_verb(enum setting setting);
const char *setting_file(enum setting setting);

/* Whether it can be changed only while no pump has its ring open: the kernel lets no tracer change
 * then (Linux, kernel/trace/trace.c, tracing_set_tracer), and pumps must not meet pages of another
 * size. */
bool setting_wants_stop(enum setting setting);

/* Its value now; *value is the caller's. 0, or -errno: -ENOENT: this kernel does not have it. */
int setting_read(const struct settings *settings, enum setting setting, char **value);
/* All that it can be, for files that have such a list, with commas between; "" for others. */
void setting_available(const struct settings *settings, enum setting setting, char *list,
		       size_t size);
/* Change it. 0, or -errno with reason set, and then it is what it was before. */
int setting_change(struct settings *settings, enum setting setting, const char *value, char *reason,
		   size_t size);

/* Whether one is changed. */
bool settings_changed(const struct settings *settings);

/* Put back what was changed here; without stopped none that wants a stop. What does not go back is
 * kept in mind. */
void settings_restore(struct settings *settings, bool stopped, struct settings_result *result);
/* Forget it. */
void settings_release(struct settings *settings);

#endif
