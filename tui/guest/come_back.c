// SPDX-License-Identifier: GPL-2.0-only
/* A domain that went and runs again takes its place in the guest that is open: its channels are
 * opened anew, and its rows come behind those that the engine has kept. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tui/guest/guest_private.h"

/* What was heard of the agent stays, by which it is seen whether the guest was booted. */
static void forget_orders(struct guest_agent *agent)
{
	agent->lost = false;
	agent->restarted = false;
	agent->start_after = agent->start_settled = false;
	agent->ordered = 0;
	agent->silent = 0;
}

int guest_come_back(struct guest *guest, const struct channels *channels, char *error,
		    size_t error_size)
{
	char when[16];
	int err;

	/* What is open is the memory of the QEMU that ended. */
	if (guest_is_memory(guest)) {
		snprintf(error, error_size, "its memory is another one now: open it again");
		return -EOPNOTSUPP;
	}
	if (guest->state != GUEST_GONE) {
		snprintf(error, error_size, "%s is open", guest->name);
		return -EALREADY;
	}
	ram_release(guest);
	guest->panicked_at = 0;
	channels_release(&guest->channels);
	memset(&guest->channels, 0, sizeof(guest->channels));
	if (guest_copy_channels(&guest->channels, channels) < 0) {
		snprintf(error, error_size, "out of memory");
		return -ENOMEM;
	}
	forget_orders(&guest->agent);
	streams_close(guest);
	err = streams_open(guest, error, error_size);
	if (!err)
		err = agent_open(guest, error, error_size);
	/* A dead engine gets them when it is started again. */
	if (!err && guest_engine_alive(guest) && streams_hand_over(guest) < 0) {
		snprintf(error, error_size, "the engine does not take its channels");
		err = -EPIPE;
	}
	if (err) {
		agent_close(guest);
		streams_close(guest);
		return err;
	}
	guest->agent.came_back = true;
	guest_note(guest, false, "guest runs again since %s", guest_time_of_day(when));
	guest->agent.wanted = guest->agent.wanted_before;
	guest_set_state(guest, GUEST_CONNECTING);
	return 0;
}
