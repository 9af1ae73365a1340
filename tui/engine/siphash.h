/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hash of a number that nobody can aim at who does not know its key: SipHash-2-4 (Aumasson and
 * Bernstein, "SipHash: a fast short-input PRF", 2012) of eight bytes. For tables whose keys a guest
 * chooses and whose chains have no limit of their own.
 */
#ifndef VTRACE_ENGINE_SIPHASH_H
#define VTRACE_ENGINE_SIPHASH_H

#include <stdint.h>

struct siphash_key {
	uint64_t word[2];
};

/* A key out of getrandom(2), which the locked-down engine may call. 0 or -errno. */
int siphash_key_init(struct siphash_key *key);

uint64_t siphash_number(const struct siphash_key *key, uint64_t number);

#endif
