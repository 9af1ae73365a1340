// SPDX-License-Identifier: GPL-2.0-only
/*
 * The latency view's screen: the list of keys, and how the pairs of the one with the cursor are
 * spread, beside it where there is room, else below it, on a small screen in one line.
 */
#include <stdio.h>
#include <string.h>

#include "tui/console/latency_private.h"
#include "tui/console/state.h"

#define TIMES_COLUMNS  10 /* of a time in the list, with the mark behind its title */
#define COUNT_COLUMNS  8
#define NAME_MAX       40
#define BESIDE_COLUMNS 120 /* from which on the histogram is beside the list */
#define LIST_COLUMNS   86  /* which then has so many */
#define BELOW_ROWS     13  /* from which on it is below the list */
#define LABEL_COLUMNS  9   /* of a power in the histogram */
#define BAR_MIN	       8

/* How the screen is shared out. */
struct layout {
	struct area list, histogram;
	int name;   /* columns */
	bool total; /* there is room for that column */
	bool line;  /* the histogram has one line */
};

static struct layout share_out(const struct area *area)
{
	struct layout layout = {.list = *area, .histogram = *area};
	int needed;

	if (area->columns >= BESIDE_COLUMNS) {
		layout.list.columns = LIST_COLUMNS;
		layout.histogram.left += LIST_COLUMNS + 2;
		layout.histogram.columns -= LIST_COLUMNS + 2;
	} else if (area->rows >= BELOW_ROWS) {
		layout.list.rows = area->rows / 2;
		layout.histogram.top += layout.list.rows;
		layout.histogram.rows -= layout.list.rows;
	} else {
		layout.line = true;
		layout.list.rows = area->rows - 1;
		layout.histogram.top += layout.list.rows;
		layout.histogram.rows = 1;
	}
	needed = 2 + COUNT_COLUMNS + 3 * TIMES_COLUMNS;
	layout.total = layout.list.columns >= needed + TIMES_COLUMNS + 24;
	layout.name = layout.list.columns - needed - (layout.total ? TIMES_COLUMNS : 0);
	if (layout.name > NAME_MAX)
		layout.name = NAME_MAX;
	return layout;
}

/* Text that ends before a column, and one blank. */
static void put_right(struct pen *pen, enum style style, const char *text, int columns)
{
	int end = pen->column + columns;

	pen_pad(pen, style, end - 1 - text_columns(pen->terminal, text));
	pen_text(pen, style, text);
	pen_pad(pen, style, end);
}

/* ---- the list ---- */

static void draw_titles(const struct latency_view *latency, const struct layout *layout,
			struct pen pen)
{
	static const char *const titles[] = {"P50", "P99", "MAX", "TOTAL"};
	static const int marked[ENGINE_LATENCY_ORDERS] = {
		[ENGINE_LATENCY_BY_MAX] = 2,
		[ENGINE_LATENCY_BY_P99] = 1,
		[ENGINE_LATENCY_BY_COUNT] = -1,
		[ENGINE_LATENCY_BY_TOTAL] = 3,
	};
	int mark = marked[latency->order];

	pen_printf(&pen, STYLE_HEADER, "  %s", latency_words(latency->kind)->keys);
	pen_pad(&pen, STYLE_HEADER, 2 + layout->name);
	pen_printf(&pen, STYLE_HEADER, "%*s%s", COUNT_COLUMNS - 1, "COUNT", mark < 0 ? "*" : " ");
	for (int i = 0; i < (layout->total ? 4 : 3); i++)
		pen_printf(&pen, STYLE_HEADER, "%*s%s", TIMES_COLUMNS - 1, titles[i],
			   i == mark ? "*" : " ");
	pen_pad(&pen, STYLE_HEADER, pen.end);
}

