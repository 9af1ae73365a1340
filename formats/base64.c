// SPDX-License-Identifier: GPL-2.0-only
#include "formats/base64.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(const void *bytes, size_t length, char *text)
{
	const uint8_t *from = bytes;

	for (size_t at = 0; at < length; at += 3) {
		size_t left = length - at;
		uint32_t group = (uint32_t)from[at] << 16;

		if (left > 1)
			group |= (uint32_t)from[at + 1] << 8;
		if (left > 2)
			group |= from[at + 2];
		*text++ = alphabet[group >> 18];
		*text++ = alphabet[group >> 12 & 63];
		*text++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
		*text++ = left > 2 ? alphabet[group & 63] : '=';
	}
	*text = '\0';
}

/* Of a character: 0 to 63, or -1. */
static int value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Three bytes, or as many as the padding leaves, of four characters. Their number or -EINVAL. */
static int read_group(const char *text, uint8_t *bytes)
{
	int padding = text[3] != '=' ? 0 : text[2] != '=' ? 1 : 2;
	uint32_t group = 0;

	for (int i = 0; i < 4 - padding; i++) {
		int six = value(text[i]);

		if (six < 0)
			return -EINVAL;
		group |= (uint32_t)six << (18 - 6 * i);
	}
	/* One text for the same bytes: bits that belong to no byte are 0. */
	if (padding && group & (padding == 1 ? 0xff : 0xffff))
		return -EINVAL;
	for (int i = 0; i < 3 - padding; i++)
		bytes[i] = (uint8_t)(group >> (16 - 8 * i));
	return 3 - padding;
}

ssize_t base64_read(const char *text, size_t length, void *bytes)
{
	uint8_t *to = bytes;

	if (length % 4)
		return -EINVAL;
	for (size_t at = 0; at < length; at += 4) {
		int n = read_group(text + at, to);

		/* Padding stands at the end only. */
		if (n < 0 || (n < 3 && at + 4 < length))
			return -EINVAL;
		to += n;
	}
	return to - (uint8_t *)bytes;
}
