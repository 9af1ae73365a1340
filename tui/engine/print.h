/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of one record. Called for rows that somebody looks at. The event's program does the
 * printing; where there is none, libtraceevent does, and this room makes sure that it sees only
 * records that hold what their format promises, copied into memory of its own with zeros behind.
 */
#ifndef VTRACE_ENGINE_PRINT_H
#define VTRACE_ENGINE_PRINT_H

#include <stdint.h>
#include <traceevent/trace-seq.h>

#include "tui/engine/comms.h"
#include "tui/engine/formats.h"
#include "tui/engine/protocol.h"

struct printer {
	char *made;	       /* by a program; PRINT_TEXT_MAX */
	struct trace_seq text; /* by libtraceevent */
	uint8_t *record;       /* the copy, with slack */
	size_t room;
};

/* One record to print: size bytes at data, the data of an event of cpu at (epoch, ts). */
struct print_job {
	const struct formats *formats;	   /* NULL: the row is of an unknown event */
	const struct event_format *format; /* of data's event; NULL: there is none */
	const struct page_geometry *geometry;
	const struct comms *comms;
	const uint8_t *data;
	uint32_t size;
	unsigned cpu;
	uint32_t epoch;
	uint64_t ts;
	uint32_t slot; /* of the stream, and number of the row in it */
	uint64_t row;
	bool ticks; /* ts counts something else than nanoseconds; known for lines alone */
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

/* The name of pid in the job's row; valid until the comms change. */
const char *print_task(const struct print_job *job, int32_t pid);
void print_record(struct printer *printer, const struct print_job *job, struct printed *printed);
/* The same with detail in as many lines as it has. */
void print_lines(struct printer *printer, const struct print_job *job, struct printed *printed);

/* Print the record of an event that has a format, which it fits, to out as its program or
 * libtraceevent does. calls and next as in struct run; true when next was printed too. */
bool print_detail(struct printer *printer, const struct print_job *job, struct calls *calls,
		  const struct record *next, struct out *out);

/* Why the record of an event that has a format is shown raw, or NULL. */
const char *print_fault(const struct print_job *job);

/* Find the job's format by its data, which has 2 bytes at least. */
static inline void print_find_format(struct print_job *job)
{
	const uint8_t *type = job->data + RECORD_TYPE_OFFSET;

	job->format =
		job->formats ? formats_event(job->formats, page_u16(job->geometry, type)) : NULL;
}

/* The record of a job, as programs take it. */
static inline struct record print_view(const struct print_job *job)
{
	return (struct record){
		.data = job->data,
		.size = job->size,
		.swap = job->geometry->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__),
		.big_endian = job->geometry->big_endian,
		.long_size = (uint8_t)job->geometry->long_size,
		.cpu = job->cpu,
	};
}

#endif
