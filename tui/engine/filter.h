/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does a record pass? A list of events (-e) and a filter in libtraceevent's syntax (-F) compiled
 * for one formats set, so that most records are let through or dropped by their event's id, and
 * the others by comparing their bytes where they lie: no record goes through libtraceevent. Made
 * by filter_set.c, asked by timelines. It knows nothing of rows that are no events.
 *
 * The answers are tep_filter_match()'s (libtraceevent 1.7.1) but for these:
 * - EVENT is the name of the event, a text, where no field is called so;
 * - signed fields are compared with their sign (there, -1 is above everything), and "-1" is a
 *   number (there, "ret == -1" means "ret - 1 is not 0");
 * - 'c' is a character's number (there, where it lies in memory);
 * - texts in dynamic arrays are compared whole (there, four bytes of those without an end), and
 *   so are those that go on to the record's end (there, mostly nothing of them);
 * - numbers of another byte order are understood everywhere;
 * - dividing by zero gives zero (there, the end of the process), too wide a shift nothing;
 * - what is not all in the record counts as zero (there, it is read from behind it).
 */
#ifndef VTRACE_ENGINE_FILTER_H
#define VTRACE_ENGINE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/engine/comms.h"
#include "tui/engine/filter_tree.h"
#include "tui/engine/formats.h"

enum filter_verdict { FILTER_DROP, FILTER_PASS, FILTER_EVALUATE };

struct filter {
	const struct formats *formats;
	const struct comms *comms;
	uint8_t *verdict;     /* enum filter_verdict by event id */
	uint32_t *condition;  /* by event id: the operation that decides, for FILTER_EVALUATE */
	struct filter_op *op; /* all conditions' */
	uint32_t op_count;
	uint32_t op_room;
	struct filter_operand *operands; /* texts that operations compare with */
	unsigned regexes;		 /* that a record may have to be matched against */
	bool names_tasks; /* COMM is in it: answers change with what is learned of names */
};

struct filter_record {
	const uint8_t *data;
	uint32_t size; /* bytes, 2 at least */
	unsigned cpu;
	uint32_t epoch;
	uint64_t ts;
};

/* What became of a filter. */
struct filter_report {
	uint32_t events; /* formats whose records can pass */
	uint32_t tested; /* of these, how many need a look at each record */
	int32_t at;	 /* of an error: the byte of the expression at fault; -1: not known */
	char error[FILTER_ERROR];
};

/*
 * Compile for formats, which must stay as long as the filter. events: LIST of -e, "" all: names or
 * globs (fnmatch(3)) of systems, of events, or of both as SYSTEM:EVENT. expression: of -F, "" all.
 * 0, -ENOMEM, or -EINVAL with a sentence in report->error.
 */
int filter_compile(struct filter **filter, const struct formats *formats, const struct comms *comms,
		   const char *events, const char *expression, struct filter_report *report);
void filter_free(struct filter *filter); /* takes NULL */

/* As far as can be said without formats: 0 or -EINVAL with a sentence in report->error. */
int filter_check(const char *expression, struct filter_report *report);

/* For an id whose verdict is FILTER_EVALUATE. */
bool filter_evaluate(const struct filter *filter, uint16_t id, const struct filter_record *record);

static inline bool filter_passes(const struct filter *filter, const struct filter_record *record)
{
	uint16_t id = page_u16(&filter->formats->geometry, record->data + RECORD_TYPE_OFFSET);

	return filter->verdict[id] == FILTER_EVALUATE ? filter_evaluate(filter, id, record)
						      : filter->verdict[id];
}

#endif
