/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One row of the engine as one line of the screen: TIME CPU TASK-PID EVENT DETAIL, or those of them
 * that were chosen, or a rule with a sentence for lost events, bad pages and gaps. Called by
 * pane.c; it keeps nothing.
 */
#ifndef VTRACE_CONSOLE_ROW_H
#define VTRACE_CONSOLE_ROW_H

#include "tui/console/columns.h"
#include "tui/console/draw.h"
#include "tui/engine/client.h"
#include "tui/engine/pattern.h"
#include "tui/guest/wall.h"

/* What TIME is. */
enum row_times {
	ROW_TIMES_CLOCK, /* of the guest's trace clock */
	ROW_TIMES_START, /* since the first event */
	ROW_TIMES_DELTA, /* since the row above */
	ROW_TIMES_WALL,	 /* of day */
	ROW_TIMES,
};

/* How the columns lie on a screen of a certain width. */
struct row_layout {
	const struct row_columns *columns;
	int width[COLUMN_COUNT]; /* of each, without the gap after it; of DETAIL: none */
	int shift;		 /* columns of DETAIL that are scrolled out to the left */
	enum row_times times;
	uint64_t since;		     /* of START and DELTA: the time that is 0; 0: not known */
	struct wall_clock wall;	     /* of WALL */
	int64_t day;		     /* ns of CLOCK_REALTIME on the day that the title names */
	bool nanoseconds;	     /* the clock counts ns: times are seconds.microseconds */
	bool cursor;		     /* the row has the cursor */
	const struct pattern *marks; /* what is marked in rows; NULL, or not ready: nothing */
};

/* Does this trace clock count nanoseconds? NULL and "" do. */
bool row_counts_nanoseconds(const char *clock);
/* Fit those of which nobody has said how wide they are to a screen of so many columns, and TIME to
 * latest, a time that will be shown; clock is the guest's trace clock, NULL or "" when not known.
 * columns is kept as it is. */
struct row_layout row_layout(const struct row_columns *columns, int screen, const char *clock,
			     uint64_t latest, int shift);
/* Have TIME tell that kind of times; WALL only where wall is known (not NULL), else CLOCK. top is
 * the first row that is shown. */
void row_layout_times(struct row_layout *layout, enum row_times times,
		      const struct wall_clock *wall, const struct engine_position *top);
void row_draw_titles(struct pen *pen, const struct row_layout *layout);
void row_draw(struct pen *pen, const struct row_layout *layout, const struct engine_row_view *view);

#endif