static void draw_entry(const struct latency_view *latency, const struct console *console,
		       const struct layout *layout, const struct engine_latency_key *key,
		       bool cursor, struct pen pen)
{
	bool ticks = latency_in_ticks(latency->kind, guest_ticks(console->guest));
	enum style style = cursor ? STYLE_FOCUS : STYLE_NORMAL;
	const uint64_t times[] = {key->p50, key->p99, key->max, key->total};
	char name[sizeof(key->name) + 1], number[NUMBER_SIZE];
	int end = pen.column + 2 + layout->name;

	pen_text(&pen, style, cursor ? "> " : "  ");
	latency_name(key, name, sizeof(name));
	pen_bytes(&pen, cursor ? style : STYLE_TASK, name, strlen(name), 0, layout->name - 1);
	pen_pad(&pen, style, end);
	put_right(&pen, style, number_count(number, key->count), COUNT_COLUMNS);
	for (int i = 0; i < (layout->total ? 4 : 3); i++)
		put_right(&pen, style,
			  latency_time(number, times[i], ticks, latency_micro(console)),
			  TIMES_COLUMNS);
	if (cursor)
		pen_pad(&pen, style, pen.end);
}

static void draw_list(struct latency_view *latency, const struct console *console,
		      const struct layout *layout)
{
	struct list *list = &latency->list;
	const struct area *area = &layout->list;

	for (uint32_t i = 0; i < latency_count(latency); i++)
		if (latency->table.keys[i].key == latency->key)
			list->cursor = (int)i;
	list_fit(list, (int)latency_count(latency), area->rows - 1);
	for (int i = 0; i < list->rows && list->top + i < list->count; i++)
		draw_entry(latency, console, layout, &latency->table.keys[list->top + i],
			   list->top + i == list->cursor, pen_at(console->terminal, area, i + 1));
}

/* A sentence in as many lines as it needs. */
static void draw_lack(const struct latency_view *latency, const struct console *console,
		      const struct area *area)
{
	struct latency_table none = {.answered = false};
	char text[320] = "nothing is open: d chooses a domain";
	const char *at = text;

	if (console->guest)
		latency_lack(latency->table.head.kind == latency->kind ? &latency->table : &none,
			     text, sizeof(text));
	for (int line = 1; line < area->rows && *at; line++) {
		struct pen pen = pen_at(console->terminal, area, line);
		size_t next, length = text_break(at, area->columns - 2, &next);

		pen_text(&pen, STYLE_DIM, "  ");
		pen_bytes(&pen, STYLE_DIM, at, length, 0, area->columns - 2);
		at += next;
	}
}

/* ---- the histogram ---- */

/* The powers that some pairs are of; false: none. */
static bool find_powers(const uint64_t *powers, unsigned *first, unsigned *last, uint64_t *highest)
{
	*highest = *first = *last = 0;
	for (unsigned power = 0; power < ENGINE_LATENCY_POWERS; power++) {
		if (!powers[power])
			continue;
		if (!*highest)
			*first = power;
		*last = power;
		if (*highest < powers[power])
			*highest = powers[power];
	}
	return *highest;
}

static void power_time(const struct latency_view *latency, const struct console *console,
		       unsigned power, char text[NUMBER_SIZE])
{
	/* The first power is that of 0, too. */
	latency_time(text, power < 64 ? UINT64_C(1) << power & ~UINT64_C(1) : UINT64_MAX,
		     latency_in_ticks(latency->kind, guest_ticks(console->guest)),
		     latency_micro(console));
}

