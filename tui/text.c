// SPDX-License-Identifier: GPL-2.0-only
#include "tui/text.h"

#include <langinfo.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A code point is 4 bytes at most and each becomes "\xNN". */
#define UNIT_MAX 16

/*
 * Characters that take no column of their own or turn the direction of those around them, so that
 * a row could show something else than it says: controls, line ends, annotations, and all that
 * Unicode 15 calls Default_Ignorable_Code_Point (DerivedCoreProperties.txt), since it is shown as
 * nothing. Ascending; the names are Unicode's.
 */
static const struct range {
	uint32_t first, last;
} hidden[] = {
	{0x0000, 0x001f},   /* C0 */
	{0x007f, 0x009f},   /* DEL and C1 */
	{0x00ad, 0x00ad},   /* soft hyphen */
	{0x034f, 0x034f},   /* combining grapheme joiner */
	{0x061c, 0x061c},   /* Arabic letter mark */
	{0x115f, 0x1160},   /* Hangul fillers */
	{0x17b4, 0x17b5},   /* Khmer inherent vowels */
	{0x180b, 0x180f},   /* Mongolian variation selectors and vowel separator */
	{0x200b, 0x200f},   /* zero-width space and joiners, left-to-right and right-to-left mark */
	{0x2028, 0x202e},   /* line and paragraph separator, bidirectional embeddings, overrides */
	{0x2060, 0x206f},   /* word joiner, invisible operators, bidirectional isolates */
	{0x3164, 0x3164},   /* Hangul filler */
	{0xfe00, 0xfe0f},   /* variation selectors, one of which makes a character wider */
	{0xfeff, 0xfeff},   /* zero-width no-break space (byte order mark) */
	{0xffa0, 0xffa0},   /* halfwidth Hangul filler */
	{0xfff0, 0xfffb},   /* not assigned; interlinear annotations */
	{0x1bca0, 0x1bca3}, /* shorthand format controls */
	{0x1d173, 0x1d17a}, /* musical symbols that begin and end beams */
	{0xe0000, 0xe0fff}, /* tags and variation selectors */
};

static bool is_hidden(uint32_t code)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (code < hidden[i].first)
			return false;
		if (code <= hidden[i].last)
			return true;
	}
	return false;
}

/*
 * The length of the UTF-8 sequence at bytes and its code point, or 0 when there is none: a stray
 * continuation byte, a sequence cut off, overlong, a surrogate, or above U+10FFFF (RFC 3629).
 */
static size_t utf8_decode(const unsigned char *bytes, size_t length, uint32_t *code)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t need;

	if (bytes[0] < 0x80) {
		*code = bytes[0];
		return 1;
	}
	if (bytes[0] >= 0xf0 && bytes[0] <= 0xf4)
		need = 4;
	else if (bytes[0] >= 0xe0 && bytes[0] <= 0xef)
		need = 3;
	else if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf)
		need = 2;
	else
		return 0;
	if (need > length)
		return 0;

	*code = bytes[0] & (0xffu >> (need + 1));
	for (size_t i = 1; i < need; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (bytes[i] & 0x3f);
	}
	if (*code < smallest[need] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return need;
}

static size_t escape(char *unit, const unsigned char *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		unit[n++] = '\\';
		unit[n++] = 'x';
		unit[n++] = digits[bytes[i] >> 4];
		unit[n++] = digits[bytes[i] & 0xf];
	}
	return n;
}

size_t text_strip(char *out, size_t size, const char *bytes, size_t length, int ascii)
{
	const unsigned char *in = (const unsigned char *)bytes;
	size_t written = 0;

	if (!size)
		return 0;

	while (length) {
		char unit[UNIT_MAX];
		uint32_t code = 0;
		size_t taken = utf8_decode(in, length, &code);
		size_t n;

		if (!taken || is_hidden(code) || (ascii && code > 0x7e)) {
			/* Of what is no UTF-8 only one byte: the next may begin a character. */
			if (!taken)
				taken = 1;
			n = escape(unit, in, taken);
		} else {
			memcpy(unit, in, taken);
			n = taken;
		}
		if (n >= size - written)
			break;
		memcpy(out + written, unit, n);
		written += n;
		in += taken;
		length -= taken;
	}
	out[written] = '\0';
	return written;
}

int text_ascii(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}
