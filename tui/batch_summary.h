/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The numbers of --stats: the engine's counters, the guest's own before and after, and what was
 * printed, as `key: value` lines. Called by batch only. It counts nothing itself.
 */
#ifndef VTRACE_BATCH_SUMMARY_H
#define VTRACE_BATCH_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tui/engine/protocol.h"

/* What the agent's `stats` said once. */
struct guest_counters {
	bool known;
	char boot_id[64]; /* of the guest that said so */
	uint64_t entries;
	uint64_t overrun;
	uint64_t dropped; /* events the kernel did not take into the ring buffer at all */
	uint64_t read;
};

struct summary {
	uint64_t printed; /* lines of events */
	uint64_t hidden;  /* rows of events that the filter does not show */
	bool filtered;	  /* there is one */
	uint32_t passing; /* kinds of events that it can let pass */
	uint32_t tested;  /* of these, those whose records it looks at */
	uint64_t skipped; /* rows overwritten on the host before they were printed */
	char sandbox[sizeof(struct engine_text)]; /* of the engine: see guest_sandbox() */
	struct guest_counters before;
	struct guest_counters after;
	bool goes_on;  /* the guest was tracing still when it told the latter */
	uint32_t cpus; /* entries of cpu[]; 0: the engine did not tell */
	struct engine_cpu_stats cpu[VTRACE_MAX_CPUS];
	struct engine_counts counts;
	struct engine_count count[2 * ENGINE_COUNTS_MAX]; /* events, then tasks */
};

/* Take the counters out of the answer to `stats` of the boot with that id; text NULL leaves them
 * unknown. */
void summary_parse_guest(struct guest_counters *counters, const char *text, const char *boot_id);
void summary_print(const struct summary *summary, FILE *out);

#endif
