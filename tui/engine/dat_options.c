// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/dat_private.h"

static int failed(const struct dat_reader *reader)
{
	return reader->cut ? -ENODATA : -EBADMSG;
}

int dat_spend(struct dat *dat, uint64_t bytes)
{
	if (bytes > DAT_READ_MAX - dat->read)
		return -E2BIG;
	dat->read += bytes;
	return 0;
}

struct dat_buffer *dat_add_buffer(struct dat *dat, const char *name)
{
	struct dat_buffer *buffers;

	if (dat->buffer_count == DAT_BUFFERS_MAX)
		return NULL;
	buffers = reallocarray(dat->buffers, dat->buffer_count + 1, sizeof(*buffers));
	if (!buffers)
		return NULL;
	dat->buffers = buffers;
	buffers += dat->buffer_count++;
	*buffers = (struct dat_buffer){.page_size = dat->page_size};
	snprintf(buffers->name, sizeof(buffers->name), "%s", name);
	return buffers;
}

/* ---- where a CPU's pages are ---- */

/* The place is held against the file; empty CPUs are left out, as nothing can be shown of them. */
static void add_cpu(struct dat *dat, struct dat_buffer *buffer, uint32_t number, uint64_t from,
		    uint64_t length)
{
	struct dat_cpu *cpu = &buffer->cpus[buffer->cpu_count];
	uint64_t there = from < dat->size ? dat->size - from : 0;

	if (!length)
		return;
	*cpu = (struct dat_cpu){.number = number, .from = from, .length = length};
	if (length > there) {
		cpu->cut = true;
		cpu->length = there;
		dat_warn(dat,
			 "it is cut off in the pages of CPU %u%s%s: %" PRIu64 " of %" PRIu64
			 " bytes are missing from byte %" PRIu64 " on",
			 number, buffer->name[0] ? " of buffer " : "", buffer->name, length - there,
			 length, dat->size);
	}
	if (cpu->length)
		buffer->cpu_count++;
}

static int by_number(const void *a, const void *b)
{
	const struct dat_cpu *first = a, *second = b;

	return (first->number > second->number) - (first->number < second->number);
}

static int sort_cpus(struct dat *dat, struct dat_buffer *buffer)
{
	uint32_t kept = 0;

	if (buffer->cpu_count)
		qsort(buffer->cpus, buffer->cpu_count, sizeof(buffer->cpus[0]), by_number);
	for (uint32_t i = 0; i < buffer->cpu_count; i++) {
		if (i && buffer->cpus[i].number == buffer->cpus[i - 1].number)
			dat_warn(dat, "it has pages of CPU %u twice; only some are shown",
				 buffer->cpus[i].number);
		else
			buffer->cpus[kept++] = buffer->cpus[i];
	}
	buffer->cpu_count = kept;
	return 0;
}

static int make_table(struct dat_buffer *buffer, uint32_t cpus)
{
	if (cpus > DAT_CPUS_MAX)
		return -E2BIG;
	free(buffer->cpus);
	buffer->cpu_count = 0;
	buffer->cpus = calloc(cpus ? cpus : 1, sizeof(buffer->cpus[0]));
	return buffer->cpus ? 0 : -ENOMEM;
}

int dat_read_table(struct dat *dat, struct dat_reader *reader, struct dat_buffer *buffer)
{
	int ret = make_table(buffer, dat->cpus);

	for (uint32_t i = 0; i < dat->cpus && !ret; i++) {
		uint64_t from, length;

		if (!dat_u64(reader, &from) || !dat_u64(reader, &length))
			ret = failed(reader);
		else
			add_cpu(dat, buffer, i, from, length);
	}
	return ret;
}

