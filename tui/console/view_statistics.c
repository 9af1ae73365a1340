// SPDX-License-Identifier: GPL-2.0-only
/* Statistics: which events, tasks and CPUs come how often, and what of them was lost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/list.h"
#include "tui/console/narrow.h"
#include "tui/console/numbers.h"
#include "tui/console/pump.h"
#include "tui/console/silence.h"
#include "tui/console/state.h"

#define NAME_MIN 20 /* columns */
#define NAME_MAX 44
#define NUMBERS	 28 /* "  COUNT  SHARE     RATE     " */
#define LOSSES	 24 /* "   LOST   GAPS    BAD  " */

struct statistics_view {
	struct view view;
	struct list list;
	enum statistics_kind kind;
	bool held;   /* the cursor stays on an entry, not on a line */
	int32_t key; /* of that one */
	const struct statistic *sorted[STATISTICS_MAX];
	uint32_t count;
	struct pump pump; /* of the CPU under the cursor */
};

static struct statistics_view *statistics_of(struct view *view)
{
	return (struct statistics_view *)view;
}

static const struct statistics_table *table_of(const struct statistics_view *statistics,
					       const struct console *console)
{
	return &console->statistics.tables[statistics->kind];
}

/* Order what there is now; the cursor stays on its entry. */
static void sort(struct statistics_view *statistics, const struct console *console)
{
	statistics->count = statistics_sort(table_of(statistics, console), console->settings.order,
					    statistics->sorted);
	for (uint32_t i = 0; statistics->held && i < statistics->count; i++)
		if (statistics->sorted[i]->key == statistics->key)
			statistics->list.cursor = (int)i;
}

/* Each history has a height of its own: RATE tells how much it is. */
static uint32_t highest_cell(const struct statistic *entry)
{
	uint32_t highest = 1;

	for (unsigned cell = 0; cell < STATISTICS_CELLS; cell++)
		if (entry->cells[cell] > highest)
			highest = entry->cells[cell];
	return highest;
}

/* ---- drawing ---- */

/* How wide the columns are. */
struct columns {
	int name;
	int losses; /* of CPUs; else 0 */
	int cells;  /* of the history */
};

static struct columns fit_columns(const struct statistics_view *statistics,
				  const struct console *console, int width)
{
	struct columns columns = {.losses = statistics->kind == STATISTICS_CPUS ? LOSSES : 0};
	int left = width - 2 - NUMBERS - columns.losses;

	columns.name = left > NAME_MAX + STATISTICS_CELLS ? NAME_MAX : left - STATISTICS_CELLS;
	if (columns.name < NAME_MIN)
		columns.name = left < NAME_MIN ? left : NAME_MIN;
	columns.cells = left - columns.name;
	if (columns.cells > STATISTICS_CELLS)
		columns.cells = STATISTICS_CELLS;
	/* Of a capture it would be the disk's. */
	if (columns.cells < 0 || console->meters.still)
		columns.cells = 0;
	return columns;
}

static void draw_titles(const struct statistics_view *statistics, const struct console *console,
			const struct columns *columns, struct pen pen)
{
	static const char *const titles[STATISTICS_KINDS] = {"EVENT", "TASK-PID", "CPU"};
	static const char *const marks[STATISTICS_ORDERS][3] = {
		[STATISTICS_BY_COUNT] = {"", "*", ""},
		[STATISTICS_BY_RATE] = {"", "", "*"},
		[STATISTICS_BY_NAME] = {"*", "", ""},
	};
	const char *const *mark = marks[console->settings.order];

	pen_printf(&pen, STYLE_HEADER, "  %s%s", titles[statistics->kind], mark[0]);
	pen_pad(&pen, STYLE_HEADER, 2 + columns->name);
	pen_printf(&pen, STYLE_HEADER, "%8s%1s%7s", "COUNT", mark[1], "SHARE");
	pen_printf(&pen, STYLE_HEADER, " %8s%1s ", console->meters.still ? "" : "RATE", mark[2]);
	if (columns->losses)
		pen_printf(&pen, STYLE_HEADER, "%7s %6s %6s  ", "LOST", "GAPS", "BAD");
	if (columns->cells)
		pen_printf(&pen, STYLE_HEADER, "LAST %d SECONDS", columns->cells);
	pen_pad(&pen, STYLE_HEADER, pen.end);
}

