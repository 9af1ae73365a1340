/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happened to a guest, in words that the console has found for it: the texts of rows that
 * stand where pages stop and go on. A history's entry has the number of its text. The newest are
 * kept.
 */
#ifndef VTRACE_ENGINE_NOTES_H
#define VTRACE_ENGINE_NOTES_H

#include <stdint.h>

#include "tui/engine/protocol.h"

/* All zero is a valid start. */
struct notes {
	char text[NOTES_KEPT][ENGINE_NOTE_MAX];
	uint64_t count; /* ever added */
};

/* Keep a text, which is cut where it has no room. Returns its number. */
uint64_t notes_add(struct notes *notes, const char *text);
/* Never NULL: of what is not kept any more, words that say so. Valid until the next is added. */
const char *notes_text(const struct notes *notes, uint64_t number);

#endif
