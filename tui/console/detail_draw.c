// SPDX-License-Identifier: GPL-2.0-only
/* The screen of the detail view. */
#include <inttypes.h>

#include "tui/console/detail_private.h"
#include "tui/console/hexdump.h"
#include "tui/console/row.h"
#include "tui/console/state.h"

#define NARROW	    90 /* columns of a screen on which a field's place is told below only */
#define LEAST_LINES 3  /* of a part, its header included */
#define LOW_LINES   2  /* likewise, where there is no room for three parts of so many */
#define NAME_MOST   24 /* columns */
#define TYPE_MOST   22

bool detail_field(const struct detail_view *detail, int line, struct engine_field_view *view)
{
	const uint8_t *at;

	if (line < 0 || line >= detail->field_count)
		return false;
	at = detail->fields[line];
	return engine_detail_next(&detail->row, &at, view);
}

/* ---- the parts ---- */

/* "sched/sched_switch  id 316": what the row is. */
static void draw_what(struct pen *pen, const struct engine_detail_view *row)
{
	static const char *const others[] = {
		[ENGINE_ROW_UNKNOWN] = "event without a format",
		[ENGINE_ROW_LOST] = "lost events",
		[ENGINE_ROW_BAD_PAGE] = "bad page",
		[ENGINE_ROW_GAP] = "gap in the channel",
		[ENGINE_ROW_NOTE] = "what happened to the guest",
	};
	const struct engine_detail *detail = row->detail;

	if (detail->kind == ENGINE_ROW_EVENT || detail->kind == ENGINE_ROW_MALFORMED) {
		pen_bytes(pen, STYLE_NORMAL, row->system, detail->system_len, 0,
			  pen->end - pen->column);
		pen_text(pen, STYLE_NORMAL, "/");
		pen_bytes(pen, STYLE_EVENT, row->event, detail->event_len, 0,
			  pen->end - pen->column);
		if (detail->kind == ENGINE_ROW_MALFORMED)
			pen_text(pen, STYLE_WARNING, " MALFORMED");
	} else {
		pen_text(pen, STYLE_WARNING, others[detail->kind]);
	}
	if (detail->kind <= ENGINE_ROW_MALFORMED)
		pen_printf(pen, STYLE_NORMAL, " id %u", detail->event_id);
}

static void draw_head(const struct detail_view *detail, struct console *console, struct pen *pen)
{
	const struct engine_detail *row = detail->row.detail;
	const struct engine_formats_reply *formats = guest_formats(console->guest);

	if (row_counts_nanoseconds(formats ? formats->clock : NULL))
		pen_printf(pen, STYLE_TIME, "%" PRIu64 ".%09u", row->at.ts / 1000000000,
			   (unsigned)(row->at.ts % 1000000000));
	else
		pen_printf(pen, STYLE_TIME, "%" PRIu64, row->at.ts);
	pen_printf(pen, STYLE_NORMAL, "  CPU %u  ", row->cpu);
	if (row->pid >= 0) {
		pen_bytes(pen, STYLE_TASK, detail->row.task, row->task_len, 0,
			  pen->end - pen->column);
		pen_printf(pen, STYLE_DIM, "-%d  ", (int)row->pid);
	}
	draw_what(pen, &detail->row);
}

/* Of all fields, at most so much of the screen. */
static int widest(const struct detail_view *detail, bool type, int most)
{
	struct engine_field_view view;
	int columns = 5; /* of the title */

	for (int i = 0; i < detail->field_count && detail_field(detail, i, &view); i++) {
		int length = type ? view.field->type_len : view.field->name_len;

		if (length > columns)
			columns = length;
	}
	return columns < most ? columns : most;
}

/* How the list of fields lies on the screen, in columns. */
struct field_columns {
	int name, type;
	bool place; /* offset and size are there */
	int value;  /* what is left for it */
};

static struct field_columns field_columns(const struct detail_view *detail, int columns)
{
	bool narrow = columns < NARROW;
	struct field_columns at = {
		.name = widest(detail, false, narrow ? columns / 4 : NAME_MOST),
		.type = widest(detail, true, narrow ? columns / 5 : TYPE_MOST),
		.place = !narrow,
	};

	/* "  NAME TYPE ", and "OFFSET_ SIZE ". */
	at.value = columns - 2 - at.name - 1 - at.type - 1 - (at.place ? 13 : 0);
	return at;
}

static void cell(struct pen *pen, enum style style, const char *text, size_t length, int columns)
{
	int end = pen->column + columns;

	pen_bytes(pen, style, text, length, 0, columns);
	pen_pad(pen, style == STYLE_FOCUS ? style : STYLE_NORMAL, end + 1);
}

/* Columns of a value with its meaning. */
static int value_columns(const struct terminal *terminal, const struct engine_field_view *view)
{
	int meaning = bytes_columns(terminal, view->meaning, view->field->meaning_len);

	return bytes_columns(terminal, view->value, view->field->value_len) +
	       (meaning ? meaning + 3 : 0);
}

