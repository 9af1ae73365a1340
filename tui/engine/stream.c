// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/engine/page_find.h"

int stream_new(struct stream **stream, struct stream_shared *shared, unsigned cpu)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->shared = shared;
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

void stream_free(struct stream *stream)
{
	if (!stream)
		return;
	drop_bytes(stream);
	history_release(&stream->history);
	close_fd(&stream->fd);
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
	stream->synced = stream->file;
	stream->touched = false;
	rawfile_close(&stream->record);
	history_resize(&stream->history, stream->shared->geometry.size);
	if (stream->file)
		rewind_file(stream);
}

void stream_drop_source(struct stream *stream)
{
	close_fd(&stream->fd);
}

/* The source is another one now: what was before goes. */
static void begin(struct stream *stream, bool file)
{
	close_fd(&stream->fd);
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

void stream_set_formats(struct stream_shared *shared, const struct formats *formats)
{
	shared->formats = formats;
	for (unsigned id = 0; id < TALLY_IDS; id++) {
		const struct event_format *format = formats_event(formats, (uint16_t)id);

		shared->tally.by_id[id].wanted = format && format->comm_count;
	}
}

/* ---- pages into the history ---- */

/*
 * Times never run backwards within an epoch. The channels of a guest share theirs, so that one
 * wild time stamp on one CPU does not put this CPU's rows behind the others' for good. Files are
 * read one ahead of the other, so each counts for itself.
 */
static void follow_clock(struct stream *stream, struct entry *entry)
{
	uint32_t *epoch = stream->file ? &stream->epoch : &stream->shared->epoch;

	if (stream->epoch != *epoch)
		stream->last_ts = 0;
	/* What has no time of its own stands where its stream is. */
	if (entry->kind != ENTRY_PAGE)
		entry->first_ts = entry->last_ts = stream->last_ts;
	if (entry->first_ts < stream->last_ts)
		++*epoch;
	stream->epoch = *epoch;
}

static void append(struct stream *stream, struct entry *entry, const uint8_t *page, uint64_t now)
{
	const struct formats *formats = stream->shared->formats;

	follow_clock(stream, entry);
	if (entry->last_ts < entry->first_ts)
		entry->last_ts = entry->first_ts;
	stream->last_ts = entry->last_ts;
	entry->epoch = stream->epoch;
	entry->arrival = now;
	entry->formats = formats ? formats->number : STREAM_NO_FORMATS;
	if (!entry_rows(entry))
		return;
	/* Without memory the page is not held; it was counted and recorded all the same. */
	history_append(&stream->history, entry, page,
		       stream->file_offset +
			       (uint64_t)(page && stream->file ? page - stream->aside : 0));
	stream->stats.first_row = stream->history.first_row;
	stream->stats.next_row = stream->history.next_row;
	stream->stats.last_ts = stream->last_ts;
}

static void append_gap(struct stream *stream, uint64_t bytes, uint64_t now)
{
	struct entry entry = {
		.kind = ENTRY_GAP,
		.count = bytes,
	};

	if (!bytes)
		return;
	stream->stats.gaps++;
	stream->stats.skipped += bytes;
	append(stream, &entry, NULL, now);
}

static void learn_names(struct stream *stream, const uint8_t *page,
			const struct page_record *record)
{
	const struct stream_shared *shared = stream->shared;
	const uint8_t *data = page + record->offset;
	const struct event_format *format =
		formats_event(shared->formats,
			      page_u16(&shared->geometry, data + RECORD_TYPE_OFFSET));

	if (!format || record->size < format->least)
		return;
	for (uint32_t i = 0; i < format->comm_count; i++) {
		const struct comm_source *source = &format->comm[i];

		comms_learn(shared->comms,
			    (int32_t)page_u32(&shared->geometry, data + source->pid_offset),
			    stream->epoch, record->ts, (const char *)data + source->comm_offset,
			    source->comm_size);
	}
}

/* Number of a record on its page, counted again: hardly any record is asked for. */
static uint32_t number_of(const struct stream *stream, const uint8_t *page,
			  const struct page_record *wanted)
{
	struct page_cursor walk;
	struct page_record record;
	uint32_t number = 0;

	page_cursor_init(&walk, &stream->shared->geometry, page);
	while (page_next(&walk, &record) && record.offset != wanted->offset)
		number++;
	return number;
}

/* By the rule of a trace.dat; first_row is that of the page's first event. */
static void learn_first(struct stream *stream, const uint8_t *page,
			const struct page_record *record, uint64_t first_row)
{
	const struct stream_shared *shared = stream->shared;
	const uint8_t *data = page + record->offset;
	const struct event_format *format =
		formats_event(shared->formats,
			      page_u16(&shared->geometry, data + RECORD_TYPE_OFFSET));
	struct engine_position at = {
		.ts = stream_time(stream, record->ts),
		.row = first_row,
		.cpu = stream->stats.cpu,
		.epoch = stream->epoch,
	};

	if (!format || !format->names_printed || record->size < format->least)
		return;
	for (uint32_t i = 0; i < format->comm_count; i++) {
		const struct comm_source *source = &format->comm[i];
		int32_t pid = (int32_t)page_u32(&shared->geometry, data + source->pid_offset);

		if (!comms_wants_first(shared->comms, pid, &at))
			continue;
		at.row = first_row + number_of(stream, page, record);
		comms_learn_first(shared->comms, pid, &at, (const char *)data + source->comm_offset,
				  source->comm_size);
	}
}

/* What the tally of a page says: names of tasks, and events without a format. */
static void learn(struct stream *stream, const uint8_t *page, uint32_t events)
{
	bool first = comms_keeps_first(stream->shared->comms);
	const struct stream_shared *shared = stream->shared;
	const struct tally *tally = &shared->tally;

	for (uint32_t i = 0; i < tally->id_count; i++)
		if (!formats_event(shared->formats, tally->ids[i]))
			stream->stats.unknown_events += tally->by_id[tally->ids[i]].events;
	for (uint32_t i = 0; i < tally->found_count; i++)
		if (first)
			learn_first(stream, page, &tally->found[i],
				    stream->history.next_row - events);
		else
			learn_names(stream, page, &tally->found[i]);
}

static void end_record(struct stream *stream, int error)
{
	int ret = rawfile_close(&stream->record);

	stream->record_error = error ? error : ret;
}

static void record_page(struct stream *stream, const uint8_t *page)
{
	int ret;

	if (stream->record.fd < 0)
		return;
	ret = rawfile_append(&stream->record, page, stream->shared->geometry.size);
	stream->stats.recorded = stream->record.bytes;
	if (ret)
		end_record(stream, ret);
}

/* What was recorded of the bytes read just now can be found from here on. */
static void note_record(struct stream *stream)
{
	int ret = rawfile_note(&stream->record);

	if (ret)
		end_record(stream, ret);
}

static void take_page(struct stream *stream, const uint8_t *page, enum page_fault fault,
		      const struct page_summary *summary, uint64_t now)
{
	struct entry entry = {0};

	append_gap(stream, stream->gap, now);
	stream->gap = 0;
	record_page(stream, page);
	if (fault != PAGE_GOOD) {
		entry.kind = ENTRY_BAD;
		entry.fault = (uint8_t)fault;
		stream->stats.bad_pages++;
		append(stream, &entry, page, now);
		return;
	}
	entry.kind = ENTRY_PAGE;
	entry.first_ts = stream_time(stream, summary->first_ts);
	entry.last_ts = stream_time(stream, summary->last_ts);
	entry.events = summary->events;
	if (summary->lost_flag) {
		entry.flags = ENTRY_LOST;
		entry.count = summary->lost;
		stream->stats.lost += summary->lost;
		stream->stats.lost_unknown += !summary->lost;
	}
	stream->stats.pages++;
	stream->stats.events += summary->events;
	counts_add(&stream->shared->counts, &stream->shared->tally, summary->events);
	append(stream, &entry, page, now);
	if (stream->shared->formats)
		learn(stream, page, summary->events);
	else
		stream->stats.unknown_events += summary->events;
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
	struct page_summary none = {0};
	size_t size = geometry->size, window = (PAGE_FIND_RUN + 1) * size, at;

	if (left < window && !decide)
		return 0;
	/* One bad page among good ones is told apart by those right behind it. */
	if (stream->synced && left > window)
		left = window;
	at = page_find(geometry, bytes, left);
	if (stream->synced && (at % size == 0 || at == left)) {
		/* Pages go on where they should: this one alone is bad. */
		take_page(stream, bytes, fault, &none, now);
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
	bool plain = !stream->file && !stream->gap;
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

/* Returns how many bytes were consumed. */
static size_t take_pages(struct stream *stream, uint8_t *bytes, bool decide, uint64_t now)
{
	const struct page_geometry *geometry = &stream->shared->geometry;
	size_t at = 0;

	while (stream->have - at >= geometry->size) {
		const uint8_t *page = bytes + at;
		struct page_summary summary;
		enum page_fault fault = page_scan(geometry, page, &summary, &stream->shared->tally);
		size_t used;

		/* A stream's very first bytes mostly are a page's. */
		if (!stream->synced && !stream->touched && page_starts(geometry, page))
			stream->synced = true;
		stream->touched = true;
		if (stream->file || (stream->synced && fault == PAGE_GOOD)) {
			take_page(stream, page, fault, &summary, now);
			at += geometry->size;
			continue;
		}
		/* Gaps are appended, so that what follows must not lie in the tail. */
		if (!stream->aside)
			break;
		used = find_again(stream, page, stream->have - at, decide, fault, now);
		at += used;
		/* Nothing consumed: wait, unless a page was found right here. */
		if (!used && !(stream->synced && fault == PAGE_GOOD))
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

void stream_close(struct stream *stream, enum engine_channel_state state, uint64_t now)
{
	size_t left;

	parse(stream, true, now);
	left = stream->have;
	drop_bytes(stream);
	append_gap(stream, stream->gap + left, now);
	stream->gap = 0;
	stream->stats.state = state;
	note_record(stream);
}

bool stream_undecided(const struct stream *stream)
{
	return stream->have >= stream->shared->geometry.size;
}

bool stream_idle(struct stream *stream, uint64_t now)
{
	bool changed = parse(stream, true, now);

	note_record(stream);
	return changed;
}

static void discard(struct stream *stream, size_t got)
{
	stream->stats.discarded += got + stream->have;
	drop_bytes(stream);
	stream->gap = 0;
	stream->synced = false;
	stream->touched = false;
}

/* The console keeps a capture's files open too, so their offset is not the stream's alone. Bytes,
 * of room at most, 0 at the end, or -errno. */
static ssize_t read_source(struct stream *stream, uint8_t *to, size_t room)
{
	ssize_t got;

	if (!to)
		return -ENOMEM;
	if (stream->file)
		return page_file_read(&stream->pages, to, room, stream->file_offset + stream->have);
	got = read(stream->fd, to, room);
	return got < 0 ? -errno : got;
}

bool stream_read(struct stream *stream, size_t budget, uint64_t now)
{
	bool changed = false;
	size_t room = 0, got;

	for (size_t done = 0; done < budget; done += got) {
		uint8_t *to = room_to_read(stream, &room);
		ssize_t ret = read_source(stream, to, room);

		if (ret == -EAGAIN || ret == -EINTR)
			break;
		if (ret <= 0) {
			stream->error = (int)ret;
			stream_close(stream,
				     ret < 0	    ? ENGINE_CHANNEL_FAILED
				     : stream->file ? ENGINE_CHANNEL_INDEXED
						    : ENGINE_CHANNEL_ENDED,
				     now);
			return true;
		}
		got = (size_t)ret;
		stream->stats.bytes += got;
		stream->read_time = now;
		if (stream->shared->discard && !stream->file) {
			discard(stream, got);
			continue;
		}
		stream->have += got;
		if (!stream->aside)
			history_pend(&stream->history, stream->have);
		changed |= parse(stream, false, now);
		/* A channel that gave less than it might have is empty. */
		if (!stream->file && got < room)
			break;
	}
	note_record(stream);
	return changed;
}
