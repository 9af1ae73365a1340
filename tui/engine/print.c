// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEX_BYTES 64	/* of a record shown raw */
#define TEXT_KEPT 65536 /* bytes of text memory kept from record to record */
#define SLACK	  4096	/* zeros behind a record: ends strings, feeds bprint formats that lie */

static const char no_memory[] = "no memory to print this record";
static const char too_long[] = "too long to be printed as its format asks, shown raw";

int printer_init(struct printer *printer)
{
	*printer = (struct printer){0};
	trace_seq_init(&printer->text);
	printer->room = 65536 + SLACK;
	printer->record = malloc(printer->room);
	printer->made = malloc(PRINT_TEXT_MAX);
	return printer->record && printer->made ? 0 : -ENOMEM;
}

void printer_release(struct printer *printer)
{
	if (printer->text.buffer)
		trace_seq_destroy(&printer->text);
	printer->text.buffer = NULL;
	free(printer->record);
	free(printer->made);
	printer->record = NULL;
	printer->made = NULL;
}

/* Memory is not kept for the one text in a million that is long, nor is its failure. */
static void reset_text(struct trace_seq *text)
{
	if (text->state == TRACE_SEQ__GOOD && text->buffer_size <= TEXT_KEPT) {
		trace_seq_reset(text);
		return;
	}
	text->state = TRACE_SEQ__GOOD;
	trace_seq_destroy(text);
	trace_seq_init(text);
}

static void print_hex(struct out *out, const uint8_t *record, uint32_t size)
{
	uint32_t shown = size < HEX_BYTES ? size : HEX_BYTES;

	for (uint32_t i = 0; i < shown; i++) {
		out_char(out, ' ');
		out_byte(out, record[i]);
	}
	if (shown < size) {
		out_string(out, " ... (");
		out_unsigned(out, size);
		out_string(out, " bytes)");
	}
}

const char *print_fault(const struct print_job *job)
{
	const struct event_format *format = job->format;

	if (job->size < format->least)
		return "malformed record, shorter than its format";
	if (job->size > format->most)
		return too_long;
	for (uint32_t i = 0; i < format->dynamic_count; i++) {
		const struct dynamic_field *field = &format->dynamic[i];
		uint32_t word = page_u32(job->geometry, job->data + field->offset);
		uint32_t offset = (word & 0xffff) + field->relative, length = word >> 16;

		/* Also where nothing is: libtraceevent looks for a string's end there. */
		if (offset > job->size || length > job->size - offset)
			return "malformed record, a dynamic field lies outside";
	}
	return NULL;
}

/* A copy for libtraceevent: zeros behind the record, as far as the format reaches and more. */
static uint8_t *copy_record(struct printer *printer, const struct event_format *format,
			    const uint8_t *record, uint32_t size)
{
	size_t extent = size > format->extent ? size : format->extent;

	if (extent + SLACK > printer->room) {
		uint8_t *larger = realloc(printer->record, extent + SLACK);

		if (!larger)
			return NULL;
		printer->record = larger;
		printer->room = extent + SLACK;
	}
	memcpy(printer->record, record, size);
	memset(printer->record + size, 0, extent + SLACK - size);
	return printer->record;
}

/* Stack traces come in lines; a row is one line. */
static size_t join_lines(char *text, size_t length)
{
	while (length && text[length - 1] == '\n')
		length--;
	for (char *at = text; (at = memchr(at, '\n', length - (size_t)(at - text)));)
		*at = ' ';
	return length;
}

static void print_by_libtraceevent(struct printer *printer, const struct print_job *job,
				   struct out *out)
{
	struct tep_record copy = {.ts = job->ts, .cpu = (int)job->cpu, .size = (int)job->size};

	if (job->size > job->format->most_slow) {
		out_string(out, too_long);
		out_char(out, ':');
		print_hex(out, job->data, job->size);
		return;
	}
	copy.record_size = copy.size;
	copy.data = copy_record(printer, job->format, job->data, job->size);
	if (!copy.data) {
		out_string(out, no_memory);
		return;
	}
	tep_print_event(job->formats->tep, &printer->text, &copy, "%s", TEP_PRINT_INFO);
	trace_seq_terminate(&printer->text);
	if (printer->text.state == TRACE_SEQ__GOOD)
		out_bytes(out, printer->text.buffer, printer->text.len);
	else
		out_string(out, no_memory);
	reset_text(&printer->text);
}

bool print_detail(struct printer *printer, const struct print_job *job, struct calls *calls,
		  const struct record *next, struct out *out)
{
	/* Programs keep what they looked up last; nothing else of the formats changes. */
	struct programs *programs = (struct programs *)&job->formats->programs;
	struct run run = {
		.out = out,
		.record = print_view(job),
		.ts = job->ts,
		.ticks = job->ticks,
		.programs = programs,
		.calls = calls,
		.next = next,
	};
	char *start = out->at;

	if (job->format->program.count && program_run(&job->format->program, &run))
		return run.took_next;
	out->at = start;
	print_by_libtraceevent(printer, job, out);
	return false;
}

const char *print_task(const struct print_job *job, int32_t pid)
{
	const struct engine_position at = {job->ts, job->row, job->slot, job->epoch};

	return comms_find_at(job->comms, pid, &at);
}

void print_lines(struct printer *printer, const struct print_job *job, struct printed *printed)
{
	const struct event_format *format = job->format;
	const char *fault = NULL;
	struct out out;

	*printed = (struct printed){.kind = ENGINE_ROW_EVENT, .pid = -1, .task = "", .event = ""};
	printed->event_id = page_u16(job->geometry, job->data + RECORD_TYPE_OFFSET);
	if (job->size >= RECORD_PID_OFFSET + 4)
		printed->pid = (int32_t)page_u32(job->geometry, job->data + RECORD_PID_OFFSET);
	if (printed->pid >= 0)
		printed->task = print_task(job, printed->pid);
	if (format) {
		printed->event = format->event->name;
		fault = print_fault(job);
	}
	out_init(&out, printer->made, PRINT_TEXT_MAX);
	if (!format) {
		printed->kind = ENGINE_ROW_UNKNOWN;
		out_string(&out, "event id ");
		out_unsigned(&out, printed->event_id);
		out_string(&out, " without a format:");
		print_hex(&out, job->data, job->size);
	} else if (fault) {
		printed->kind = ENGINE_ROW_MALFORMED;
		out_string(&out, fault);
		out_char(&out, ':');
		print_hex(&out, job->data, job->size);
	} else {
		print_detail(printer, job, NULL, NULL, &out);
	}
	printed->detail = printer->made;
	printed->detail_length = (size_t)(out.at - printer->made);
}

void print_record(struct printer *printer, const struct print_job *job, struct printed *printed)
{
	print_lines(printer, job, printed);
	printed->detail_length = join_lines(printer->made, printed->detail_length);
}