static void draw_name(const struct statistics_view *statistics, const struct console *console,
		      const struct statistic *entry, struct pen *pen, enum style style, int columns)
{
	int end = pen->column + columns;
	char text[160];

	if (statistics->kind == STATISTICS_CPUS)
		guest_stream_name(console->guest, (unsigned)entry->key, text, sizeof(text));
	else if (statistics->kind == STATISTICS_TASKS)
		snprintf(text, sizeof(text), "%s-%d", entry->name, (int)entry->key);
	else if (entry->name[0])
		snprintf(text, sizeof(text), "%s", entry->name);
	else
		snprintf(text, sizeof(text), "id %d (no format)", (int)entry->key);
	pen_bytes(pen, style, text, strlen(text), 0, columns - 1);
	pen_pad(pen, style, end);
}

static void draw_losses(const struct console *console, const struct statistic *entry,
			struct pen *pen, enum style style)
{
	const struct engine_cpu_stats *stats = &console->meters.cpu[entry->key].now;
	char lost[NUMBER_SIZE], gaps[NUMBER_SIZE], bad[NUMBER_SIZE], text[NUMBER_SIZE + 2];
	bool some = stats->lost || stats->lost_unknown;

	snprintf(text, sizeof(text), "%s%s", number_count(lost, stats->lost),
		 stats->lost_unknown ? "+?" : "");
	pen_printf(pen, some && style == STYLE_NORMAL ? STYLE_WARNING : style, "%7s ", text);
	pen_printf(pen, stats->gaps && style == STYLE_NORMAL ? STYLE_ERROR : style, "%6s ",
		   number_count(gaps, stats->gaps));
	pen_printf(pen, stats->bad_pages && style == STYLE_NORMAL ? STYLE_ERROR : style, "%6s  ",
		   number_count(bad, stats->bad_pages));
}

static void draw_entry(const struct statistics_view *statistics, const struct console *console,
		       const struct columns *columns, const struct statistic *entry, bool cursor,
		       struct pen pen)
{
	const struct statistics_table *table = table_of(statistics, console);
	enum style style = cursor ? STYLE_FOCUS : STYLE_NORMAL;
	char count[NUMBER_SIZE], rate[NUMBER_SIZE], text[NUMBER_SIZE + 2] = "";

	pen_text(&pen, style, cursor ? "> " : "  ");
	draw_name(statistics, console, entry, &pen,
		  style == STYLE_NORMAL && statistics->kind != STATISTICS_CPUS ? STYLE_EVENT
									       : style,
		  columns->name);
	if (!console->meters.still)
		snprintf(text, sizeof(text), "%s/s", number_count(rate, statistic_rate(entry)));
	pen_printf(&pen, style, "%8s %6.1f%% %8s  ", number_count(count, entry->count),
		   table->all ? 100.0 * (double)entry->count / (double)table->all : 0, text);
	if (columns->losses)
		draw_losses(console, entry, &pen, style);
	if (columns->cells)
		pen_sparkline(&pen, style, entry->cells + STATISTICS_CELLS - columns->cells,
			      (unsigned)columns->cells, highest_cell(entry));
	pen_pad(&pen, style, pen.end);
}

static void draw_empty(const struct console *console, const struct area *area)
{
	const struct area below = {area->top + 1, area->left, area->rows - 1, area->columns};
	char text[SILENCE_TEXT];

	silence_reason(console, false, text, sizeof(text));
	area_sentence(console->terminal, &below, text[0] ? text : "no event has come yet");
}

/* At the end of CPUs, the agent's side of the one under the cursor. */
static void draw_pump(struct statistics_view *statistics, struct console *console,
		      const struct area *below)
{
	const struct list *list = &statistics->list;

	if (below->rows)
		pump_draw(&statistics->pump, console, below,
			  (unsigned)statistics->sorted[list->cursor]->key);
}

static void statistics_draw(struct view *view, struct console *console, const struct area *area)
{
	struct statistics_view *statistics = statistics_of(view);
	const struct columns columns = fit_columns(statistics, console, area->columns);
	struct list *list = &statistics->list;
	struct area above = *area, below = *area;

	sort(statistics, console);
	below.rows = statistics->kind == STATISTICS_CPUS ? pump_lines(console) : 0;
	above.rows -= below.rows;
	below.top += above.rows;
	draw_titles(statistics, console, &columns, pen_at(console->terminal, &above, 0));
	list_fit(list, (int)statistics->count, above.rows - 1);
	if (!statistics->count || !console->guest) {
		draw_empty(console, area);
		return;
	}
	for (int i = 0; i < list->rows && list->top + i < list->count; i++)
		draw_entry(statistics, console, &columns, statistics->sorted[list->top + i],
			   list->top + i == list->cursor, pen_at(console->terminal, &above, i + 1));
	draw_pump(statistics, console, &below);
}

/* ---- keys ---- */

static void show(struct statistics_view *statistics, enum statistics_kind kind)
{
	statistics->kind = kind;
	statistics->held = false;
	statistics->list.cursor = statistics->list.top = 0;
}

