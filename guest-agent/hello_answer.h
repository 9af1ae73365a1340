/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verb "hello" of the control port: who the agent is, how the guest's pages are laid out, and
 * what can be asked for (doc/vtrace-protocol.7). Called by the control loop.
 */
#ifndef VTRACE_AGENT_HELLO_ANSWER_H
#define VTRACE_AGENT_HELLO_ANSWER_H

#include <stdbool.h>

#include "guest-agent/answers.h"
#include "guest-agent/control.h"

/* Queue the answer to a hello with args. state is the control loop's, as the protocol has it; own:
 * the traced buffer is an instance of the agent's own; kept: its pages stay in reserved memory. */
void hello_answer(const struct control_setup *setup, const char *state, bool own, bool kept,
		  const char *args, struct answers *answers);

#endif
