// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/pumps.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "formats/names.h"
#include "guest-agent/ports.h"

/* How long pumps_release() waits for all threads together. */
#define LEAVE_SECONDS 1

int pumps_init(struct pumps *pumps)
{
	struct page_layout layout;
	int err = tracefs_layout(pumps->tracefs, &layout);

	if (err)
		return err;
	pumps->subbuf_size = layout.subbuf_size;
	pumps->epoch = 1;
	return -pthread_mutex_init(&pumps->stdout_lock, NULL);
}

static void leave_deadline(struct timespec *deadline)
{
	clock_gettime(CLOCK_REALTIME, deadline);
	deadline->tv_sec += LEAVE_SECONDS;
}

static int open_way_out(const struct pumps *pumps, unsigned cpu)
{
	char name[64];

	if (pumps->to_stdout)
		return STDOUT_FILENO;
	snprintf(name, sizeof(name), VTRACE_CPU_PORT_PREFIX "%u", cpu);
	return port_open(name, O_WRONLY);
}

static int start_pump(struct pumps *pumps, unsigned cpu)
{
	struct pump_setup setup = {
		.cpu = cpu,
		.pipe_size = pumps->pipe_size,
		.subbuf_size = pumps->subbuf_size,
		.shared = pumps->to_stdout ? &pumps->stdout_lock : NULL,
		.report = pumps->report,
	};

	setup.out = open_way_out(pumps, cpu);
	if (setup.out < 0)
		return setup.out;
	setup.pages = tracefs_open_pages(pumps->tracefs, cpu);
	if (setup.pages < 0) {
		if (!setup.shared)
			close(setup.out);
		return setup.pages;
	}
	return pump_start(&pumps->pump[cpu], &setup);
}

/* A pump whose port was unplugged is let go, so that the port can come back. */
static void drop_if_dead(struct pumps *pumps, unsigned cpu)
{
	struct pump_status status;
	struct timespec deadline;

	pump_status(pumps->pump[cpu], &status);
	if (!status.out_error)
		return;
	pump_order(pumps->pump[cpu], PUMP_LEAVING, pumps->epoch);
	leave_deadline(&deadline);
	if (pump_free(pumps->pump[cpu], &deadline))
		return;
	pumps->pump[cpu] = NULL;
	memset(&pumps->told[cpu], 0, sizeof(pumps->told[cpu]));
}

/* All pumps to their rings anew, with sub-buffers of that size. */
static int reopen_rings(struct pumps *pumps, unsigned subbuf_size)
{
	int err = 0;

	for (unsigned cpu = 0; cpu < pumps->cpus->count && !err; cpu++) {
		int pages;

		if (!pumps->pump[cpu])
			continue;
		pages = tracefs_open_pages(pumps->tracefs, cpu);
		if (pages < 0)
			return pages;
		err = pump_set_pages(pumps->pump[cpu], pages, subbuf_size);
	}
	if (!err) {
		pumps->subbuf_size = subbuf_size;
		pumps->rings_closed = false;
	}
	return err;
}

void pumps_close_rings(struct pumps *pumps)
{
	pumps->rings_closed = true;
	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++)
		if (pumps->pump[cpu])
			pump_set_pages(pumps->pump[cpu], -1, pumps->subbuf_size);
}

int pumps_refresh(struct pumps *pumps)
{
	struct page_layout layout;
	int count = 0, err = tracefs_layout(pumps->tracefs, &layout);

	if (!err && (pumps->rings_closed || layout.subbuf_size != pumps->subbuf_size))
		err = reopen_rings(pumps, layout.subbuf_size);
	if (err)
		return err;
	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++) {
		if (!pumps->cpus->possible[cpu])
			continue;
		if (pumps->pump[cpu])
			drop_if_dead(pumps, cpu);
		if (!pumps->pump[cpu] && !start_pump(pumps, cpu)) {
			pumps->told[cpu].online = true;
			pumps->started++;
		}
		count += pumps->pump[cpu] != NULL;
	}
	return count;
}

unsigned pumps_missing(const struct pumps *pumps)
{
	unsigned missing = 0;

	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++)
		missing += pumps->cpus->possible[cpu] && !pumps->pump[cpu];
	return missing;
}