static void draw_value(struct pen *pen, bool cursor, const struct engine_field_view *view)
{
	bool outside = view->field->flags & ENGINE_FIELD_OUTSIDE;
	enum style style = cursor ? STYLE_FOCUS : outside ? STYLE_WARNING : STYLE_NORMAL;

	pen_bytes(pen, style, view->value, view->field->value_len, 0, pen->end - pen->column);
	if (view->field->meaning_len) {
		pen_text(pen, style, " (");
		pen_bytes(pen, style, view->meaning, view->field->meaning_len, 0,
			  pen->end - pen->column);
		pen_text(pen, style, ")");
	}
	if (cursor)
		pen_pad(pen, STYLE_FOCUS, pen->end);
}

static void draw_fields(struct detail_view *detail, struct console *console,
			const struct area *area, enum style header)
{
	struct list *list = &detail->lists[PART_FIELDS];
	struct pen pen = pen_at(console->terminal, area, 0);
	struct field_columns at = field_columns(detail, area->columns);

	list_fit(list, detail->field_count, area->rows - 1);
	pen_text(&pen, header, detail->focus == PART_FIELDS ? "> " : "  ");
	pen_printf(&pen, header, "%-*s %-*s %s", at.name, "FIELD", at.type, "TYPE",
		   at.place ? " OFFSET SIZE VALUE" : "VALUE");
	if (detail->row.detail->omitted)
		pen_printf(&pen, header, "  (%u more are not shown)", detail->row.detail->omitted);
	pen_pad(&pen, header, pen.end);
	for (int i = 0; i < list->rows && i < area->rows - 1; i++) {
		struct engine_field_view view;
		bool cursor = list->top + i == list->cursor;
		enum style plain = cursor ? STYLE_FOCUS : STYLE_NORMAL;

		if (!detail_field(detail, list->top + i, &view))
			break;
		pen = pen_at(console->terminal, area, i + 1);
		pen_text(&pen, plain, "  ");
		cell(&pen, cursor ? STYLE_FOCUS : STYLE_KEY, view.name, view.field->name_len,
		     at.name);
		cell(&pen, plain, view.type, view.field->type_len, at.type);
		if (at.place)
			pen_printf(&pen, plain, "%7u %4u ", view.field->offset, view.field->size);
		draw_value(&pen, cursor, &view);
	}
}

static struct hexdump dump_of(const struct detail_view *detail, int columns)
{
	struct hexdump dump = {.bytes = detail->row.raw,
			       .length = detail->row.detail->raw_len,
			       .a_line = hexdump_a_line(columns)};
	struct engine_field_view view;

	if (!detail_field(detail, detail->lists[PART_FIELDS].cursor, &view))
		return dump;
	/* What a dynamic field points to is what one wants to see first; it itself is marked, too.
	 */
	dump.marks[0].start = view.field->data_size ? view.field->data_offset : view.field->offset;
	dump.marks[0].end = dump.marks[0].start +
			    (view.field->data_size ? view.field->data_size : view.field->size);
	if (view.field->data_size) {
		dump.marks[1].start = view.field->offset;
		dump.marks[1].end = (size_t)view.field->offset + view.field->size;
	}
	return dump;
}

/* "BYTES 44: next_comm char[16] is 8-23": where the field is. */
static void draw_bytes_header(const struct detail_view *detail, struct pen *pen, enum style header,
			      const struct hexdump *dump)
{
	const struct engine_detail *row = detail->row.detail;
	struct engine_field_view view;

	pen_printf(pen, header, "%s%u BYTES", detail->focus == PART_BYTES ? "> " : "  ", row->size);
	if (row->raw_len < row->size)
		pen_printf(pen, header, ", the first %u", row->raw_len);
	if (detail_field(detail, detail->lists[PART_FIELDS].cursor, &view)) {
		pen_text(pen, header, "  ");
		pen_bytes(pen, header, view.name, view.field->name_len, 0, pen->end - pen->column);
		pen_printf(pen, header, " at %u, %u long", view.field->offset, view.field->size);
		if (view.field->data_size)
			pen_printf(pen, header, ", points to %zu, %u long", dump->marks[0].start,
				   view.field->data_size);
	}
	pen_text(pen, header, " ");
	pen_rule(pen, header, pen->end);
}

static void draw_bytes(struct detail_view *detail, struct console *console, const struct area *area,
		       enum style header)
{
	const struct hexdump dump = dump_of(detail, area->columns - 2);
	struct list *list = &detail->lists[PART_BYTES];
	struct pen pen = pen_at(console->terminal, area, 0);

	list_fit(list, hexdump_lines(&dump), area->rows - 1);
	if (detail->follow_field && dump.marks[0].start < dump.marks[0].end) {
		int first = hexdump_line_of(&dump, dump.marks[0].start);
		int last = hexdump_line_of(&dump, dump.marks[0].end - 1);

		if (last >= list->top + list->rows)
			list->top = last - list->rows + 1;
		if (first < list->top)
			list->top = first;
		list_fit(list, list->count, list->rows);
	}
	draw_bytes_header(detail, &pen, header, &dump);
	for (int i = 0; i < list->rows && list->top + i < list->count; i++) {
		pen = pen_at(console->terminal, area, i + 1);
		pen_text(&pen, STYLE_NORMAL, "  ");
		hexdump_draw(&dump, &pen, list->top + i);
	}
}

