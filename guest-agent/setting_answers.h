/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs of the control port that ask for a setting, and with an argument change it: what they
 * ask for, and the words of the answers (doc/vtrace-protocol.7). Called by the control loop.
 */
#ifndef VTRACE_AGENT_SETTING_ANSWERS_H
#define VTRACE_AGENT_SETTING_ANSWERS_H

#include "guest-agent/answers.h"
#include "guest-agent/settings.h"

/* Change the setting to args, if there are any, and queue the answer. */
void setting_answer(struct settings *settings, enum setting setting, const char *args,
		    struct answers *answers);

#endif
