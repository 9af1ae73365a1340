/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that runs out when a test says so: the allocations of the code under test are counted, and
 * the n-th fails, or all do from the n-th on. Linked with --wrap (see the Makefile), so it sees the
 * calls of our objects, and not those of the libraries; a sanitizer stands below it, where it is
 * built with one. Used by tests/unit/test_no_memory*.c, and by the whole programs of
 * tests/engine/no_memory.sh.
 */
#ifndef VTRACE_TESTS_FAILING_MEMORY_H
#define VTRACE_TESTS_FAILING_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

enum failing_memory {
	FAIL_ONCE,  /* the n-th: as when somebody else has taken much for a moment */
	FAIL_SINCE, /* the n-th and all behind it */
	FAIL_KINDS,
};

/* Count from here on, from 1; nth 0: none fails. What is allocated and freed is kept account of by
 * one thread: with several only what fails is right. */
void failing_memory_begin(unsigned long nth, enum failing_memory kind);
/* All succeed again. Returns whether one has failed. */
bool failing_memory_end(void);
/* Blocks that were allocated since the beginning and are not freed; *of (NULL: not wanted) gets the
 * address of the call that allocated one of them. */
size_t failing_memory_held(const void **of);
/* The address of the call that failed first. */
const void *failing_memory_where(void);

#endif