static void draw_bar(struct pen *pen, uint64_t value, uint64_t highest, int columns)
{
	static const char *const parts[] = {"▏", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	bool ascii = terminal_ascii(pen->terminal);
	int eighths = (int)((double)value / (double)highest * columns * 8);

	for (int i = 0; i < eighths / 8; i++)
		pen_text(pen, STYLE_GOOD, ascii ? "#" : "█");
	/* A little is not nothing. */
	if (value && (eighths % 8 || !eighths))
		pen_text(pen, STYLE_GOOD, ascii ? "." : parts[eighths % 8]);
}

/* The histogram's lines: pairs of each powers of two, and where there are none for long, a gap. */
struct bars {
	unsigned count;
	uint64_t highest;
	struct {
		bool gap;
		unsigned power; /* the first one */
		uint64_t pairs;
	} lines[ENGINE_LATENCY_POWERS];
};

static void fill_bars(struct bars *bars, const uint64_t *powers, unsigned first, unsigned last,
		      unsigned each)
{
	unsigned empty = 0; /* lines of nothing, just now */

	bars->count = 0;
	bars->highest = 1;
	for (unsigned power = first; power <= last; power += each) {
		uint64_t pairs = 0;

		for (unsigned i = power; i <= last && i < power + each; i++)
			pairs += powers[i];
		empty = pairs ? 0 : empty + 1;
		/* Of a second line of nothing and those after it, the first becomes a gap. */
		if (empty >= 2) {
			bars->lines[bars->count - 1].gap = true;
			continue;
		}
		bars->lines[bars->count].gap = false;
		bars->lines[bars->count].power = power;
		bars->lines[bars->count++].pairs = pairs;
		if (bars->highest < pairs)
			bars->highest = pairs;
	}
}

/* Each power of two a line, or several where they are more than there are lines. */
static void draw_powers(const struct latency_view *latency, const struct console *console,
			const struct area *area)
{
	const uint64_t *powers = latency->table.head.powers;
	int width = area->columns - LABEL_COLUMNS - COUNT_COLUMNS - 2;
	unsigned first, last, each = 1, room = (unsigned)area->rows - 1;
	char text[NUMBER_SIZE];
	struct bars bars;
	uint64_t highest;

	if (!find_powers(powers, &first, &last, &highest) || area->rows < 2 || width < BAR_MIN)
		return;
	fill_bars(&bars, powers, first, last, each);
	while (bars.count > room)
		fill_bars(&bars, powers, first, last, ++each);
	for (unsigned i = 0; i < bars.count; i++) {
		struct pen pen = pen_at(console->terminal, area, (int)i + 1);

		power_time(latency, console, bars.lines[i].power, text);
		put_right(&pen, STYLE_DIM, bars.lines[i].gap ? "..." : text, LABEL_COLUMNS + 1);
		if (bars.lines[i].gap)
			continue;
		put_right(&pen, STYLE_NORMAL, number_count(text, bars.lines[i].pairs),
			  COUNT_COLUMNS);
		draw_bar(&pen, bars.lines[i].pairs, bars.highest, width);
	}
}

static void draw_line(const struct latency_view *latency, const struct console *console,
		      const struct area *area)
{
	const uint64_t *powers = latency->table.head.powers;
	struct pen pen = pen_at(console->terminal, area, 0);
	uint32_t cells[ENGINE_LATENCY_POWERS];
	char text[NUMBER_SIZE];
	unsigned first, last;
	uint64_t highest;

	if (!find_powers(powers, &first, &last, &highest))
		return;
	/* Shares of the highest, for the numbers may be too large. */
	for (unsigned power = first; power <= last; power++)
		cells[power - first] = (uint32_t)((double)powers[power] / (double)highest * 1000) +
				       (powers[power] > 0);
	power_time(latency, console, first, text);
	pen_printf(&pen, STYLE_DIM, "  %s ", text);
	pen_sparkline(&pen, STYLE_GOOD, cells, last - first + 1, 1001);
	power_time(latency, console, last + 1, text);
	pen_printf(&pen, STYLE_DIM, " %s", text);
}

static void draw_histogram(const struct latency_view *latency, const struct console *console,
			   const struct layout *layout)
{
	const struct area *area = &layout->histogram;
	struct pen pen = pen_at(console->terminal, area, 0);
	char name[ENGINE_LATENCY_NAME_MAX + 1] = "";

	if (!latency_count(latency))
		return;
	if (layout->line) {
		draw_line(latency, console, area);
		return;
	}
	for (uint32_t i = 0; i < latency_count(latency); i++)
		if (latency->table.keys[i].key == latency->table.head.key)
			latency_name(&latency->table.keys[i], name, sizeof(name));
	pen_printf(&pen, STYLE_HEADER, "%*s %*s %s", LABEL_COLUMNS, "FROM", COUNT_COLUMNS - 1,
		   "PAIRS", name);
	pen_pad(&pen, STYLE_HEADER, pen.end);
	draw_powers(latency, console, area);
}

void latency_draw(struct view *view, struct console *console, const struct area *area)
{
	struct latency_view *latency = (struct latency_view *)view;
	const struct layout layout = share_out(area);

	draw_titles(latency, &layout, pen_at(console->terminal, &layout.list, 0));
	if (!latency_count(latency) || !console->guest) {
		draw_lack(latency, console, area);
		return;
	}
	draw_list(latency, console, &layout);
	draw_histogram(latency, console, &layout);
}
