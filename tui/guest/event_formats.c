// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tui/guest/guest_private.h"
#include "tui/guest/share.h"

#define EXPORT_ANSWER_MS     30000 /* kallsyms through 9p out of an emulated guest */
#define UNKNOWN_BACK_OFF_MS  10000
#define UNKNOWN_BACK_OFF_MAX (10 * 60 * 1000)

static void set_candidate(struct guest_formats_state *formats, int fd)
{
	if (formats->candidate >= 0)
		close(formats->candidate);
	formats->candidate = fd;
}

void formats_load_begins(struct guest *guest)
{
	guest->formats.step = FORMATS_LOAD;
	guest->formats.load_since = guest_now_ms();
}

static int send_bundle(struct guest *guest, int fd)
{
	int err;

	/* They are large, and an engine may say that it needs more while it takes none. One waits,
	 * as it does when hundreds of channels go to an engine that has just begun. */
	if (engine_link_holds(&guest->link, ENGINE_FORMATS))
		return -EAGAIN;
	err = engine_link_command(&guest->link, ENGINE_FORMATS, NULL, 0, fd, NULL);
	if (!err)
		formats_load_begins(guest);
	return err;
}

int formats_hand_over(struct guest *guest)
{
	struct guest_formats_state *formats = &guest->formats;

	if (formats->fd < 0)
		return 0;
	return send_bundle(guest, formats->fd);
}

void formats_settle(struct guest *guest)
{
	struct guest_formats_state *formats = &guest->formats;

	formats->step = FORMATS_IDLE;
	formats->settled = true;
	set_candidate(formats, -1);
	formats_pull_release(guest);
	if (guest->live_held && guest_go_live(guest))
		agent_release_start(guest);
	if (formats->again) {
		formats->again = false;
		formats_fetch(guest);
	}
	ram_formats_settled(guest);
	hold_formats_settled(guest);
	agent_resume_settled(guest);
	guest_changed(guest);
}

/* The attempt came to nothing: one sentence says why, from its first cause on. */
static void failed(struct guest *guest, const char *reason)
{
	struct guest_formats_state *formats = &guest->formats;

	guest_say(guest, GUEST_ERROR, "%s%s%s", formats->trouble, formats->trouble[0] ? "; " : "",
		  reason);
	formats_settle(guest);
}

void formats_use(struct guest *guest, int fd)
{
	int err = send_bundle(guest, fd);

	set_candidate(&guest->formats, fd);
	if (!err) {
		guest_changed(guest);
		return;
	}
	if (err != -EPIPE) /* the engine is dead, which is said anyway */
		guest_say(guest, GUEST_ERROR,
			  "the engine can not be given the event formats now: %s; R tries again",
			  strerror(-err));
	formats_settle(guest);
}

static void load(struct guest *guest)
{
	char reason[512];
	int fd, err;

	if (!guest->channels.share) {
		snprintf(reason, sizeof(reason),
			 "%s has no 9p share with the tag " VTRACE_SHARE_TAG
			 ", and so no event formats; add one to its XML",
			 guest->name);
		failed(guest, reason);
		return;
	}
	err = share_copy_formats(guest->channels.share, &fd, reason, sizeof(reason));
	if (err) {
		failed(guest, reason);
		return;
	}
	formats_use(guest, fd);
}

void formats_load_share(struct guest *guest, const char *trouble, ...)
{
	struct guest_formats_state *formats = &guest->formats;
	va_list args;

	va_start(args, trouble);
	vsnprintf(formats->trouble, sizeof(formats->trouble), trouble, args);
	va_end(args);
	/* What is being read now has been taken off the share as it was. */
	if (formats->step == FORMATS_IDLE)
		load(guest);
}

/* ---- over the control port ---- */

void formats_pulled(struct guest *guest, int fd)
{
	guest->formats.trouble[0] = '\0'; /* they are as fresh as any */
	formats_use(guest, fd);
}

void formats_not_pulled(struct guest *guest, const char *why)
{
	char reason[768];

	guest->formats.step = FORMATS_IDLE;
	if (guest->channels.share) {
		/* As they were left there, better than none; trouble tells why. */
		load(guest);
		return;
	}
	if (!strncmp(why, "unknown verb", strlen("unknown verb")))
		why = "it is too old to do so";
	snprintf(reason, sizeof(reason),
		 "%s has no 9p share with the tag " VTRACE_SHARE_TAG
		 ", and its agent does not send the event formats over the control port: %s",
		 guest->name, why);
	failed(guest, reason);
}

void formats_pull_again(struct guest *guest)
{
	guest->formats.step = FORMATS_IDLE;
	formats_fetch(guest);
}

static void pull(struct guest *guest)
{
	int err = formats_pull(guest);

	if (err) {
		formats_not_pulled(guest, strerror(-err));
		return;
	}
	guest->formats.step = FORMATS_EXPORT;
	guest_changed(guest);
}

/* ---- by the share ---- */

/* The agent sees no share, or cannot write to it: it may send what it would have written. */
static void not_exported(struct guest *guest, const char *why)
{
	struct guest_formats_state *formats = &guest->formats;

	snprintf(formats->trouble, sizeof(formats->trouble),
		 "the agent cannot export the event formats (%s)", why);
	pull(guest);
}

