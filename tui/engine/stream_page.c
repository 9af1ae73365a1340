// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "tui/engine/stream_private.h"

/*
 * Times never run backwards within an epoch. The channels of a guest share theirs, so that one
 * wild time stamp on one CPU does not put this CPU's rows behind the others' for good. Files are
 * read one ahead of the other, so each counts for itself.
 */
static void follow_clock(struct stream *stream, struct entry *entry)
{
	uint32_t *epoch = stream->file ? &stream->epoch : &stream->shared->epoch;

	/* It belongs to what was before, whatever other streams have brought since. */
	if (entry->kind == ENTRY_NOTE && stream->history.next_row) {
		entry->first_ts = entry->last_ts = stream->last_ts;
		return;
	}
	if (stream->epoch != *epoch)
		stream->last_ts = 0;
	/* What has no time of its own stands where its stream is. */
	if (entry->kind == ENTRY_BAD || entry->kind == ENTRY_GAP)
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
	if (!stream->start_ts && entry->kind == ENTRY_PAGE) {
		stream->start_ts = entry->first_ts;
		stream->start_epoch = entry->epoch;
	}
	entry->arrival = now;
	entry->formats = formats ? formats->number : stream->shared->awaited;
	if (!entry_rows(entry))
		return;
	if (stream->paused && entry->kind == ENTRY_PAGE) {
		entry->flags |= ENTRY_PAUSED;
		stream->paused = false;
	}
	/* Without memory the page is not held; it was counted and recorded all the same. */
	history_append(&stream->history, entry, page,
		       stream->file_offset +
			       (uint64_t)(page && stream->file ? page - stream->aside : 0));
	stream->stats.first_row = stream->history.first_row;
	stream->stats.next_row = stream->history.next_row;
	stream->stats.last_ts = stream->last_ts;
	stream->stats.epoch = stream->epoch;
}

/* A stream that has no time yet gets its note with its first page. */
void stream_append_note(struct stream *stream, uint64_t note, uint64_t now)
{
	struct entry entry = {.kind = ENTRY_NOTE, .count = note};

	stream_append_gap(stream, stream->gap, now);
	stream->gap = 0;
	stream->paused = true;
	stream->noted = !stream->history.next_row;
	stream->note = note;
	if (!stream->noted)
		append(stream, &entry, NULL, now);
}

void stream_append_gap(struct stream *stream, uint64_t bytes, uint64_t now)
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

/* A name counts from when it was first seen; seen last, it may be there again after another
 * stream's. */
