/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers at random, the same ones in each run of a test. */
#ifndef VTRACE_TESTS_CHANCE_H
#define VTRACE_TESTS_CHANCE_H

#include <stdint.h>

static uint64_t random_state = 88172645463325252u;

/* xorshift64* */
static inline uint64_t random_number(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * UINT64_C(0x2545f4914f6cdd1d);
}

#endif
