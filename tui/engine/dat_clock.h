/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the time stamps in a trace.dat's pages to those that are shown: what its options DATE,
 * OFFSET, TSC2NSEC and TIME_SHIFT ask for, computed as "trace-cmd report" 3.1 does (trace-cmd,
 * lib/trace-cmd/trace-input.c, timestamp_calc), its wrapping arithmetic included. Filled by who
 * reads the options, asked for every record.
 */
#ifndef VTRACE_ENGINE_DAT_CLOCK_H
#define VTRACE_ENGINE_DAT_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a guest's clock was ahead of its host's at a time. */
struct dat_sample {
	int64_t time;
	int64_t offset;
	uint64_t scaling;
	uint64_t fraction;
};

struct dat_samples {
	struct dat_sample *sample; /* by time, no two of one time */
	uint32_t count;
};

struct dat_clock {
	int64_t offset; /* added at last */
	bool dated;	/* by DATE, which makes of them times of day */
	int32_t mult;	/* of TSC2NSEC; 0: none */
	uint32_t shift;
	bool between;  /* TIME_SHIFT: between two samples the offset is interpolated */
	uint32_t cpus; /* entries of samples; 0: no TIME_SHIFT */
	struct dat_samples *samples; /* by CPU */
};

/* Limits of TIME_SHIFT; trace-cmd takes a sample a second, so these are days. */
#define DAT_SAMPLES_MAX (1024u * 1024) /* of all CPUs together */

/* Read the data of an option TIME_SHIFT in the place of an earlier one. 0, -EBADMSG or -ENOMEM, and
 * then there is none. */
struct dat_reader;
int dat_clock_read_shift(struct dat_clock *clock, struct dat_reader *data);
void dat_clock_release(struct dat_clock *clock);

/* Whether it changes no time. */
bool dat_clock_idle(const struct dat_clock *clock);
uint64_t dat_clock_time(const struct dat_clock *clock, uint32_t cpu, uint64_t ts);

#endif
