// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/notes.h"

#include <stdio.h>

uint64_t notes_add(struct notes *notes, const char *text)
{
	snprintf(notes->text[notes->count % NOTES_KEPT], ENGINE_NOTE_MAX, "%s", text);
	return notes->count++;
}

const char *notes_text(const struct notes *notes, uint64_t number)
{
	if (number >= notes->count || notes->count - number > NOTES_KEPT)
		return "a break whose reason is not kept any more";
	return notes->text[number % NOTES_KEPT];
}