void pumps_order(struct pumps *pumps, enum pump_phase phase)
{
	pumps->epoch++;
	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++) {
		if (pumps->pump[cpu])
			pump_order(pumps->pump[cpu], phase, pumps->epoch);
	}
}

bool pumps_drained(const struct pumps *pumps)
{
	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++) {
		if (pumps->pump[cpu] && !pump_drained(pumps->pump[cpu], pumps->epoch))
			return false;
	}
	return true;
}

/* Pages of a CPU's ring. The kernel counts what they hold without their heads, which have less than
 * 64 bytes, has one for the reader, and at least two others (kernel/trace/ring_buffer.c). */
static size_t ring_pages(const struct pumps *pumps, unsigned cpu)
{
	uint64_t kb;

	if (tracefs_buffer_kb(pumps->tracefs, cpu, &kb))
		return SIZE_MAX; /* until it is empty, then */
	return kb * 1024 / (pumps->subbuf_size - 64) + 4;
}

void pumps_sync(struct pumps *pumps)
{
	pumps->syncs++;
	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++) {
		if (pumps->pump[cpu])
			pump_sync(pumps->pump[cpu], pumps->syncs, ring_pages(pumps, cpu));
	}
}

bool pumps_synced(const struct pumps *pumps)
{
	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++) {
		if (pumps->pump[cpu] && !pump_synced(pumps->pump[cpu]))
			return false;
	}
	return true;
}

void pumps_status(const struct pumps *pumps, unsigned cpu, struct pump_status *status)
{
	memset(status, 0, sizeof(*status));
	if (cpu < VTRACE_MAX_CPUS && pumps->pump[cpu])
		pump_status(pumps->pump[cpu], status);
}

void pumps_sum(const struct pumps *pumps, struct pump_status *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++) {
		struct pump_status one;

		pumps_status(pumps, cpu, &one);
		sum->pages_spliced += one.pages_spliced;
		sum->pages_flushed += one.pages_flushed;
		sum->bytes_sent += one.bytes_sent;
		sum->bytes_lost += one.bytes_lost;
	}
}

void pumps_news(struct pumps *pumps, void (*fn)(void *data, const char *text), void *data)
{
	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++) {
		struct pump_status *told = &pumps->told[cpu];
		struct pump_status now;
		char text[160];

		if (!pumps->pump[cpu])
			continue;
		pump_status(pumps->pump[cpu], &now);
		if (now.online != told->online) {
			snprintf(text, sizeof(text), now.online ? "cpu%u online" : "cpu%u offline",
				 cpu);
			fn(data, text);
		}
		if (now.bytes_lost != told->bytes_lost) {
			snprintf(text, sizeof(text),
				 "cpu%u lost %" PRIu64 " bytes: the port's driver dropped them",
				 cpu, now.bytes_lost - told->bytes_lost);
			fn(data, text);
		}
		/* Of a CPU that was never online there is none. */
		if (now.online && now.ring_error && now.ring_error != told->ring_error) {
			snprintf(text, sizeof(text), "cpu%u ring buffer not readable: %s", cpu,
				 strerror(-now.ring_error));
			fn(data, text);
		}
		if (now.out_error && !told->out_error) {
			snprintf(text, sizeof(text), "cpu%u port gone: %s", cpu,
				 strerror(-now.out_error));
			fn(data, text);
		}
		*told = now;
	}
}

int pumps_stdout_error(const struct pumps *pumps)
{
	if (!pumps->to_stdout)
		return 0;
	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++) {
		struct pump_status status;

		pumps_status(pumps, cpu, &status);
		if (status.out_error)
			return status.out_error;
	}
	return 0;
}

int pumps_release(struct pumps *pumps)
{
	struct timespec deadline;
	int err = 0;

	if (pumps->released)
		return 0;
	pumps_order(pumps, PUMP_LEAVING);
	leave_deadline(&deadline);
	for (unsigned cpu = 0; cpu < pumps->cpus->count; cpu++) {
		int pump_err = pump_free(pumps->pump[cpu], &deadline);

		if (pump_err)
			err = pump_err;
		else
			pumps->pump[cpu] = NULL;
	}
	if (!err)
		pthread_mutex_destroy(&pumps->stdout_lock);
	pumps->released = !err;
	return err;
}
