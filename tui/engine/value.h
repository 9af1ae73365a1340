/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The numbers that a print format computes out of a record: fields, constants, casts, arithmetic,
 * conditions. Compiled once from libtraceevent's parsed arguments into steps for a stack, and
 * evaluated without it, record by record. Its arithmetic is libtraceevent's: unsigned, 64 bits,
 * fields are not sign-extended (eval_num_arg() in its event-parse.c). Used by programs.
 */
#ifndef VTRACE_ENGINE_VALUE_H
#define VTRACE_ENGINE_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <traceevent/event-parse.h>

#include "formats/limits.h"

/* A record as it lies on its page. */
struct record {
	const uint8_t *data;
	uint32_t size;	   /* bytes */
	bool swap;	   /* its numbers are of the other byte order than this machine's */
	bool big_endian;   /* they are big-endian */
	uint8_t long_size; /* 4 or 8 */
	unsigned cpu;
};

enum value_kind {
	VALUE_CONSTANT,
	VALUE_FIELD, /* size bytes at offset, unsigned; 0 when they are not all in the record */
	VALUE_STEPS, /* count steps from first on */
};

struct value {
	uint8_t kind; /* enum value_kind */
	uint8_t size; /* of a field, bytes */
	uint16_t count;
	uint32_t first; /* step, or offset of a field */
	uint64_t constant;
};

struct value_step {
	uint8_t code; /* enum value_code in value.c */
	uint8_t size; /* of a field or an element, bytes */
	uint16_t relative;
	uint32_t offset;
	uint64_t constant;
};

/* The steps of all values of a formats set. */
struct value_steps {
	struct value_step *step;
	uint32_t count;
	uint32_t room;
	const char *kallsyms; /* clean lines (see listings.h), while values are compiled; or NULL */
	size_t search;	      /* bytes of them that may still be looked through */
};

void value_steps_release(struct value_steps *steps);

/* Compile an argument of event. 0, -ENOMEM, or -EOPNOTSUPP for what only libtraceevent knows. */
int value_compile(struct value *value, struct value_steps *steps, struct tep_event *event,
		  const struct tep_print_arg *arg);
/* The value of a field. */
struct value value_of_field(const struct tep_format_field *field);

uint64_t value_of_steps(const struct value_step *steps, unsigned count,
			const struct record *record);

static inline uint64_t record_number(const struct record *record, uint32_t offset, unsigned size)
{
	const uint8_t *at = record->data + offset;
	uint64_t eight;
	uint32_t four;
	uint16_t two;

	if (offset > record->size || size > record->size - offset)
		return 0;
	switch (size) {
	case 1:
		return *at;
	case 2:
		memcpy(&two, at, 2);
		return record->swap ? __builtin_bswap16(two) : two;
	case 4:
		memcpy(&four, at, 4);
		return record->swap ? __builtin_bswap32(four) : four;
	case 8:
		memcpy(&eight, at, 8);
		return record->swap ? __builtin_bswap64(eight) : eight;
	default:
		return 0;
	}
}

static inline uint64_t value_get(const struct value *value, const struct value_step *steps,
				 const struct record *record)
{
	if (value->kind == VALUE_FIELD)
		return record_number(record, value->first, value->size);
	if (value->kind == VALUE_CONSTANT)
		return value->constant;
	return value_of_steps(steps + value->first, value->count, record);
}

#endif
