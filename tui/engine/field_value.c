// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/field_value.h"

#include <string.h>

#define ADDRESS_LEAST                                                              \
	UINT64_C(0xffff000000000000) /* numbers from here on are read as addresses \
				      */

static bool number_size(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

bool field_is_number(const struct tep_format_field *field)
{
	return !(field->flags & TEP_FIELD_IS_ARRAY) && field->size > 0 &&
	       number_size((uint32_t)field->size);
}

/* Arrays of which records hold as many elements as there were: buf[] of trace_printk, and the
 * callers of stack traces, which declare 8. */
static bool is_open(const struct tep_format_field *field, const struct record *record)
{
	return !field->next && (field->flags & TEP_FIELD_IS_ARRAY) &&
	       !(field->flags & TEP_FIELD_IS_DYNAMIC) &&
	       (!field->size || field->elementsize == record->long_size);
}

static bool is_inside(const struct record *record, uint32_t offset, uint32_t size)
{
	return offset <= record->size && size <= record->size - offset;
}

void field_find(struct field_place *place, const struct tep_format_field *field,
		const struct record *record)
{
	uint32_t word;

	*place = (struct field_place){.offset = (uint32_t)field->offset,
				      .size = (uint32_t)field->size};
	if (is_open(field, record) && place->offset <= record->size)
		place->size = record->size - place->offset;
	place->outside = !is_inside(record, place->offset, place->size);
	if (!(field->flags & TEP_FIELD_IS_DYNAMIC) || place->outside || place->size < 4)
		return;
	/* length << 16 | offset, as in struct dynamic_field of formats.h. */
	word = (uint32_t)record_number(record, place->offset, 4);
	place->data_offset = word & 0xffff;
	place->data_size = word >> 16;
	if (field->flags & TEP_FIELD_IS_RELATIVE)
		place->data_offset += place->offset + 4;
	place->outside = !is_inside(record, place->data_offset, place->data_size);
}

static void put_hex(struct out *out, uint64_t number)
{
	out_string(out, "0x");
	out_hex(out, number);
}

bool field_is_hex(const struct tep_format_field *field, uint64_t number)
{
	return !(field->flags & TEP_FIELD_IS_SIGNED) &&
	       ((field->flags & TEP_FIELD_IS_POINTER) || number >= ADDRESS_LEAST);
}

static void put_number(struct out *out, const struct tep_format_field *field, uint64_t number,
		       uint32_t size)
{
	unsigned unused = 64 - 8 * size;

	if (field_is_hex(field, number)) {
		put_hex(out, number);
	} else if (field->flags & TEP_FIELD_IS_SIGNED) {
		int64_t value = (int64_t)(number << unused) >> unused;

		if (value < 0)
			out_char(out, '-');
		out_unsigned(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
	} else {
		out_unsigned(out, number);
	}
}

static void put_string(struct out *out, const uint8_t *bytes, uint32_t size)
{
	out_char(out, '"');
	out_bytes(out, (const char *)bytes, strnlen((const char *)bytes, size));
	out_char(out, '"');
}

static void put_bytes(struct out *out, const uint8_t *bytes, uint32_t size)
{
	for (uint32_t i = 0; i < size && out_left(out); i++) {
		if (i)
			out_char(out, ' ');
		out_byte(out, bytes[i]);
	}
}

static void put_array(struct out *out, const struct tep_format_field *field,
		      const struct record *record, uint32_t offset, uint32_t size)
{
	uint32_t each = field->elementsize;

	if (strstr(field->type, "char") && each <= 1) {
		put_string(out, record->data + offset, size);
	} else if (!number_size(each) || each == 1) {
		put_bytes(out, record->data + offset, size);
	} else {
		out_char(out, '{');
		for (uint32_t at = 0; size - at >= each && out_left(out); at += each) {
			if (at)
				out_string(out, ", ");
			put_number(out, field, record_number(record, offset + at, each), each);
		}
		out_char(out, '}');
	}
}

void field_value(struct out *out, const struct tep_format_field *field, const struct record *record,
		 const struct field_place *place)
{
	bool dynamic = field->flags & TEP_FIELD_IS_DYNAMIC;
	const char *start = out->at;

	if (place->outside && dynamic && place->data_size)
		out_string(out, "(what it points to lies outside of the record)");
	else if (place->outside)
		out_string(out, "(lies outside of the record)");
	else if (dynamic)
		put_array(out, field, record, place->data_offset, place->data_size);
	else if (field->flags & TEP_FIELD_IS_ARRAY)
		put_array(out, field, record, place->offset, place->size);
	else if (field_is_number(field))
		put_number(out, field, record_number(record, place->offset, place->size),
			   place->size);
	else
		put_bytes(out, record->data + place->offset, place->size);
	if (!out_left(out) && out->at - start >= 3)
		memcpy(out->at - 3, "...", 3);
}
