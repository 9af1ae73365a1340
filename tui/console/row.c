// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/console/numbers.h"
#include "tui/console/row.h"
#include "tui/console/time_of_day.h"

#define WIDE_SCREEN 100 /* columns from which names get more room */
#define RULE_BEFORE 8	/* cells of rule before the sentence of a lost row */
#define TIME_LEAST  11	/* columns: 9999.123456 */

/* Clocks that do not count nanoseconds (Linux, kernel/trace/trace.c, trace_clocks[]). */
bool row_counts_nanoseconds(const char *clock)
{
	static const char *const others[] = {"counter", "uptime", "x86-tsc", "ppc-tb"};

	for (size_t i = 0; clock && i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(clock, others[i]))
			return false;
	return true;
}

static const char *const time_titles[ROW_TIMES] = {
	[ROW_TIMES_CLOCK] = "TIME",
	[ROW_TIMES_START] = "SINCE START",
	[ROW_TIMES_DELTA] = "DELTA",
};

static void wall_text(char *text, size_t size, const struct row_layout *layout,
		      const struct engine_position *at)
{
	/* Before the guest's clock started again it stood otherwise. */
	if (at->epoch == layout->wall.epoch)
		time_of_day_text(text, size, (int64_t)(at->ts + (uint64_t)layout->wall.offset));
	else
		snprintf(text, size, "-");
}

static void time_text(char *text, size_t size, const struct row_layout *layout, uint64_t ts)
{
	const char *sign = "";

	if (layout->times != ROW_TIMES_CLOCK) {
		if (!layout->since) {
			snprintf(text, size, "-");
			return;
		}
		/* The clock may have started again between the two. */
		sign = ts < layout->since ? "-" : layout->times == ROW_TIMES_DELTA ? "+" : "";
		ts = ts < layout->since ? layout->since - ts : ts - layout->since;
	}
	if (layout->nanoseconds)
		snprintf(text, size, "%s%" PRIu64 ".%06u", sign, ts / 1000000000,
			 (unsigned)(ts % 1000000000 / 1000));
	else
		snprintf(text, size, "%s%" PRIu64, sign, ts);
}

struct row_layout row_layout(const struct row_columns *columns, int screen, const char *clock,
			     uint64_t latest, int shift)
{
	bool wide = screen >= WIDE_SCREEN;
	struct row_layout layout = {.columns = columns,
				    .width = {[COLUMN_TIME] = TIME_LEAST,
					      [COLUMN_CPU] = 3,
					      [COLUMN_TASK] = wide ? 20 : 15,
					      [COLUMN_EVENT] = wide ? 24 : 20},
				    .shift = shift,
				    .nanoseconds = row_counts_nanoseconds(clock)};
	char text[32];

	time_text(text, sizeof(text), &layout, latest);
	if ((int)strlen(text) > layout.width[COLUMN_TIME])
		layout.width[COLUMN_TIME] = (int)strlen(text);
	for (unsigned i = 0; i < columns->count; i++)
		if (columns->shown[i].width)
			layout.width[columns->shown[i].column] = columns->shown[i].width;
	return layout;
}

void row_layout_times(struct row_layout *layout, enum row_times times,
		      const struct wall_clock *wall, const struct engine_position *top)
{
	if (times == ROW_TIMES_WALL && (!wall || !layout->nanoseconds))
		times = ROW_TIMES_CLOCK;
	layout->times = times;
	if (times != ROW_TIMES_WALL)
		return;
	layout->wall = *wall;
	layout->day = (int64_t)(top->ts + (uint64_t)wall->offset);
	for (unsigned i = 0; i < layout->columns->count; i++)
		if (layout->columns->shown[i].column == COLUMN_TIME &&
		    !layout->columns->shown[i].width)
			layout->width[COLUMN_TIME] = TIME_OF_DAY_COLUMNS;
}

static enum style style_in(const struct row_layout *layout, enum style style)
{
	return layout->cursor ? STYLE_FOCUS : style;
}

/* Draw text anew where the pattern is in it; it lies from column left on, without its first skip
 * columns, up to end. */
