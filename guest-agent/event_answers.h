/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs "events" and "filter" of the control port: what they ask for, and the words of the
 * answers (doc/vtrace-protocol.7). Called by the control loop.
 */
#ifndef VTRACE_AGENT_EVENT_ANSWERS_H
#define VTRACE_AGENT_EVENT_ANSWERS_H

#include "guest-agent/answers.h"
#include "guest-agent/events.h"

/* Do what args order and queue the answer. */
void events_answer(struct events *events, const char *args, struct answers *answers);
void filter_answer(struct events *events, const char *args, struct answers *answers);

#endif
