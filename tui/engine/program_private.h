/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files that run programs share: program.c has the loop and what print formats need,
 * program_ftrace.c ftrace's own events, address.c network and hardware addresses.
 */
#ifndef VTRACE_ENGINE_PROGRAM_PRIVATE_H
#define VTRACE_ENGINE_PROGRAM_PRIVATE_H

#include "tui/engine/program.h"

static inline uint64_t run_value(const struct run *run, const struct value *value)
{
	return value_get(value, run->programs->steps.step, &run->record);
}

/* The function that an address lies in, with its offset when wanted, or the address. */
void run_function(struct run *run, uint64_t address, bool offset);

/* Operations; false as program_run(). */
void run_call(struct run *run, const struct op *op);
void run_time_before(struct run *run, const struct op *op);
void run_stack(struct run *run, const struct op *op);
void run_graph_entry(struct run *run, const struct op *op);
void run_graph_exit(struct run *run, const struct op *op);
bool run_bprint(struct run *run, const struct op *op);
void run_address(struct run *run, const struct op *op);

#endif
