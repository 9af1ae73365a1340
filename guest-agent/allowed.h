/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The veto of the guest's owner: which changes the host may order, from --allow or a configuration
 * file (doc/trace-agent.8). What only asks, starts and stops tracing, sends what is there or puts
 * back is always allowed. Read by main before anything else happens; asked by the control loop for
 * each request, and by the rooms that change events for each event.
 *
 * A LIST has items with commas or blanks between: verbs of the control port, "events:PATTERN" for
 * the events that may be enabled, disabled, filtered or given triggers (patterns of events.h),
 * "all" and "none". What is not listed is refused.
 */
#ifndef VTRACE_AGENT_ALLOWED_H
#define VTRACE_AGENT_ALLOWED_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/control.h"

#define ALLOWED_CONFIG "/etc/vtrace/agent.conf"

/* What the host is told; the second takes the event's name. */
#define ALLOWED_NOT	  "not allowed by the guest's owner (--allow)"
#define ALLOWED_NOT_EVENT "%s is not among the events that the guest's owner allows (--allow)"

/* Begin with all zero: everything is allowed. */
struct allowed {
	bool limited;		/* a list was given */
	control_verb_set verbs; /* that it names */
	bool none;		/* it says "none" */
	bool all_events;	/* it says "events" without a pattern */
	char *patterns;		/* malloc()ed: of events, with commas between; NULL: none */
};

/* Add a list. 0, or -EINVAL with a sentence in error: what it says is not understood, or
 * contradicts itself. */
int allowed_add(struct allowed *allowed, const char *list, char *error, size_t size);

/*
 * Add the lists of a file: lines "allow LIST", empty ones, and remarks from "#" on. given is what
 * was named by --config, or NULL for ALLOWED_CONFIG, which need not exist. 0, or -errno with a
 * sentence that names file and line in error.
 */
int allowed_read(struct allowed *allowed, const char *given, char *error, size_t size);

void allowed_release(struct allowed *allowed);

/* The verbs that may do all they can, with NULL: all. */
control_verb_set allowed_verbs(const struct allowed *allowed);
/* Whether a request asks only, starts or stops tracing, or puts back. */
bool allowed_only_asks(const struct control_request *request);
/* Whether it does, or may change what it changes. allowed may be NULL: all may. */
bool allowed_request(const struct allowed *allowed, const struct control_request *request);
/* Whether an event may be changed, likewise. */
bool allowed_event(const struct allowed *allowed, const char *system, const char *name);

#endif
