// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tui/console/meters_bars.h"
#include "tui/console/numbers.h"
#include "tui/options.h"

#define LABEL	   8 /* columns of "CPU192  " */
#define EIGHT	   8 /* a line has a multiple of these, so that one can count */
#define LIST_BYTES 32

/* How the bars are shared out. */
struct layout {
	unsigned known;	 /* CPUs */
	unsigned group;	 /* CPUs that have one bar together */
	unsigned a_line; /* bars */
	unsigned lines;	 /* of bars */
};

static struct layout lay_out(const struct meters *meters, int most, int columns)
{
	struct layout layout = {.group = 1};
	unsigned room;

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		layout.known += meters->cpu[cpu].known;
	layout.a_line = (unsigned)(columns - LABEL) / EIGHT * EIGHT;
	room = layout.a_line * (unsigned)(most - 1);
	while (layout.known > room * layout.group)
		layout.group *= 2;
	unsigned bars = (layout.known + layout.group - 1) / layout.group;

	layout.lines = (bars + layout.a_line - 1) / layout.a_line;
	return layout;
}

int meters_bars_lines(const struct meters *meters, int most, int columns)
{
	return 1 + (int)lay_out(meters, most, columns).lines;
}

/* Events a second, or of a capture all that it has. */
static uint64_t value_of(const struct meters *meters, unsigned cpu)
{
	const struct meter *meter = &meters->cpu[cpu];

	return meters->still ? meter->now.events : meter->cells[METER_CELLS - 1];
}

/* ---- all of them together ---- */

/* What all CPUs have together, and which of them lost something. */
struct sums {
	uint64_t value, bytes, lost, bad, gaps;
	bool lost_unknown;
	unsigned busiest;
	uint8_t losers[ENGINE_CPUSET_BYTES];
};

static struct sums add_up(const struct meters *meters)
{
	struct sums sums = {0};

	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		const struct meter *meter = &meters->cpu[cpu];

		sums.value += value_of(meters, cpu);
		sums.bytes += meters->still ? meter->now.bytes : meter->bytes_rate;
		sums.lost += meter->now.lost;
		sums.lost_unknown |= meter->now.lost_unknown != 0;
		sums.bad += meter->now.bad_pages;
		sums.gaps += meter->now.gaps;
		if (value_of(meters, cpu) > value_of(meters, sums.busiest))
			sums.busiest = cpu;
		if (meter->now.lost || meter->now.lost_unknown)
			engine_cpuset_add(sums.losers, cpu);
	}
	return sums;
}

static void draw_part(struct pen *pen, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What does not fit goes whole. */
static void draw_part(struct pen *pen, enum style style, const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (text_columns(pen->terminal, text) <= pen->end - pen->column)
		pen_text(pen, style, text);
}

static void draw_sums(const struct meters *meters, const struct guest *guest,
		      const struct layout *layout, const struct sums *sums, struct pen *pen)
{
	const char *unit = meters->still ? "" : "/s";
	char value[NUMBER_SIZE], bytes[NUMBER_SIZE], lost[NUMBER_SIZE], name[64], list[LIST_BYTES];
	bool losses = sums->lost || sums->lost_unknown;

	draw_part(pen, STYLE_HEADER, "%u CPUs", layout->known);
	draw_part(pen, STYLE_NORMAL, "  %s%s %s%s  ", number_count(value, sums->value),
		  meters->still ? " events" : unit, number_bytes(bytes, sums->bytes), unit);
	draw_part(pen, losses ? STYLE_LOST : STYLE_NORMAL, "lost %s%s",
		  number_count(lost, sums->lost), sums->lost_unknown ? "+?" : "");
	cpulist_format(sums->losers, list, sizeof(list));
	if (losses)
		draw_part(pen, STYLE_LOST, ": CPU %s", list);
	if (sums->bad)
		draw_part(pen, STYLE_ERROR, "  bad %s", number_count(lost, sums->bad));
	if (sums->gaps)
		draw_part(pen, STYLE_ERROR, "  gaps %s", number_count(lost, sums->gaps));
	if (layout->group > 1)
		draw_part(pen, STYLE_DIM, "  %u CPUs a bar", layout->group);
	if (sums->value)
		draw_part(pen, STYLE_NORMAL, "  most: %s %s%s",
			  guest_stream_name(guest, sums->busiest, name, sizeof(name)),
			  number_count(value, value_of(meters, sums->busiest)), unit);
}

/* ---- the bars ---- */

/* Of CPUs that share a bar, the busiest is shown, and the worst that befell any of them. */
static void draw_bar(const struct meters *meters, const unsigned *cpus, unsigned count,
		     uint32_t highest, struct pen *pen)
{
	enum style style = STYLE_EVENT;
	uint32_t value = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct engine_cpu_stats *now = &meters->cpu[cpus[i]].now;
		uint64_t here = value_of(meters, cpus[i]);

		if (here > value)
			value = here < UINT32_MAX ? (uint32_t)here : UINT32_MAX;
		if (now->bad_pages || now->gaps)
			style = STYLE_ERROR;
		else if ((now->lost || now->lost_unknown) && style != STYLE_ERROR)
			style = STYLE_LOST;
	}
	pen_sparkline(pen, style, &value, 1, highest);
}

static void draw_label(const struct guest *guest, unsigned cpu, struct pen *pen)
{
	char name[64];
	int end = pen->column + LABEL;

	guest_stream_name(guest, cpu, name, sizeof(name));
	pen_bytes(pen, STYLE_HEADER, name, strlen(name), 0, LABEL - 1);
	pen_pad(pen, STYLE_NORMAL, end);
}

void meters_bars_draw(const struct meters *meters, const struct guest *guest,
		      const struct terminal *terminal, const struct area *area)
{
	struct layout layout = lay_out(meters, area->rows, area->columns);
	struct sums sums = add_up(meters);
	uint64_t most = value_of(meters, sums.busiest);
	uint32_t highest = most > UINT32_MAX ? UINT32_MAX : most ? (uint32_t)most : 1;
	unsigned cpus[VTRACE_MAX_CPUS], count = 0;
	struct pen pen = pen_at(terminal, area, 0);

	draw_sums(meters, guest, &layout, &sums, &pen);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		if (meters->cpu[cpu].known)
			cpus[count++] = cpu;
	for (unsigned i = 0; i < count; i += layout.group) {
		unsigned bar = i / layout.group, left = count - i;

		if (bar % layout.a_line == 0) {
			pen = pen_at(terminal, area, 1 + (int)(bar / layout.a_line));
			draw_label(guest, cpus[i], &pen);
		}
		draw_bar(meters, &cpus[i], left < layout.group ? left : layout.group, highest,
			 &pen);
	}
}
