// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/rows_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/engine/ahead.h"

/* Bytes of a record that may be printed with the next one: entries of function_graph have 24. */
#define FIRST_OF_TWO_MAX 64

int rows_init(struct rows *rows)
{
	int ret = timeline_init(&rows->timeline);

	if (!ret)
		ret = line_style_init(&rows->style);
	return ret ? ret : printer_init(&rows->printer);
}

void rows_release(struct rows *rows)
{
	timeline_release(&rows->timeline);
	line_style_release(&rows->style);
	printer_release(&rows->printer);
	filter_set_release(&rows->shown);
	filter_set_release(&rows->found);
}

void rows_clear(struct rows *rows)
{
	rows->length = sizeof(struct engine_rows);
	memset(rows->packet, 0, rows->length);
}

static uint16_t cut(size_t length, size_t limit)
{
	return (uint16_t)(length < limit ? length : limit);
}

static void append(struct rows *rows, const void *bytes, size_t length)
{
	memcpy(rows->packet + rows->length, bytes, length);
	rows->length += length;
}

const struct formats *rows_formats_of(const struct rows *rows, const struct entry *entry)
{
	uint32_t number = entry->formats == STREAM_NO_FORMATS ? 0 : entry->formats;

	return number < *rows->formats_count ? rows->formats[number % FORMATS_SETS] : NULL;
}

/* The job of an event's row. Field by field: it is in the way of every row. */
void rows_make_job(const struct rows *rows, const struct place *place, struct print_job *job)
{
	job->formats = rows_formats_of(rows, place->entry);
	job->geometry = &rows->shared->geometry;
	job->comms = rows->shared->comms;
	job->data = place->record;
	job->size = place->size;
	job->cpu = rows->streams[place->at.cpu]->number;
	job->epoch = place->at.epoch;
	job->ts = place->at.ts;
	job->ticks = rows->style.ticks;
	job->slot = place->at.cpu;
	job->row = place->at.row;
	print_find_format(job);
}

/* What is to be said of a row that is no event. */
static void print_other(const struct rows *rows, struct printed *printed, char *text, size_t size,
			const struct place *place)
{
	const struct entry *entry = place->entry;

	*printed = (struct printed){.pid = -1, .task = "", .event = "", .detail = text};
	if (entry->kind == ENTRY_GAP) {
		printed->kind = ENGINE_ROW_GAP;
		snprintf(text, size, "%" PRIu64 " bytes of the channel were no page", entry->count);
	} else if (entry->kind == ENTRY_NOTE) {
		printed->kind = ENGINE_ROW_NOTE;
		snprintf(text, size, "%s", notes_text(&rows->shared->notes, entry->count));
	} else if (entry->kind == ENTRY_BAD) {
		printed->kind = ENGINE_ROW_BAD_PAGE;
		snprintf(text, size, "%s", page_fault_text(entry->fault));
	} else if (place->lost) {
		printed->kind = ENGINE_ROW_LOST;
		if (entry->count)
			snprintf(text, size, "%" PRIu64 " events lost", entry->count);
		else
			snprintf(text, size, "events lost, the guest does not say how many");
	} else {
		printed->kind = ENGINE_ROW_BAD_PAGE;
		snprintf(text, size, "the page can't be read from its file any more");
	}
	printed->detail_length = strlen(text);
}

/* The buffer of an instance in a trace.dat, "NAME: " or "": details on a screen begin with it. */
static const char *buffer_of(const struct stream *stream)
{
	const char *prefix = stream->prefix ? stream->prefix : "";

	return prefix + strspn(prefix, " ");
}

void rows_print(struct rows *rows, const struct place *place, struct printed *printed, char *text)
{
	struct print_job job;

	if (!place->record) {
		print_other(rows, printed, text, ROWS_OTHER_MAX, place);
		return;
	}
	rows_make_job(rows, place, &job);
	print_record(&rows->printer, &job, printed);
}