static void learn_names(struct stream *stream)
{
	struct comms *comms = stream->shared->comms;
	const struct intake *intake = stream->intake;

	for (uint32_t i = 0; i < intake->name_count; i++) {
		const struct intake_name *name = &intake->names[i];

		comms_learn(comms, name->pid, stream->epoch, name->first, name->comm, name->size);
		if (name->last != name->first)
			comms_learn(comms, name->pid, stream->epoch, name->last, name->comm,
				    name->size);
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

/* What the sums of the intake say: names of tasks, and events without a format. page: its only
 * one, where names go by the rule of a trace.dat. */
static void learn(struct stream *stream, const uint8_t *page)
{
	struct stream_shared *shared = stream->shared;
	const struct intake *intake = stream->intake;
	const struct tally *tally = &intake->tally;
	uint64_t unknown = 0;

	for (uint32_t i = 0; i < intake->id_count; i++) {
		uint16_t id = intake->ids[i];

		if (formats_event(shared->formats, id))
			continue;
		unknown += intake->by_id[id];
		shared->lacking[id] = true;
	}
	stream->stats.unknown_events += unknown;
	if (unknown && !stream->lacking) {
		/* Each page may have a row for lost events. */
		uint64_t rows = (uint64_t)intake->events + intake->page_count;

		stream->lacking = true;
		stream->lacking_row =
			stream->history.next_row > rows ? stream->history.next_row - rows : 0;
	}
	if (!comms_keeps_first(shared->comms)) {
		learn_names(stream);
		return;
	}
	for (uint32_t i = 0; i < tally->found_count; i++)
		learn_first(stream, page, &tally->found[i],
			    stream->history.next_row - intake->events);
}

void stream_leave(struct stream *stream)
{
	stream->history.pinned = !stream->aside;
	pthread_mutex_unlock(&stream->shared->lock);
}

void stream_enter(struct stream *stream)
{
	pthread_mutex_lock(&stream->shared->lock);
	stream->history.pinned = false;
}

static void end_record(struct stream *stream, int error)
{
	int ret = rawfile_close(&stream->record);

	stream->record_error = error ? error : ret;
}

/* Recordings of all streams share one limit. */
static int record_page(struct stream *stream, const uint8_t *page, uint32_t size)
{
	if (atomic_fetch_sub(&stream->shared->record_room, size) < (int64_t)size)
		return ENGINE_AT_LIMIT;
	return rawfile_append(&stream->record, page, size);
}

static void record_pages(struct stream *stream, const uint8_t *bytes, uint32_t count)
{
	uint32_t size = stream->shared->geometry.size;
	int ret = 0;

	if (stream->record.fd < 0)
		return;
	stream_leave(stream);
	for (; count && !ret; count--, bytes += size)
		ret = record_page(stream, bytes, size);
	stream_enter(stream);
	stream->stats.recorded = stream->record.bytes;
	if (ret)
		end_record(stream, ret);
}

void stream_note_record(struct stream *stream)
{
	int ret = rawfile_note(&stream->record);

	if (ret)
		end_record(stream, ret);
}

struct entry stream_describe(const struct stream *stream, enum page_fault fault,
			     const struct page_summary *summary)
{
	struct entry entry = {.kind = ENTRY_BAD, .fault = (uint8_t)fault};

	if (fault != PAGE_GOOD)
		return entry;
	entry.kind = ENTRY_PAGE;
	entry.first_ts = stream_time(stream, summary->first_ts);
	entry.last_ts = stream_time(stream, summary->last_ts);
	entry.events = summary->events;
	if (summary->lost_flag) {
		entry.flags = ENTRY_LOST;
		entry.count = summary->lost;
	}
	return entry;
}

static void take_gap(struct stream *stream, uint64_t now)
{
	stream_append_gap(stream, stream->gap, now);
	stream->gap = 0;
}

static void take_note(struct stream *stream, uint64_t ts, uint64_t now)
{
	struct entry entry = {.kind = ENTRY_NOTE,
			      .count = stream->note,
			      .first_ts = ts,
			      .last_ts = ts};

	if (!stream->noted)
		return;
	stream->noted = false;
	append(stream, &entry, NULL, now);
}

void stream_take_bad(struct stream *stream, const uint8_t *page, enum page_fault fault,
		     uint64_t now)
{
	const struct page_summary none = {0};
	struct entry entry = stream_describe(stream, fault, &none);

	record_pages(stream, page, 1);
	take_gap(stream, now);
	stream->stats.bad_pages++;
	append(stream, &entry, page, now);
}

static void take_good(struct stream *stream, const uint8_t *page,
		      const struct page_summary *summary, uint64_t now)
{
	struct entry entry = stream_describe(stream, PAGE_GOOD, summary);

	if (summary->lost_flag) {
		stream->stats.lost += summary->lost;
		stream->stats.lost_unknown += !summary->lost;
	}
	append(stream, &entry, page, now);
}

void stream_take_pages(struct stream *stream, const uint8_t *bytes, uint64_t now)
{
	const struct intake *intake = stream->intake;

	record_pages(stream, bytes, intake->page_count);
	take_gap(stream, now);
	take_note(stream, stream_time(stream, intake->pages[0].first_ts), now);
	for (uint32_t i = 0; i < intake->page_count; i++)
		take_good(stream, bytes + (size_t)i * stream->shared->geometry.size,
			  &intake->pages[i], now);
	stream->stats.pages += intake->page_count;
	stream->stats.events += intake->events;
	counts_add(&stream->shared->counts, intake);
	if (stream->shared->formats)
		learn(stream, bytes);
	else if (!stream->shared->awaited) /* else those are on their way */
		stream->stats.unknown_events += intake->events;
}
