// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/page.h"

#include <stddef.h>

#include "tui/engine/tally.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* enum ring_buffer_type, include/linux/ring_buffer.h: 1 to 28 are lengths in words. */
enum {
	RECORD_LENGTH_WORD = 0,
	RECORD_PADDING = 29,
	RECORD_TIME_EXTEND = 30,
	RECORD_TIME_STAMP = 31,
};

/* An absolute time stamp carries 59 bits (ABS_TS_MASK, ring_buffer.c). */
#define STAMP_BITS 59
#define STAMP_TOP  (~UINT64_C(0) << STAMP_BITS)
#define DELTA_BITS 27

/* For next_record(). */
static const struct page_geometry BIG = {.big_endian = true}, LITTLE = {.big_endian = false};

static const char *const fault_text[PAGE_FAULTS] = {
	[PAGE_GOOD] = "good",
	[PAGE_COMMIT_RESERVED] = "the header has bits set that no kernel sets",
	[PAGE_COMMIT_RANGE] = "the header says more data than the sub-buffer has",
	[PAGE_LOST_RANGE] = "the count of lost events lies outside the sub-buffer",
	[PAGE_RECORD_CUT] = "a record's header is cut off",
	[PAGE_RECORD_LENGTH] = "a record has an impossible length",
	[PAGE_RECORD_RANGE] = "a record reaches beyond the data",
};

const char *page_fault_text(enum page_fault fault)
{
	return fault < PAGE_FAULTS ? fault_text[fault] : "unknown fault";
}

static uint64_t page_commit(const struct page_geometry *geometry, const uint8_t *page)
{
	return geometry->long_size == 8 ? page_u64(geometry, page + 8)
					: page_u32(geometry, page + 8);
}

static enum page_fault check_commit(const struct page_geometry *geometry, uint64_t commit)
{
	uint32_t room = geometry->size - page_header_size(geometry);
	uint32_t length = commit & PAGE_COMMIT_LENGTH;

	/* RB_MISSED_EVENTS is 1 << 31, an int: added to a 64-bit commit it fills the upper half. */
	if ((commit & PAGE_COMMIT_MISSED) && commit >> 32 == UINT32_MAX)
		commit = (uint32_t)commit;
	if (commit & ~(uint64_t)(PAGE_COMMIT_LENGTH | PAGE_COMMIT_STORED | PAGE_COMMIT_MISSED))
		return PAGE_COMMIT_RESERVED;
	if (length > room)
		return PAGE_COMMIT_RANGE;
	if ((commit & PAGE_COMMIT_STORED) && room - length < geometry->long_size)
		return PAGE_LOST_RANGE;
	return PAGE_GOOD;
}

bool page_plausible(const struct page_geometry *geometry, const uint8_t *page)
{
	uint64_t commit = page_commit(geometry, page);

	return (commit & PAGE_COMMIT_LENGTH) >= 8 && page_u64(geometry, page) != 0 &&
	       check_commit(geometry, commit) == PAGE_GOOD;
}

void page_cursor_init(struct page_cursor *cursor, const struct page_geometry *geometry,
		      const uint8_t *page)
{
	uint64_t commit = page_commit(geometry, page);

	cursor->page = page;
	cursor->geometry = *geometry;
	cursor->ts = page_u64(geometry, page);
	cursor->next = page_header_size(geometry);
	cursor->end = cursor->next;
	cursor->fault = check_commit(geometry, commit);
	if (cursor->fault == PAGE_GOOD)
		cursor->end += commit & PAGE_COMMIT_LENGTH;
}

static bool stop(struct page_cursor *cursor, enum page_fault fault)
{
	cursor->fault = fault;
	cursor->next = cursor->end;
	return false;
}

/* Pages whose commit covers bytes that were reserved and never written exist in the field. */
static bool only_zeros(const uint8_t *from, const uint8_t *to)
{
	while (from < to && !*from)
		from++;
	return from == to;
}

/* The kernel's rb_fix_abs_ts(): a stamp's 59 bits under the top 5 of the running time. */
static uint64_t absolute_time(uint64_t running, uint64_t stamp)
{
	if (running & STAMP_TOP) {
		stamp |= running & STAMP_TOP;
		if (stamp < running)
			stamp += UINT64_C(1) << STAMP_BITS;
	}
	return stamp;
}

