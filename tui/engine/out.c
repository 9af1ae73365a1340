// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/out.h"

#define NUMBER_MAX 24 /* digits: 22 of the largest octal number, and two for luck */
#define HEX_DIGITS 16

const char out_pairs[200] = "00010203040506070809101112131415161718192021222324"
			    "25262728293031323334353637383940414243444546474849"
			    "50515253545556575859606162636465666768697071727374"
			    "75767778798081828384858687888990919293949596979899";
static const char lower[] = "0123456789abcdef";
static const char upper[] = "0123456789ABCDEF";

void out_short_string(struct out *out, const char *text, size_t most)
{
	static const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;

	while (most >= sizeof(uint64_t) && out_left(out) >= sizeof(uint64_t)) {
		uint64_t word, zeros;

		memcpy(&word, text, sizeof(word));
		memcpy(out->at, &word, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		word = __builtin_bswap64(word);
#endif
		/* The lowest top bit that this sets is that of the first zero byte. */
		zeros = (word - ones) & ~word & tops;
		if (zeros) {
			out->at += __builtin_ctzll(zeros) / 8;
			return;
		}
		out->at += sizeof(word);
		text += sizeof(word);
		most -= sizeof(word);
	}
	out_bytes(out, text, strnlen(text, most));
}

/* The digits of number end before end; returns their start. */
static char *decimal(char *end, uint64_t number)
{
	/* Short ones are divided faster. */
	for (; number > UINT32_MAX; number /= 100)
		out_put_pair(end -= 2, number % 100);
	for (uint32_t rest = (uint32_t)number;; rest /= 100) {
		if (rest < 10) {
			*--end = (char)('0' + rest);
			return end;
		}
		out_put_pair(end -= 2, rest % 100);
		if (rest < 100)
			return end;
	}
}

static char *power_of_two(char *end, uint64_t number, unsigned bits, const char *digits)
{
	do {
		*--end = digits[number & ((1u << bits) - 1)];
		number >>= bits;
	} while (number);
	return end;
}

static unsigned decimal_length(uint64_t number)
{
	static const uint64_t powers[] = {
		UINT64_C(0),
		UINT64_C(10),
		UINT64_C(100),
		UINT64_C(1000),
		UINT64_C(10000),
		UINT64_C(100000),
		UINT64_C(1000000),
		UINT64_C(10000000),
		UINT64_C(100000000),
		UINT64_C(1000000000),
		UINT64_C(10000000000),
		UINT64_C(100000000000),
		UINT64_C(1000000000000),
		UINT64_C(10000000000000),
		UINT64_C(100000000000000),
		UINT64_C(1000000000000000),
		UINT64_C(10000000000000000),
		UINT64_C(100000000000000000),
		UINT64_C(1000000000000000000),
		UINT64_C(10000000000000000000),
	};
	/* log10(2) is a little more than 1233 / 4096. */
	unsigned guess = (64u - (unsigned)__builtin_clzll(number | 1)) * 1233 >> 12;

	return guess + (number >= powers[guess]);
}

char *out_put_long(char *to, uint64_t number)
{
	char *end = to + decimal_length(number);

	decimal(end, number);
	return end;
}

void out_narrow_unsigned(struct out *out, uint64_t number)
{
	char digits[2 * OUT_DIGITS]; /* the compiler sees no end of it */

	out_bytes(out, digits, (size_t)(out_put_unsigned(digits, number) - digits));
}

void out_digits(struct out *out, uint64_t number, unsigned digits)
{
	unsigned length = decimal_length(number);
	char text[NUMBER_MAX], *at;

	if (length < digits)
		length = digits;
	if (out_left(out) < NUMBER_MAX) {
		at = decimal(text + length, number);
		out_pad(out, '0', (size_t)(at - text));
		while (at < text + length)
			out_char(out, *at++);
		return;
	}
	at = decimal(out->at + length, number);
	while (at > out->at)
		*--at = '0';
	out->at += length;
}

/* The 8 hexadecimal digits of a number, the first one in the lowest byte. */
static uint64_t hex_digits(uint32_t number)
{
	uint64_t digits = number, letters;

	digits = (digits << 16 | digits) & UINT64_C(0x0000ffff0000ffff);
	digits = (digits << 8 | digits) & UINT64_C(0x00ff00ff00ff00ff);
	digits = (digits << 4 | digits) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	/* A digit of 10 or more carries into the bit above when 6 is added. */
	letters = (digits + UINT64_C(0x0606060606060606)) >> 4 & UINT64_C(0x0101010101010101);
	digits += UINT64_C(0x3030303030303030) + letters * ('a' - '9' - 1);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return digits;
#else
	return __builtin_bswap64(digits);
#endif
}

void out_hex(struct out *out, uint64_t number)
{
	unsigned length = (67u - (unsigned)__builtin_clzll(number | 1)) / 4;
	uint64_t high, low;
	char room[HEX_DIGITS], *to = out_left(out) >= HEX_DIGITS ? out->at : room;

	/* What is shown of it comes first. */
	number <<= 4 * (HEX_DIGITS - length);
	high = hex_digits((uint32_t)(number >> 32));
	low = hex_digits((uint32_t)number);
	memcpy(to, &high, sizeof(high));
	memcpy(to + sizeof(high), &low, sizeof(low));
	if (to == room)
		out_bytes(out, room, length);
	else
		out->at += length;
}

void out_byte(struct out *out, uint8_t byte)
{
	const char digits[2] = {lower[byte >> 4], lower[byte & 15]};

	out_bytes(out, digits, 2);
}

/* What is known of a number before it is filled up to its width. */
struct figure {
	char sign[3]; /* a sign, 0x or 0X, and NUL */
	char digits[NUMBER_MAX];
	const char *at; /* the first digit */
};

static void sign_of(struct figure *figure, const struct spec *spec, bool negative)
{
	if (negative)
		figure->sign[0] = '-';
	else if (spec->flags & SPEC_PLUS)
		figure->sign[0] = '+';
	else if (spec->flags & SPEC_SPACE)
		figure->sign[0] = ' ';
}

static uint64_t cut(uint64_t number, unsigned size)
{
	return size < 8 ? number & ((UINT64_C(1) << (size * 8)) - 1) : number;
}

static void make_figure(struct figure *figure, const struct spec *spec, uint64_t number,
			unsigned size)
{
	char *end = figure->digits + NUMBER_MAX;
	unsigned top = size * 8 - 1;

	memset(figure->sign, 0, sizeof(figure->sign));
	number = cut(number, size);
	switch (spec->conversion) {
	case 'd':
		sign_of(figure, spec, number >> top & 1);
		if (number >> top & 1)
			number = cut(-number, size);
		figure->at = decimal(end, number);
		break;
	case 'x':
	case 'X':
		if (spec->flags & SPEC_ALT && number) {
			figure->sign[0] = '0';
			figure->sign[1] = spec->conversion;
		}
		figure->at = power_of_two(end, number, 4, spec->conversion == 'x' ? lower : upper);
		break;
	case 'o':
		figure->at = power_of_two(end, number, 3, lower);
		break;
	default:
		figure->at = decimal(end, number);
		break;
	}
	/* "The result of converting 0 with an explicit precision 0 is empty" (printf(3)). */
	if (!number && !spec->precision)
		figure->at = end;
}

void out_number(struct out *out, const struct spec *spec, uint64_t number, unsigned size)
{
	size_t count, zeros = 0, length, fill;
	struct figure figure;
	char c = (char)number;

	if (spec->conversion == 'c') {
		const struct spec text = {spec->flags & SPEC_LEFT, 's', spec->width, -1};

		out_text(out, &text, &c, 1);
		return;
	}
	make_figure(&figure, spec, number, size);
	count = (size_t)(figure.digits + NUMBER_MAX - figure.at);
	if (spec->precision > 0 && (size_t)spec->precision > count)
		zeros = (size_t)spec->precision - count;
	if (spec->conversion == 'o' && spec->flags & SPEC_ALT && !zeros &&
	    (!count || *figure.at != '0'))
		zeros = 1;
	length = strlen(figure.sign) + zeros + count;
	fill = spec->width > length ? spec->width - length : 0;
	if (fill && spec->flags & SPEC_ZERO && !(spec->flags & SPEC_LEFT) && spec->precision < 0) {
		zeros += fill;
		fill = 0;
	}
	if (!(spec->flags & SPEC_LEFT))
		out_pad(out, ' ', fill);
	out_string(out, figure.sign);
	out_pad(out, '0', zeros);
	out_bytes(out, figure.at, count);
	if (spec->flags & SPEC_LEFT)
		out_pad(out, ' ', fill);
}

void out_text(struct out *out, const struct spec *spec, const char *text, size_t length)
{
	size_t fill;

	if (spec->precision >= 0 && (size_t)spec->precision < length)
		length = (size_t)spec->precision;
	fill = spec->width > length ? spec->width - length : 0;
	if (!(spec->flags & SPEC_LEFT))
		out_pad(out, ' ', fill);
	out_bytes(out, text, length);
	if (spec->flags & SPEC_LEFT)
		out_pad(out, ' ', fill);
}
