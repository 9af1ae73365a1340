/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One field of a record: where it lies, and its value as text. Called by detail.c, for a record
 * that somebody looks at closely. The record is a guest's, and so is what the format says of the
 * field: nothing outside the record is read, whatever both claim.
 */
#ifndef VTRACE_ENGINE_FIELD_VALUE_H
#define VTRACE_ENGINE_FIELD_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include <traceevent/event-parse.h>

#include "tui/engine/out.h"
#include "tui/engine/value.h"

struct field_place {
	uint32_t offset, size; /* in the record, bytes; an open array ends where it does */
	uint32_t data_offset, data_size; /* what a dynamic one points to; else both 0 */
	bool outside;			 /* the record does not have all of it */
};

/* Find a field in a record. */
void field_find(struct field_place *place, const struct tep_format_field *field,
		const struct record *record);

/* Write its value: a number, a string in quotes, or an array. Text that finds no room ends in
 * "...". */
void field_value(struct out *out, const struct tep_format_field *field, const struct record *record,
		 const struct field_place *place);

/* Is the field one number, of 1, 2, 4 or 8 bytes? And is that value of it shown in hex? */
bool field_is_number(const struct tep_format_field *field);
bool field_is_hex(const struct tep_format_field *field, uint64_t number);

#endif
