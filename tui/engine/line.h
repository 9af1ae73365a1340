/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A row as trace-cmd report prints it. Called for pulls that want text. It knows nothing of
 * packets, and strips nothing: that is for whoever writes to a terminal.
 */
#ifndef VTRACE_ENGINE_LINE_H
#define VTRACE_ENGINE_LINE_H

#include "tui/engine/print.h"

/* How lines are made for one reader, who reads rows once and in the order of time. */
struct line_style {
	bool ticks;	  /* the clock counts something else than nanoseconds */
	uint64_t second;  /* that seconds is the text of */
	char seconds[24]; /* " %5u." */
	unsigned seconds_length;
	unsigned cpu;	   /* that cpu_text is of */
	char cpu_text[16]; /* " [%03u]" */
	unsigned cpu_length;
	struct calls *calls;
	uint64_t calls_formats; /* 1 + number of those that calls is of; 0: of none yet */
};

/* 0 or -ENOMEM; release takes what init left. */
int line_style_init(struct line_style *style);
void line_style_release(struct line_style *style);
/* The reader begins again. */
void line_style_reset(struct line_style *style);

/* The line of a record; with its newline, unless out is full. next is the next row's record, or
 * NULL; true when it was printed in this line. */
bool line_record(struct out *out, struct line_style *style, struct printer *printer,
		 const struct print_job *job, const struct record *next);

/* Of events lost before a page: how many, 0 when that is not known. */
void line_lost(struct out *out, unsigned cpu, uint64_t count);
void line_bad_page(struct out *out, unsigned cpu, const char *fault);
void line_gap(struct out *out, unsigned cpu, uint64_t bytes);
void line_note(struct out *out, unsigned cpu, const char *text);

#endif
