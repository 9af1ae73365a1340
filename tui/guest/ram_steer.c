// SPDX-License-Identifier: GPL-2.0-only
/* The agent of a guest whose ring is read in its memory: it takes the orders about that ring, and
 * sends no pages. Without one the ring is watched as it is. */
#include <errno.h>
#include <string.h>

#include "tui/guest/guest_private.h"

#define KEEP_ANSWER_MS 5000

bool guest_memory_is_steered(const struct guest *guest)
{
	return guest->ram && guest->ram->steered;
}

void ram_steer(struct guest *guest, const struct channels *channels)
{
	char error[512] = "out of memory";
	struct channels control = {0};

	if (!channels)
		return;
	/* No page is read from the channels of CPUs. */
	control.control = channels->control;
	control.share = channels->share;
	control.vcpus = channels->vcpus;
	channels_release(&guest->channels);
	memset(&guest->channels, 0, sizeof(guest->channels));
	if (!guest_copy_channels(&guest->channels, &control) &&
	    !agent_open(guest, error, sizeof(error)))
		return;
	agent_close(guest);
	guest_say(guest, GUEST_WARNING, "%s: the ring in its memory is watched, but not steered",
		  error);
}

bool ram_wants_agent(struct guest *guest)
{
	if (!guest_is_memory(guest))
		return false;
	/* One that was started anew knows nothing of it. */
	guest->ram->steered &= guest->agent.keeps;
	return !guest->ram->steered;
}

static void refused(struct guest *guest, const char *why)
{
	if (!guest->ram->refused)
		guest_say(guest, GUEST_WARNING,
			  "the agent in %s takes no orders about the ring in its memory: %s; it is "
			  "watched as it is",
			  guest->name, why);
	guest->ram->refused = true;
}

static void kept(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;
	char state[16];

	guest->ram->asked = false;
	if (error)
		return; /* the next hello tries again */
	if (answer->kind != CONTROL_OK) {
		refused(guest, answer->text);
		return;
	}
	guest->ram->steered = guest->agent.keeps = true;
	guest->ram->refused = false;
	if (control_value(answer->text, "state", state, sizeof(state)) < 0)
		state[0] = '\0';
	agent_became(guest, !strcmp(state, "tracing"));
	if (guest->agent.chosen.count)
		agent_resume(guest, false);
	agent_take_over(guest);
	/* Where others were looked for in vain; else it is asked when they have been. */
	if (guest->ram->begun && guest->formats.fd < 0)
		formats_fetch(guest);
	/* What it said before was of another buffer. */
	agent_say_hello(guest);
}

static void sends(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;

	if (!error && answer->kind != CONTROL_OK)
		guest_say(guest, GUEST_WARNING,
			  "the agent leaves its pages in the guest's memory, as another host has "
			  "told it: %s",
			  answer->text);
}

bool ram_meets(struct guest *guest, bool *stopped)
{
	struct guest_agent *agent = &guest->agent;
	struct guest_ram *ram = guest->ram;

	if (!guest_is_memory(guest)) {
		if (agent->keeps && !control_client_request(agent->control, CONTROL_MEMORY, "send",
							    KEEP_ANSWER_MS, sends, guest))
			*stopped = true;
		return false;
	}
	if (!(agent->hello.verbs >> CONTROL_MEMORY & 1))
		refused(guest, "it is older than this program; update trace-agent there");
	else if (!ram->asked)
		ram->asked = !control_client_request(agent->control, CONTROL_MEMORY, "keep",
						     KEEP_ANSWER_MS, kept, guest);
	return true;
}

void ram_let_go(struct guest *guest)
{
	struct guest_ram *ram = guest->ram;

	if (!ram || !(ram->steered || ram->asked))
		return;
	ram->steered = ram->asked = false;
	/* Where it cannot be said any more, the next host does. */
	control_client_tell(guest->agent.control, CONTROL_MEMORY, "send");
}
