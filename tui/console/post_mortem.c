// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/post_mortem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tui/console/state.h"

void post_mortem_forget(struct console *console)
{
	struct post_mortem *dead = &console->post_mortem;

	if (!dead->kept)
		return;
	close(dead->place.fd);
	guest_ram_place_release(&dead->place);
	dead->kept = false;
}

/* 0, or why there is none: -errno with a sentence in error. */
static int keep(struct console *console, char *error, size_t error_size)
{
	struct post_mortem *dead = &console->post_mortem;
	int ret = -ENOTCONN;

	post_mortem_forget(console);
	snprintf(error, error_size, "libvirt is away");
	if (console->domains)
		ret = guest_ram_of_domain(console->domains, guest_name(console->guest),
					  &dead->place, error, error_size);
	dead->kept = !ret;
	return ret;
}

void post_mortem_keep(struct console *console)
{
	char error[512];

	/* That it is not shared is nothing to tell those who have not asked. */
	keep(console, error, sizeof(error));
}

static int read_kept(struct console *console, char *error, size_t error_size)
{
	int fd;

	if (!console->post_mortem.kept && keep(console, error, error_size))
		return -ENOENT;
	fd = fcntl(console->post_mortem.place.fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0) {
		snprintf(error, error_size, "%s", strerror(errno));
		return -errno;
	}
	return guest_look_into_memory(console->guest, fd, error, error_size);
}

void post_mortem_read(struct console *console)
{
	char error[512];
	int ret;

	/* What is written to it is read until the end. */
	if (guest_is_memory(console->guest))
		return;
	ret = read_kept(console, error, sizeof(error));
	if (ret && ret != -EALREADY)
		journal_printf(&console->journal, GUEST_INFO,
			       "what %s did last, beyond what its channels brought, can not be "
			       "read: %s",
			       guest_name(console->guest), error);
	console_invalidate(console);
}

void post_mortem_gone(struct console *console)
{
	if (!console->post_mortem.kept && !guest_is_memory(console->guest))
		journal_printf(&console->journal, GUEST_INFO,
			       "the memory of %s went with it: 'vtrace-setup --memory SIZE' has "
			       "the host share it, and its last events in there",
			       guest_name(console->guest));
}

void post_mortem_ask(struct console *console)
{
	struct guest *guest = console->guest;
	char error[512];
	int ret;

	if (!guest || guest_is_memory(guest) || !console->from_domain) {
		journal_add(&console->journal, GUEST_WARNING,
			    "it is for domains that are watched by their channels: 'vtrace-top "
			    "--post-mortem' reads the memory of others");
	} else if (guest_answers(guest)) {
		journal_printf(
			&console->journal, GUEST_WARNING,
			"%s lives, its agent answers: 'vtrace-top --ram %s' watches the ring "
			"in its memory",
			guest_name(guest), guest_name(guest));
	} else {
		ret = read_kept(console, error, sizeof(error));
		if (ret)
			journal_printf(&console->journal, GUEST_WARNING,
				       "the memory of %s can not be read: %s", guest_name(guest),
				       error);
	}
	console_invalidate(console);
}
