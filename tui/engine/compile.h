/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two halves of the compiler share: print formats (compile.c) and what plugins print
 * (compile_plugin.c) both become operations at the end of a formats set's programs.
 */
#ifndef VTRACE_ENGINE_COMPILE_H
#define VTRACE_ENGINE_COMPILE_H

#include "tui/engine/program.h"

struct compiling {
	struct programs *programs;
	struct tep_event *event;
	uint32_t first; /* operation of the program */
};

/* Append an operation. 0, -ENOMEM, or -EOPNOTSUPP when there are too many. */
int compile_op(struct compiling *compiling, const struct op *op);
int compile_literal(struct compiling *compiling, const char *text);
/* Let the programs free memory, at once when that fails. 0 or -ENOMEM. */
int compile_own(struct compiling *compiling, void *memory);
/* Append what event's print format says. */
int compile_format(struct compiling *compiling);

/*
 * Append what the event's plugin prints, without running it: *rest says whether the print format
 * follows. -EOPNOTSUPP: there is a plugin that is not known here, or a known one is not sure.
 */
int compile_plugin(struct compiling *compiling, bool *rest);

#endif
