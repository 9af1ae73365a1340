// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/format.h"

#include <ctype.h>
#include <string.h>

#define NUMBER_LIMIT 4096 /* of a width or a precision; beyond, libtraceevent is asked */

void format_unescape(struct out *out, const char *start, size_t length)
{
	const char *end = start + length;

	for (; start < end; start++) {
		if (*start == '%') {
			start++;
			out_char(out, '%');
		} else if (*start != '\\') {
			out_char(out, *start);
		} else if (++start < end) {
			out_char(out, *start == 'n'   ? '\n'
				      : *start == 't' ? '\t'
				      : *start == 'r' ? '\r'
						      : *start);
		}
	}
}

/* Up to a % that is no %%. */
static size_t text_length(const char *text)
{
	const char *at = text;

	while (*at && (*at != '%' || at[1] == '%')) {
		/* An escaped character, and the second of %%, are no beginnings. */
		if ((*at == '\\' || *at == '%') && at[1])
			at++;
		at++;
	}
	return (size_t)(at - text);
}

static int read_number(const char **at)
{
	int number = 0;

	while (isdigit((unsigned char)**at)) {
		number = number * 10 + (*(*at)++ - '0');
		if (number > NUMBER_LIMIT)
			number = NUMBER_LIMIT + 1;
	}
	return number;
}

/* Letters behind a p that libtraceevent takes as belonging to it. */
static size_t pointer_letters(const char *at)
{
	switch (*at) {
	case 'F':
	case 'f':
	case 'S':
	case 's':
		return 1;
	case 'M':
	case 'm':
		return at[1] == 'R' || at[1] == 'F' ? 2 : 1;
	case 'U':
		return at[1] && strchr("LlBb", at[1]) ? 2 : 1;
	case 'h':
		return at[1] && strchr("CDN", at[1]) ? 2 : 1;
	case 'I':
	case 'i':
		if (at[1] == '4')
			return at[2] && strchr("hnbl", at[2]) ? 3 : 2;
		if (at[1] == '6')
			return at[2] == 'c' ? 3 : 2;
		return 1;
	default:
		return 0;
	}
}

static bool take_pointer(const char **at, struct piece *piece)
{
	size_t letters = pointer_letters(*at);

	/* Socket addresses and worse. */
	if (letters >= sizeof(piece->letters) || ((**at == 'I' || **at == 'i') && letters < 2))
		return false;
	memcpy(piece->letters, *at, letters);
	*at += letters;
	return true;
}

static bool take_star(const char **at, struct piece *piece, enum star star)
{
	if (**at != '*')
		return false;
	++*at;
	piece->star = star;
	return true;
}

static enum piece_kind take_conversion(const char **at, struct piece *piece)
{
	static const char flags[] = "-0#";
	struct spec *spec = &piece->spec;
	int halves = 0;

	spec->precision = -1;
	for (const char *flag; **at && (flag = strchr(flags, **at)); ++*at)
		spec->flags |= (uint8_t)(1u << (flag - flags));
	if (!take_star(at, piece, STAR_WIDTH))
		spec->width = (uint16_t)read_number(at);
	if (**at == '.') {
		++*at;
		if (piece->star == STAR_NONE && take_star(at, piece, STAR_PRECISION))
			spec->precision = 0;
		else
			spec->precision = read_number(at);
	}
	for (; **at && strchr("hlLzZ", **at); ++*at) {
		if (**at == 'h')
			halves++;
		else
			piece->longs += **at == 'L' ? 2 : 1;
	}
	if (halves > 2 || piece->longs > 2 || (halves && piece->longs) ||
	    spec->width > NUMBER_LIMIT || spec->precision > NUMBER_LIMIT)
		return PIECE_UNKNOWN;
	piece->size = halves ? 4u >> halves : piece->longs ? 8 : 4;
	spec->conversion = *(*at)++;
	switch (spec->conversion) {
	case 'i':
		spec->conversion = 'd';
		return PIECE_CONVERSION;
	case 'd':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		return PIECE_CONVERSION;
	case 's':
		piece->size = 0;
		return PIECE_CONVERSION;
	case 'p':
		return take_pointer(at, piece) ? PIECE_CONVERSION : PIECE_UNKNOWN;
	default:
		return PIECE_UNKNOWN;
	}
}

enum piece_kind format_next(const char **at, struct piece *piece)
{
	enum piece_kind kind;

	*piece = (struct piece){.start = *at};
	if (!**at)
		return PIECE_END;
	if (**at == '%' && (*at)[1] != '%') {
		++*at;
		kind = **at ? take_conversion(at, piece) : PIECE_UNKNOWN;
		piece->length = (size_t)(*at - piece->start);
		return kind;
	}
	piece->length = text_length(*at);
	*at += piece->length;
	return PIECE_TEXT;
}
