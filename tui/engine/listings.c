// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/listings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "formats/limits.h"

#define ADDRESS_DIGITS 16

/* "ADDRESS TYPE NAME<tab>[MODULE]": a module's name is no longer than a symbol's. */
#define SYMBOL_LINE_MAX (ADDRESS_DIGITS + 3 + 2 * SYMBOL_NAME_MAX)

/* What is taken of a listing. */
struct listing {
	bool (*good)(const char *line, size_t length);
	size_t lines;  /* at most */
	size_t length; /* of one of them, likewise */
};

static char *good_lines(const struct listing *listing, const char *text, size_t length,
			size_t *left_out)
{
	const char *end = text + length;
	char *made = malloc(length + 2), *to = made;
	size_t lines = 0;

	*left_out = 0;

	while (made && text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t line = (size_t)((newline ? newline : end) - text);

		if (memchr(text, '\0', line) || !listing->good(text, line)) {
			/* rubbish */
		} else if (lines == listing->lines || line > listing->length) {
			++*left_out;
		} else {
			memcpy(to, text, line);
			to += line;
			*to++ = '\n';
			lines++;
		}
		text += line + 1;
	}
	if (made)
		*to = '\0';
	return made;
}

/* Hexadecimal digits at the start of a line; 0 when there are more than an address has. */
static size_t address_length(const char *line, size_t length)
{
	size_t digits = 0;

	while (digits < length && ((line[digits] >= '0' && line[digits] <= '9') ||
				   (line[digits] >= 'a' && line[digits] <= 'f') ||
				   (line[digits] >= 'A' && line[digits] <= 'F')))
		digits++;
	return digits <= ADDRESS_DIGITS ? digits : 0;
}

static bool is_graphic(char c)
{
	return c > ' ' && c <= '~';
}

static size_t word_length(const char *line, size_t length)
{
	size_t n = 0;

	while (n < length && is_graphic(line[n]))
		n++;
	return n;
}

static bool is_symbol(const char *line, size_t length)
{
	size_t at = address_length(line, length), name;

	if (!at || length - at < 4 || line[at] != ' ' || !is_graphic(line[at + 1]) ||
	    line[at + 2] != ' ')
		return false;
	at += 3;
	name = word_length(line + at, length - at);
	if (!name)
		return false;
	at += name;
	if (at == length)
		return true;
	/* "<tab>[module]", at least one letter long */
	return length - at >= 4 && line[at] == '\t' && line[at + 1] == '[' &&
	       line[length - 1] == ']' &&
	       word_length(line + at + 1, length - at - 1) == length - at - 1;
}

static bool is_printk_format(const char *line, size_t length)
{
	static const char between[] = " : \"";
	size_t at;

	if (length < 2 || line[0] != '0' || line[1] != 'x')
		return false;
	at = address_length(line + 2, length - 2);
	if (!at)
		return false;
	at += 2;
	if (length - at < strlen(between) + 3 || memcmp(line + at, between, strlen(between)))
		return false;
	return line[length - 1] == '"';
}

char *listing_kallsyms(const char *text, size_t length, size_t *left_out)
{
	static const struct listing kallsyms = {is_symbol, SYMBOLS_MAX, SYMBOL_LINE_MAX};

	return good_lines(&kallsyms, text, length, left_out);
}

char *listing_printk_formats(const char *text, size_t length, size_t *left_out)
{
	static const struct listing printks = {is_printk_format, PRINTKS_MAX, PRINTK_LINE_MAX};

	return good_lines(&printks, text, length, left_out);
}