/* Only the rows of what the cursor is on, in the events view. */
static void open_chosen(struct statistics_view *statistics, struct console *console)
{
	char condition[sizeof(((struct engine_filter *)0)->expression)];
	const struct statistic *entry;

	sort(statistics, console);
	if (!console->guest || statistics->list.cursor >= (int)statistics->count)
		return;
	entry = statistics->sorted[statistics->list.cursor];
	if (statistics->kind == STATISTICS_CPUS) {
		memset(console->cpus, 0, sizeof(console->cpus));
		console->cpus[entry->key / 8] = (uint8_t)(1u << entry->key % 8);
		events_cpus_changed(console->views[VIEW_EVENTS], console);
	} else if (statistics->kind == STATISTICS_TASKS) {
		snprintf(condition, sizeof(condition), ".*: common_pid == %d", (int)entry->key);
		filtering_use(console, condition);
	} else if (entry->name[0]) {
		const char *colon = strchr(entry->name, ':');

		if (narrow_text(condition, sizeof(condition), "EVENT",
				"==", colon ? colon + 1 : entry->name)) {
			journal_add(&console->journal, GUEST_WARNING,
				    "no filter can ask for a name with such backslashes");
			return;
		}
		filtering_use(console, condition);
	} else {
		journal_add(&console->journal, GUEST_WARNING,
			    "an event without a format has no name that a filter could ask for");
		return;
	}
	console_show(console, VIEW_EVENTS);
}

static void statistics_act(struct view *view, struct console *console, enum action action)
{
	struct statistics_view *statistics = statistics_of(view);
	enum statistics_kind kinds = STATISTICS_KINDS;

	switch (action) {
	case ACTION_OPEN:
		open_chosen(statistics, console);
		break;
	case ACTION_ORDER:
		console->settings.order = (console->settings.order + 1) % STATISTICS_ORDERS;
		break;
	case ACTION_NEXT_PANE:
		show(statistics, (statistics->kind + 1) % kinds);
		break;
	case ACTION_PREVIOUS_PANE:
		show(statistics, (statistics->kind + kinds - 1) % kinds);
		break;
	default:
		list_act(&statistics->list, action);
		statistics->held =
			action != ACTION_HOME && statistics->list.cursor < (int)statistics->count;
		if (statistics->held)
			statistics->key = statistics->sorted[statistics->list.cursor]->key;
		break;
	}
	console_invalidate(console);
}

static void statistics_enter(struct view *view, struct console *console, enum view_id from)
{
	(void)view;
	(void)from;
	if (console->guest && guest_engine_alive(console->guest))
		guest_request_counts(console->guest);
}

static void statistics_changed(struct view *view, struct console *console, bool reset)
{
	(void)console;
	if (reset)
		pump_reset(&statistics_of(view)->pump);
}

static void statistics_status(const struct view *view, const struct console *console, char *text,
			      size_t size)
{
	static const char *const words[STATISTICS_KINDS] = {"events", "tasks", "CPUs"};
	const struct statistics_view *statistics = (const struct statistics_view *)view;
	const struct statistics_table *table = table_of(statistics, console);
	char all[NUMBER_SIZE], others[NUMBER_SIZE];

	if (table->others)
		snprintf(text, size, "[statistics: %s] %s in all, %s of others",
			 words[statistics->kind], number_count(all, table->all),
			 number_count(others, table->others));
	else
		snprintf(text, size, "[statistics: %s] %s in all", words[statistics->kind],
			 number_count(all, table->all));
}

static void statistics_hint(const struct view *view, const struct console *console, char *text,
			    size_t size)
{
	const struct statistics_view *statistics = (const struct statistics_view *)view;

	(void)console;
	text[0] = '\0';
	if (statistics->kind == STATISTICS_CPUS)
		snprintf(
			text, size,
			"lost: overwritten in the guest; gaps: bytes that were no page; bad: pages "
			"that were not valid");
}

static void statistics_free(struct view *view)
{
	free(view);
}

static const struct list *statistics_list(const struct view *view)
{
	return &((const struct statistics_view *)view)->list;
}

static const struct view_ops statistics_ops = {
	.name = "statistics",
	.enter = statistics_enter,
	.draw = statistics_draw,
	.act = statistics_act,
	.changed = statistics_changed,
	.status = statistics_status,
	.hint = statistics_hint,
	.list = statistics_list,
	.free = statistics_free,
};

struct view *view_statistics_new(void)
{
	struct statistics_view *statistics = calloc(1, sizeof(*statistics));

	if (!statistics)
		return NULL;
	statistics->view.ops = &statistics_ops;
	statistics->list.has_cursor = true;
	return &statistics->view;
}