/* Version 7: everything about a buffer but its pages. */
static int read_cpus(struct dat *dat, struct dat_reader *data, struct dat_buffer *buffer)
{
	uint32_t page_size, cpus, number;
	uint64_t from, length;
	int ret;

	if (!dat_u32(data, &page_size) || !dat_u32(data, &cpus) ||
	    cpus > dat_left(data) / TRACE_DAT_BUFFER_CPU_BYTES)
		return -EBADMSG;
	buffer->page_size = page_size;
	ret = make_table(buffer, cpus);
	if (ret)
		return ret;
	for (uint32_t i = 0; i < cpus; i++) {
		if (!dat_u32(data, &number) || !dat_u64(data, &from) || !dat_u64(data, &length) ||
		    number >= DAT_CPUS_MAX)
			return -EBADMSG;
		add_cpu(dat, buffer, number, from, length);
	}
	return sort_cpus(dat, buffer);
}

static int read_buffer(struct dat *dat, struct dat_reader *data)
{
	struct dat_buffer *buffer;
	char name[256], clock[64];
	uint64_t at;

	if (dat->listed)
		return -EBADMSG;
	if (!dat_u64(data, &at) || !dat_text(data, name, sizeof(name)))
		return -EBADMSG;
	buffer = dat_add_buffer(dat, name);
	if (!buffer)
		return dat->buffer_count == DAT_BUFFERS_MAX ? -E2BIG : -ENOMEM;
	buffer->at = at;
	buffer->clock = &dat->clock;
	if (dat->version == TRACE_DAT_VERSION_6)
		return 0;
	if (!dat_text(data, clock, sizeof(clock)))
		return -EBADMSG;
	if (!buffer->name[0] && !dat->clock_text[0])
		snprintf(dat->clock_text, sizeof(dat->clock_text), "%s", clock);
	return read_cpus(dat, data, buffer);
}

/* ---- time, and who recorded it ---- */

/* Those clocks that trace-cmd 3.1 knows to count nanoseconds (trace-input.c,
 * extract_trace_clock); "boot" is none of them. */
static bool counts_nanoseconds(const char *clock)
{
	static const char *const clocks[] = {"local", "global",	  "uptime",
					     "perf",  "tsc2nsec", "tai"};

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
		if (!strcmp(clock, clocks[i]))
			return true;
	return !strncmp(clock, "mono", 4);
}

void dat_set_clock(struct dat *dat, const char *text)
{
	const char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;

	if (!close)
		return;
	snprintf(dat->clock_text, sizeof(dat->clock_text), "%.*s", (int)(close - open - 1),
		 open + 1);
	dat->ticks = !counts_nanoseconds(dat->clock_text);
}

/* uname(2): sysname, nodename, release, machine (trace-cmd, trace-record.c, add_uname). */
static void set_uname(struct dat *dat, const char *text)
{
	char release[128], machine[32];

	if (sscanf(text, "%*s %*s %127s %31s", release, machine) != 2)
		return;
	memcpy(dat->bundle.kernel, release, sizeof(release));
	memcpy(dat->bundle.machine, machine, sizeof(machine));
}

static int read_tsc(struct dat_clock *clock, struct dat_reader *data)
{
	uint32_t mult, shift;

	if (!dat_u32(data, &mult) || !dat_u32(data, &shift))
		return -EBADMSG;
	clock->mult = (int32_t)mult;
	clock->shift = shift;
	return 0;
}

static void add_offset(struct dat_clock *clock, const char *text, uint64_t unit)
{
	clock->offset =
		(int64_t)((uint64_t)clock->offset + (uint64_t)strtoll(text, NULL, 0) * unit);
}

/* ---- one option after the other ---- */