/* Of geometry, with its byte order as a constant: the walk is compiled once for each. */
static ALWAYS_INLINE bool next_record(struct page_cursor *cursor, struct page_record *record,
				      const struct page_geometry *geometry)
{
	const uint8_t *page = cursor->page;
	uint32_t end = cursor->end;

	while (cursor->next < end) {
		uint32_t at = cursor->next, left = end - at, head, type, delta, word, size;

		if (left < 4)
			return stop(cursor, PAGE_RECORD_CUT);
		head = page_u32(geometry, page + at);
		type = geometry->big_endian ? head >> DELTA_BITS : head & 31;
		delta = geometry->big_endian ? head & ((1u << DELTA_BITS) - 1) : head >> 5;
		if (type == RECORD_PADDING && !delta)
			return stop(cursor, PAGE_GOOD);
		if (type >= 1 && type < RECORD_PADDING) {
			size = type * 4;
			if (size > left - 4)
				return stop(cursor, PAGE_RECORD_RANGE);
			cursor->ts += delta;
			*record = (struct page_record){cursor->ts, at + 4, size};
			cursor->next = at + 4 + size;
			return true;
		}
		if (left < 8)
			return stop(cursor, PAGE_RECORD_CUT);
		word = page_u32(geometry, page + at + 4);
		switch (type) {
		case RECORD_LENGTH_WORD:
			/* The length counts its own word. */
			if (!head && !word && only_zeros(page + at, page + end))
				return stop(cursor, PAGE_GOOD);
			if (word < 8)
				return stop(cursor, PAGE_RECORD_LENGTH);
			if (word > left - 4)
				return stop(cursor, PAGE_RECORD_RANGE);
			size = (word - 4 + 3) & ~3u;
			if (size > left - 8)
				return stop(cursor, PAGE_RECORD_RANGE);
			cursor->ts += delta;
			*record = (struct page_record){cursor->ts, at + 8, size};
			cursor->next = at + 8 + size;
			return true;
		case RECORD_PADDING:
			/* A discarded event: its time still counts for the next one. */
			if (word < 4 || word & 3)
				return stop(cursor, PAGE_RECORD_LENGTH);
			if (word > left - 4)
				return stop(cursor, PAGE_RECORD_RANGE);
			cursor->ts += delta;
			cursor->next = at + 4 + word;
			break;
		case RECORD_TIME_EXTEND:
			cursor->ts += ((uint64_t)word << DELTA_BITS) + delta;
			cursor->next = at + 8;
			break;
		case RECORD_TIME_STAMP:
			cursor->ts =
				absolute_time(cursor->ts, ((uint64_t)word << DELTA_BITS) + delta);
			cursor->next = at + 8;
			break;
		}
	}
	return false;
}

bool page_next(struct page_cursor *cursor, struct page_record *record)
{
	return cursor->geometry.big_endian ? next_record(cursor, record, &BIG)
					   : next_record(cursor, record, &LITTLE);
}

static ALWAYS_INLINE uint32_t next_records(struct page_cursor *cursor, struct page_record *records,
					   uint32_t room, const struct page_geometry *order)
{
	/* A copy: its members are in registers on the way. */
	struct page_cursor local = *cursor;
	uint32_t count = 0;

	while (count < room && next_record(&local, &records[count], order))
		count++;
	*cursor = local;
	return count;
}

uint32_t page_records(struct page_cursor *cursor, struct page_record *records, uint32_t room)
{
	return cursor->geometry.big_endian ? next_records(cursor, records, room, &BIG)
					   : next_records(cursor, records, room, &LITTLE);
}

static void read_lost(const struct page_geometry *geometry, const uint8_t *page,
		      struct page_summary *summary)
{
	uint64_t commit = page_commit(geometry, page);
	const uint8_t *count = page + page_header_size(geometry) + summary->length;

	summary->lost_flag = commit & PAGE_COMMIT_MISSED;
	if (summary->lost_flag && (commit & PAGE_COMMIT_STORED))
		summary->lost = geometry->long_size == 8 ? page_u64(geometry, count)
							 : page_u32(geometry, count);
}

/* common_type and common_pid of a record, as in formats.h; *task is who the last one was of. */
static ALWAYS_INLINE void count_record(const struct page_geometry *order, const uint8_t *page,
				       const struct page_record *record, uint32_t nth,
				       int64_t *task, struct tally *tally)
{
	const uint8_t *data = page + record->offset;
	uint16_t id = page_u16(order, data);
	int32_t pid = record->size >= 8 ? (int32_t)page_u32(order, data + 4) : -1;
	struct tally_id *by_id = &tally->by_id[id];

	/* Written in any case and counted if new: what id comes next no branch predictor knows. */
	tally->ids[tally->id_count] = id;
	tally->id_count += !by_id->events;
	by_id->events++;
	if (by_id->wanted)
		tally->found[tally->found_count++] = *record;
	if (pid != *task) {
		*task = pid;
		tally->runs[tally->run_count++] = (struct tally_run){pid, nth};
	}
}

static ALWAYS_INLINE enum page_fault walk(const struct page_geometry *geometry,
					  const struct page_geometry *order, const uint8_t *page,
					  struct page_summary *summary, struct tally *tally)
{
	int64_t task = INT64_MIN;
	struct page_cursor cursor;
	struct page_record record;

	*summary = (struct page_summary){0};
	page_cursor_init(&cursor, geometry, page);
	summary->first_ts = summary->last_ts = cursor.ts;
	if (cursor.fault != PAGE_GOOD)
		return cursor.fault;
	summary->length = cursor.end - cursor.next;
	read_lost(geometry, page, summary);
	while (next_record(&cursor, &record, order)) {
		if (!summary->events)
			summary->first_ts = record.ts;
		/* A time stamp may run backwards; what counts is how far time had come. */
		if (record.ts > summary->last_ts || !summary->events)
			summary->last_ts = record.ts;
		if (tally)
			count_record(order, page, &record, summary->events, &task, tally);
		summary->events++;
	}
	return cursor.fault;
}

enum page_fault page_check(const struct page_geometry *geometry, const uint8_t *page,
			   struct page_summary *summary)
{
	return geometry->big_endian ? walk(geometry, &BIG, page, summary, NULL)
				    : walk(geometry, &LITTLE, page, summary, NULL);
}

enum page_fault page_scan(const struct page_geometry *geometry, const uint8_t *page,
			  struct page_summary *summary, struct tally *tally)
{
	/* A copy: its counts are in registers on the way. */
	struct tally local;
	enum page_fault fault;

	while (tally->id_count)
		tally->by_id[tally->ids[--tally->id_count]].events = 0;
	local = *tally;
	local.run_count = local.found_count = 0;
	fault = geometry->big_endian ? walk(geometry, &BIG, page, summary, &local)
				     : walk(geometry, &LITTLE, page, summary, &local);
	*tally = local;
	return fault;
}
