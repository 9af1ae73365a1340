/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text into a bounded buffer. The printer writes every row through this: what does not fit is cut
 * off, nothing is ever written outside, and nothing is allocated. Numbers come out as printf(3)
 * would make them, without its price.
 */
#ifndef VTRACE_ENGINE_OUT_H
#define VTRACE_ENGINE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct out {
	char *at; /* where the next byte goes */
	char *end;
};

/* Flags, width and precision of a printf(3) conversion. */
#define SPEC_LEFT  1 /* - */
#define SPEC_ZERO  2 /* 0 */
#define SPEC_ALT   4 /* # */
#define SPEC_PLUS  8 /* + */
#define SPEC_SPACE 16

struct spec {
	uint8_t flags;
	char conversion;   /* one of d u x X o c s */
	uint16_t width;	   /* 0: none */
	int32_t precision; /* -1: none */
};

static inline void out_init(struct out *out, char *buffer, size_t size)
{
	out->at = buffer;
	out->end = buffer + size;
}

static inline size_t out_left(const struct out *out)
{
	return (size_t)(out->end - out->at);
}

/* Up to 32 bytes, in pieces that overlap: names, mostly, for which a call is not worth it. */
static inline void out_copy_short(char *to, const char *from, size_t length)
{
	if (length >= 16) {
		memcpy(to, from, 16);
		memcpy(to + (length - 16), from + (length - 16), 16);
	} else if (length >= 8) {
		memcpy(to, from, 8);
		memcpy(to + (length - 8), from + (length - 8), 8);
	} else if (length >= 4) {
		memcpy(to, from, 4);
		memcpy(to + (length - 4), from + (length - 4), 4);
	} else if (length) {
		to[0] = from[0];
		to[length / 2] = from[length / 2];
		to[length - 1] = from[length - 1];
	}
}

static inline void out_bytes(struct out *out, const char *bytes, size_t length)
{
	if (length > out_left(out))
		length = out_left(out);
	if (length <= 32)
		out_copy_short(out->at, bytes, length);
	else
		memcpy(out->at, bytes, length);
	out->at += length;
}

static inline void out_char(struct out *out, char c)
{
	if (out->at < out->end)
		*out->at++ = c;
}

/* Two bytes, known where this is compiled. */
static inline void out_pair(struct out *out, const char *pair)
{
	if (out_left(out) < 2) {
		out_bytes(out, pair, 2);
		return;
	}
	memcpy(out->at, pair, 2);
	out->at += 2;
}

static inline void out_string(struct out *out, const char *string)
{
	out_bytes(out, string, strlen(string));
}

static inline void out_pad(struct out *out, char c, size_t count)
{
	if (count > out_left(out))
		count = out_left(out);
	memset(out->at, c, count);
	out->at += count;
}

#define OUT_BLOCK 16 /* bytes that are copied at once, where both sides have room for them */

/* out_bytes() of text that has OUT_BLOCK more bytes behind it, whatever these are. */
static inline void out_padded(struct out *out, const char *text, size_t length)
{
	char *to = out->at;

	if (length + OUT_BLOCK > out_left(out)) {
		out_bytes(out, text, length);
		return;
	}
	out->at += length;
	for (size_t done = 0; done < length; done += OUT_BLOCK)
		memcpy(to + done, text + done, OUT_BLOCK);
}

/* A string of at most so many bytes, as names of tasks are: strnlen(3) and copy in one. */
void out_short_string(struct out *out, const char *text, size_t most);

#define OUT_DIGITS 20 /* of the largest number */

/* The digits of a number from to on, where there is room for OUT_DIGITS; returns their end. */
extern const char out_pairs[200]; /* "00" to "99" */
char *out_put_long(char *to, uint64_t number);
static inline char *out_put_pair(char *to, uint64_t number)
{
	memcpy(to, out_pairs + number * 2, 2);
	return to + 2;
}
static inline char *out_put_unsigned(char *to, uint64_t number)
{
	if (number >= 10000)
		return out_put_long(to, number);
	if (number >= 1000)
		return out_put_pair(out_put_pair(to, number / 100), number % 100);
	if (number >= 100) {
		*to = (char)('0' + number / 100);
		return out_put_pair(to + 1, number % 100);
	}
	if (number >= 10)
		return out_put_pair(to, number);
	*to = (char)('0' + number);
	return to + 1;
}

/* The same where there is less room. */
void out_narrow_unsigned(struct out *out, uint64_t number);

/* %llu and %lld */
static inline void out_unsigned(struct out *out, uint64_t number)
{
	if (out_left(out) >= OUT_DIGITS)
		out->at = out_put_unsigned(out->at, number);
	else
		out_narrow_unsigned(out, number);
}
static inline void out_signed(struct out *out, int64_t number)
{
	if (number < 0)
		out_char(out, '-');
	out_unsigned(out, number < 0 ? -(uint64_t)number : (uint64_t)number);
}
/* %0*llu: at least digits of them, at most 20 */
void out_digits(struct out *out, uint64_t number, unsigned digits);
/* %llx */
void out_hex(struct out *out, uint64_t number);
/* %02x */
void out_byte(struct out *out, uint8_t byte);

/* A number as spec says; of its type's size, 1, 2, 4 or 8 bytes, only so much is looked at. */
void out_number(struct out *out, const struct spec *spec, uint64_t number, unsigned size);
/* length bytes at text as spec's %s says: precision cuts, width fills. */
void out_text(struct out *out, const struct spec *spec, const char *text, size_t length);

#endif
