// SPDX-License-Identifier: GPL-2.0-only
#include "tui/domain/loop.h"

#include <errno.h>
#include <stdlib.h>

#include <libvirt/libvirt.h>

/* What libvirt calls back with: it has one opaque pointer, we have a function and its data. */
struct watch {
	loop_fd_fn *fn;
	void *data;
};

struct timer {
	loop_timer_fn *fn;
	void *data;
};

int loop_init(void)
{
	if (virInitialize() < 0 || virEventRegisterDefaultImpl() < 0)
		return -ENOMEM;
	return 0;
}

static int to_libvirt(unsigned events)
{
	int vir = 0;

	if (!events)
		return 0;
	if (events & LOOP_READ)
		vir |= VIR_EVENT_HANDLE_READABLE;
	if (events & LOOP_WRITE)
		vir |= VIR_EVENT_HANDLE_WRITABLE;
	return vir | VIR_EVENT_HANDLE_ERROR | VIR_EVENT_HANDLE_HANGUP;
}

static void on_handle(int id, int fd, int vir, void *opaque)
{
	struct watch *watch = opaque;
	unsigned events = 0;

	(void)id;
	if (vir & VIR_EVENT_HANDLE_READABLE)
		events |= LOOP_READ;
	if (vir & VIR_EVENT_HANDLE_WRITABLE)
		events |= LOOP_WRITE;
	if (vir & (VIR_EVENT_HANDLE_ERROR | VIR_EVENT_HANDLE_HANGUP))
		events |= LOOP_HANGUP;
	watch->fn(fd, events, watch->data);
}

int loop_watch(int fd, unsigned events, loop_fd_fn *fn, void *data)
{
	struct watch *watch = malloc(sizeof(*watch));
	int id;

	if (!watch)
		return -ENOMEM;
	watch->fn = fn;
	watch->data = data;
	/* libvirt frees the watch after its removal, when no callback of it can be running. */
	id = virEventAddHandle(fd, to_libvirt(events), on_handle, watch, free);
	if (id < 0) {
		free(watch);
		return -EINVAL;
	}
	return id;
}

void loop_watch_set(int watch, unsigned events)
{
	virEventUpdateHandle(watch, to_libvirt(events));
}

void loop_unwatch(int watch)
{
	if (watch >= 0)
		virEventRemoveHandle(watch);
}

static void on_timeout(int id, void *opaque)
{
	struct timer *timer = opaque;

	(void)id;
	timer->fn(timer->data);
}

int loop_timer(int ms, loop_timer_fn *fn, void *data)
{
	struct timer *timer = malloc(sizeof(*timer));
	int id;

	if (!timer)
		return -ENOMEM;
	timer->fn = fn;
	timer->data = data;
	id = virEventAddTimeout(ms < 0 ? -1 : ms, on_timeout, timer, free);
	if (id < 0) {
		free(timer);
		return -EINVAL;
	}
	return id;
}

void loop_timer_set(int timer, int ms)
{
	virEventUpdateTimeout(timer, ms < 0 ? -1 : ms);
}

void loop_timer_remove(int timer)
{
	if (timer >= 0)
		virEventRemoveTimeout(timer);
}

int loop_run_once(void)
{
	return virEventRunDefaultImpl() < 0 ? -EIO : 0;
}
