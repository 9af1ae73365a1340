/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verb "trigger" of the control port: what the guest's kernel does when an event happens
 * (Linux, Documentation/trace/events.rst, "Event triggers"), added and removed as the host orders.
 * Those of the guest's administrator are listed and left alone. Called by the control loop.
 */
#ifndef VTRACE_AGENT_TRIGGERS_H
#define VTRACE_AGENT_TRIGGERS_H

#include <stddef.h>

#include "formats/names.h"
#include "guest-agent/allowed.h"
#include "guest-agent/answers.h"
#include "guest-agent/snapshot.h"
#include "guest-agent/tracefs.h"

/* A trigger that was added here, and is to be removed at the end. */
struct trigger {
	char event[2 * VTRACE_EVENT_NAME_MAX]; /* "SYSTEM:EVENT" */
	char *text;			       /* malloc()ed: as the host gave it */
};

/* Begin with tracefs and snapshot set and all else zero. */
struct triggers {
	const struct tracefs *tracefs;
	const struct allowed *allowed; /* which events may be changed; NULL: all */
	struct snapshot *snapshot;     /* which some triggers make the kernel allocate */
	struct trigger *added;
	size_t count;
};

struct triggers_result {
	unsigned removed;
	char refused[512]; /* events whose trigger did not go, with commas between; cut to fit */
};

/* Do what args order and queue the answer. */
void trigger_answer(struct triggers *triggers, const char *args, struct answers *answers);

/* Remove what was added here, the last one first; what the kernel keeps is kept in mind. */
void triggers_restore(struct triggers *triggers, struct triggers_result *result);
/* Forget it. */
void triggers_release(struct triggers *triggers);

#endif
