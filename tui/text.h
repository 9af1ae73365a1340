/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place through which bytes of a guest reach a terminal or stdout. Called by console and
 * batch for every row, name and message that a guest had a hand in.
 */
#ifndef VTRACE_TEXT_H
#define VTRACE_TEXT_H

#include <stddef.h>

/*
 * Copy length bytes to out as printable text, NUL-terminated, cut to size: C0, DEL, C1, invalid
 * UTF-8, bidirectional overrides and zero-width characters become \xNN escapes; other UTF-8
 * stays. With ascii nonzero everything above 0x7e is escaped. Returns the length written.
 */
size_t text_strip(char *out, size_t size, const char *bytes, size_t length, int ascii);
/* What a terminal of this locale (setlocale(3)) is to be given: 1, ASCII alone, since a byte of
 * UTF-8 could be a command to one that has another character set. */
int text_ascii(void);

#endif
