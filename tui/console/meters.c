// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "tui/console/meters.h"
#include "tui/console/meters_bars.h"
#include "tui/console/numbers.h"

#define METER_COLUMNS	   40 /* "CPU0 ▁▂▃▄▅▆  12.3k/s  3.1M/s lost 12.3k" and a gap */
#define METER_COLUMNS_BAD  8  /* " bad 123" */
#define METER_COLUMNS_GAPS 9  /* " gaps 123" */

void meters_reset(struct meters *meters, bool still, uint64_t now)
{
	memset(meters, 0, sizeof(*meters));
	meters->still = still;
	meters->last_event = now;
}

static uint64_t difference(uint64_t now, uint64_t then)
{
	return now > then ? now - then : 0; /* a restarted engine counts from zero */
}

static void next_cell(struct meter *meter, uint64_t elapsed_ns)
{
	double seconds = (double)elapsed_ns / 1e9;
	uint64_t events = difference(meter->now.events, meter->then.events);
	uint64_t bytes = difference(meter->now.bytes, meter->then.bytes);

	memmove(meter->cells, meter->cells + 1, sizeof(meter->cells) - sizeof(meter->cells[0]));
	meter->cells[METER_CELLS - 1] = (uint32_t)((double)events / seconds + 0.5);
	meter->bytes_rate = (uint64_t)((double)bytes / seconds + 0.5);
	meter->then = meter->now;
}

static unsigned percent(uint64_t part, uint64_t all)
{
	return all ? (unsigned)((double)part / (double)all * 100) : 100;
}

bool meters_update(struct meters *meters, const struct engine_packet *packet, uint64_t now)
{
	const struct engine_stats *stats = packet->payload;
	const struct engine_cpu_stats *cpus = (const void *)(stats + 1);
	uint64_t events = 0, recorded = 0, lost = 0;
	uint64_t elapsed = meters->sampled ? difference(stats->now, meters->sampled) : 0;
	bool first = !meters->sampled, cell = elapsed >= METER_PERIOD * 1000000ull;

	for (uint32_t i = 0; i < stats->cpus; i++) {
		if (cpus[i].cpu >= VTRACE_MAX_CPUS)
			continue;
		struct meter *meter = &meters->cpu[cpus[i].cpu];

		meter->now = cpus[i];
		if (!meter->known)
			meter->then = cpus[i];
		meter->known = true;
		events += cpus[i].events;
		recorded += cpus[i].recorded;
		lost += cpus[i].lost;
		if (cell)
			next_cell(meter, elapsed);
	}
	unsigned indexed = percent(stats->indexed, stats->file_bytes);
	bool changed = events != meters->events || indexed != meters->indexed ||
		       recorded != meters->recorded || lost != meters->lost ||
		       stats->memory_used != meters->memory_used ||
		       stats->indexing != meters->indexing || cell || first;

	if (events != meters->events)
		meters->last_event = now;
	meters->events = events;
	meters->recorded = recorded;
	meters->lost = lost;
	meters->memory_used = stats->memory_used;
	meters->memory_limit = stats->memory_limit;
	meters->indexing = stats->indexing;
	meters->indexed = indexed;
	if (cell || first)
		meters->sampled = stats->now;
	return changed;
}

bool meters_lively(const struct meters *meters)
{
	if (!meters->sampled || meters->indexing)
		return true;
	if (meters->still)
		return false;
	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++)
		for (unsigned cell = 0; cell < METER_CELLS; cell++)
			if (meters->cpu[i].cells[cell])
				return true;
	return false;
}

uint64_t meters_rate(const struct meters *meters)
{
	uint64_t rate = 0;

	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++)
		if (meters->cpu[i].known)
			rate += meters->cpu[i].cells[METER_CELLS - 1];
	return rate;
}

static unsigned count_known(const struct meters *meters)
{
	unsigned known = 0;

	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++)
		known += meters->cpu[i].known;
	return known;
}

