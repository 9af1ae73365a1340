// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/reattach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tui/console/state.h"
#include "tui/domain/guest_ram.h"
#include "tui/domain/loop.h"
#include "tui/open_ram.h"

#define RETRY_MS 2000

static int connect_channels(struct console *console, const char *name, char *error,
			    size_t error_size)
{
	struct channels *channels = calloc(1, sizeof(*channels));
	int ret = -ENOMEM;

	if (channels)
		ret = domains_channels(console->domains, name, channels, error, error_size);
	else
		snprintf(error, error_size, "out of memory");
	if (!ret)
		ret = guest_come_back(console->guest, channels, error, error_size);
	if (!ret)
		post_mortem_keep(console);
	if (channels)
		channels_release(channels);
	free(channels);
	return ret;
}

static int open_memory(struct console *console, const char *name, char *error, size_t error_size)
{
	struct channels *channels = ram_channels(console->domains, name);
	struct guest_ram_place place;
	int ret = guest_ram_of_domain(console->domains, name, &place, error, error_size);

	if (!ret)
		ret = guest_memory_came_back(console->guest, place.fd, channels, error, error_size);
	guest_ram_place_release(&place);
	ram_channels_free(channels);
	return ret;
}

void reattach_domain(struct console *console)
{
	const char *name = guest_name(console->guest);
	char error[512];
	int ret = guest_is_memory(console->guest)
			  ? open_memory(console, name, error, sizeof(error))
			  : connect_channels(console, name, error, sizeof(error));

	if (ret)
		journal_printf(&console->journal, GUEST_ERROR,
			       "%s runs again, but cannot be connected: %s", name, error);
	else /* it takes the place of the warning that the domain was gone */
		journal_printf(&console->journal, GUEST_WARNING,
			       "%s runs again: its rows come behind those that are held", name);
	console_invalidate(console);
}

/* What happened to the domain while nobody told. */
static void look_at_domain(struct console *console)
{
	struct channels *channels;
	char error[512];
	int ret;

	if (!console->guest || !console->from_domain)
		return;
	if (guest_state(console->guest) == GUEST_GONE) {
		console->came_back = true;
		return;
	}
	channels = calloc(1, sizeof(*channels));
	if (!channels)
		return;
	ret = domains_channels(console->domains, guest_name(console->guest), channels, error,
			       sizeof(error));
	if (ret == -ENOENT || ret == -ENOTCONN)
		guest_domain_event(console->guest, "stopped", "while libvirt was away", true);
	channels_release(channels);
	free(channels);
}

static void try_again(void *data)
{
	struct console *console = data;

	if (!console->domains && attach_libvirt_quietly(console) < 0)
		return;
	reattach_release(console);
	/* It takes the place of the error that it was lost. */
	journal_add(&console->journal, GUEST_WARNING, "connected to libvirt again");
	console->relist = true;
	look_at_domain(console);
	console_invalidate(console);
}

void reattach_libvirt(struct console *console)
{
	if (!console->retrying)
		console->retry_timer = loop_timer(RETRY_MS, try_again, console);
	console->retrying = console->retry_timer >= 0;
}

void reattach_release(struct console *console)
{
	if (console->retrying)
		loop_timer_remove(console->retry_timer);
	console->retrying = false;
}
