/* SPDX-License-Identifier: GPL-2.0-only */
/* Scenarios run again and again, each time with a later allocation failing, until none is left. */
#ifndef VTRACE_TESTS_NO_MEMORY_H
#define VTRACE_TESTS_NO_MEMORY_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/failing_memory.h"

/* Frees all that it takes. 0, or -ENOMEM. */
typedef int no_memory_fn(void *context);

/*
 * Each of them ends with 0, as what it missed was no must, or with -ENOMEM, and leaves nothing
 * behind; and one must have failed, or nothing was looked at.
 */
static inline void each_failure(no_memory_fn *scenario, void *context)
{
	for (int kind = 0; kind < FAIL_KINDS; kind++) {
		for (unsigned long nth = 1;; nth++) {
			const void *of = NULL;
			size_t held;
			bool failed;
			int ret;

			failing_memory_begin(nth, (enum failing_memory)kind);
			ret = scenario(context);
			failed = failing_memory_end();
			held = failing_memory_held(&of);
			if (held)
				fail_msg(
					"call %lu, from %p, failed: %zu blocks are left, one of %p",
					nth, failing_memory_where(), held, of);
			if (ret && (ret != -ENOMEM || !failed))
				fail_msg("call %lu, from %p, failed: the result is %d", nth,
					 failing_memory_where(), ret);
			if (!failed) {
				assert_true(nth > 1);
				break;
			}
		}
	}
}

#endif