bool rows_append(struct rows *rows, const struct place *place)
{
	const struct stream *stream = rows->streams[place->at.cpu];
	const char *buffer = buffer_of(stream);
	uint16_t buffer_len = cut(strlen(buffer), ENGINE_NAME_MAX);
	struct printed printed;
	struct engine_row row;
	char text[ROWS_OTHER_MAX];

	if (ROWS_PAYLOAD_MAX - rows->length <
	    sizeof(row) + 2 * ENGINE_NAME_MAX + ENGINE_TEXT_MAX + 8)
		return false;
	rows_print(rows, place, &printed, text);
	row = (struct engine_row){
		.at = place->at,
		.count = rows_count_of(place),
		.pid = printed.pid,
		.kind = printed.kind,
		.event_id = printed.event_id,
		.task_len = cut(strlen(printed.task), ENGINE_NAME_MAX),
		.event_len = cut(strlen(printed.event), ENGINE_NAME_MAX),
		.detail_len = cut(buffer_len + printed.detail_length, ENGINE_TEXT_MAX),
		.cpu = (uint16_t)stream->number,
	};
	append(rows, &row, sizeof(row));
	append(rows, printed.task, row.task_len);
	append(rows, printed.event, row.event_len);
	append(rows, buffer, buffer_len);
	append(rows, printed.detail, row.detail_len - buffer_len);
	while (rows->length % 8)
		rows->packet[rows->length++] = 0;
	rows_header(rows)->count++;
	rows_header(rows)->events += printed.kind <= ENGINE_ROW_MALFORMED;
	return true;
}

int rows_begin(struct rows *rows, const uint8_t *cpus)
{
	filter_set_refresh(&rows->shown, rows->shared->comms);
	rows->timeline.filter = &rows->shown;
	rows->timeline.find = NULL;
	return timeline_begin(&rows->timeline, rows->streams, cpus);
}

bool rows_indexing_at(const struct rows *rows, unsigned cpu)
{
	const struct stream *stream = rows->streams[cpu];

	return stream && stream->file && stream->stats.state == ENGINE_CHANNEL_OPEN &&
	       timeline_row(&rows->timeline, cpu) >= stream->history.next_row;
}

bool rows_indexing_ahead(const struct rows *rows, const uint8_t *cpus)
{
	bool ahead = false;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS && !ahead; cpu++)
		ahead = rows->streams[cpu] && rows_has(cpus, cpu) && rows_indexing_at(rows, cpu);
	return ahead;
}

static bool all_ended(const struct rows *rows)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (rows->streams[cpu] && rows->streams[cpu]->stats.state == ENGINE_CHANNEL_OPEN)
			return false;
	return true;
}

bool rows_unsettled(const struct rows *rows, uint32_t cpu, const struct entry *entry, uint64_t now)
{
	return !rows->streams[cpu]->file && now - entry->arrival < ROWS_SETTLE_MS;
}

/* ---- text ---- */

static void put_other(struct rows *rows, const struct place *place)
{
	unsigned cpu = rows->streams[place->at.cpu]->number;
	const struct entry *entry = place->entry;
	struct out *out = &rows->out;

	if (entry->kind == ENTRY_GAP)
		line_gap(out, cpu, entry->count);
	else if (entry->kind == ENTRY_NOTE)
		line_note(out, cpu, notes_text(&rows->shared->notes, entry->count));
	else if (entry->kind == ENTRY_BAD)
		line_bad_page(out, cpu, page_fault_text(entry->fault));
	else if (place->lost)
		line_lost(out, cpu, entry->count);
	else
		line_bad_page(out, cpu, "it can't be read from its file any more");
}

/*
 * Append the line of a row, with the record that comes behind it, if any; job is its own, NULL of
 * one that is no event. *took_next as line_record(). False when the packet is full: a line that
 * does not even fit an empty one is cut.
 */
/*
 * In a trace.dat with instances, the buffer that the row is of. trace-cmd prints it once for an
 * event and the lost ones before it, and so on one line only.
 */
static void put_prefix(struct out *out, const char *prefix, const struct entry *entry, uint64_t row)
{
	if (prefix && (entry->kind != ENTRY_PAGE || !(entry->flags & ENTRY_LOST) ||
		       row != entry->first_row + 1))
		out_string(out, prefix);
}

static bool append_line(struct rows *rows, const struct place *place, const struct print_job *job,
			const struct record *next, bool *took_next)
{
	struct engine_rows *header = rows_header(rows);
	char *start = rows->out.at;

	*took_next = false;
	put_prefix(&rows->out, rows->streams[place->at.cpu]->prefix, place->entry, place->at.row);
	if (job)
		*took_next = line_record(&rows->out, &rows->style, &rows->printer, job, next);
	else
		put_other(rows, place);
	if (!out_left(&rows->out)) {
		if (header->count) {
			rows->out.at = start;
			return false;
		}
		rows->out.at[-1] = '\n';
	}
	header->count += 1 + *took_next;
	header->events += job ? 1 : 0;
	return true;
}

