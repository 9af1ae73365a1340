/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers to ENGINE_WORDS: names that a person may want to type next, out of the formats and of
 * what is known of tasks. Used by the server. Names are the guest's: whoever shows or takes them
 * looks at them first.
 */
#ifndef VTRACE_ENGINE_WORDS_H
#define VTRACE_ENGINE_WORDS_H

#include <stddef.h>

#include "tui/engine/comms.h"
#include "tui/engine/formats.h"
#include "tui/engine/protocol.h"

/* Fill a reply of ENGINE_WORDS_MAX bytes: the payload of ENGINE_WORDS_REPLY. formats may be NULL.
 * Returns its length. */
size_t words_fill(struct engine_words_reply *reply, const struct engine_words *asked,
		  const struct formats *formats, const struct comms *comms);

#endif
