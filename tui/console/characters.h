/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Characters out of the bytes that a terminal sends, in the locale's encoding. Called by
 * terminal.c, between curses' bytes and the paste. Curses' own get_wch(3X) is not used: a byte
 * that can not begin a character has it swallow the keys behind, up to a function key or a pause,
 * and it forgets the first half of a character whose second half comes later.
 */
#ifndef VTRACE_CONSOLE_CHARACTERS_H
#define VTRACE_CONSOLE_CHARACTERS_H

#include <stdbool.h>
#include <wchar.h>

/* All zero is a valid start. */
struct characters {
	mbstate_t part; /* of the character under way */
};

/* A byte came. True: *character is whole. What is no character in this locale is dropped. */
bool characters_take(struct characters *characters, unsigned char byte, wchar_t *character);
/* No byte but a function key came: what was under way will not be finished. */
void characters_cut(struct characters *characters);

#endif
