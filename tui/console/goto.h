/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What people write for a place in time: a time as it stands in the column TIME, so much later or
 * earlier than the rows in view, or a share of all that is held. Called by commands.c; what becomes
 * of it is the events view's business.
 */
#ifndef VTRACE_CONSOLE_GOTO_H
#define VTRACE_CONSOLE_GOTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum goto_kind {
	GOTO_TIME,
	GOTO_LATER,
	GOTO_EARLIER,
	GOTO_SHARE,
};

struct goto_target {
	enum goto_kind kind;
	uint64_t amount; /* ns, or what the clock counts; of a share ENGINE_SHARES */
};

/*
 * "1063.904330", "+0.5", "-2", "50%". With nanoseconds, numbers are seconds; else they are what
 * the clock counts, without a fraction. 0, or -EINVAL with a sentence in why.
 */
int goto_parse(const char *text, bool nanoseconds, struct goto_target *target, char *why,
	       size_t why_size);

#endif
