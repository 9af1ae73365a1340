/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compiled programs beside libtraceevent with its plugins: records at random that hold what their
 * formats promise, and the comparison of what both print. For formats of the demo guest, or of a
 * bundle that a test makes.
 */
#ifndef VTRACE_TESTS_PROGRAMS_H
#define VTRACE_TESTS_PROGRAMS_H

#include <traceevent/trace-seq.h>

#include "tests/unit/chance.h"
#include "tests/unit/formats.h"
#include "tui/engine/print.h"

struct fixture {
	struct formats_stock stock;
	struct formats *formats;
	struct comms *comms;
	struct printer printer;
	bool big; /* records are big-endian */
	unsigned compared;
	unsigned differ;
};

static inline int set_up_as(void **state, bool big)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->big = big;
	f->comms = comms_new();
	load_recorded(&f->formats, &f->stock, f->comms, big);
	assert_int_equal(printer_init(&f->printer), 0);
	*state = f;
	return 0;
}

static inline int set_up(void **state)
{
	return set_up_as(state, false);
}

static inline int set_up_big(void **state)
{
	return set_up_as(state, true);
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	printer_release(&f->printer);
	formats_free(f->formats);
	formats_stock_release(&f->stock);
	comms_free(f->comms);
	free(f);
	return 0;
}

/* A number of size bytes into a record. */
static inline void put_number(const struct fixture *f, uint8_t *data, uint64_t number,
			      unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		data[f->big ? size - 1 - i : i] = (uint8_t)(number >> 8 * i);
}

static inline void reference_at(struct fixture *f, uint64_t ts, const uint8_t *data, uint32_t size,
				struct trace_seq *seq)
{
	static uint8_t copy[65536 + 4096];
	struct tep_record record = {.ts = ts, .size = (int)size, .data = copy};

	memset(copy, 0, sizeof(copy));
	memcpy(copy, data, size);
	record.record_size = record.size;
	trace_seq_reset(seq);
	tep_print_event(f->formats->tep, seq, &record, "%s", TEP_PRINT_INFO);
	trace_seq_terminate(seq);
}

static inline void reference(struct fixture *f, const uint8_t *data, uint32_t size,
			     struct trace_seq *seq)
{
	reference_at(f, 1, data, size, seq);
}

/* What trace-cmd prints in the place of libtraceevent, what depends on the rows before, bytes of a
 * length that the record says, of which libtraceevent prints those behind the record too; and what
 * libtraceevent 1.7.1 always takes in this machine's byte order: the address of a text of printk's,
 * and the elements of __print_array(). */
static inline bool is_incomparable(const struct fixture *f, const struct event_format *format)
{
	const struct op *op = f->formats->programs.ops + format->program.first;
	const char *name = format->event->name;

	for (uint32_t i = 0; i < format->program.count; i++)
		if (((op[i].code == OP_BYTES || op[i].code == OP_NUMBERS) &&
		     op[i].extent.kind != VALUE_CONSTANT) ||
		    ((op[i].code == OP_NUMBERS || op[i].code == OP_PRINTK_STRING) && f->big))
			return true;
	return !strcmp(name, "funcgraph_entry") || !strcmp(name, "funcgraph_exit") ||
	       !strcmp(name, "function") || !strcmp(name, "func_repeats");
}

static inline void compare(struct fixture *f, const struct event_format *format,
			   const uint8_t *data, uint32_t size, struct trace_seq *seq)
{
	const struct print_job job = {
		.formats = f->formats,
		.format = format,
		.geometry = &f->formats->geometry,
		.comms = f->comms,
		.data = data,
		.size = size,
		.ts = 1,
	};
	char text[PRINT_TEXT_MAX];
	struct out out;

	if (!format->program.count || is_incomparable(f, format) || print_fault(&job))
		return;
	reference(f, data, size, seq);
	out_init(&out, text, sizeof(text) - 1);
	print_detail(&f->printer, &job, NULL, NULL, &out);
	*out.at = '\0';
	f->compared++;
	if (!strcmp(text, seq->buffer))
		return;
	f->differ++;
	if (f->differ < 20)
		print_message("%s: '%s'\n\twe say        '%s'\n\tlibtraceevent '%s'\n",
			      format->event->name, format->event->print_fmt.format, text,
			      seq->buffer);
}

/* Of an empty list of CPUs libtraceevent 1.7.1 takes the length to be -1, and gigabytes. */
static inline bool lists_cpus(const struct event_format *format)
{
	const char *fields = format->event->format.fields ? format->event->format.fields->type : "";

	return strstr(fields, "cpumask");
}

/* Random bytes, with dynamic fields that lie inside and end in a zero. */
static inline uint32_t make_record(const struct fixture *f, const struct event_format *format,
				   uint8_t *data)
{
	uint32_t size = (format->extent + 3) & ~3u, behind;
	uint64_t style = random_number();

	if (size < 8)
		size = 8;
	behind = size;
	size += format->dynamic_count * 24;
	for (uint32_t i = 0; i < size; i++) {
		data[i] = (uint8_t)random_number();
		if (style & 1)
			data[i] &= 3; /* small numbers, flags that have names */
		if (style & 2)
			data[i] = (uint8_t)('a' + data[i] % 26);
	}
	for (uint32_t i = 0; i < format->dynamic_count; i++) {
		const struct dynamic_field *field = &format->dynamic[i];
		uint32_t length = (uint32_t)(random_number() % 4) * 8, offset = behind + i * 24;

		if (length > 16 || (!length && lists_cpus(format)))
			length = 5;
		put_number(f, data + field->offset, length << 16 | (offset - field->relative), 4);
		data[offset + 23] = '\0';
	}
	put_number(f, data + RECORD_TYPE_OFFSET, (uint64_t)format->event->id, 2);
	return size;
}

#endif