static int width_of_one(const struct meters *meters)
{
	bool bad = false, gaps = false;

	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++) {
		bad |= meters->cpu[i].now.bad_pages != 0;
		gaps |= meters->cpu[i].now.gaps != 0;
	}
	return METER_COLUMNS + bad * METER_COLUMNS_BAD + gaps * METER_COLUMNS_GAPS;
}

static int meters_a_line(const struct meters *meters, int columns)
{
	int fit = columns / width_of_one(meters);

	return fit ? fit : 1;
}

/* Lines of meters that have all of their numbers. */
static int full_lines(const struct meters *meters, int columns)
{
	int known = (int)count_known(meters), fit = meters_a_line(meters, columns);

	return (known + fit - 1) / fit;
}

int meters_lines(const struct meters *meters, int rows, int columns)
{
	int lines = full_lines(meters, columns), most = rows / 5;

	return lines <= most ? lines : meters_bars_lines(meters, most, columns);
}

static uint32_t highest_cell(const struct meters *meters)
{
	uint32_t highest = 1;

	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++)
		for (unsigned cell = 0; cell < METER_CELLS; cell++)
			if (meters->cpu[i].cells[cell] > highest)
				highest = meters->cpu[i].cells[cell];
	return highest;
}

static void draw_rates(struct pen *pen, const struct meter *meter, uint32_t highest)
{
	char events[NUMBER_SIZE], bytes[NUMBER_SIZE];

	pen_sparkline(pen, STYLE_EVENT, meter->cells, METER_CELLS, highest);
	pen_printf(pen, STYLE_NORMAL, " %5s/s %5s/s ",
		   number_count(events, meter->cells[METER_CELLS - 1]),
		   number_bytes(bytes, meter->bytes_rate));
}

static void draw_totals(struct pen *pen, const struct meter *meter)
{
	char events[NUMBER_SIZE], bytes[NUMBER_SIZE];

	pen_printf(pen, STYLE_NORMAL, "%5s events %5s ", number_count(events, meter->now.events),
		   number_bytes(bytes, meter->now.bytes));
}

static void draw_meter(const struct meters *meters, const struct guest *guest, struct pen *pen,
		       unsigned cpu, uint32_t highest)
{
	const struct meter *meter = &meters->cpu[cpu];
	char number[NUMBER_SIZE], name[64];
	bool losses = meter->now.lost || meter->now.lost_unknown;

	pen_text(pen, STYLE_HEADER, guest_stream_name(guest, cpu, name, sizeof(name)));
	pen_text(pen, STYLE_NORMAL, " ");
	if (meters->still)
		draw_totals(pen, meter);
	else
		draw_rates(pen, meter, highest);
	pen_printf(pen, losses ? STYLE_LOST : STYLE_NORMAL, "lost %s%s",
		   number_count(number, meter->now.lost), meter->now.lost_unknown ? "+?" : "");
	if (meter->now.bad_pages)
		pen_printf(pen, STYLE_ERROR, " bad %s", number_count(number, meter->now.bad_pages));
	if (meter->now.gaps)
		pen_printf(pen, STYLE_ERROR, " gaps %s", number_count(number, meter->now.gaps));
}

void meter_draw(const struct meters *meters, const struct guest *guest, struct pen *pen,
		unsigned cpu)
{
	draw_meter(meters, guest, pen, cpu, highest_cell(meters));
}

void meters_draw(const struct meters *meters, const struct guest *guest,
		 const struct terminal *terminal, const struct area *area)
{
	int a_line = meters_a_line(meters, area->columns), width = width_of_one(meters);
	uint32_t highest = highest_cell(meters);
	int index = 0;

	if (full_lines(meters, area->columns) > area->rows) {
		if (area->rows)
			meters_bars_draw(meters, guest, terminal, area);
		return;
	}
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		if (!meters->cpu[cpu].known)
			continue;
		struct area cell = {.top = area->top,
				    .left = area->left + index % a_line * width,
				    .rows = area->rows,
				    .columns = width - 1};
		struct pen pen = pen_at(terminal, &cell, index / a_line);

		if (pen.end > area->left + area->columns)
			pen.end = area->left + area->columns;
		draw_meter(meters, guest, &pen, cpu, highest);
		index++;
	}
}
