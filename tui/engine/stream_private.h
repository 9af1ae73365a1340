/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of a stream, shared by the two files that make it up and by nobody else: stream.c has
 * its source and cuts bytes into pages, stream_page.c records, counts and keeps a page. All of this
 * is called with the lock of stream_shared held.
 */
#ifndef VTRACE_ENGINE_STREAM_PRIVATE_H
#define VTRACE_ENGINE_STREAM_PRIVATE_H

#include "tui/engine/stream.h"

/*
 * Let others have the lock, for what takes long and touches this stream alone. The bytes in hand
 * stay where they are.
 */
void stream_leave(struct stream *stream);
void stream_enter(struct stream *stream);

/* Take the pages of the intake, which lie at bytes, and the gap before them. now is ms,
 * CLOCK_MONOTONIC. */
void stream_take_pages(struct stream *stream, const uint8_t *bytes, uint64_t now);
/* The same with one page that has a fault. */
void stream_take_bad(struct stream *stream, const uint8_t *page, enum page_fault fault,
		     uint64_t now);
/* A row that says so many bytes were no page; none for 0. */
void stream_append_gap(struct stream *stream, uint64_t bytes, uint64_t now);
void stream_append_note(struct stream *stream, uint64_t note, uint64_t now);
/* What was recorded of the bytes read just now can be found from here on. */
void stream_note_record(struct stream *stream);

#endif
