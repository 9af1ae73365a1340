// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/dat_clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/dat_reader.h"

#define FLAG_BETWEEN 1 /* TRACECMD_TSYNC_FLAG_INTERPOLATE, trace-cmd-private.h */

bool dat_clock_idle(const struct dat_clock *clock)
{
	return !clock->offset && !clock->mult && !clock->cpus;
}

static void drop_samples(struct dat_clock *clock)
{
	for (uint32_t i = 0; clock->samples && i < clock->cpus; i++)
		free(clock->samples[i].sample);
	free(clock->samples);
	clock->samples = NULL;
	clock->cpus = 0;
}

void dat_clock_release(struct dat_clock *clock)
{
	drop_samples(clock);
}

/* ---- reading TIME_SHIFT ---- */

static int by_time(const void *a, const void *b)
{
	const struct dat_sample *first = a, *second = b;

	return (first->time > second->time) - (first->time < second->time);
}

static void sort_samples(struct dat_samples *samples)
{
	uint32_t kept = 0;

	if (samples->count)
		qsort(samples->sample, samples->count, sizeof(samples->sample[0]), by_time);
	for (uint32_t i = 0; i < samples->count; i++)
		if (!i || samples->sample[i].time != samples->sample[i - 1].time)
			samples->sample[kept++] = samples->sample[i];
	samples->count = kept;
}

static int read_samples(struct dat_samples *samples, struct dat_reader *data, uint32_t *all)
{
	uint32_t count;
	uint64_t word;

	/* Each takes three numbers of eight bytes here. */
	if (!dat_u32(data, &count) || count > dat_left(data) / 24 || count > DAT_SAMPLES_MAX - *all)
		return -EBADMSG;
	*all += count;
	samples->sample = calloc(count ? count : 1, sizeof(samples->sample[0]));
	if (!samples->sample)
		return -ENOMEM;
	samples->count = count;
	for (uint32_t i = 0; i < count && dat_u64(data, &word); i++)
		samples->sample[i].time = (int64_t)word;
	for (uint32_t i = 0; i < count && dat_u64(data, &word); i++)
		samples->sample[i].offset = (int64_t)word;
	for (uint32_t i = 0; i < count && dat_u64(data, &word); i++)
		samples->sample[i].scaling = word;
	return data->cut ? -EBADMSG : 0;
}

/* Fractions come behind all CPUs' samples, in files of trace-cmd 3.0 and later. */
static int read_fractions(struct dat_clock *clock, struct dat_reader *data)
{
	for (uint32_t cpu = 0; cpu < clock->cpus; cpu++)
		for (uint32_t i = 0; i < clock->samples[cpu].count; i++)
			if (!dat_u64(data, &clock->samples[cpu].sample[i].fraction))
				return -EBADMSG;
	return 0;
}

int dat_clock_read_shift(struct dat_clock *clock, struct dat_reader *data)
{
	uint32_t flags, cpus, all = 0;
	uint64_t peer;
	int ret = 0;

	drop_samples(clock);
	/* Each CPU takes a count. */
	if (!dat_u64(data, &peer) || !dat_u32(data, &flags) || !dat_u32(data, &cpus) ||
	    cpus > dat_left(data) / 4)
		return -EBADMSG;
	clock->between = flags & FLAG_BETWEEN;
	clock->samples = calloc(cpus ? cpus : 1, sizeof(clock->samples[0]));
	if (!clock->samples)
		return -ENOMEM;
	clock->cpus = cpus;
	for (uint32_t i = 0; i < cpus && !ret; i++)
		ret = read_samples(&clock->samples[i], data, &all);
	if (!ret && dat_left(data))
		ret = read_fractions(clock, data);
	if (ret) {
		drop_samples(clock);
		return ret;
	}
	for (uint32_t i = 0; i < cpus; i++)
		sort_samples(&clock->samples[i]);
	return 0;
}

/* ---- times ---- */

static uint64_t shift_right(uint64_t word, uint64_t bits)
{
	return bits < 64 ? word >> bits : 0;
}

static uint64_t shift_left(uint64_t word, uint64_t bits)
{
	return bits < 64 ? word << bits : 0;
}

static uint64_t correct(const struct dat_clock *clock, const struct dat_sample *from,
			const struct dat_sample *to, uint64_t ts)
{
	uint64_t offset = (uint64_t)from->offset;

	if (clock->between) {
		/* In unsigned numbers, which wrap, up to the division, which is signed. */
		int64_t delta = (int64_t)((uint64_t)to->time - (uint64_t)from->time);
		int64_t part = (int64_t)((ts - (uint64_t)from->time) *
						 ((uint64_t)to->offset - (uint64_t)from->offset) +
					 (uint64_t)(delta / 2));

		/* Times differ, but their difference may wrap to -1. */
		if (delta == -1)
			offset -= (uint64_t)part;
		else
			offset += (uint64_t)(part / delta);
	}
	return shift_right(ts * from->scaling, from->fraction) + offset;
}

static uint64_t shift_to_host(const struct dat_clock *clock, uint32_t cpu, uint64_t ts)
{
	const struct dat_sample *sample;
	uint32_t count, low = 0, high;

	if (cpu >= clock->cpus || !clock->samples[cpu].count)
		return ts;
	sample = clock->samples[cpu].sample;
	count = clock->samples[cpu].count;
	if (count == 1)
		return ts + (uint64_t)sample[0].offset;
	/* The last sample that is not later than ts and has one behind it, else the first one. The
	 * comparison is unsigned, as it is there. */
	for (high = count - 1; high - low > 1;) {
		uint32_t middle = low + (high - low) / 2;

		if ((uint64_t)sample[middle].time <= ts)
			low = middle;
		else
			high = middle;
	}
	return correct(clock, &sample[low], &sample[low + 1], ts);
}

/* ns of ticks: mul_u64_u32_shr() with a multiplier that is an int. */
static uint64_t to_nanoseconds(const struct dat_clock *clock, uint64_t ts)
{
	uint64_t mult = (uint64_t)(int64_t)clock->mult;
	uint64_t result = shift_right((uint32_t)ts * mult, clock->shift);

	if (ts >> 32)
		result += clock->shift <= 32 ? shift_left((ts >> 32) * mult, 32 - clock->shift)
					     : shift_right((ts >> 32) * mult, clock->shift - 32);
	return result;
}

uint64_t dat_clock_time(const struct dat_clock *clock, uint32_t cpu, uint64_t ts)
{
	if (clock->cpus)
		ts = shift_to_host(clock, cpu, ts);
	if (clock->mult)
		ts = to_nanoseconds(clock, ts);
	return ts + (uint64_t)clock->offset;
}
