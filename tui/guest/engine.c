// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/domain/exposed.h"
#include "tui/guest/guest_private.h"

static void follow_wall(struct guest *guest, const struct engine_packet *stats)
{
	if (guest_is_file(guest))
		wall_follow(&guest->wall, stats);
	else if (guest->live)
		wall_sample(&guest->wall, stats, wall_ahead());
}

static void warn(void *data, const char *sentence)
{
	guest_say(data, GUEST_WARNING, "%s", sentence);
}

/* Whoever reads a capture takes the word of whose it is: that is for the log. */
static void mention(void *data, const char *sentence)
{
	guest_say(data, GUEST_DETAIL, "%s", sentence);
}

/* Once for a guest, however many engines it gets. */
static void say_what_is_exposed(struct guest *guest)
{
	if (guest->exposure_told)
		return;
	guest->exposure_told = true;
	if (guest->capture)
		exposed_capture(guest->name, mention, guest);
	else
		exposed_channels(&guest->channels, warn, guest);
}

static void packet_came(void *data, const struct engine_packet *packet)
{
	struct guest *guest = data;
	const struct engine_text *text = packet->payload;

	engine_late_heard(guest);
	switch (packet->type) {
	case ENGINE_READY:
		snprintf(guest->sandbox, sizeof(guest->sandbox), "%.*s",
			 (int)sizeof(text->text) - 1, text->text);
		guest_say(guest, GUEST_DETAIL, "engine: locked down: %s", guest->sandbox);
		if (guest->greeting)
			guest_say(guest, GUEST_ERROR, "%s", guest->greeting);
		say_what_is_exposed(guest);
		break;
	case ENGINE_MESSAGE:
		guest_say(guest, GUEST_WARNING, "%.*s", (int)sizeof(text->text), text->text);
		break;
	case ENGINE_FORMATS_REPLY:
		formats_replied(guest, packet->payload);
		break;
	case ENGINE_DAT_REPLY:
		replay_dat_replied(guest, packet->payload);
		break;
	case ENGINE_DAT_FORMATS_REPLY:
		replay_dat_formats(
			guest, ((const struct engine_dat_formats_reply *)packet->payload)->error);
		break;
	case ENGINE_MEMORY_REPLY:
		ram_replied(guest, packet);
		break;
	case ENGINE_SAVE_REPLY:
		saving_replied(guest, packet->serial, packet->payload);
		break;
	case ENGINE_RECORD_FULL:
		recording_full(guest);
		break;
	case ENGINE_STREAM_STATE:
		streams_state(guest, packet->payload);
		break;
	case ENGINE_STATS_REPLY:
		formats_watch_unknown(guest, packet);
		follow_wall(guest, packet);
		if (packet->serial && packet->serial == guest->live_serial)
			guest_is_live(guest); /* nobody else has asked for this one */
		else if (!packet->serial || packet->serial != guest->late.serial) /* nor for this */
			guest->events.packet(guest->data, packet);
		break;
	case ENGINE_NO_ANSWER:
	case ENGINE_COUNTS_REPLY:
	case ENGINE_FILTER_REPLY:
	case ENGINE_FOUND:
	case ENGINE_SEARCHED:
	case ENGINE_FILTER_TRIED:
	case ENGINE_SIFTED:
	case ENGINE_WORDS_REPLY:
	case ENGINE_DETAIL_REPLY:
	case ENGINE_LATENCIES:
	case ENGINE_DENSITY_REPLY:
	case ENGINE_ROWS:
	case ENGINE_LINES:
	case ENGINE_NEWS:
		guest->events.packet(guest->data, packet);
		break;
	default:
		break; /* the client lets only replies and notifications through */
	}
}

static void engine_died(void *data, const char *epitaph)
{
	struct guest *guest = data;

	guest_say(guest, GUEST_ERROR, "the engine of %s ended: %s; the rows it held are lost",
		  guest->name, epitaph);
	saving_lost(guest);
	if (guest->live && !guest->live_sure)
		guest_is_live(guest); /* the next engine keeps pages from its beginning */
	if (guest->formats.step == FORMATS_LOAD)
		formats_settle(guest);
	else
		guest_changed(guest);
}

static int filter_hand_over(struct guest *guest)
{
	const struct engine_filter *filter = &guest->filter;

	if (!filter->events[0] && !filter->expression[0])
		return 0;
	return engine_link_command(&guest->link, ENGINE_FILTER, filter, sizeof(*filter), -1, NULL);
}

static void geometry(const struct guest *guest, struct engine_config *config)
{
	const struct guest_agent *agent = &guest->agent;

	if (guest->formats.loaded) {
		config->subbuf_size = guest->formats.reply.subbuf_size;
		config->long_size = guest->formats.reply.long_size;
		config->big_endian = guest->formats.reply.big_endian;
	} else if (guest->capture) {
		config->subbuf_size = guest->capture->manifest.subbuf_size;
		config->long_size = guest->capture->manifest.long_size;
		config->big_endian = guest->capture->manifest.big_endian;
	} else if (agent->hello.subbuf_size >= VTRACE_SUBBUF_MIN &&
		   agent->hello.subbuf_size <= VTRACE_SUBBUF_MAX) {
		config->subbuf_size = agent->hello.subbuf_size;
		config->long_size = agent->long_size == 4 ? 4 : 8;
		config->big_endian = agent->big_endian;
	}
}

int engine_open(struct guest *guest, char *error, size_t error_size)
{
	struct engine_config config = {
		.memory = guest->memory,
		.record = guest->record_limit,
		.protocol = ENGINE_PROTOCOL_VERSION,
		.require_lockdown = guest->require_sandbox,
		.uid = guest->engine_uid,
		.gid = guest->engine_gid,
	};
	struct engine_flag discard = {.on = !guest->live};
	int err;

	geometry(guest, &config);
	if (!guest_is_file(guest))
		guest->wall = (struct wall_clock){0}; /* its epochs are another engine's */
	guest->link.packet = packet_came;
	guest->link.died = engine_died;
	guest->link.data = guest;
	err = engine_link_start(&guest->link, &config, error, error_size);
	if (err)
		return err;
	engine_late_begin(guest);
	err = filter_hand_over(guest);
	/* What lies in the channels is of an earlier trace, until this one is started. */
	if (!err && !guest_is_file(guest))
		err = engine_link_command(&guest->link, ENGINE_DISCARD, &discard, sizeof(discard),
					  -1, NULL);
	if (!err)
		err = guest->dat   ? replay_dat_hand_over(guest)
		      : guest->ram ? ram_hand_over(guest)
				   : formats_hand_over(guest);
	/* A capture is recorded from its first page on. */
	if (!err && guest->capture && guest->record_path)
		recording_begin(guest);
	if (!err)
		err = streams_hand_over(guest);
	if (err) {
		snprintf(error, error_size, "the engine does not take its work: %s",
			 strerror(-err));
		engine_link_stop(&guest->link);
	}
	return err;
}
