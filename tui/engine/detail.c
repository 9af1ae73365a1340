// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/detail.h"

#include <string.h>

#include "tui/engine/field_meaning.h"
#include "tui/engine/field_value.h"

/* A reply in the making. */
struct detail {
	struct engine_detail *head; /* at its start */
	struct out out;
};

/* What else is known of a row's texts, not terminated. */
struct texts {
	const char *task, *event, *system, *text, *format;
	size_t text_length;
	const uint8_t *raw;
};

static uint32_t put(struct detail *detail, const void *bytes, size_t length, size_t limit)
{
	if (length > limit)
		length = limit;
	out_bytes(&detail->out, bytes, length);
	return (uint32_t)length;
}

static void align(struct detail *detail)
{
	while ((size_t)(detail->out.at - (char *)detail->head) % 8)
		out_char(&detail->out, 0);
}

static uint16_t put_name(struct detail *detail, const char *name)
{
	return (uint16_t)put(detail, name, strlen(name), ENGINE_NAME_MAX);
}

static void begin(struct detail *detail, uint8_t *packet, size_t room,
		  const struct engine_detail *what, const struct texts *texts)
{
	struct engine_detail *head = (struct engine_detail *)packet;

	detail->head = head;
	*head = *what;
	out_init(&detail->out, (char *)(head + 1), room - sizeof(*head));
	head->task_len = put_name(detail, texts->task);
	head->event_len = put_name(detail, texts->event);
	head->system_len = put_name(detail, texts->system);
	head->text_len = put(detail, texts->text, texts->text_length, ENGINE_LONG_TEXT_MAX);
	head->format_len = put(detail, texts->format, strlen(texts->format), ENGINE_LONG_TEXT_MAX);
	head->raw_len = put(detail, texts->raw, head->size, ENGINE_RAW_MAX);
	align(detail);
}

static size_t end(const struct detail *detail)
{
	return (size_t)(detail->out.at - (char *)detail->head);
}

/* ---- fields ---- */

/* Begin a field; its texts follow, in the order in which the entry has their lengths. NULL: there
 * is no room for one that is as long as it may be. */
static struct engine_detail_field *put_field(struct detail *detail, const char *name,
					     const char *type)
{
	struct engine_detail_field *entry = (struct engine_detail_field *)detail->out.at;

	if (out_left(&detail->out) < sizeof(*entry) + ENGINE_NAME_MAX + 3 * ENGINE_VALUE_MAX + 8) {
		detail->head->omitted += detail->head->omitted < UINT16_MAX;
		return NULL;
	}
	memset(entry, 0, sizeof(*entry));
	detail->out.at = (char *)(entry + 1);
	entry->name_len = put_name(detail, name);
	entry->type_len = (uint16_t)put(detail, type, strlen(type), ENGINE_VALUE_MAX);
	detail->head->fields++;
	return entry;
}

/* A text of a field is written by itself first, so that it is cut in its own room. */
static struct out value_out(char *text)
{
	struct out out;

	out_init(&out, text, ENGINE_VALUE_MAX);
	return out;
}

static uint16_t put_value(struct detail *detail, const struct out *out, const char *text)
{
	return (uint16_t)put(detail, text, (size_t)(out->at - text), ENGINE_VALUE_MAX);
}

static void add_field(struct detail *detail, const struct print_job *job,
		      const struct field_meanings *meanings, const struct tep_format_field *field,
		      bool common)
{
	const struct record record = print_view(job);
	struct engine_detail_field *entry = put_field(detail, field->name, field->type);
	struct field_place place;
	char text[ENGINE_VALUE_MAX];
	struct out out = value_out(text);

	if (!entry)
		return;
	field_find(&place, field, &record);
	field_value(&out, field, &record, &place);
	entry->value_len = put_value(detail, &out, text);
	out = value_out(text);
	if (!place.outside)
		field_meaning(&out, meanings, job, field);
	entry->meaning_len = put_value(detail, &out, text);
	entry->offset = place.offset;
	entry->size = place.size;
	entry->data_offset = place.data_offset;
	entry->data_size = place.data_size;
	entry->flags =
		(common ? ENGINE_FIELD_COMMON : 0) | (place.outside ? ENGINE_FIELD_OUTSIDE : 0);
	align(detail);
}

