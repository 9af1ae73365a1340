/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a field's number means: the names of its flags, or of its value, as the event's print format
 * gives them (__print_flags, __print_symbolic); the function that an address lies in; a task, an
 * event. Called by detail.c. Names are found anew for each record that is asked for: it is one at a
 * time, and most are never looked at.
 */
#ifndef VTRACE_ENGINE_FIELD_MEANING_H
#define VTRACE_ENGINE_FIELD_MEANING_H

#include "tui/engine/print.h"

#define FIELD_MEANINGS 64 /* fields of one event that have names for their values */

struct field_meanings {
	struct {
		const struct tep_format_field *field;
		const struct tep_print_arg *arg; /* that prints names for it */
	} named[FIELD_MEANINGS];
	unsigned count;
};

/* Find which arguments of event's print format are but names for the value of one field. */
void field_meanings_find(struct field_meanings *meanings, struct tep_event *event);

/* Write what the number in field means, or nothing. The job's record has all of the field. */
void field_meaning(struct out *out, const struct field_meanings *meanings,
		   const struct print_job *job, const struct tep_format_field *field);

#endif
