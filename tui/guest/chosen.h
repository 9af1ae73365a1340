/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was ordered of a guest and set there, so that it can be ordered again of one that has
 * forgotten it: its kernel was booted anew, or its agent ended and put back what was before. Kept
 * by orders.c, read by resume.c and hold.c. It talks to nobody.
 */
#ifndef VTRACE_GUEST_CHOSEN_H
#define VTRACE_GUEST_CHOSEN_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/control.h"

struct choice {
	enum control_verb verb;
	char *args; /* never "" */
};

/* All zero is a valid start. Orders that say no more than later ones are left out. */
struct chosen {
	struct choice *choice; /* in the order in which they were made */
	size_t count;
	size_t next; /* of chosen_next() */
};

/* An order that the guest has carried out; CONTROL_RESTORE, and "restore" of events, forget what
 * they put back. 0 or -ENOMEM; then it is not kept. */
int chosen_note(struct chosen *chosen, enum control_verb verb, const char *args);
void chosen_release(struct chosen *chosen);
bool chosen_has(const struct chosen *chosen, enum control_verb verb);
/* The first choice is next; the next one, or NULL. It is valid until one is noted. */
void chosen_rewind(struct chosen *chosen);
const struct choice *chosen_next(struct chosen *chosen);

#endif
