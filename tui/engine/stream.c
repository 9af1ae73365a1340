// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/engine/page_find.h"
#include "tui/engine/stream_private.h"

#define BUSY (32 * 1024) /* bytes that a read gives of a channel whose writer keeps up */

int stream_new(struct stream **stream, struct stream_shared *shared, unsigned cpu)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->shared = shared;
	s->intake = &shared->intake;
	s->stats.cpu = cpu;
	s->number = cpu;
	s->fd = -1;
	s->record = RAWFILE_NONE;
	history_init(&s->history, &shared->store, shared->geometry.size, NULL);
	*stream = s;
	return 0;
}

/* Forget the bytes in hand. */
static void drop_bytes(struct stream *stream)
{
	history_drop_tail(&stream->history);
	history_buffer_free(&stream->history, stream->aside);
	stream->aside = NULL;
	stream->have = 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Does its source give whole sub-buffers, so that none has to be looked for? */
static bool gives_pages(const struct stream *stream)
{
	return stream->file || stream->observer;
}

void stream_free(struct stream *stream)
{
	if (!stream)
		return;
	drop_bytes(stream);
	history_release(&stream->history);
	stream_drop_source(stream);
	rawfile_close(&stream->record);
	page_file_release(&stream->pages);
	free(stream);
}

/* What was counted so far is counted again. */
static void rewind_file(struct stream *stream)
{
	stream->gap = 0;
	stream->file_offset = 0;
	stream->last_ts = 0;
	stream->stats = (struct engine_cpu_stats){
		.cpu = stream->stats.cpu,
		.state = ENGINE_CHANNEL_OPEN,
	};
}

void stream_new_geometry(struct stream *stream)
{
	stream->gap += stream->have;
	drop_bytes(stream);
	stream->synced = gives_pages(stream);
	stream->touched = false;
	rawfile_close(&stream->record);
	history_resize(&stream->history, stream->shared->geometry.size);
	if (stream->file)
		rewind_file(stream);
}

void stream_drop_source(struct stream *stream)
{
	close_fd(&stream->fd);
	observer_free(stream->observer);
	stream->observer = NULL;
}

/* The source is another one now: what was before goes. */
static void begin(struct stream *stream, bool file)
{
	stream_drop_source(stream);
	drop_bytes(stream);
	if (file || stream->file)
		history_clear(&stream->history);
	page_file_release(&stream->pages);
	stream->file = file;
	stream->error = 0;
	stream->file_offset = 0;
	stream->synced = file;
	stream->touched = false;
	stream->history.file = file ? &stream->pages : NULL;
	stream->stats.state = ENGINE_CHANNEL_OPEN;
}

void stream_open(struct stream *stream, int fd, bool file)
{
	begin(stream, file);
	stream->fd = fd;
	stream->pages = page_file_whole(fd);
}

void stream_open_pages(struct stream *stream, const struct page_file *pages)
{
	begin(stream, true);
	stream->pages = *pages;
}

void stream_open_observer(struct stream *stream, struct observer *observer)
{
	begin(stream, false);
	stream->observer = observer;
	stream->synced = true;
}

static bool lacks(const struct formats *formats, const bool ids[TALLY_IDS])
{
	for (unsigned id = 0; id < TALLY_IDS; id++)
		if (ids[id] && !formats_event(formats, (uint16_t)id))
			return true;
	return false;
}

void stream_take_formats(struct stream *stream, const struct formats *formats, bool same_boot)
{
	if (stream->lacking && same_boot)
		history_set_formats(&stream->history, stream->lacking_row, formats->number);
	stream->lacking = stream->lacking && same_boot && lacks(formats, stream->shared->lacking);
}

void stream_set_formats(struct stream_shared *shared, const struct formats *formats)
{
	shared->formats = formats;
	for (unsigned id = 0; id < TALLY_IDS; id++) {
		const struct event_format *format =
			formats ? formats_event(formats, (uint16_t)id) : NULL;

		shared->intake.tally.by_id[id].wanted = format && format->comm_count;
		shared->lacking[id] = shared->lacking[id] && !format;
	}
}

/* ---- bytes into pages ---- */

/*
 * The bytes at at are no valid page, or it is not known whether a page starts there. Decide what
 * to do with them: returns how many to consume, 0 to wait for more.
 */
static size_t find_again(struct stream *stream, const uint8_t *bytes, size_t left, bool decide,
			 enum page_fault fault, uint64_t now)
{
	const struct page_geometry *geometry = &stream->shared->geometry;
	size_t size = geometry->size, window = (PAGE_FIND_RUN + 1) * size, at;

	if (left < window && !decide)
		return 0;
	/* One bad page among good ones is told apart by those right behind it. */
	if (stream->synced && left > window)
		left = window;
	stream_leave(stream);
	at = page_find(geometry, bytes, left);
	stream_enter(stream);
	if (stream->synced && (at % size == 0 || at == left)) {
		/* Pages go on where they should: this one alone is bad. */
		stream_take_bad(stream, bytes, fault, now);
		return size;
	}
	stream->synced = at < left;
	if (!stream->synced)
		at = left - size + 1;
	stream->gap += at;
	return at;
}

/* Have the bytes in hand, which lie at bytes, aside. What finds no memory is a gap. */
static void move_aside(struct stream *stream, const uint8_t *bytes)
{
	struct history *history = &stream->history;

	stream->aside = history_buffer(history);
	if (!stream->aside) {
		stream->gap += stream->have;
		stream->have = 0;
		stream->synced = false;
	}
	if (stream->have)
		memcpy(stream->aside, bytes, stream->have);
	history_drop_tail(history);
}

/* Where the bytes in hand lie; NULL when there are none. */
static uint8_t *bytes_in_hand(struct stream *stream)
{
	struct history *history = &stream->history;
	size_t room;

	if (!stream->aside && stream->have != history->pending) {
		/* The tail was needed elsewhere. */
		stream->aside = history->evicted;
		history->evicted = NULL;
		if (!stream->aside) {
			stream->gap += stream->have;
			stream->have = 0;
			stream->synced = false;
		}
	}
	if (stream->aside || !stream->have)
		return stream->aside;
	return history_tail(history, &room);
}

/*
 * Where to read the next bytes, behind those in hand, and how many there is room for: in the
 * history's tail, as long as pages follow each other and nothing is to be appended before them.
 * NULL without memory.
 */
static uint8_t *room_to_read(struct stream *stream, size_t *room)
{
	struct history *history = &stream->history;
	bool plain = !stream->file && !stream->gap && !stream->noted;
	uint8_t *bytes = bytes_in_hand(stream), *tail = NULL;

	if (stream->aside)
		plain = plain && stream->synced && stream->have < history->page_size;
	if (plain)
		tail = history_tail(history, room);
	if (tail && stream->aside) {
		memcpy(tail, bytes, stream->have);
		history_pend(history, stream->have);
		history_buffer_free(history, stream->aside);
		stream->aside = NULL;
	}
	if (!tail) {
		if (!stream->aside)
			move_aside(stream, bytes);
		*room = history_chunk_size(history);
		tail = stream->aside;
	}
	*room -= stream->have;
	return tail ? tail + stream->have : NULL;
}

/* Have the intake filled with the pages at bytes, one alone where it is not known that pages
 * follow each other, or the place of each counts. Returns as intake_fill(). */
static enum page_fault scan_pages(struct stream *stream, const uint8_t *bytes, size_t left)
{
	const struct stream_shared *shared = stream->shared;
	bool alone = !stream->synced || comms_keeps_first(shared->comms);
	size_t count = alone ? 1 : left / shared->geometry.size;
	const uint8_t *ahead = NULL;
	enum page_fault fault;

	if (!stream->file && !stream->aside)
		ahead = history_ahead(&stream->history, count * shared->geometry.size);
	stream_leave(stream);
	fault = intake_fill(stream->intake, &shared->geometry, shared->formats, bytes, count,
			    ahead);
	/* A stream's very first bytes mostly are a page's. */
	if (!stream->synced && !stream->touched && page_starts(&shared->geometry, bytes))
		stream->synced = true;
	stream->touched = true;
	stream_enter(stream);
	return fault;
}

/* Returns how many bytes were consumed. */
static size_t take_pages(struct stream *stream, uint8_t *bytes, bool decide, uint64_t now)
{
	size_t at = 0, size = stream->shared->geometry.size;

	while (stream->have - at >= size) {
		const uint8_t *page = bytes + at;
		enum page_fault fault = scan_pages(stream, page, stream->have - at);
		uint32_t good = stream->intake->page_count;
		size_t used;

		if (good && (gives_pages(stream) || stream->synced)) {
			stream_take_pages(stream, page, now);
			at += good * size;
			continue;
		}
		if (stream->file || (stream->observer && stream->aside)) {
			stream_take_bad(stream, page, fault, now);
			at += size;
			continue;
		}
		/* Gaps are appended, so that what follows must not lie in the tail. */
		if (!stream->aside)
			break;
		used = find_again(stream, page, stream->have - at, decide, fault, now);
		at += used;
		/* Nothing consumed: wait, unless a page was found right here. */
		if (!used && !(stream->synced && good))
			break;
	}
	return at;
}

/* Have those bytes in hand that are left behind used ones where the next are read to: returns
 * where. */
static uint8_t *keep_rest(struct stream *stream, uint8_t *bytes, size_t used)
{
	uint8_t *to = bytes;
	size_t room;

	stream->have -= used;
	stream->file_offset += used;
	if (!stream->aside) {
		history_pend(&stream->history, stream->have);
		if (!stream->have)
			return NULL;
		/* Behind the pages just taken, mostly where they are: those without a row took no
		 * place. */
		to = history_tail(&stream->history, &room);
	}
	if (to != bytes + used)
		memmove(to, bytes + used, stream->have);
	return to;
}

/* Returns true when something was consumed. */
static bool parse(struct stream *stream, bool decide, uint64_t now)
{
	uint8_t *bytes = bytes_in_hand(stream);
	bool aside, changed = false;

	do {
		size_t used = bytes ? take_pages(stream, bytes, decide, now) : 0;

		changed |= used;
		aside = stream->aside;
		if (bytes)
			bytes = keep_rest(stream, bytes, used);
		if (!aside && stream_undecided(stream)) {
			move_aside(stream, bytes);
			bytes = stream->aside;
		}
	} while (!aside && stream->aside);
	return changed;
}

static void end_source(struct stream *stream, enum engine_channel_state state, uint64_t now)
{
	size_t left;

	parse(stream, true, now);
	left = stream->have;
	drop_bytes(stream);
	stream_append_gap(stream, stream->gap + left, now);
	stream->gap = 0;
	stream->stats.state = state;
	stream_note_record(stream);
}

void stream_close(struct stream *stream, enum engine_channel_state state, uint64_t now)
{
	stream_enter(stream);
	end_source(stream, state, now);
	stream_leave(stream);
}

void stream_note(struct stream *stream, uint64_t note, bool rebooted, uint64_t now)
{
	uint8_t *bytes;

	stream_enter(stream);
	bytes = bytes_in_hand(stream);
	if (rebooted) {
		stream->gap += stream->have;
		stream->synced = gives_pages(stream);
		stream->touched = false;
	}
	/* What is appended takes the place of what lies in the tail. */
	if (rebooted || !stream->have)
		drop_bytes(stream);
	else if (!stream->aside)
		move_aside(stream, bytes);
	stream_append_note(stream, note, now);
	stream_leave(stream);
}

bool stream_undecided(const struct stream *stream)
{
	return stream->have >= stream->shared->geometry.size;
}

bool stream_idle(struct stream *stream, uint64_t now)
{
	bool changed;

	stream_enter(stream);
	changed = parse(stream, true, now);
	stream_note_record(stream);
	stream_leave(stream);
	return changed;
}

static void discard(struct stream *stream, size_t got)
{
	stream->stats.discarded += got + stream->have;
	drop_bytes(stream);
	stream->gap = 0;
	stream->synced = gives_pages(stream);
	stream->touched = false;
}

/* The console keeps a capture's files open too, so their offset is not the stream's alone. Bytes,
 * of room at most, 0 at the end, or -errno. */
static ssize_t read_source(struct stream *stream, uint8_t *to, size_t room, uint64_t now)
{
	ssize_t got;

	if (!to)
		return -ENOMEM;
	if (stream->file)
		return page_file_read(&stream->pages, to, room, stream->file_offset + stream->have);
	stream_leave(stream);
	if (stream->observer) {
		got = observer_read(stream->observer, to, room, now);
	} else {
		got = read(stream->fd, to, room);
		got = got < 0 ? -errno : got;
	}
	stream_enter(stream);
	return got;
}

bool stream_read(struct stream *stream, size_t budget, uint64_t now)
{
	bool changed = false;
	size_t room = 0, got, done;

	stream_enter(stream);
	for (done = 0; done < budget; done += got) {
		uint8_t *to = room_to_read(stream, &room);
		ssize_t ret = read_source(stream, to, room, now);

		if (ret == -EAGAIN || ret == -EINTR || (stream->observer && ret == OBSERVER_BOOT))
			break;
		if (ret <= 0) {
			stream->error = (int)ret;
			end_source(stream,
				   ret < 0	  ? ENGINE_CHANNEL_FAILED
				   : stream->file ? ENGINE_CHANNEL_INDEXED
						  : ENGINE_CHANNEL_ENDED,
				   now);
			changed = true;
			break;
		}
		got = (size_t)ret;
		stream->read_time = now;
		if (stream->shared->discard && !stream->file) {
			discard(stream, got);
			continue;
		}
		stream->have += got;
		if (!stream->aside)
			history_pend(&stream->history, stream->have);
		changed |= parse(stream, false, now);
		/* A channel that gave little is empty. One that gave much has more by now, mostly,
		 * and to ask costs less than to be woken. */
		if (!stream->file && got < room && got < BUSY) {
			done += got;
			break;
		}
	}
	stream_note_record(stream);
	/* Who sees that bytes came sees their pages, here and in a recording. */
	stream->stats.bytes += done;
	stream_leave(stream);
	return changed;
}
