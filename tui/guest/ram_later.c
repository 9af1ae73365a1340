// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is read later than its guest was opened: what a dead one that was watched by its
 * channels has left, and that of a domain which was started again. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tui/domain/loop.h"
#include "tui/guest/guest_private.h"

/* The memory of a large guest takes seconds to search, so that it is done less and less often. */
#define LOOK_MS	     2000
#define LOOK_MOST_MS 32000
#define LOOKS	     15 /* six minutes */

static void look_again(void *data)
{
	struct guest *guest = data;

	loop_timer_set(guest->ram->timer, -1);
	if (guest->state != GUEST_GONE)
		ram_hand_over(guest);
}

/* ---- after death ---- */

int guest_look_into_memory(struct guest *guest, int fd, char *error, size_t error_size)
{
	int err = 0;

	if (guest_is_file(guest) || guest_is_memory(guest)) {
		snprintf(error, error_size, "it is not read by channels");
		err = -EINVAL;
	} else if (guest->ram) {
		snprintf(error, error_size,
			 guest->ram->begun ? "it has been read: its rows are behind those of the "
					     "channels"
					   : "it is being read");
		err = -EALREADY;
	} else if (!guest_engine_alive(guest)) {
		snprintf(error, error_size, "the engine is dead: R starts it again");
		err = -EPIPE;
	} else {
		guest->ram = calloc(1, sizeof(*guest->ram));
		if (!guest->ram)
			err = -ENOMEM;
	}
	if (err) {
		if (err == -ENOMEM)
			snprintf(error, error_size, "out of memory");
		close(fd);
		return err;
	}
	*guest->ram = (struct guest_ram){.fd = fd,
					 .timer = -1,
					 .once = true,
					 .after_death = true,
					 .offset = ENGINE_MEMORY_ANYWHERE};
	err = ram_hand_over(guest);
	if (err) {
		snprintf(error, error_size, "the engine does not take it");
		ram_release(guest);
	}
	return err;
}

void ram_guest_lives(struct guest *guest)
{
	bool read = guest->ram && guest->ram->begun;

	if (!guest->ram || !guest->ram->after_death)
		return;
	ram_release(guest);
	if (read && guest_engine_alive(guest))
		streams_hand_over(guest);
}

/* ---- started again ---- */

int guest_memory_came_back(struct guest *guest, int fd, const struct channels *channels,
			   char *error, size_t error_size)
{
	struct guest_ram *ram = guest->ram;
	char when[16];
	int err = 0;

	if (!guest_is_memory(guest) || guest->state != GUEST_GONE) {
		snprintf(error, error_size, "%s is open", guest->name);
		err = -EALREADY;
	} else if (ram->timer < 0) {
		err = loop_timer(-1, look_again, guest);
		ram->timer = err < 0 ? -1 : err;
		if (err < 0)
			snprintf(error, error_size, "cannot make a timer");
	}
	if (err < 0) {
		close(fd);
		return err;
	}
	if (ram->fd >= 0)
		close(ram->fd);
	ram->fd = fd;
	ram->offset = ENGINE_MEMORY_ANYWHERE;
	ram->found = ram->begun = ram->failed = false;
	ram->awaited = true;
	ram->looks = 0;
	guest->panicked_at = 0;
	ram->steered = ram->asked = ram->refused = false;
	guest_note(guest, true, "guest runs again since %s", guest_time_of_day(when));
	guest_set_state(guest, GUEST_WATCHING);
	/* A dead engine gets it when it is started again. */
	if (guest_engine_alive(guest))
		ram_hand_over(guest);
	ram_steer(guest, channels);
	return 0;
}

bool ram_not_found(struct guest *guest, const char *reason)
{
	struct guest_ram *ram = guest->ram;
	int ms;

	if (ram->after_death) {
		guest_say(guest, GUEST_INFO,
			  "the memory of %s has no last events beyond what its channels brought: "
			  "%s",
			  guest->name, reason);
		ram_release(guest);
		guest_changed(guest);
		return true;
	}
	if (!ram->awaited || ram->looks >= LOOKS)
		return false;
	ms = ram->looks < 4 ? LOOK_MS << ram->looks : LOOK_MOST_MS;
	if (!ram->looks++)
		guest_say(guest, GUEST_INFO,
			  "%s boots: its memory has no ring yet, which is looked for again",
			  guest->name);
	snprintf(ram->progress, sizeof(ram->progress), "waiting for the ring in its memory");
	loop_timer_set(ram->timer, ms);
	guest_changed(guest);
	return true;
}

void ram_begins(struct guest *guest)
{
	guest->ram->awaited = false;
	if (guest->ram->after_death)
		guest_note(guest, true,
			   "what the ring in its memory still had when it died follows");
}
