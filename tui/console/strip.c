// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/strip.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/console/numbers.h"
#include "tui/console/state.h"
#include "tui/engine/density_scale.h"

#define ROWS_LEAST 14 /* of a screen that has a line for it */
#define LEFT	   14 /* columns for the first time */
#define RIGHT	   12 /* and for how long it goes on */

/* What a column is to tell, besides how many events it has. */
struct marks {
	char letter[ENGINE_DENSITY_COLUMNS]; /* of a bookmark; 0: there is none */
	bool hit[ENGINE_DENSITY_COLUMNS];
	bool restart[ENGINE_DENSITY_COLUMNS]; /* the clock starts again */
	uint32_t from, to;		      /* on the screen; from > to: nothing is */
};

int strip_lines(const struct console *console, int rows)
{
	return console->guest && console->front == VIEW_EVENTS && console->settings.meters &&
	       rows >= ROWS_LEAST;
}

/* ---- asking ---- */

static void ask(struct console *console)
{
	struct strip *strip = &console->strip;
	struct engine_density_request request = {.columns = strip->room};

	if (strip->asked || !strip->room || !console->guest || !guest_engine_alive(console->guest))
		return;
	memcpy(request.cpus, console->cpus, sizeof(request.cpus));
	if (guest_request_density(console->guest, &request, &strip->serial))
		return; /* the next beat asks again */
	strip->request = request;
	strip->asked = true;
	strip->stale = false;
}

void strip_reset(struct console *console)
{
	memset(&console->strip, 0, sizeof(console->strip));
	console->strip.stale = true;
}

void strip_beat(struct console *console)
{
	if (console->strip.stale && !events_frozen(console->views[VIEW_EVENTS]))
		ask(console);
}

void strip_settle(struct console *console)
{
	struct strip *strip = &console->strip;

	if (!console->guest || !guest_engine_alive(console->guest))
		strip->asked = false; /* an engine that died answers no more */
	else if (strip->request.columns != strip->room ||
		 memcmp(strip->request.cpus, console->cpus, sizeof(console->cpus)) != 0)
		ask(console);
}

void strip_packet(struct console *console, const struct engine_packet *packet)
{
	struct strip *strip = &console->strip;
	const struct engine_density *head = packet->payload;

	if (!strip->asked || packet->serial != strip->serial)
		return;
	strip->asked = false;
	if (packet->type == ENGINE_NO_ANSWER) {
		strip->stale = true;
		return;
	}
	if (head->columns != strip->request.columns)
		return;
	strip->known = true;
	strip->head = *head;
	memcpy(strip->columns, head + 1, head->columns * sizeof(strip->columns[0]));
	/* Files that are still being read are told of by no news of their own. */
	strip->stale |= head->known < head->columns;
	console_invalidate(console);
}

void strip_add_hit(struct console *console, const struct engine_position *at)
{
	struct strip *strip = &console->strip;

	strip->hits[strip->hit_count++ % STRIP_HITS] = *at;
}

void strip_forget_hits(struct console *console)
{
	console->strip.hit_count = 0;
}

/* ---- drawing ---- */

static void find_marks(const struct console *console, struct marks *marks)
{
	const struct strip *strip = &console->strip;
	unsigned hits = strip->hit_count < STRIP_HITS ? strip->hit_count : STRIP_HITS;
	struct engine_position first, last;
	uint32_t column;

	*marks = (struct marks){.from = 1};
	for (unsigned i = 0; i < hits; i++)
		if (density_column(&strip->head, &strip->hits[i], &column))
			marks->hit[column] = true;
	for (unsigned i = 0; i < BOOKMARKS; i++)
		if (console->bookmarks.of[i].set &&
		    density_column(&strip->head, &console->bookmarks.of[i].at, &column))
			marks->letter[column] = (char)('a' + i);
	for (uint32_t i = 1; i < strip->head.epoch_count; i++) {
		const struct engine_density_epoch *epoch = &strip->head.epochs[i];

		density_column(&strip->head,
			       &(struct engine_position){.ts = epoch->first, .epoch = epoch->epoch},
			       &column);
		marks->restart[column] = true;
	}
	if (!events_span(console->views[VIEW_EVENTS], &first, &last))
		return;
	density_column(&strip->head, &first, &marks->from);
	density_column(&strip->head, &last, &marks->to);
}

