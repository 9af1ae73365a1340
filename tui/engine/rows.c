// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Rows a view may ask for, and steps it may skip: screens, not files. */
#define VIEW_ROWS 4096
#define VIEW_SKIP 100000

/* Of a packet, header not counted. */
#define PAYLOAD_MAX (ENGINE_PACKET_MAX - sizeof(struct engine_header))

int rows_init(struct rows *rows)
{
	int ret = timeline_init(&rows->timeline);

	return ret ? ret : printer_init(&rows->printer);
}

void rows_release(struct rows *rows)
{
	timeline_release(&rows->timeline);
	printer_release(&rows->printer);
}

static struct engine_rows *rows_header(struct rows *rows)
{
	return (struct engine_rows *)rows->packet;
}

static void rows_begin(struct rows *rows)
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

static const struct formats *formats_of(const struct rows *rows, const struct entry *entry)
{
	uint32_t number = entry->formats == STREAM_NO_FORMATS ? 0 : entry->formats;

	return number < *rows->formats_count ? rows->formats[number % FORMATS_SETS] : NULL;
}

static struct print_job job_of(const struct rows *rows, const struct place *place)
{
	return (struct print_job){
		.formats = formats_of(rows, place->entry),
		.geometry = &rows->shared->geometry,
		.comms = rows->shared->comms,
		.data = place->record,
		.size = place->size,
		.cpu = place->at.cpu,
		.epoch = place->at.epoch,
		.ts = place->at.ts,
	};
}

