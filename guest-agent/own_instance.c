// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/own_instance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest-agent/buffer_memory.h"
#include "guest-agent/notrace.h"
#include "guest-agent/settings.h"

#define PATH "instances/" OWN_INSTANCE

static int open_directory(const struct own_instance *own, const char *path)
{
	int fd = openat(own->tracefs->top, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Whether somebody traces with the buffer of that directory; true when it can not be told. */
static bool in_use(const struct own_instance *own, int dir)
{
	const struct tracefs there = {.top = own->tracefs->top, .instance = dir};
	const struct settings settings = {.tracefs = &there};
	char *tracer;
	bool nop;

	if (tracefs_events_enabled(&there) != 0)
		return true;
	/* A kernel without tracers has no such file. */
	if (setting_read(&settings, SETTING_TRACER, &tracer))
		return false;
	nop = !strcmp(tracer, "nop");
	free(tracer);
	return !nop;
}

bool own_instance_in_use(const struct own_instance *own)
{
	return own->in && in_use(own, own->tracefs->instance);
}

static bool has_tracer(const struct tracefs *tracefs, const char *name)
{
	const struct settings settings = {.tracefs = tracefs};
	char list[1024], *rest = list, *word;

	setting_available(&settings, SETTING_TRACER, list, sizeof(list));
	while ((word = strsep(&rest, ",")))
		if (!strcmp(word, name))
			return true;
	return false;
}

bool own_instance_lacks_tracer(const struct own_instance *own, const char *name)
{
	return own->in && has_tracer(&own->top, name) && !has_tracer(own->tracefs, name);
}

bool own_instance_wanted(const struct own_instance *own)
{
	return own->may && !own->in && !own->moving && !in_use(own, own->tracefs->top);
}

/* ---- counters ---- */

static void add(struct ring_stats *sum, const struct ring_stats *one, bool minus)
{
	uint64_t sign = minus ? UINT64_MAX : 1; /* they wrap around */

	sum->entries += sign * one->entries;
	sum->overrun += sign * one->overrun;
	sum->commit_overrun += sign * one->commit_overrun;
	sum->dropped += sign * one->dropped;
	sum->read += sign * one->read;
}

static void add_to_base(struct own_instance *own, int dir, bool minus)
{
	const struct tracefs there = {.top = own->tracefs->top, .instance = dir};
	struct ring_stats one;

	for (unsigned cpu = 0; cpu < own->pumps->cpus->count; cpu++)
		if (!tracefs_stats(&there, cpu, &one))
			add(&own->base[cpu], &one, minus);
}

int own_instance_stats(const struct own_instance *own, unsigned cpu, struct ring_stats *stats)
{
	const struct tracefs there = {.top = own->tracefs->top, .instance = own->before};
	struct ring_stats before;
	int err = tracefs_stats(own->tracefs, cpu, stats);

	if (err)
		return err;
	if (own->before >= 0 && !tracefs_stats(&there, cpu, &before))
		add(stats, &before, false);
	add(stats, &own->base[cpu], false);
	return 0;
}

/* ---- from one buffer to the other ---- */

int own_instance_refresh_pumps(const struct own_instance *own)
{
	unsigned started = own->pumps->started;
	int count = pumps_refresh(own->pumps);

	if (own->pumps->started == started)
		return count;
	notrace_add_threads(own->tracefs);
	if (own->in)
		notrace_add_threads(&own->top);
	return count;
}

void own_instance_show_threads(const struct own_instance *own)
{
	notrace_remove_threads(own->in ? &own->top : own->tracefs);
}

/* The pumps have sent all of the buffer before, or are stopped. */
static void arrive(struct own_instance *own)
{
	add_to_base(own, own->before, false);
	close(own->before);
	own->before = -1;
	pumps_close_rings(own->pumps);
	if (!own->in)
		unlinkat(own->tracefs->top, PATH, AT_REMOVEDIR);
	own_instance_refresh_pumps(own);
	own->moving = false;
}

/* Trace the buffer of dir from now on, which is closed in any case. */
static int move_to(struct own_instance *own, int dir, bool in, enum pump_phase phase)
{
	int before = fcntl(own->tracefs->instance, F_DUPFD_CLOEXEC, 0), err;

	if (before < 0) {
		err = -errno;
		close(dir);
		return err;
	}
	add_to_base(own, dir, true);
	if (dup3(dir, own->tracefs->instance, O_CLOEXEC) < 0) {
		err = -errno;
		close(dir);
		close(before);
		return err;
	}
	close(dir);
	/* The top buffer's lists stay as they are until the end: each change of one patches the
	 * kernel or waits for all CPUs. */
	if (in)
		notrace_add_threads(own->tracefs);
	own->before = before;
	own->in = in;
	if (phase == PUMP_STOPPED) {
		arrive(own);
		return 0;
	}
	own->moving = true;
	own->phase = phase;
	pumps_order(own->pumps, PUMP_DRAINING);
	return 0;
}

void own_instance_order(struct own_instance *own, enum pump_phase phase)
{
	if (own->moving)
		own->phase = phase;
	else
		pumps_order(own->pumps, phase);
}

bool own_instance_check(struct own_instance *own)
{
	if (own->moving && pumps_drained(own->pumps)) {
		arrive(own);
		pumps_order(own->pumps, own->phase);
	}
	return !own->moving;
}

/* One setting as the top buffer has it. Whether it is the same in both now. */
static bool copy_setting(const struct settings *from, const struct settings *to,
			 enum setting setting)
{
	char *wanted, *have;
	bool same;

	if (setting_read(from, setting, &wanted))
		return true; /* this kernel has none */
	if (setting_read(to, setting, &have)) {
		free(wanted);
		return false;
	}
	same = !strcmp(wanted, have);
	free(have);
	if (!same &&
	    !tracefs_write(to->tracefs->instance, setting_file(setting), O_TRUNC, wanted) &&
	    !setting_read(to, setting, &have)) {
		same = !strcmp(wanted, have);
		free(have);
	}
	free(wanted);
	return same;
}

/* Times and pages have to be those that the host knows. The size is made the same if it may be. */
static int set_up(const struct own_instance *own, int dir)
{
	const struct tracefs there = {.top = own->tracefs->top, .instance = dir};
	const struct settings from = {.tracefs = own->tracefs}, to = {.tracefs = &there};
	int err = tracefs_record(&there, false);

	if (err)
		return err;
	if (!copy_setting(&from, &to, SETTING_CLOCK) ||
	    !copy_setting(&from, &to, SETTING_SUBBUF_KB))
		return -EOPNOTSUPP;
	copy_setting(&from, &to, SETTING_BUFFER_KB);
	return 0;
}

/* KiB of each CPU's ring that the instance would take beside that of the top buffer. */
static int check_memory(const struct own_instance *own)
{
	const struct settings settings = {.tracefs = own->tracefs};
	char *kb, reason[128];
	int err = setting_read(&settings, SETTING_BUFFER_KB, &kb);

	if (err)
		return err;
	err = buffer_memory_check(own->tracefs, 0, strtoull(kb, NULL, 10), reason, sizeof(reason));
	free(kb);
	return err;
}

int own_instance_enter(struct own_instance *own, enum pump_phase phase)
{
	int err = check_memory(own), dir;

	if (err)
		return err;
	/* One that could not be removed does as well. */
	if (mkdirat(own->tracefs->top, PATH, 0750) && errno != EEXIST)
		return -errno;
	dir = open_directory(own, PATH);
	if (dir >= 0 && in_use(own, dir)) {
		close(dir);
		return -EBUSY;
	}
	err = dir < 0 ? dir : set_up(own, dir);
	if (!err)
		err = move_to(own, dir, true, phase);
	else if (dir >= 0)
		close(dir);
	if (err)
		unlinkat(own->tracefs->top, PATH, AT_REMOVEDIR);
	return err;
}

int own_instance_leave(struct own_instance *own, enum pump_phase phase)
{
	struct page_layout layout;
	int dir;

	/* The host has to know of another size before pages of it come. */
	if (!own->in || own->moving || tracefs_layout(&own->top, &layout) ||
	    (phase != PUMP_STOPPED && layout.subbuf_size != own->pumps->subbuf_size))
		return -EBUSY;
	dir = open_directory(own, ".");
	if (dir < 0)
		return dir;
	/* Of an agent that was killed events are on still, and it would not become empty. */
	tracefs_record(own->tracefs, false);
	return move_to(own, dir, false, phase);
}

void own_instance_begin(struct own_instance *own, const struct tracefs *tracefs,
			struct pumps *pumps, bool may)
{
	int dir;

	*own = (struct own_instance){.tracefs = tracefs,
				     .top = {.top = tracefs->top, .instance = tracefs->top},
				     .pumps = pumps,
				     .may = may,
				     .before = -1};
	if (!may)
		return;
	dir = open_directory(own, PATH);
	if (dir < 0)
		return;
	if (in_use(own, dir)) {
		/* Its counters went on, and so do the sums. */
		add_to_base(own, dir, false);
		move_to(own, dir, true, PUMP_STOPPED);
		return;
	}
	close(dir);
	unlinkat(tracefs->top, PATH, AT_REMOVEDIR);
}

void own_instance_end(struct own_instance *own)
{
	int dir;

	if (own->before >= 0)
		close(own->before);
	own->before = -1;
	if (own->in && (dir = open_directory(own, ".")) >= 0) {
		dup3(dir, own->tracefs->instance, O_CLOEXEC);
		close(dir);
	} else if (!own->moving) {
		return;
	}
	own->in = own->moving = false;
	unlinkat(own->tracefs->top, PATH, AT_REMOVEDIR);
}
