/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything about one row, as ENGINE_DETAIL_REPLY has it: the record's fields with their types,
 * places, values and meanings, its text in lines, its bytes, the format. Called by rows for the one
 * row that somebody looks at closely. It writes struct engine_detail and what follows that, and
 * cuts every string to the protocol's limits.
 */
#ifndef VTRACE_ENGINE_DETAIL_H
#define VTRACE_ENGINE_DETAIL_H

#include <stddef.h>

#include "tui/engine/print.h"
#include "tui/engine/protocol.h"

/* Bytes that packet must have room for: texts, record, and some fields. It is aligned to 8. */
#define DETAIL_ROOM_LEAST (64 * 1024)

/* Of an event: returns bytes written. at is what the console calls the row. */
size_t detail_of_event(uint8_t *packet, size_t room, struct printer *printer,
		       const struct print_job *job, const struct engine_position *at);

/*
 * Of a row that is no event: what has its at, kind, count and cpu; text says what it tells of; page
 * (NULL: there is none) is what was found there, of geometry.
 */
size_t detail_of_page(uint8_t *packet, size_t room, const struct engine_detail *what,
		      const char *text, const struct page_geometry *geometry, const uint8_t *page);

#endif
