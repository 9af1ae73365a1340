/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of one record. Called for rows that somebody looks at. libtraceevent does the printing;
 * this room makes sure that it sees only records that hold what their format promises, copied
 * into memory of its own with zeros behind.
 */
#ifndef VTRACE_ENGINE_PRINT_H
#define VTRACE_ENGINE_PRINT_H

#include <stdint.h>
#include <traceevent/trace-seq.h>

#include "tui/engine/comms.h"
#include "tui/engine/formats.h"
#include "tui/engine/protocol.h"

struct printer {
	struct trace_seq text;
	uint8_t *record; /* the copy, with slack */
	size_t room;
};

struct printed {
	enum engine_row_kind kind; /* EVENT, UNKNOWN or MALFORMED */
	int32_t pid;
	uint16_t event_id;
	const char *task;   /* valid until the comms change */
	const char *event;  /* valid as long as the formats */
	const char *detail; /* valid until the next print; one line */
	size_t detail_length;
};

int printer_init(struct printer *printer); /* 0 or -ENOMEM */
void printer_release(struct printer *printer);

/* Print size bytes at record, the data of an event of cpu at (epoch, ts). formats may be NULL:
 * then the row is of an unknown event. */
void print_record(struct printer *printer, const struct formats *formats,
		  const struct page_geometry *geometry, const struct comms *comms,
		  const uint8_t *record, uint32_t size, unsigned cpu, uint32_t epoch, uint64_t ts,
		  struct printed *printed);

#endif
