// SPDX-License-Identifier: GPL-2.0-only
/*
 * %pM, %pI4, %pI6 and %pU of a field (Linux, Documentation/core-api/printk-formats.rst), as
 * libtraceevent prints them. Compressed IPv6 is RFC 5952's, with an IPv4 tail where the address is
 * mapped or ISATAP.
 */
#include "tui/engine/program_private.h"

#define GROUPS 8 /* of 16 bits in an IPv6 address */

static void hardware(struct out *out, const uint8_t *bytes, const char *letters)
{
	bool reverse = letters[1] == 'R';
	char between = letters[1] == 'F' ? '-' : ':';

	for (unsigned i = 0; i < 6; i++) {
		if (i && letters[0] == 'M')
			out_char(out, between);
		out_byte(out, bytes[reverse ? 5 - i : i]);
	}
}

static void ipv4(struct out *out, const uint8_t *bytes, bool padded, bool reverse)
{
	for (unsigned i = 0; i < 4; i++) {
		if (i)
			out_char(out, '.');
		out_digits(out, bytes[reverse ? 3 - i : i], padded ? 3 : 1);
	}
}

static uint32_t group(const uint8_t *bytes, unsigned n)
{
	return (uint32_t)bytes[2 * n] << 8 | bytes[2 * n + 1];
}

/* The longest row of zero groups, the first of equals; at least two. Returns where, or groups. */
static unsigned zero_row(const uint8_t *bytes, unsigned groups, unsigned *length)
{
	unsigned best = groups;

	*length = 1;
	for (unsigned i = 0; i < groups; i++) {
		unsigned n = 0;

		while (i + n < groups && !group(bytes, i + n))
			n++;
		if (n > *length) {
			*length = n;
			best = i;
		}
	}
	return best;
}

static bool has_ipv4_tail(const uint8_t *bytes)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	/* ::ffff:a.b.c.d, or ISATAP's interface identifier 0000:5efe or 0200:5efe */
	return !memcmp(bytes, mapped, sizeof(mapped)) ||
	       ((bytes[8] | 2) == 2 && !bytes[9] && bytes[10] == 0x5e && bytes[11] == 0xfe);
}

static void ipv6_compressed(struct out *out, const uint8_t *bytes)
{
	unsigned groups = has_ipv4_tail(bytes) ? 6 : GROUPS, length;
	unsigned row = zero_row(bytes, groups, &length);
	bool colon = false;

	for (unsigned i = 0; i < groups; i++) {
		if (i == row) {
			out_string(out, colon || !i ? "::" : ":");
			colon = false;
			i += length - 1;
			continue;
		}
		if (colon)
			out_char(out, ':');
		out_hex(out, group(bytes, i));
		colon = true;
	}
	if (groups == GROUPS)
		return;
	if (colon)
		out_char(out, ':');
	ipv4(out, bytes + 12, false, false);
}

static void ipv6(struct out *out, const uint8_t *bytes, const char *letters)
{
	if (letters[0] == 'I' && letters[2] == 'c') {
		ipv6_compressed(out, bytes);
		return;
	}
	for (unsigned i = 0; i < 16; i++) {
		if (letters[0] == 'I' && i && i % 2 == 0)
			out_char(out, ':');
		out_byte(out, bytes[i]);
	}
}

static void uuid(struct out *out, const uint8_t *bytes, const char *letters)
{
	static const uint8_t straight[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	static const uint8_t little[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	const uint8_t *order = letters[1] == 'L' || letters[1] == 'l' ? little : straight;
	char conversion = letters[1] == 'L' || letters[1] == 'B' ? 'X' : 'x';
	const struct spec spec = {SPEC_ZERO, conversion, 2, -1};

	for (unsigned i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out_char(out, '-');
		out_number(out, &spec, bytes[order[i]], 1);
	}
}

void run_address(struct run *run, const struct op *op)
{
	const uint8_t *bytes = run->record.data + op->offset;
	uint8_t copy[16] = {0};
	bool reverse;

	/* A record that is shorter than its format has zeros there. */
	if (op->offset < run->record.size) {
		uint32_t left = run->record.size - op->offset;

		memcpy(copy, bytes, left < sizeof(copy) ? left : sizeof(copy));
	}
	switch (op->letters[0]) {
	case 'M':
	case 'm':
		hardware(run->out, copy, op->letters);
		break;
	case 'U':
		uuid(run->out, copy, op->letters);
		break;
	default:
		reverse =
			op->letters[2] == 'l' || (op->letters[2] == 'h' && !run->record.big_endian);
		if (op->letters[1] == '4')
			ipv4(run->out, copy, op->letters[0] == 'i', reverse);
		else
			ipv6(run->out, copy, op->letters);
		break;
	}
}
