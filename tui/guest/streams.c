// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tui/domain/loop.h"
#include "tui/guest/channel_open.h"
#include "tui/guest/guest_private.h"

#define RECONNECT_MS	1000
#define STALE_BYTES_MAX (1024 * 1024) /* pipe-max-size: what a FIFO can have kept at most */

static int hand_over(struct guest *guest, unsigned cpu)
{
	struct engine_stream stream = {
		.cpu = cpu,
		.kind = guest->capture ? ENGINE_STREAM_FILE : ENGINE_STREAM_CHANNEL,
	};

	return engine_link_command(&guest->link, ENGINE_STREAM, &stream, sizeof(stream),
				   guest->stream[cpu].fd, NULL);
}

/* One that has come back. */
static void hand_over_again(struct guest *guest, unsigned cpu)
{
	struct engine_stream stream = {.cpu = cpu, .kind = ENGINE_STREAM_CHANNEL};

	engine_link_must(&guest->link, ENGINE_STREAM, &stream, sizeof(stream),
			 guest->stream[cpu].fd, NULL);
}

int streams_hand_over(struct guest *guest)
{
	unsigned cpu;
	int err = 0;

	for (cpu = 0; cpu < guest->cpus && !err; cpu++)
		if (guest->stream[cpu].fd >= 0)
			err = hand_over(guest, cpu);
	return err;
}

void streams_drain(struct guest *guest)
{
	char stale[16 * 1024];
	unsigned cpu;
	size_t total;
	ssize_t got;

	for (cpu = 0; cpu < guest->cpus; cpu++) {
		if (guest->stream[cpu].fd < 0)
			continue;
		/* A guest that says it has stopped and goes on sending is not waited for. */
		for (total = 0; total < STALE_BYTES_MAX; total += (size_t)got) {
			got = read(guest->stream[cpu].fd, stale, sizeof(stale));
			if (got <= 0)
				break;
		}
	}
}

/* Sockets only: QEMU listens again as soon as it has noticed that the other side went. */
static void reconnect(void *data)
{
	struct guest *guest = data;
	struct guest_stream *stream;
	unsigned cpu, away = 0;
	char error[256];

	/* What it does not take would be opened again and again. */
	if (engine_link_is_behind(&guest->link))
		return;
	for (cpu = 0; cpu < guest->cpus; cpu++) {
		stream = &guest->stream[cpu];
		/* Rows are held of CPUs that the domain has no channel of any more. */
		if (!stream->present || stream->fd >= 0 ||
		    guest->channels.cpu[cpu].kind == CHANNEL_NONE)
			continue;
		stream->fd = channel_open_stream(&guest->channels.cpu[cpu], error, sizeof(error));
		if (stream->fd < 0) {
			stream->fd = -1;
			away++;
			continue;
		}
		stream->ended = false;
		hand_over_again(guest, cpu);
	}
	if (!away)
		loop_timer_set(guest->reconnect_timer, -1);
}

int streams_open(struct guest *guest, char *error, size_t error_size)
{
	struct guest_stream *stream;
	unsigned cpu;

	guest->reconnect_timer = loop_timer(-1, reconnect, guest);
	if (guest->reconnect_timer < 0) {
		snprintf(error, error_size, "cannot make a timer: %s",
			 strerror(-guest->reconnect_timer));
		return guest->reconnect_timer;
	}
	for (cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		if (guest->channels.cpu[cpu].kind == CHANNEL_NONE)
			continue;
		stream = &guest->stream[cpu];
		stream->fd = channel_open_stream(&guest->channels.cpu[cpu], error, error_size);
		if (stream->fd < 0)
			return stream->fd;
		stream->present = true;
		stream->ended = false;
		/* One that has come back may have fewer; rows of the others are held. */
		if (guest->cpus <= cpu)
			guest->cpus = cpu + 1;
	}
	return 0;
}

void streams_close(struct guest *guest)
{
	unsigned cpu;

	if (guest->reconnect_timer >= 0)
		loop_timer_remove(guest->reconnect_timer);
	guest->reconnect_timer = -1;
	for (cpu = 0; cpu < guest->cpus; cpu++) {
		/* A capture's files are closed with the capture. */
		if (guest->stream[cpu].fd >= 0 && !guest->capture)
			close(guest->stream[cpu].fd);
		guest->stream[cpu].fd = -1;
	}
}

bool streams_are_dry(const struct guest *guest)
{
	unsigned cpu;
	int bytes;

	for (cpu = 0; cpu < guest->cpus; cpu++)
		if (guest->stream[cpu].fd >= 0 &&
		    ioctl(guest->stream[cpu].fd, FIONREAD, &bytes) == 0 && bytes > 0)
			return false;
	return true;
}

bool streams_all_ended(const struct guest *guest)
{
	unsigned cpu;

	for (cpu = 0; cpu < guest->cpus; cpu++)
		if (guest->stream[cpu].present && !guest->stream[cpu].ended)
			return false;
	return true;
}

void streams_state(struct guest *guest, const struct engine_stream_state *state)
{
	struct guest_stream *stream;

	if (state->state == ENGINE_CHANNEL_OPEN)
		ram_stream_opened(guest, state->cpu);
	if (state->cpu >= guest->cpus || !guest->stream[state->cpu].present)
		return;
	stream = &guest->stream[state->cpu];
	if (state->state == ENGINE_CHANNEL_FAILED)
		guest_say(guest, GUEST_ERROR, "cannot read the %s of CPU %u: %s",
			  guest_is_file(guest) || guest->ram ? "pages" : "channel",
			  replay_dat_number(guest, state->cpu),
			  state->error == -EBADMSG ? "what they are packed into is damaged"
						   : strerror(-state->error));
	if (state->state == ENGINE_CHANNEL_ENDED || state->state == ENGINE_CHANNEL_FAILED ||
	    state->state == ENGINE_CHANNEL_INDEXED)
		stream->ended = true;
	/* What has ended then is the memory of the dead. */
	if (stream->ended && !guest_is_file(guest) && !guest->ram && guest->state != GUEST_GONE &&
	    guest->channels.cpu[state->cpu].kind == CHANNEL_UNIX) {
		if (stream->fd >= 0)
			close(stream->fd);
		stream->fd = -1;
		loop_timer_set(guest->reconnect_timer, RECONNECT_MS);
	}
	/* The last page of a domain that is gone, of a capture or of a dead guest's memory is the
	 * end of its recording too. */
	if ((guest->state == GUEST_GONE || guest->state == GUEST_REPLAY) &&
	    streams_all_ended(guest))
		recording_end(guest);
	guest_changed(guest);
}