/* The line of a row that may take the next one in; it lies in another place by then. */
static bool pull_both(struct rows *rows, const struct place *place, struct print_job *job)
{
	struct timeline *timeline = &rows->timeline;
	uint8_t copy[FIRST_OF_TWO_MAX];
	bool both = false, took_next;
	struct record next;
	struct place other;

	memcpy(copy, job->data, job->size);
	job->data = copy;
	timeline_next(timeline);
	if (!rows_indexing_at(rows, place->at.cpu)) {
		if (timeline_peek(timeline, &other) && other.record) {
			struct print_job other_job;

			rows_make_job(rows, &other, &other_job);
			next = print_view(&other_job);
			both = true;
		}
		if (!timeline->stopped &&
		    append_line(rows, place, job, both ? &next : NULL, &took_next)) {
			if (took_next)
				timeline_next(timeline);
			return true;
		}
	}
	timeline_prev(timeline);
	return false;
}

static bool pull_line(struct rows *rows, const struct place *place)
{
	struct print_job job;
	bool took_next;

	if (place->record) {
		rows_make_job(rows, place, &job);
		if (job.format && job.format->program.wants_next && job.size <= FIRST_OF_TWO_MAX)
			return pull_both(rows, place, &job);
	}
	if (!append_line(rows, place, place->record ? &job : NULL, NULL, &took_next))
		return false;
	timeline_next(&rows->timeline);
	return true;
}

/* The lines of a run's events, at most so many, up to one that is not its own line or finds no
 * room. Passes them; returns how many. */
static uint32_t pull_run(struct rows *rows, const struct timeline_run *run, uint32_t most)
{
	const char *prefix = rows->streams[run->cpu]->prefix;
	const struct place first = {
		.at = {.cpu = run->cpu, .epoch = run->entry->epoch},
		.entry = run->entry,
		.record = run->page + run->records->offset,
	};
	uint32_t count = run->count < most ? run->count : most, done;
	struct print_job job;

	rows_make_job(rows, &first, &job);
	for (done = 0; done < count; done++) {
		const struct page_record *record = &run->records[done];
		char *start = rows->out.at;

		job.data = run->page + record->offset;
		job.size = record->size;
		job.ts = record->ts;
		job.row = run->row + done;
		print_find_format(&job);
		if (job.format && job.format->program.wants_next)
			break;
		put_prefix(&rows->out, prefix, run->entry, job.row);
		line_record(&rows->out, &rows->style, &rows->printer, &job, NULL);
		if (!out_left(&rows->out)) {
			rows->out.at = start;
			break;
		}
	}
	if (done)
		timeline_pass(&rows->timeline, done);
	rows_header(rows)->count += done;
	rows_header(rows)->events += done;
	return done;
}

/* Lines as long as nothing stands in their way; false when the next row is to be looked at. */
static bool pull_lines(struct rows *rows, const struct engine_pull *pull, uint64_t now,
		       uint32_t *cpu)
{
	struct timeline_run run;

	if (!timeline_run(&rows->timeline, &run))
		return false;
	*cpu = run.cpu;
	if (!(pull->flags & ENGINE_PULL_ALL) && rows_unsettled(rows, run.cpu, run.entry, now))
		return false;
	return pull_run(rows, &run, pull->count - rows_header(rows)->events);
}

static bool pull_row(struct rows *rows, const struct place *place)
{
	if (!rows_append(rows, place))
		return false;
	timeline_next(&rows->timeline);
	return true;
}

/* A pull's answer is text in the next slot. */
static void text_begin(struct rows *rows, const struct engine_pull *pull)
{
	struct engine_lines *lines = (struct engine_lines *)rows->packet;

	memset(lines, 0, sizeof(*lines));
	lines->slot = rows->slot++ % ENGINE_TEXT_SLOTS;
	rows->length = sizeof(*lines);
	rows->style.ticks = pull->flags & ENGINE_PULL_TICKS;
	if (pull->flags & ENGINE_PULL_RESET)
		line_style_reset(&rows->style);
	out_init(&rows->out, rows->text + (size_t)lines->slot * ENGINE_TEXT_SLOT, ENGINE_TEXT_SLOT);
}

static void text_end(struct rows *rows)
{
	struct engine_lines *lines = (struct engine_lines *)rows->packet;

	lines->length = ENGINE_TEXT_SLOT - (uint32_t)out_left(&rows->out);
}

