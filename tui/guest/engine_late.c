// SPDX-License-Identifier: GPL-2.0-only
/* An engine that lives and says nothing: somebody stopped it, or the host has no time for it. What
 * it has been asked for stays asked, so all that is left to do is to tell. */
#include "tui/domain/loop.h"
#include "tui/guest/guest_private.h"

#define LOOK_MS	   2000
#define LOOKS_LATE 3 /* without a word from it; none counts while we are stopped ourselves */

static void look(void *data)
{
	struct guest *guest = data;
	struct guest_engine_late *late = &guest->late;

	if (!engine_link_alive(&guest->link))
		return;
	if (late->heard) {
		late->heard = false;
		late->looks = 0;
	}
	/* One that has no news says nothing by itself. */
	if (!late->looks++)
		engine_link_request(&guest->link, ENGINE_STATS, NULL, 0, &late->serial);
	if (late->looks <= LOOKS_LATE || late->told)
		return;
	late->told = true;
	guest_say(
		guest, GUEST_WAITING,
		"the engine of %s does not answer: it is stopped, or the host has no time for it; "
		"what the guest sends waits; kill -CONT %d lets a stopped one go on",
		guest->name, (int)engine_client_pid(guest->link.client));
}

void engine_late_begin(struct guest *guest)
{
	struct guest_engine_late *late = &guest->late;

	late->heard = true;
	late->told = false;
	late->serial = 0; /* another engine's */
	/* Without memory for a timer nobody is told, and that is all. */
	if (late->timer < 0)
		late->timer = loop_timer(LOOK_MS, look, guest);
}

void engine_late_heard(struct guest *guest)
{
	struct guest_engine_late *late = &guest->late;

	late->heard = true;
	if (!late->told)
		return;
	late->told = false;
	guest_say(guest, GUEST_INFO, "the engine of %s answers again", guest->name);
}

void engine_late_release(struct guest *guest)
{
	loop_timer_remove(guest->late.timer);
	guest->late.timer = -1;
}
