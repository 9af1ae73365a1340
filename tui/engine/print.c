// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEX_BYTES 64	/* of a record shown raw */
#define TEXT_KEPT 65536 /* bytes of text memory kept from record to record */
#define SLACK	  4096	/* zeros behind a record: ends strings, feeds bprint formats that lie */

static const char no_memory[] = "no memory to print this record";

int printer_init(struct printer *printer)
{
	*printer = (struct printer){0};
	trace_seq_init(&printer->text);
	printer->room = 65536 + SLACK;
	printer->record = malloc(printer->room);
	return printer->record ? 0 : -ENOMEM;
}

void printer_release(struct printer *printer)
{
	if (printer->record)
		trace_seq_destroy(&printer->text);
	free(printer->record);
	printer->record = NULL;
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

static void print_hex(struct trace_seq *text, const uint8_t *record, uint32_t size)
{
	uint32_t shown = size < HEX_BYTES ? size : HEX_BYTES;

	for (uint32_t i = 0; i < shown; i++)
		trace_seq_printf(text, " %02x", record[i]);
	if (shown < size)
		trace_seq_printf(text, " ... (%u bytes)", size);
}

/* What is wrong with a record of this format, or NULL. */
static const char *record_fault(const struct event_format *format,
				const struct page_geometry *geometry, const uint8_t *record,
				uint32_t size)
{
	if (size < format->least)
		return "shorter than its format";
	for (uint32_t i = 0; i < format->dynamic_count; i++) {
		const struct dynamic_field *field = &format->dynamic[i];
		uint32_t word = page_u32(geometry, record + field->offset);
		uint32_t offset = (word & 0xffff) + field->relative, length = word >> 16;

		/* Also where nothing is: libtraceevent looks for a string's end there. */
		if (offset > size || length > size - offset)
			return "a dynamic field lies outside";
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

static void print_event(struct printer *printer, const struct formats *formats,
			const struct event_format *format, const uint8_t *record, uint32_t size,
			unsigned cpu, uint64_t ts)
{
	struct tep_record copy = {.ts = ts, .cpu = (int)cpu, .size = (int)size};

	copy.record_size = copy.size;
	copy.data = copy_record(printer, format, record, size);
	if (copy.data)
		tep_print_event(formats->tep, &printer->text, &copy, "%s", TEP_PRINT_INFO);
	else
		trace_seq_puts(&printer->text, no_memory);
}

void print_record(struct printer *printer, const struct formats *formats,
		  const struct page_geometry *geometry, const struct comms *comms,
		  const uint8_t *record, uint32_t size, unsigned cpu, uint32_t epoch, uint64_t ts,
		  struct printed *printed)
{
	const struct event_format *format = NULL;
	const char *fault = NULL;

	reset_text(&printer->text);
	*printed = (struct printed){.kind = ENGINE_ROW_EVENT, .pid = -1, .task = "", .event = ""};
	printed->event_id = page_u16(geometry, record + RECORD_TYPE_OFFSET);
	if (formats)
		format = formats_event(formats, printed->event_id);
	if (size >= RECORD_PID_OFFSET + 4)
		printed->pid = (int32_t)page_u32(geometry, record + RECORD_PID_OFFSET);
	if (printed->pid >= 0)
		printed->task = comms_find(comms, printed->pid, epoch, ts);
	if (format) {
		printed->event = format->event->name;
		fault = record_fault(format, geometry, record, size);
	}
	if (!format) {
		printed->kind = ENGINE_ROW_UNKNOWN;
		trace_seq_printf(&printer->text,
				 "event id %u without a format:", printed->event_id);
		print_hex(&printer->text, record, size);
	} else if (fault) {
		printed->kind = ENGINE_ROW_MALFORMED;
		trace_seq_printf(&printer->text, "malformed record, %s:", fault);
		print_hex(&printer->text, record, size);
	} else {
		print_event(printer, formats, format, record, size, cpu, ts);
	}
	trace_seq_terminate(&printer->text);
	if (printer->text.state == TRACE_SEQ__GOOD) {
		printed->detail = printer->text.buffer;
		printed->detail_length = join_lines(printer->text.buffer, printer->text.len);
	} else {
		printed->detail = no_memory;
		printed->detail_length = strlen(no_memory);
	}
}