static bool enough(const struct engine_rows *header, const struct engine_pull *pull)
{
	return (pull->flags & ENGINE_PULL_TEXT ? header->events : header->count) >= pull->count;
}

/* One stream's rows come in order, whatever others bring. */
static bool is_alone(const struct rows *rows, const uint8_t *cpus)
{
	unsigned streams = 0;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		streams += rows->streams[cpu] && rows_has(cpus, cpu);
	return streams == 1;
}

int rows_pull(struct rows *rows, const struct engine_pull *asked, uint64_t now, uint64_t *settles)
{
	struct timeline *timeline = &rows->timeline;
	struct engine_rows *header = rows_header(rows);
	bool ahead, text = asked->flags & ENGINE_PULL_TEXT;
	struct place place;
	uint64_t ends, before;
	struct engine_pull own = *asked, *pull = &own;
	int ret = rows_begin(rows, pull->cpus);

	if (ret)
		return ret;
	*settles = 0;
	if (is_alone(rows, pull->cpus))
		own.flags |= ENGINE_PULL_ALL;
	if (text)
		text_begin(rows, pull);
	else
		rows_clear(rows);
	if (pull->flags & ENGINE_PULL_RESET)
		for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++)
			rows->pulled[i] =
				rows->streams[i] ? rows->streams[i]->history.first_row : 0;
	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++)
		if (rows->streams[i] && rows_has(pull->cpus, i))
			header->skipped += timeline_seek_row(timeline, i, rows->pulled[i]);
	ahead = rows_indexing_ahead(rows, pull->cpus);
	before = timeline_newer(timeline);
	while (!enough(header, pull)) {
		bool there;
		uint32_t cpu;

		if (text && !ahead && pull_lines(rows, pull, now, &cpu)) {
			ahead = rows_indexing_at(rows, cpu);
			continue;
		}
		ends = timeline->ends;
		there = !ahead && timeline_peek(timeline, &place);
		/* A filter may have passed all that a stream has. */
		if (ends != timeline->ends)
			ahead = rows_indexing_ahead(rows, pull->cpus);
		if (!there || ahead) {
			header->flags |= timeline->stopped ? ENGINE_ROWS_MORE : ENGINE_ROWS_DRY;
			break;
		}
		if (!(pull->flags & ENGINE_PULL_ALL) &&
		    rows_unsettled(rows, place.at.cpu, place.entry, now)) {
			header->flags |= ENGINE_ROWS_DRY;
			*settles = place.entry->arrival + ROWS_SETTLE_MS;
			break;
		}
		/* False when the packet is full, or the row can't be given yet. */
		if (text ? !pull_line(rows, &place) : !pull_row(rows, &place)) {
			/* Then it waits for what belongs to it. */
			if (timeline->stopped)
				header->flags |= ENGINE_ROWS_MORE;
			else if (!header->count)
				header->flags |= ENGINE_ROWS_DRY;
			break;
		}
		ahead = rows_indexing_at(rows, place.at.cpu);
	}
	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++)
		if (rows->streams[i] && rows_has(pull->cpus, i))
			rows->pulled[i] = timeline_row(timeline, i);
	if (text)
		text_end(rows);
	header->hidden = before - timeline_newer(timeline) - header->count;
	header->newer = timeline_newer(timeline);
	header->total = timeline_older(timeline) + header->newer;
	if ((header->flags & ENGINE_ROWS_DRY) && !header->newer && all_ended(rows))
		header->flags |= ENGINE_ROWS_END;
	return 0;
}

int rows_find(struct rows *rows, const struct engine_find *find, struct engine_found *found)
{
	enum timeline_way way = find->way == ENGINE_FIND_NEXT ? TIMELINE_NEXT : TIMELINE_PREV;
	struct timeline *timeline = &rows->timeline;
	struct engine_position at = find->at;
	int ret = rows_begin(rows, find->cpus);

	if (ret)
		return ret;
	timeline->find = &rows->found;
	if (find->origin == ENGINE_FROM_POSITION && !ahead_settle(rows->streams, &at)) {
		snprintf(found->reason, sizeof(found->reason),
			 "the file is not read as far as this yet: look again in a moment");
		return -EAGAIN;
	}
	if (find->origin == ENGINE_FROM_TAIL)
		timeline_seek_tail(timeline);
	else if (find->origin == ENGINE_FROM_POSITION)
		timeline_seek_from(timeline, &at, way, find->here);
	found->found = timeline_look(timeline, way, &found->at);
	found->more = timeline->stopped;
	return 0;
}
