// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/batch_private.h"
#include "tui/domain/loop.h"

#define PULL_EVENTS   65536 /* more than fit a packet: as many as there are */
#define PULL_AGAIN_MS 250   /* for rows that wait for another CPU's */
#define PULL_BUSY_MS  10    /* the engine's socket was full */
#define DRY_LOOK_MS   200   /* how often to look whether the channels have run dry */
#define DENIED_MS     500   /* for an engine that had no memory */
#define DENIED_MAX_MS 10000 /* then it is enough */

/* Events still wanted, of those that are asked for at once. When all that were asked for are
 * printed the rest is still taken, and dropped, until the channels are dry. */
static uint32_t events_wanted(const struct batch *batch)
{
	uint64_t left = batch->options->count - batch->summary.printed;

	if (!batch->options->count || !left)
		return PULL_EVENTS;
	return left < PULL_EVENTS ? (uint32_t)left : PULL_EVENTS;
}

/* Of a capture the engine makes the next lines while the last ones are written. How many are wanted
 * must be known, though. At most ENGINE_TEXT_SLOTS. */
static unsigned pulls_at_once(const struct batch *batch)
{
	return guest_state(batch->guest) == GUEST_REPLAY && !batch->options->count ? 2 : 1;
}

bool batch_pull(struct batch *batch)
{
	struct engine_pull request = {.count = events_wanted(batch), .flags = ENGINE_PULL_TEXT};
	int err;

	if (batch->pulling >= pulls_at_once(batch) || batch->phase < PHASE_RUNNING ||
	    batch->phase > PHASE_LAST)
		return false;
	loop_timer_set(batch->pull_timer, -1);
	batch->last = batch->phase == PHASE_LAST;
	if (batch->last)
		request.flags |= ENGINE_PULL_ALL;
	if (batch->ticks)
		request.flags |= ENGINE_PULL_TICKS;
	guest_cpuset(batch->guest, batch->options->cpus, request.cpus);
	err = guest_request_pull(batch->guest, &request, NULL);
	if (!err)
		batch->pulling++;
	else if (err == -EAGAIN)
		loop_timer_set(batch->pull_timer, PULL_BUSY_MS);
	return !err;
}

void batch_pull_again(void *data)
{
	batch_pull(data);
}

static void output_failed(struct batch *batch, int err)
{
	char text[128];

	batch->mute = true;
	if (err != -EPIPE && err != -EINTR) {
		snprintf(text, sizeof(text), "cannot write to stdout: %s", strerror(-err));
		batch_fail(batch, text);
	}
	if (err != -EINTR) /* the signal comes through the loop */
		batch_finish(batch);
}

static void print_lines(struct batch *batch, const struct engine_packet *packet)
{
	const struct engine_lines *lines = packet->payload;
	int err;

	if (batch->mute)
		return;
	err = lines_add(&batch->lines, packet->text, lines->length);
	if (!err && batch->summary.printed == batch->options->count && batch->options->count) {
		batch->mute = true;
		err = lines_flush(&batch->lines);
		if (!err)
			batch_finish(batch);
	}
	if (err)
		output_failed(batch, err);
}

/* At the end all is printed that was held when the end came, however long that takes; what a
 * guest goes on sending is not waited for. */
static bool took_the_rest(struct batch *batch, const struct engine_rows *rows)
{
	uint64_t taken = rows->count + rows->skipped + rows->hidden;

	if (!batch->last)
		return false;
	loop_timer_set(batch->phase_timer, NO_ANSWER_MS);
	if (batch->rest_known)
		batch->rest -= taken < batch->rest ? taken : batch->rest;
	else
		batch->rest = rows->newer;
	batch->rest_known = true;
	return !batch->rest;
}

void batch_lines_denied(struct batch *batch)
{
	batch->pulling--;
	loop_timer_set(batch->pull_timer, DENIED_MS);
	if (!batch->denied)
		batch->denied = batch_now_ms();
	if (batch->phase != PHASE_RUNNING || batch_now_ms() - batch->denied < DENIED_MAX_MS)
		return;
	batch_fail(batch, "for 10 s there was no memory for lines: the host has none left, or the "
			  "engine has all that --memory lets it have");
	batch_finish(batch);
}

void batch_lines_came(struct batch *batch, const struct engine_packet *packet)
{
	const struct engine_rows *rows = packet->payload;
	bool more =
		!(rows->flags & (ENGINE_ROWS_DRY | ENGINE_ROWS_END)) && !took_the_rest(batch, rows);
	int err;

	batch->pulling--;
	batch->denied = 0;
	batch->summary.skipped += rows->skipped;
	batch->summary.hidden += rows->hidden;
	if (!batch->mute)
		batch->summary.printed += rows->events;
	/* Before more is asked for: the answer may take this one's place. */
	print_lines(batch, packet);
	if (more) {
		while (batch->pulling < pulls_at_once(batch) && batch_pull(batch))
			;
		return;
	}
	/* The last one says how things stand. */
	if (batch->pulling)
		return;
	/* Nobody waits for the next full buffer: an event is to be seen soon. */
	err = batch->lines.length ? lines_flush(&batch->lines) : 0;
	if (err)
		output_failed(batch, err);
	if (rows->count || rows->skipped || rows->hidden || rows->total != batch->held)
		batch->held_since = batch_now_ms();
	batch->held = rows->total;
	batch->all_taken = batch->last;
	/* Of channels it only says that QEMU closed them; what that means the guest finds out. */
	if (rows->flags & ENGINE_ROWS_END && batch->phase == PHASE_RUNNING &&
	    guest_state(batch->guest) == GUEST_REPLAY)
		batch_finish(batch);
	batch_advance(batch);
	if (batch->phase == PHASE_DRYING)
		loop_timer_set(batch->pull_timer, DRY_LOOK_MS);
	else if (rows->newer)
		loop_timer_set(batch->pull_timer, PULL_AGAIN_MS);
}
