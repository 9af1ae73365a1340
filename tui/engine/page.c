// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/page.h"

#include <stddef.h>

#include "tui/engine/tally.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NEVER_INLINE  __attribute__((noinline))

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

	return (commit & PAGE_COMMIT_LENGTH) >= 8 && check_commit(geometry, commit) == PAGE_GOOD;
}

uint32_t page_length(const struct page_geometry *geometry, const uint8_t *page)
{
	return page_commit(geometry, page) & PAGE_COMMIT_LENGTH;
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

/* What a walk has in hand, and where it writes next in its tally. */
struct walk {
	uint64_t first_ts;
	uint64_t last_ts;
	uint32_t events;
	struct tally_id *by_id;
	uint16_t *id;
	struct tally_run *run;
	struct page_record *found;
	int64_t task; /* whose the last record was */
};

static ALWAYS_INLINE void walk_time(struct walk *walk, uint64_t ts)
{
	if (!walk->events)
		walk->first_ts = walk->last_ts = ts;
	/* A time stamp may run backwards; what counts is how far time had come. */
	walk->last_ts = ts > walk->last_ts ? ts : walk->last_ts;
}

/* common_type and common_pid of a record at data, as in formats.h. What comes next no branch
 * predictor knows: so all is written in any case, and counts if it is new. */
static ALWAYS_INLINE void walk_tally(struct walk *walk, const struct page_geometry *order,
				     const uint8_t *data, struct page_record record)
{
	uint16_t id = page_u16(order, data);
	int64_t pid = record.size >= 8 ? (int32_t)page_u32(order, data + 4) : -1;
	struct tally_id *by_id = &walk->by_id[id];

	*walk->id = id;
	walk->id += !by_id->events;
	by_id->events++;
	*walk->found = record;
	walk->found += by_id->wanted;
	walk->run->pid = (int32_t)pid;
	walk->run->first = walk->events;
	walk->run += pid != walk->task;
	walk->task = pid;
}

/* Nearly all records are short and stand one behind the other: those, as far as they go. Small
 * enough for all that it has in hand to be in registers. */
static ALWAYS_INLINE void walk_short(struct page_cursor *cursor, const struct page_geometry *order,
				     struct walk *walk, bool tally)
{
	const uint8_t *page = cursor->page, *at = page + cursor->next, *end = page + cursor->end;
	uint64_t ts = cursor->ts;
	struct walk now = *walk;

	while (end - at >= 8) {
		uint32_t head = page_u32(order, at);
		uint32_t type = order->big_endian ? head >> DELTA_BITS : head & 31;
		const uint8_t *data = at + 4, *next = data + 4 * type;

		if (type - 1 >= RECORD_PADDING - 1 || next > end)
			break;
		ts += order->big_endian ? head & ((1u << DELTA_BITS) - 1) : head >> 5;
		walk_time(&now, ts);
		if (tally)
			walk_tally(&now, order, data,
				   (struct page_record){ts, (uint32_t)(data - page), 4 * type});
		now.events++;
		at = next;
	}
	*walk = now;
	cursor->ts = ts;
	cursor->next = (uint32_t)(at - page);
}

static ALWAYS_INLINE enum page_fault walk_page(const struct page_geometry *geometry,
					       const struct page_geometry *order,
					       const uint8_t *page, struct page_summary *summary,
					       struct walk *walk, bool tally)
{
	struct page_cursor cursor;
	struct page_record record;

	page_cursor_init(&cursor, geometry, page);
	*summary = (struct page_summary){0};
	walk->first_ts = walk->last_ts = cursor.ts;
	walk->events = 0;
	if (cursor.fault == PAGE_GOOD) {
		summary->length = cursor.end - cursor.next;
		read_lost(geometry, page, summary);
	}
	for (;;) {
		walk_short(&cursor, order, walk, tally);
		if (!next_record(&cursor, &record, order))
			break;
		walk_time(walk, record.ts);
		if (tally)
			walk_tally(walk, order, page + record.offset, record);
		walk->events++;
	}
	summary->first_ts = walk->first_ts;
	summary->last_ts = walk->last_ts;
	summary->events = walk->events;
	return cursor.fault;
}

enum page_fault page_check(const struct page_geometry *geometry, const uint8_t *page,
			   struct page_summary *summary)
{
	struct walk walk = {0};

	return geometry->big_endian ? walk_page(geometry, &BIG, page, summary, &walk, false)
				    : walk_page(geometry, &LITTLE, page, summary, &walk, false);
}

/* One function for each byte order: together they want more registers than there are. */
static NEVER_INLINE enum page_fault scan_little(const struct page_geometry *geometry,
						const uint8_t *page, struct page_summary *summary,
						struct walk *walk)
{
	return walk_page(geometry, &LITTLE, page, summary, walk, true);
}

static NEVER_INLINE enum page_fault scan_big(const struct page_geometry *geometry,
					     const uint8_t *page, struct page_summary *summary,
					     struct walk *walk)
{
	return walk_page(geometry, &BIG, page, summary, walk, true);
}

enum page_fault page_scan(const struct page_geometry *geometry, const uint8_t *page,
			  struct page_summary *summary, struct tally *tally)
{
	struct walk walk = {
		.by_id = tally->by_id,
		.id = tally->ids,
		.run = tally->runs,
		.found = tally->found,
		.task = INT64_MIN,
	};
	enum page_fault fault;

	while (tally->id_count)
		tally->by_id[tally->ids[--tally->id_count]].events = 0;
	fault = geometry->big_endian ? scan_big(geometry, page, summary, &walk)
				     : scan_little(geometry, page, summary, &walk);
	tally->id_count = (uint32_t)(walk.id - tally->ids);
	tally->run_count = (uint32_t)(walk.run - tally->runs);
	tally->found_count = (uint32_t)(walk.found - tally->found);
	return fault;
}
