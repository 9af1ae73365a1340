// SPDX-License-Identifier: GPL-2.0-only
/* With a filter: which rows of a page pass, and the way to the next page that has some. */
#include "tui/engine/timeline_private.h"

bool cursor_is_filtered(const struct cursor *cursor)
{
	const struct timeline *timeline = cursor->timeline;

	return (timeline->filter && timeline->filter->on) || timeline->find;
}

/* Is the page known to have no row to show? */
static bool known_empty(const struct cursor *cursor, const struct entry *entry)
{
	const struct filter_set *filter = cursor->timeline->filter;

	return filter && filter->on && entry->filter == filter->serial && !entry->shown;
}

/* A filter for one page's records. */
struct sieve {
	bool all;
	const struct filter *filter; /* NULL: none passes, unless all do */
};

static struct sieve sieve_of(const struct filter_set *set, uint32_t formats)
{
	if (!set || !set->on)
		return (struct sieve){.all = true};
	return (struct sieve){
		.filter = filter_set_of(set, formats == STREAM_NO_FORMATS ? 0 : formats),
	};
}

static inline bool sieve_passes(const struct sieve *sieve, const struct filter_record *record)
{
	return sieve->all || (sieve->filter && filter_passes(sieve->filter, record));
}

/* The records of a page that pass, as rows from first on. */
static uint32_t sift_records(struct cursor *cursor, uint32_t first, uint32_t rows, uint32_t count)
{
	const struct entry *entry = cursor->entry;
	const struct sieve shown = sieve_of(cursor->timeline->filter, entry->formats);
	const struct sieve found = sieve_of(cursor->timeline->find, entry->formats);
	struct filter_record record = {.cpu = cursor->stream->number, .epoch = entry->epoch};

	for (uint32_t i = 0; i < cursor->record_count && first + i < rows; i++) {
		const struct page_record *at = &cursor->records[i];

		record.data = cursor->data + at->offset;
		record.size = at->size;
		record.ts = at->ts;
		/* Written in any case and counted if it passes: nobody can predict which do. */
		cursor->shown[count] = first + i;
		count += sieve_passes(&shown, &record) && sieve_passes(&found, &record);
	}
	return count;
}

/* Which rows of the page pass. What is no event, or can't be read, is shown but never found. */
static void cursor_sift(struct cursor *cursor)
{
	const struct timeline *timeline = cursor->timeline;
	const struct entry *entry = cursor->entry;
	uint32_t rows = (uint32_t)entry_rows(entry), count = 0, first, row;

	if (rows > cursor->shown_room)
		rows = cursor->shown_room;
	first = entry->kind == ENTRY_PAGE ? entry->flags & ENTRY_LOST : 0;
	for (row = 0; row < first && !timeline->find; row++)
		cursor->shown[count++] = row;
	row = first;
	if (entry->kind == ENTRY_PAGE) {
		count = sift_records(cursor, first, rows, count);
		row += cursor->record_count;
	}
	for (; row < rows && !timeline->find; row++)
		cursor->shown[count++] = row;
	cursor->shown_count = count;
	cursor->sifted = true;
	if (!timeline->find)
		history_note_shown(&cursor->stream->history, cursor->page, timeline->filter->serial,
				   count);
}

/* The row that passes on that side of row, which is in the page that is decoded, within it. */
static bool cursor_pick(struct cursor *cursor, uint64_t row, enum timeline_way way,
			uint64_t *picked)
{
	uint32_t in_page = (uint32_t)(row - cursor->entry->first_row), low = 0, high;

	if (!cursor->sifted)
		cursor_sift(cursor);
	/* The first that is not before row. */
	for (high = cursor->shown_count; low < high;) {
		uint32_t middle = low + (high - low) / 2;

		if (cursor->shown[middle] < in_page)
			low = middle + 1;
		else
			high = middle;
	}
	if (way == TIMELINE_PREV && (low == cursor->shown_count || cursor->shown[low] > in_page)) {
		if (!low)
			return false;
		low--;
	}
	if (low == cursor->shown_count)
		return false;
	*picked = cursor->entry->first_row + cursor->shown[low];
	return true;
}

