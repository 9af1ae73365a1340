/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that the host has changed, to be put back together: the verb "restore" of the control port,
 * and the agent's end. Called by the control loop.
 */
#ifndef VTRACE_AGENT_CHANGES_H
#define VTRACE_AGENT_CHANGES_H

#include <stdbool.h>

#include "guest-agent/answers.h"
#include "guest-agent/events.h"
#include "guest-agent/kprobes.h"
#include "guest-agent/settings.h"
#include "guest-agent/snapshot.h"
#include "guest-agent/triggers.h"

struct changes {
	struct events events;
	struct settings settings;
	struct kprobes kprobes;
	struct triggers triggers;
	struct snapshot snapshot;
};

/* allowed: which events may be changed, or NULL. */
void changes_begin(struct changes *changes, const struct tracefs *tracefs,
		   const struct allowed *allowed);

/* Whether something of the traced buffer is changed. Probes are the kernel's. */
bool changes_of_buffer(const struct changes *changes);

/* Put back what can be, which is more while the pumps are stopped. answers: queue the answer to
 * "restore", unless NULL. */
void changes_restore(struct changes *changes, bool stopped, struct answers *answers);

/* The same of the traced buffer alone, while the pumps are stopped. */
void changes_restore_buffer(struct changes *changes);

/* Forget the rest. */
void changes_release(struct changes *changes);

#endif
