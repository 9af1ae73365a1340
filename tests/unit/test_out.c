// SPDX-License-Identifier: GPL-2.0-only
/* Numbers as printf(3) writes them, with room and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tui/engine/out.h"

#define ROOM 64

typedef void write_number(struct out *out, uint64_t number);

static void write_signed(struct out *out, uint64_t number)
{
	out_signed(out, (int64_t)number);
}

static void write_three(struct out *out, uint64_t number)
{
	out_digits(out, number, 3);
}

static void write_six(struct out *out, uint64_t number)
{
	out_digits(out, number, 6);
}

/* In every room up to a large one: what fits is there, and not a byte is written behind. */
static void check(write_number *write, uint64_t number, const char *wanted)
{
	size_t length = strlen(wanted);

	for (size_t room = 0; room <= ROOM; room++) {
		char text[ROOM + 1];
		struct out out;

		memset(text, '#', sizeof(text));
		out_init(&out, text, room);
		write(&out, number);
		assert_int_equal(out.at - text, length < room ? length : room);
		assert_memory_equal(text, wanted, (size_t)(out.at - text));
		assert_int_equal(text[room], '#');
	}
}

static void check_number(uint64_t number)
{
	char wanted[ROOM];

	snprintf(wanted, sizeof(wanted), "%llu", (unsigned long long)number);
	check(out_unsigned, number, wanted);
	snprintf(wanted, sizeof(wanted), "%lld", (long long)number);
	check(write_signed, number, wanted);
	snprintf(wanted, sizeof(wanted), "%llx", (unsigned long long)number);
	check(out_hex, number, wanted);
	snprintf(wanted, sizeof(wanted), "%03llu", (unsigned long long)number);
	check(write_three, number, wanted);
	snprintf(wanted, sizeof(wanted), "%06llu", (unsigned long long)number);
	check(write_six, number, wanted);
}

/* Around every power of two and of ten. */
static void test_edges(void **state)
{
	uint64_t ten = 1;

	(void)state;
	for (unsigned bit = 0; bit < 64; bit++)
		for (uint64_t near = 0; near < 3; near++)
			check_number((UINT64_C(1) << bit) + near - 1);
	for (unsigned digits = 0; digits < 20; digits++, ten *= 10)
		for (uint64_t near = 0; near < 3; near++)
			check_number(ten + near - 1);
}

static void test_random(void **state)
{
	unsigned seed = 4;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		uint64_t number = (uint64_t)rand_r(&seed) << 42 ^ (uint64_t)rand_r(&seed) << 21 ^
				  (uint64_t)rand_r(&seed);

		check_number(number >> rand_r(&seed) % 64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