/* Where the page that holds row begins on that side: no row of it comes before. */
static bool cursor_bound(struct cursor *cursor, uint64_t row, enum timeline_way way)
{
	const struct entry *entry;
	uint64_t page;

	entry = history_find_row(&cursor->stream->history, row, &page);
	if (!entry)
		return false;
	cursor->bound[way] = true;
	cursor->beside[way] = (struct engine_position){
		.ts = way == TIMELINE_NEXT ? entry->first_ts : entry->last_ts,
		.row = row,
		.cpu = cursor->stream->stats.cpu,
		.epoch = entry->epoch,
	};
	return true;
}

static bool in_loaded_page(const struct cursor *cursor, uint64_t row)
{
	return cursor->loaded && row >= cursor->entry->first_row &&
	       row - cursor->entry->first_row < entry_rows(cursor->entry);
}

/* With a filter: the next row that passes, in the page that is decoded, or how far off the next
 * page is. Rows that do not pass are passed. */
bool cursor_look_shown(struct cursor *cursor, enum timeline_way way)
{
	uint64_t row = way == TIMELINE_NEXT ? cursor->row : cursor->row - 1, picked;
	const struct entry *entry = cursor->entry;

	if (in_loaded_page(cursor, row)) {
		if (cursor_pick(cursor, row, way, &picked))
			return cursor_position(cursor, picked, &cursor->beside[way]);
		cursor->row = way == TIMELINE_NEXT ? entry->first_row + entry_rows(entry)
						   : entry->first_row;
		row = way == TIMELINE_NEXT ? cursor->row : cursor->row - 1;
	}
	return cursor_bound(cursor, row, way);
}

static unsigned regexes_of(const struct filter_set *set, const struct entry *entry)
{
	const struct sieve sieve = sieve_of(set, entry->formats);

	return sieve.filter ? sieve.filter->regexes : 0;
}

/* What a look at a page costs, in rows. A regular expression may have to read all of its bytes, for
 * two of which a row would be looked at otherwise. */
static int64_t cost_of(const struct cursor *cursor, const struct entry *entry)
{
	const struct timeline *timeline = cursor->timeline;
	int64_t bytes = cursor->stream->shared->geometry.size;
	unsigned regexes = regexes_of(timeline->filter, entry) + regexes_of(timeline->find, entry);

	return (int64_t)entry_rows(entry) + 1 + regexes * (bytes / 2);
}

/* Look into the page that bounds one side. */
void cursor_resolve(struct cursor *cursor, enum timeline_way way)
{
	uint64_t row = cursor->beside[way].row, page;
	const struct entry *entry = history_find_row(&cursor->stream->history, row, &page);

	cursor->have[way] = false;
	if (entry && known_empty(cursor, entry)) {
		cursor->row = way == TIMELINE_NEXT ? entry->first_row + entry_rows(entry)
						   : entry->first_row;
		row = way == TIMELINE_NEXT ? cursor->row : cursor->row - 1;
		cursor->have[way] = cursor_bound(cursor, row, way);
		cursor->timeline->ends += !cursor->have[way];
		return;
	}
	if (!cursor_load(cursor, row))
		return;
	cursor_look(cursor, way);
	/* A page with rows that pass costs nothing: who looked at it in vain would do so again. */
	if (cursor->sifted && !cursor->shown_count)
		cursor->timeline->budget -= cost_of(cursor, cursor->entry);
}

/* False when the budget is used up. */
static bool cursor_sift_unseen(struct cursor *cursor)
{
	const struct history *history = &cursor->stream->history;
	uint32_t serial = cursor->timeline->filter->serial;
	uint64_t page, end;

	for (history_pages(history, &page, &end); page < end; page++) {
		const struct entry *entry = history_entry(history, page);

		if (entry->filter == serial)
			continue;
		if (cursor->timeline->budget <= 0)
			return false;
		cursor->timeline->budget -= cost_of(cursor, entry);
		if (cursor_load(cursor, entry->first_row))
			cursor_sift(cursor);
	}
	return true;
}

bool timeline_sift(struct timeline *timeline)
{
	bool all = true;

	for (unsigned i = 0; i < timeline->count; i++)
		all &= cursor_sift_unseen(timeline->active[i]);
	return all;
}