static void draw_text(struct detail_view *detail, struct console *console, const struct area *area,
		      enum style header)
{
	struct list *list = &detail->lists[PART_TEXT];
	struct pen pen = pen_at(console->terminal, area, 0);
	struct area rows = {area->top, area->left + 2, area->rows, area->columns - 2};

	detail_text_wrap(&detail->text, rows.columns);
	list_fit(list, detail->text.count, area->rows - 1);
	pen_printf(&pen, header, "%sTEXT AND FORMAT ", detail->focus == PART_TEXT ? "> " : "  ");
	if (!list_at_end(list) || list->top)
		pen_printf(&pen, header, "from line %d of %d ", list->top + 1, list->count);
	pen_rule(&pen, header, pen.end);
	for (int i = 0; i < list->rows && list->top + i < list->count; i++) {
		pen = pen_at(console->terminal, &rows, i + 1);
		detail_text_draw(&detail->text, &pen, list->top + i);
	}
}

/* ---- how the screen is shared ---- */

/* Lines that a part would fill, its header included. */
static int lines_of(struct detail_view *detail, enum part part, int columns)
{
	struct hexdump dump;

	switch (part) {
	case PART_FIELDS:
		return 1 + detail->field_count;
	case PART_BYTES:
		dump = dump_of(detail, columns - 2);
		return 1 + hexdump_lines(&dump);
	default:
		detail_text_wrap(&detail->text, columns - 2);
		return 1 + detail->text.count;
	}
}

/* On a low screen the text is alone when it has the keys, and not there when it has not; fields and
 * bytes stay together, for the ones are marked in the others. */
static bool is_there(const struct detail_view *detail, int part, int rows)
{
	return rows >= PARTS * LEAST_LINES || (part == PART_TEXT) == (detail->focus == PART_TEXT);
}

/* Give a part one line more. False: it has what it can fill. */
static bool grow(int *lines, int wanted, int *left)
{
	if (!*left || !*lines || *lines >= wanted)
		return false;
	++*lines;
	--*left;
	return true;
}

/* Share rows out among the parts: none gets more than it fills. */
static void share_out(struct detail_view *detail, int rows, int columns, int lines[PARTS])
{
	bool low = rows < PARTS * LEAST_LINES, any = true;
	int wants[PARTS], left = rows;

	for (int part = 0; part < PARTS; part++) {
		int least = low ? LOW_LINES : LEAST_LINES;

		wants[part] = lines_of(detail, part, columns);
		lines[part] = wants[part] < least ? wants[part] : least;
		if (!is_there(detail, part, rows))
			lines[part] = 0;
		if (lines[part] > left)
			lines[part] = left;
		left -= lines[part];
	}
	while (low && grow(&lines[detail->focus], wants[detail->focus], &left))
		;
	/* Line by line, twice as many to the fields while they need them. */
	while (any) {
		any = grow(&lines[PART_FIELDS], wants[PART_FIELDS], &left);
		for (int part = 0; part < PARTS; part++)
			any |= grow(&lines[part], wants[part], &left);
	}
}

/* The value under the cursor is told in the text when it is too long for its line. */
static void tell_value(struct detail_view *detail, const struct terminal *terminal, int columns)
{
	int field = detail->lists[PART_FIELDS].cursor;
	struct engine_field_view view;

	if (!detail_field(detail, field, &view) ||
	    value_columns(terminal, &view) <= field_columns(detail, columns).value)
		field = -1;
	detail_fill_text(detail, field);
}

static void draw_sentence(struct console *console, const struct area *area, const char *sentence)
{
	struct pen pen = pen_at(console->terminal, area, 0);

	pen_text(&pen, STYLE_DIM, sentence);
}

void detail_draw(struct view *view, struct console *console, const struct area *area)
{
	static void (*const draw[PARTS])(struct detail_view * detail, struct console * console,
					 const struct area *area,
					 enum style header) = {draw_fields, draw_bytes, draw_text};
	struct detail_view *detail = (struct detail_view *)view;
	struct area part = {area->top + 1, area->left, 0, area->columns};
	struct pen pen = pen_at(console->terminal, area, 0);
	int lines[PARTS];

	if (!detail->shown || !console->guest) {
		/* For the moment until the answer, nothing is known to be missing. */
		if (!detail->asked && !detail->wanted)
			draw_sentence(console, area,
				      "no row is under the cursor of the events view");
		return;
	}
	draw_head(detail, console, &pen);
	tell_value(detail, console->terminal, area->columns);
	share_out(detail, area->rows - 1, area->columns, lines);
	for (int i = 0; i < PARTS; i++) {
		part.rows = lines[i];
		if (lines[i])
			draw[i](detail, console, &part,
				i == (int)detail->focus ? STYLE_FOCUS : STYLE_HEADER);
		part.top += lines[i];
	}
}
