/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers and texts in a row out of a trace.dat or out of a section that was unpacked, each checked
 * to be there before it is given out. Used by the files that read trace.dat, by nobody else.
 */
#ifndef VTRACE_ENGINE_DAT_READER_H
#define VTRACE_ENGINE_DAT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/engine/page.h"

#define DAT_WINDOW 65536 /* bytes read from a file at a time */

struct dat_reader {
	struct page_geometry order; /* of bytes in numbers; else not used */
	int fd;			    /* the caller's */
	const uint8_t *memory;	    /* instead of a file, or NULL */
	uint64_t at;		    /* of the next byte */
	uint64_t end;		    /* nothing is there from here on */
	bool cut;		    /* something was asked for that reaches beyond the end */
	uint64_t window_at;
	size_t window_length;
	uint8_t *window; /* DAT_WINDOW bytes, of a file */
};

/* Of a file, from its start, or of a block. 0 or -ENOMEM. */
int dat_reader_file(struct dat_reader *reader, int fd, uint64_t size);
void dat_reader_memory(struct dat_reader *reader, const void *memory, size_t size, bool big_endian);
void dat_reader_release(struct dat_reader *reader);

/* Go to a place; beyond the end the next read fails. */
void dat_seek(struct dat_reader *reader, uint64_t at);
static inline uint64_t dat_left(const struct dat_reader *reader)
{
	return reader->at < reader->end ? reader->end - reader->at : 0;
}

/* Each true, or false with reader->cut set, and then nothing was passed. */
bool dat_bytes(struct dat_reader *reader, void *to, size_t size);
bool dat_u8(struct dat_reader *reader, uint8_t *number);
bool dat_u16(struct dat_reader *reader, uint16_t *number);
bool dat_u32(struct dat_reader *reader, uint32_t *number);
bool dat_u64(struct dat_reader *reader, uint64_t *number);
/* A NUL-terminated text of less than room bytes; a longer one is passed over without being cut:
 * false then, with reader->cut as it was. */
bool dat_text(struct dat_reader *reader, char *to, size_t room);

#endif
