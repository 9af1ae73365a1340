/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page walker: records out of one ring-buffer sub-buffer, every length checked before it is
 * used. The engine's streams call it for each page that arrives, its cursors for each page that
 * somebody looks at. It allocates nothing, keeps nothing and reads no byte outside the page,
 * whatever the page says.
 *
 * The format is that of Linux, kernel/trace/ring_buffer.c (struct buffer_data_page, struct
 * ring_buffer_event, enum ring_buffer_type in include/linux/ring_buffer.h), as tracefs hands it
 * out through per_cpu/cpuN/trace_pipe_raw:
 *
 *     u64 timestamp; long commit; u8 data[];
 */
#ifndef VTRACE_ENGINE_PAGE_H
#define VTRACE_ENGINE_PAGE_H

#include <stdbool.h>
#include <stdint.h>

/* How the guest lays out its pages. */
struct page_geometry {
	uint32_t size;	    /* of a sub-buffer, header included, bytes */
	uint32_t long_size; /* 4 or 8: size of commit */
	bool big_endian;
};

/* The header's commit word: length and flags (RB_MISSED_EVENTS and RB_MISSED_STORED in
 * ring_buffer.c; the 27 bits of length are trace-cmd's COMMIT_MASK). */
#define PAGE_COMMIT_LENGTH ((1u << 27) - 1)
#define PAGE_COMMIT_STORED (1u << 30)
#define PAGE_COMMIT_MISSED (1u << 31)

enum page_fault {
	PAGE_GOOD,
	PAGE_COMMIT_RESERVED, /* bits of commit that no kernel sets */
	PAGE_COMMIT_RANGE,    /* more data than the sub-buffer has */
	PAGE_LOST_RANGE,      /* the stored count of lost events lies outside */
	PAGE_RECORD_CUT,      /* a record header or length word beyond the data */
	PAGE_RECORD_LENGTH,   /* a record's length is impossible */
	PAGE_RECORD_RANGE,    /* a record reaches beyond the data */
	PAGE_FAULTS,
};

/* A few words on a fault, for a row of the timeline. */
const char *page_fault_text(enum page_fault fault);

struct page_summary {
	uint64_t first_ts; /* of the first event; the page's own when it has none */
	uint64_t last_ts;  /* the latest of its events' */
	uint64_t lost;	   /* events lost before this page; 0 with lost_flag: not known how many */
	uint32_t events;
	uint32_t length; /* bytes of data, header not counted */
	bool lost_flag;
};

struct page_record {
	uint64_t ts;
	uint32_t offset; /* of the record's data from the start of the page */
	uint32_t size;	 /* of the data, bytes, a multiple of 4, at least 4 */
};

struct page_cursor {
	const uint8_t *page;
	struct page_geometry geometry;
	uint64_t ts;
	uint32_t next; /* offset of the next record header */
	uint32_t end;  /* offset behind the last byte of data */
	enum page_fault fault;
};

/* Start at a page of geometry.size bytes. Validates the header; a fault is found in
 * cursor->fault and by page_next(). */
void page_cursor_init(struct page_cursor *cursor, const struct page_geometry *geometry,
		      const uint8_t *page);
/* The next data record: true, or false at the end or at a fault (cursor->fault). */
bool page_next(struct page_cursor *cursor, struct page_record *record);

/* All that are still to come, into room for so many; how many there were. */
uint32_t page_records(struct page_cursor *cursor, struct page_record *records, uint32_t room);

/* Walk the whole page. The summary is filled as far as the walk came. */
enum page_fault page_check(const struct page_geometry *geometry, const uint8_t *page,
			   struct page_summary *summary);

/* Could a page start here? Looks at the header alone: for finding a lost stream again. An
 * all-zero header is no page. */
bool page_plausible(const struct page_geometry *geometry, const uint8_t *page);
/* Bytes of its data, as its header says: within the page if it is plausible. */
uint32_t page_length(const struct page_geometry *geometry, const uint8_t *page);

static inline uint32_t page_header_size(const struct page_geometry *geometry)
{
	return 8 + geometry->long_size;
}

static inline uint32_t page_u32(const struct page_geometry *geometry, const uint8_t *at)
{
	uint32_t word;

	__builtin_memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return geometry->big_endian ? word : __builtin_bswap32(word);
#else
	return geometry->big_endian ? __builtin_bswap32(word) : word;
#endif
}

static inline uint64_t page_u64(const struct page_geometry *geometry, const uint8_t *at)
{
	uint64_t word;

	__builtin_memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return geometry->big_endian ? word : __builtin_bswap64(word);
#else
	return geometry->big_endian ? __builtin_bswap64(word) : word;
#endif
}

static inline uint16_t page_u16(const struct page_geometry *geometry, const uint8_t *at)
{
	return (uint16_t)(geometry->big_endian ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
}

#endif
