/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verb "stats" of the control port: the counters of the ring buffers and of the pumps
 * (doc/vtrace-protocol.7). Called by the control loop.
 */
#ifndef VTRACE_AGENT_STATS_ANSWERS_H
#define VTRACE_AGENT_STATS_ANSWERS_H

#include "guest-agent/answers.h"
#include "guest-agent/own_instance.h"
#include "guest-agent/pumps.h"
#include "guest-agent/tracefs.h"

/* Queue the answer: of the CPU in args, or the sums over all. */
void stats_answer(const struct own_instance *own, const struct pumps *pumps, const char *args,
		  struct answers *answers);

#endif