static void exported(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;

	guest->formats.step = FORMATS_IDLE;
	if (error == -ECONNRESET && control_client_connected(guest->agent.control))
		formats_fetch(guest); /* of the agent that has taken the place of that one */
	else if (error)
		formats_load_share(guest, "the agent has not exported the event formats (%s)",
				   strerror(-error));
	else if (answer->kind == CONTROL_OK)
		load(guest);
	else
		not_exported(guest, answer->text);
}

int formats_fetch(struct guest *guest)
{
	struct guest_formats_state *formats = &guest->formats;
	struct guest_agent *agent = &guest->agent;

	if (formats->step != FORMATS_IDLE) {
		formats->again = true;
		return -EALREADY;
	}
	formats->not_before = guest_now_ms() + formats->back_off_ms;
	formats->trouble[0] = '\0';
	if (agent->met && !guest->channels.share) {
		pull(guest);
		return 0;
	}
	if (!agent->met || control_client_request(agent->control, CONTROL_EXPORT, NULL,
						  EXPORT_ANSWER_MS, exported, guest) < 0) {
		load(guest);
		return 0;
	}
	formats->step = FORMATS_EXPORT;
	guest_changed(guest);
	return 0;
}

/* Things about formats that parsed which a person should know. */
static void judge(struct guest *guest)
{
	const struct engine_formats_reply *reply = &guest->formats.reply;
	const struct guest_hello *hello = &guest->agent.hello;
	bool met = guest->agent.met;

	if (guest->formats.trouble[0])
		guest_say(guest, GUEST_WARNING,
			  "%s; the event formats are taken from the share as they are",
			  guest->formats.trouble);
	if (met && strcmp(reply->kernel, hello->kernel))
		guest_say(
			guest, GUEST_ERROR,
			"the event formats are of kernel %s, the guest runs %s: rows may be wrong",
			reply->kernel, hello->kernel);
	else if (met && strcmp(reply->boot_id, hello->boot_id))
		guest_say(
			guest, GUEST_WARNING,
			"the event formats are of an earlier boot of the guest: rows may be wrong");
	if (reply->failed)
		guest_say(guest, GUEST_WARNING,
			  "%u of %u event formats do not parse; their events are shown raw",
			  reply->failed, reply->failed + reply->events);
	if (reply->reason[0])
		guest_say(guest, GUEST_WARNING, "%s", reply->reason);
	if (reply->kptr_restricted)
		guest_say(
			guest, GUEST_INFO,
			"the guest hides its kernel addresses (kptr_restrict): no function names");
}

void formats_keep_candidate(struct guest *guest)
{
	struct guest_formats_state *formats = &guest->formats;

	if (formats->candidate < 0)
		return;
	if (formats->fd >= 0)
		close(formats->fd);
	formats->fd = formats->candidate;
	formats->candidate = -1;
	recording_add_formats(guest);
}

void formats_replied(struct guest *guest, const struct engine_formats_reply *reply)
{
	struct guest_formats_state *formats = &guest->formats;
	char reason[1024];

	if (reply->error) {
		snprintf(reason, sizeof(reason), "the event formats of %s cannot be used: %.*s",
			 guest->name, (int)sizeof(reply->reason), reply->reason);
		/* It is not known that they are bad: what is recorded may be read where there is
		 * more memory. */
		if (reply->error == -ENOMEM && formats->fd < 0)
			formats_keep_candidate(guest);
		failed(guest, reason);
		return;
	}
	formats->reply = *reply;
	/* The engine is not trusted, not even to end its strings. */
	formats->reply.boot_id[sizeof(reply->boot_id) - 1] = '\0';
	formats->reply.kernel[sizeof(reply->kernel) - 1] = '\0';
	formats->reply.machine[sizeof(reply->machine) - 1] = '\0';
	formats->reply.clock[sizeof(reply->clock) - 1] = '\0';
	formats->reply.reason[sizeof(reply->reason) - 1] = '\0';
	formats->loaded = true;
	if (formats->for_unknown)
		guest_say(guest, GUEST_INFO, "the formats were fetched again: %u events",
			  reply->events);
	formats->for_unknown = false;
	formats_keep_candidate(guest);
	judge(guest);
	formats_settle(guest);
}

void formats_watch_unknown(struct guest *guest, const struct engine_packet *packet)
{
	struct guest_formats_state *formats = &guest->formats;
	const struct engine_stats *stats = packet->payload;
	const struct engine_cpu_stats *cpu = (const void *)(stats + 1);
	int64_t now = guest_now_ms();
	uint64_t unknown = 0;
	uint32_t i;

	for (i = 0; i < stats->cpus; i++)
		unknown += cpu[i].unknown_events;
	if (formats->loaded && !formats->unknown_begun) {
		formats->unknown_begun = true;
		formats->unknown = unknown;
	}
	if (unknown <= formats->unknown || formats->step != FORMATS_IDLE || !formats->loaded ||
	    !guest->agent.met || !control_client_connected(guest->agent.control) ||
	    now < formats->not_before)
		return;
	/* A module brought new events, mostly; but an id may stay unknown for ever. */
	formats->unknown = unknown;
	if (!formats->back_off_ms)
		formats->back_off_ms = UNKNOWN_BACK_OFF_MS;
	else if (formats->back_off_ms < UNKNOWN_BACK_OFF_MAX)
		formats->back_off_ms *= 2;
	formats->for_unknown = true;
	guest_say(guest, GUEST_INFO, "events without a format: the formats are fetched again");
	formats_fetch(guest);
}