/* data is all of the option, with a NUL behind it that is not counted. */
static int take_option(struct dat *dat, uint16_t id, const char *bytes, struct dat_reader *data,
		       struct dat_clock *clock, struct dat_places *places)
{
	switch (id) {
	case TRACE_DAT_DATE:
		clock->dated = true;
		add_offset(clock, bytes, 1000);
		return 0;
	case TRACE_DAT_OFFSET:
		add_offset(clock, bytes, 1);
		return 0;
	case TRACE_DAT_TIME_SHIFT:
		/* What is too short to say anything is passed over there as well. */
		return dat_left(data) < 16 ? 0 : dat_clock_read_shift(clock, data);
	case TRACE_DAT_TSC2NSEC:
		return dat_left(data) < 16 ? 0 : read_tsc(clock, data);
	case TRACE_DAT_TRACECLOCK:
		dat->clock_follows = true;
		dat_set_clock(dat, bytes);
		return 0;
	case TRACE_DAT_UNAME:
		set_uname(dat, bytes);
		return 0;
	case TRACE_DAT_CPUCOUNT:
		return dat_u32(data, &dat->cpus) ? 0 : -EBADMSG;
	case TRACE_DAT_BUFFER:
		return read_buffer(dat, data);
	case TRACE_DAT_BUFFER_TEXT:
		dat->latency = true;
		return 0;
	case TRACE_DAT_DONE:
		places->done = true;
		return dat_u64(data, &places->next) ? 0 : -EBADMSG;
	default:
		/* HEADER_INFO to CMDLINES; of all others only the length counts. */
		if (id >= TRACE_DAT_HEADER_INFO && id <= TRACE_DAT_CMDLINES && dat_left(data) >= 8)
			dat_u64(data, &places->part[id]);
		return 0;
	}
}

static bool is_looked_into(uint16_t id)
{
	return id == TRACE_DAT_DONE || id == TRACE_DAT_DATE || id == TRACE_DAT_BUFFER ||
	       id == TRACE_DAT_BUFFER_TEXT || id == TRACE_DAT_TRACECLOCK || id == TRACE_DAT_UNAME ||
	       id == TRACE_DAT_OFFSET || id == TRACE_DAT_CPUCOUNT || id == TRACE_DAT_TIME_SHIFT ||
	       id == TRACE_DAT_TSC2NSEC ||
	       (id >= TRACE_DAT_HEADER_INFO && id <= TRACE_DAT_CMDLINES);
}

static int read_option(struct dat *dat, struct dat_reader *reader, uint16_t id, uint32_t size,
		       struct dat_clock *clock, struct dat_places *places)
{
	struct dat_reader data;
	char *bytes;
	int ret;

	if (!is_looked_into(id)) {
		if (size > dat_left(reader)) {
			reader->cut = true;
			return -ENODATA;
		}
		dat_seek(reader, reader->at + size);
		return 0;
	}
	if (size > DAT_OPTION_MAX)
		return -E2BIG;
	if (size > dat_left(reader)) {
		reader->cut = true;
		return -ENODATA;
	}
	ret = dat_spend(dat, size);
	if (ret)
		return ret;
	bytes = malloc((size_t)size + 1);
	if (!bytes)
		return -ENOMEM;
	bytes[size] = '\0';
	ret = dat_bytes(reader, bytes, size) ? 0 : -ENODATA;
	if (!ret) {
		dat_reader_memory(&data, bytes, size, reader->order.big_endian);
		ret = take_option(dat, id, bytes, &data, clock, places);
	}
	free(bytes);
	if (ret == -EBADMSG || ret == -E2BIG) {
		dat_warn(dat, "its option %u before byte %" PRIu64 " is left out: %s", id,
			 reader->at, dat_why(ret));
		ret = 0;
	}
	return ret;
}

int dat_read_options(struct dat *dat, struct dat_reader *reader, struct dat_clock *clock,
		     struct dat_places *places)
{
	int ret = 0;

	while (!ret && !places->done) {
		uint32_t size;
		uint16_t id;

		if (++dat->options > DAT_OPTIONS_MAX)
			return -E2BIG;
		if (!dat_u16(reader, &id))
			return failed(reader);
		if (id == TRACE_DAT_DONE && dat->version == TRACE_DAT_VERSION_6) {
			places->done = true;
			break;
		}
		if (!dat_u32(reader, &size))
			return failed(reader);
		ret = read_option(dat, reader, id, size, clock, places);
	}
	return ret;
}
