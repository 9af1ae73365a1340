// SPDX-License-Identifier: GPL-2.0-only
/* Answers to ENGINE_DETAIL. */
#include <stdlib.h>
#include <string.h>

#include "tui/engine/detail.h"
#include "tui/engine/rows_private.h"

_Static_assert(ROWS_PAYLOAD_MAX - sizeof(struct engine_rows) >= DETAIL_ROOM_LEAST,
	       "a detail fits a packet");

/* A row that is no event tells of a page, or of what stands where one should. */
static size_t detail_of_other(struct rows *rows, const struct place *place, uint8_t *to,
			      size_t room)
{
	const struct stream *stream = rows->streams[place->at.cpu];
	struct engine_detail what = {
		.at = place->at,
		.count = rows_count_of(place),
		.cpu = (uint16_t)stream->number,
	};
	uint8_t *buffer = malloc(rows->shared->geometry.size);
	const struct entry *entry;
	const uint8_t *page = NULL;
	struct printed printed;
	char text[ROWS_OTHER_MAX];
	uint64_t number;
	size_t length;

	rows_print(rows, place, &printed, text);
	what.kind = printed.kind;
	/* Where a file is not indexed yet the page is not known by its row. */
	entry = history_find_row(&stream->history, place->at.row, &number);
	if (buffer && entry && entry_has_page(entry) &&
	    stream->history.page_size == rows->shared->geometry.size)
		page = history_page(&stream->history, number, buffer);
	length = detail_of_page(to, room, &what, text, &rows->shared->geometry, page);
	free(buffer);
	return length;
}

static bool take(struct rows *rows, const struct place *place)
{
	uint8_t *to = rows->packet + rows->length;
	size_t room = ROWS_PAYLOAD_MAX - rows->length;
	struct print_job job;

	if (place->record) {
		rows_make_job(rows, place, &job);
		rows->length += detail_of_event(to, room, &rows->printer, &job, &place->at);
	} else {
		rows->length += detail_of_other(rows, place, to, room);
	}
	rows_header(rows)->count++;
	return true;
}

int rows_detail(struct rows *rows, const struct engine_detail_request *request)
{
	struct engine_view view = {
		.at = request->at,
		.origin = ENGINE_FROM_POSITION,
		.skip = request->step,
		.count = 1,
	};

	memcpy(view.cpus, request->cpus, sizeof(view.cpus));
	return rows_cut(rows, &view, take);
}