/* What is to be said of a row that is no event. */
static void print_other(struct printed *printed, char *text, size_t size, const struct place *place)
{
	const struct entry *entry = place->entry;

	*printed = (struct printed){.pid = -1, .task = "", .event = "", .detail = text};
	if (entry->kind == ENTRY_GAP) {
		printed->kind = ENGINE_ROW_GAP;
		snprintf(text, size, "%" PRIu64 " bytes of the channel were no page", entry->count);
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

/* False when the packet is full. */
static bool append_row(struct rows *rows, const struct place *place)
{
	const struct entry *entry = place->entry;
	struct printed printed;
	struct engine_row row;
	char text[128];

	if (PAYLOAD_MAX - rows->length < sizeof(row) + 2 * ENGINE_NAME_MAX + ENGINE_TEXT_MAX + 8)
		return false;
	if (place->record) {
		const struct print_job job = job_of(rows, place);

		print_record(&rows->printer, &job, &printed);
	} else {
		print_other(&printed, text, sizeof(text), place);
	}
	row = (struct engine_row){
		.at = place->at,
		.count = place->lost || entry->kind == ENTRY_GAP ? entry->count : 0,
		.pid = printed.pid,
		.kind = printed.kind,
		.event_id = printed.event_id,
		.task_len = cut(strlen(printed.task), ENGINE_NAME_MAX),
		.event_len = cut(strlen(printed.event), ENGINE_NAME_MAX),
		.detail_len = cut(printed.detail_length, ENGINE_TEXT_MAX),
	};
	append(rows, &row, sizeof(row));
	append(rows, printed.task, row.task_len);
	append(rows, printed.event, row.event_len);
	append(rows, printed.detail, row.detail_len);
	while (rows->length % 8)
		rows->packet[rows->length++] = 0;
	rows_header(rows)->count++;
	return true;
}

/* Put the timeline on the view's top row. */
static void find_top(struct timeline *timeline, const struct engine_view *view, uint32_t count)
{
	int32_t skip = view->skip;
	uint64_t newer;

	if (skip > VIEW_SKIP)
		skip = VIEW_SKIP;
	if (skip < -VIEW_SKIP)
		skip = -VIEW_SKIP;
	if (view->origin == ENGINE_FROM_POSITION)
		timeline_seek(timeline, &view->at);
	else if (view->origin == ENGINE_FROM_TAIL)
		timeline_seek_tail(timeline);
	/* The window stays full: no further than count rows from the newest, before moving. */
	newer = timeline_newer(timeline);
	for (; newer < count && timeline_prev(timeline); newer++)
		;
	for (; skip > 0 && newer > count && timeline_next(timeline); skip--)
		newer--;
	for (; skip < 0 && timeline_prev(timeline); skip++)
		;
}

int rows_view(struct rows *rows, const struct engine_view *view)
{
	uint32_t count = view->count < VIEW_ROWS ? view->count : VIEW_ROWS;
	struct timeline *timeline = &rows->timeline;
	struct engine_rows *header = rows_header(rows);
	struct place place;
	int ret = timeline_begin(timeline, rows->streams, view->cpus);

	if (ret)
		return ret;
	find_top(timeline, view, count);
	rows_begin(rows);
	if (!timeline_older(timeline))
		header->flags |= ENGINE_ROWS_HEAD;
	header->total = timeline_older(timeline) + timeline_newer(timeline);
	while (header->count < count && timeline_peek(timeline, &place) && append_row(rows, &place))
		timeline_next(timeline);
	header->newer = timeline_newer(timeline);
	if (!header->newer)
		header->flags |= ENGINE_ROWS_TAIL;
	return 0;
}

static bool in_set(const uint8_t *cpus, unsigned cpu)
{
	return (cpus[cpu / 8] >> (cpu % 8)) & 1;
}

/* A file that is still being indexed may bring an older row than the one that is next. */
static bool indexing_ahead(const struct rows *rows, unsigned cpu)
{
	const struct stream *stream = rows->streams[cpu];

	return stream && stream->file && stream->stats.state == ENGINE_CHANNEL_OPEN &&
	       timeline_row(&rows->timeline, cpu) >= stream->history.next_row;
}

static bool all_ended(const struct rows *rows)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (rows->streams[cpu] && rows->streams[cpu]->stats.state == ENGINE_CHANNEL_OPEN)
			return false;
	return true;
}

/* Must a row wait for older ones of other CPUs? */
static bool unsettled(const struct rows *rows, const struct place *place, uint64_t now)
{
	const struct stream *stream = rows->streams[place->at.cpu];

	return !stream->file && now - place->entry->arrival < ROWS_SETTLE_MS;
}

int rows_pull(struct rows *rows, const struct engine_pull *pull, uint64_t now, uint64_t *settles)
{
	struct timeline *timeline = &rows->timeline;
	struct engine_rows *header = rows_header(rows);
	struct place place;
	bool ahead = false;
	int ret = timeline_begin(timeline, rows->streams, pull->cpus);

	if (ret)
		return ret;
	*settles = 0;
	rows_begin(rows);
	if (pull->flags & ENGINE_PULL_RESET)
		for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++)
			rows->pulled[i] =
				rows->streams[i] ? rows->streams[i]->history.first_row : 0;
	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++)
		if (rows->streams[i] && in_set(pull->cpus, i)) {
			header->skipped += timeline_seek_row(timeline, i, rows->pulled[i]);
			ahead |= indexing_ahead(rows, i);
		}
	while (header->count < pull->count) {
		if (ahead || !timeline_peek(timeline, &place)) {
			header->flags |= ENGINE_ROWS_DRY;
			break;
		}
		if (!(pull->flags & ENGINE_PULL_ALL) && unsettled(rows, &place, now)) {
			header->flags |= ENGINE_ROWS_DRY;
			*settles = place.entry->arrival + ROWS_SETTLE_MS;
			break;
		}
		if (!append_row(rows, &place))
			break;
		timeline_next(timeline);
		ahead = indexing_ahead(rows, place.at.cpu);
	}
	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++)
		if (rows->streams[i] && in_set(pull->cpus, i))
			rows->pulled[i] = timeline_row(timeline, i);
	header->newer = timeline_newer(timeline);
	header->total = timeline_older(timeline) + header->newer;
	if ((header->flags & ENGINE_ROWS_DRY) && !header->newer && all_ended(rows))
		header->flags |= ENGINE_ROWS_END;
	return 0;
}