static void draw_column(const struct strip *strip, const struct marks *marks, struct pen *pen,
			uint32_t column, uint64_t highest)
{
	const struct engine_density_column *here = &strip->columns[column];
	bool shown = column >= marks->from && column <= marks->to;
	enum style plain = shown ? STYLE_FOCUS : STYLE_EVENT;
	/* A sparkline counts in 32 bits. What is there is seen, however little it is. */
	uint32_t height = 1 + (uint32_t)((double)here->events / (double)highest * 999);

	if (marks->letter[column])
		pen_bytes(pen, shown ? STYLE_FOCUS : STYLE_MATCH, &marks->letter[column], 1, 0, 1);
	else if (here->losses || here->breaks)
		pen_text(pen, shown ? STYLE_FOCUS : STYLE_WARNING, "!");
	else if (marks->hit[column])
		pen_text(pen, shown ? STYLE_FOCUS : STYLE_MATCH, "/");
	else if (marks->restart[column])
		pen_text(pen, plain, "|");
	else if (column >= strip->head.known)
		pen_text(pen, shown ? STYLE_FOCUS : STYLE_DIM,
			 terminal_ascii(pen->terminal) ? "?" : "░");
	else if (!here->events)
		pen_text(pen, plain, " ");
	else
		pen_sparkline(pen, plain, &height, 1, 1000);
}

static void draw_length(struct pen *pen, uint64_t length, bool nanoseconds)
{
	char text[NUMBER_SIZE];
	double seconds = (double)length / 1e9;

	if (!nanoseconds)
		pen_printf(pen, STYLE_TIME, " +%" PRIu64, length);
	else if (seconds >= 3600)
		pen_printf(pen, STYLE_TIME, " +%s", number_duration(text, length / 1000000));
	else
		pen_printf(pen, STYLE_TIME, " +%.*f s", seconds < 10 ? 3 : 1, seconds);
}

void strip_draw(struct console *console, const struct area *line)
{
	struct strip *strip = &console->strip;
	struct pen pen = pen_at(console->terminal, line, 0);
	const struct engine_formats_reply *formats = guest_formats(console->guest);
	bool nanoseconds = row_counts_nanoseconds(formats ? formats->clock : NULL);
	uint64_t highest = 1, first, length;
	struct marks marks;

	strip->room = (uint32_t)(line->columns - LEFT - RIGHT);
	if (strip->room > ENGINE_DENSITY_COLUMNS)
		strip->room = ENGINE_DENSITY_COLUMNS;
	if (!strip->known || !strip->head.epoch_count)
		return;
	find_marks(console, &marks);
	for (uint32_t i = 0; i < strip->head.columns; i++)
		if (strip->columns[i].events > highest)
			highest = strip->columns[i].events;
	first = strip->head.epochs[0].first;
	length = density_length(&strip->head) - 1;
	if (nanoseconds)
		pen_printf(&pen, STYLE_TIME, "%s%" PRIu64 ".%06u", strip->head.older ? "<" : "",
			   first / 1000000000, (unsigned)(first % 1000000000 / 1000));
	else
		pen_printf(&pen, STYLE_TIME, "%s%" PRIu64, strip->head.older ? "<" : "", first);
	if (pen.column < line->left + LEFT - 1)
		pen_pad(&pen, STYLE_NORMAL, line->left + LEFT);
	else
		pen_text(&pen, STYLE_NORMAL, " ");
	for (uint32_t i = 0; i < strip->head.columns; i++)
		draw_column(strip, &marks, &pen, i, highest);
	draw_length(&pen, length, nanoseconds);
}