static void draw_marks(struct pen pen, const struct row_layout *layout, const char *bytes,
		       size_t length, int left, int skip)
{
	char text[ENGINE_TEXT_MAX + 1];
	size_t start, end = 0, counted = 0;
	int from = -skip;

	if (!layout->marks || !layout->marks->ready || length >= sizeof(text))
		return;
	memcpy(text, bytes, length);
	text[length] = '\0';
	/* A guest can write what is looked for a thousand times into a row: columns are counted
	 * once, and those that are out of sight are not looked for. */
	while (left + from < pen.end && pattern_find(layout->marks, text, end, &start, &end)) {
		int hidden;

		from += bytes_columns(pen.terminal, text + counted, start - counted);
		counted = start;
		hidden = from < 0 ? -from : 0;
		pen.column = left + from + hidden;
		pen_bytes(&pen, STYLE_MATCH, text + start, end - start, hidden,
			  pen.end - pen.column);
	}
}

/* One column's text and the gap after it. */
static void cell(struct pen *pen, const struct row_layout *layout, enum style style,
		 const char *text, size_t length, int columns)
{
	int end = pen->column + columns;
	bool is_event = style == STYLE_EVENT;
	struct pen marks = *pen;

	if (marks.end > end)
		marks.end = end;
	pen_bytes(pen, style_in(layout, style), text, length, 0, columns);
	/* In the text's style where that shows the same: each change of style is bytes to a
	 * terminal. */
	if (terminal_style_marks_blanks(pen->terminal, style))
		style = STYLE_NORMAL;
	pen_pad(pen, style_in(layout, style), end + 1);
	if (is_event)
		draw_marks(marks, layout, text, length, marks.column, 0);
}

static void draw_title(struct pen *pen, const struct row_layout *layout, enum column column)
{
	static const char *const titles[COLUMN_COUNT] = {
		[COLUMN_CPU] = "CPU",
		[COLUMN_TASK] = "TASK-PID",
		[COLUMN_EVENT] = "EVENT",
		[COLUMN_DETAIL] = "DETAIL",
	};
	const char *title = column == COLUMN_TIME ? time_titles[layout->times] : titles[column];
	int end = pen->column + layout->width[column];
	char day[32];

	if (column == COLUMN_TIME && layout->times == ROW_TIMES_WALL) {
		time_of_day_title(day, sizeof(day), layout->day);
		title = day;
	}
	if (column == COLUMN_DETAIL) {
		pen_text(pen, STYLE_HEADER, title);
		if (layout->shift)
			pen_printf(pen, STYLE_HEADER, " from column %d", layout->shift + 1);
		return;
	}
	pen_bytes(pen, STYLE_HEADER, title, strlen(title), 0, layout->width[column]);
	pen_pad(pen, STYLE_HEADER, end + 1);
}

void row_draw_titles(struct pen *pen, const struct row_layout *layout)
{
	for (unsigned i = 0; i < layout->columns->count; i++)
		draw_title(pen, layout, layout->columns->shown[i].column);
	pen_pad(pen, STYLE_HEADER, pen->end);
}

/* A task name can be longer than its column, but the pid must be seen. */
static void draw_task(struct pen *pen, const struct row_layout *layout,
		      const struct engine_row_view *view)
{
	char pid[16] = "";
	int width = layout->width[COLUMN_TASK], end = pen->column + width;
	struct pen marks = *pen;

	if (view->row->pid >= 0)
		snprintf(pid, sizeof(pid), "-%d", (int)view->row->pid);
	pen_bytes(pen, style_in(layout, STYLE_TASK), view->task, view->row->task_len, 0,
		  width - (int)strlen(pid));
	marks.end = pen->column;
	pen_bytes(pen, style_in(layout, STYLE_DIM), pid, strlen(pid), 0, end - pen->column);
	pen_pad(pen, style_in(layout, STYLE_NORMAL), end + 1);
	draw_marks(marks, layout, view->task, view->row->task_len, marks.column, 0);
}

