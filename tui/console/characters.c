// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/characters.h"

#include <string.h>

void characters_cut(struct characters *characters)
{
	memset(&characters->part, 0, sizeof(characters->part));
}

bool characters_take(struct characters *characters, unsigned char byte, wchar_t *character)
{
	bool under_way = !mbsinit(&characters->part);
	size_t got = mbrtowc(character, (const char *)&byte, 1, &characters->part);

	if (got == (size_t)-1) {
		characters_cut(characters);
		/* It does not go on with what was under way, but may begin another one. */
		if (under_way)
			got = mbrtowc(character, (const char *)&byte, 1, &characters->part);
		if (got == (size_t)-1)
			characters_cut(characters);
	}
	return got != (size_t)-1 && got != (size_t)-2;
}