static void add_fields(struct detail *detail, const struct print_job *job)
{
	struct field_meanings meanings = {.count = 0};
	const struct tep_event *event = job->format ? job->format->event : NULL;

	/* Of an event without a format, what all events have is known at least. */
	if (!event && job->formats && job->formats->event_count)
		event = job->formats->events[0].event;
	if (!event)
		return;
	if (job->format)
		field_meanings_find(&meanings, job->format->event);
	for (const struct tep_format_field *field = event->format.common_fields; field;
	     field = field->next)
		add_field(detail, job, &meanings, field, true);
	if (!job->format)
		return;
	for (const struct tep_format_field *field = event->format.fields; field;
	     field = field->next)
		add_field(detail, job, &meanings, field, false);
}

size_t detail_of_event(uint8_t *packet, size_t room, struct printer *printer,
		       const struct print_job *job, const struct engine_position *at)
{
	struct detail detail;
	struct printed printed;
	struct engine_detail what;
	struct texts texts;

	print_lines(printer, job, &printed);
	what = (struct engine_detail){
		.at = *at,
		.pid = printed.pid,
		.kind = printed.kind,
		.event_id = printed.event_id,
		.cpu = (uint16_t)job->cpu,
		.size = job->size,
	};
	texts = (struct texts){
		.task = printed.task,
		.event = printed.event,
		.system =
			job->format && job->format->event->system ? job->format->event->system : "",
		.text = printed.detail,
		.text_length = printed.detail_length,
		.format = job->format && job->format->print_text ? job->format->print_text : "",
		.raw = job->data,
	};
	begin(&detail, packet, room, &what, &texts);
	add_fields(&detail, job);
	return end(&detail);
}

/* ---- pages ---- */

static void put_commit(struct out *out, uint64_t commit)
{
	out_unsigned(out, commit & PAGE_COMMIT_LENGTH);
	out_string(out, " bytes of data");
	if (commit & PAGE_COMMIT_MISSED)
		out_string(out, ", events were lost before them");
	if (commit & PAGE_COMMIT_STORED)
		out_string(out, ", how many stands behind them");
}

/* A number of a page's header. */
static void add_number(struct detail *detail, const char *name, const char *type, uint32_t offset,
		       uint32_t size, uint64_t number)
{
	struct engine_detail_field *entry = put_field(detail, name, type);
	char text[ENGINE_VALUE_MAX];
	struct out out = value_out(text);

	if (!entry)
		return;
	out_unsigned(&out, number);
	entry->value_len = put_value(detail, &out, text);
	out = value_out(text);
	if (offset)
		put_commit(&out, number);
	entry->meaning_len = put_value(detail, &out, text);
	entry->offset = offset;
	entry->size = size;
	align(detail);
}

size_t detail_of_page(uint8_t *packet, size_t room, const struct engine_detail *what,
		      const char *text, const struct page_geometry *geometry, const uint8_t *page)
{
	struct engine_detail head = *what;
	const struct texts texts = {
		.task = "",
		.event = "",
		.system = "",
		.text = text,
		.text_length = strlen(text),
		.format = "",
		.raw = page,
	};
	struct detail detail;

	head.pid = -1;
	head.size = page ? geometry->size : 0;
	begin(&detail, packet, room, &head, &texts);
	if (page) {
		uint64_t commit = geometry->long_size == 8 ? page_u64(geometry, page + 8)
							   : page_u32(geometry, page + 8);

		/* The header, see page.h. */
		add_number(&detail, "timestamp", "u64", 0, 8, page_u64(geometry, page));
		add_number(&detail, "commit", "local_t", 8, geometry->long_size, commit);
	}
	return end(&detail);
}