static void draw_name(struct pen *pen, const struct row_layout *layout,
		      const struct engine_row_view *view)
{
	static const char unknown[] = "(no format)";
	const struct engine_row *row = view->row;
	int width = layout->width[COLUMN_EVENT];

	if (row->kind == ENGINE_ROW_UNKNOWN)
		cell(pen, layout, STYLE_WARNING, unknown, sizeof(unknown) - 1, width);
	else
		cell(pen, layout, row->kind == ENGINE_ROW_EVENT ? STYLE_EVENT : STYLE_WARNING,
		     view->event, row->event_len, width);
}

static void draw_detail(struct pen *pen, const struct row_layout *layout,
			const struct engine_row_view *view)
{
	const struct engine_row *row = view->row;
	bool sound = row->kind == ENGINE_ROW_EVENT;
	struct pen marks = *pen;

	pen_bytes(pen, style_in(layout, sound ? STYLE_NORMAL : STYLE_WARNING), view->detail,
		  row->detail_len, layout->shift, pen->end - pen->column);
	draw_marks(marks, layout, view->detail, row->detail_len, marks.column, layout->shift);
}

static void draw_column(struct pen *pen, const struct row_layout *layout,
			const struct engine_row_view *view, enum column column)
{
	char text[32];

	switch (column) {
	case COLUMN_TIME:
		if (layout->times == ROW_TIMES_WALL)
			wall_text(text, sizeof(text), layout, &view->row->at);
		else
			time_text(text, sizeof(text), layout, view->row->at.ts);
		cell(pen, layout, STYLE_TIME, text, strlen(text), layout->width[column]);
		break;
	case COLUMN_CPU:
		snprintf(text, sizeof(text), "%03u", view->row->cpu);
		cell(pen, layout, STYLE_NORMAL, text, strlen(text), layout->width[column]);
		break;
	case COLUMN_TASK:
		draw_task(pen, layout, view);
		break;
	case COLUMN_EVENT:
		draw_name(pen, layout, view);
		break;
	default:
		draw_detail(pen, layout, view);
	}
}

static void draw_event(struct pen *pen, const struct row_layout *layout,
		       const struct engine_row_view *view)
{
	for (unsigned i = 0; i < layout->columns->count; i++)
		draw_column(pen, layout, view, layout->columns->shown[i].column);
	if (layout->cursor)
		pen_pad(pen, STYLE_FOCUS, pen->end);
}

static void draw_break(struct pen *pen, const struct row_layout *layout,
		       const struct engine_row_view *view)
{
	const struct engine_row *row = view->row;
	enum style style = style_in(layout, row->kind == ENGINE_ROW_LOST   ? STYLE_LOST
					    : row->kind == ENGINE_ROW_NOTE ? STYLE_WARNING
									   : STYLE_ERROR);
	char number[NUMBER_SIZE];

	pen_rule(pen, style, pen->column + RULE_BEFORE);
	pen_printf(pen, style, " CPU%u: ", row->cpu);
	if (row->kind == ENGINE_ROW_BAD_PAGE)
		pen_text(pen, style, "bad page: ");
	else if (row->kind == ENGINE_ROW_GAP)
		pen_printf(pen, style, "%s bytes skipped that are no page",
			   number_exact(number, row->count));
	else if (row->kind == ENGINE_ROW_NOTE)
		; /* its detail says it */
	else if (row->count)
		pen_printf(pen, style, "%s events lost", number_exact(number, row->count));
	else
		pen_text(pen, style, "events lost, count unknown");
	if (row->kind == ENGINE_ROW_GAP && row->detail_len)
		pen_text(pen, style, ": ");
	if (row->kind != ENGINE_ROW_LOST)
		pen_bytes(pen, style, view->detail, row->detail_len, 0, pen->end - pen->column);
	pen_text(pen, style, " ");
	pen_rule(pen, style, pen->end);
}

void row_draw(struct pen *pen, const struct row_layout *layout, const struct engine_row_view *view)
{
	if (view->row->kind <= ENGINE_ROW_MALFORMED)
		draw_event(pen, layout, view);
	else
		draw_break(pen, layout, view);
}
