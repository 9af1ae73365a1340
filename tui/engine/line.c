// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/line.h"

#include <errno.h>
#include <stdlib.h>

#define TASK_WIDTH  16
#define PID_WIDTH   5
#define EVENT_WIDTH 20 /* trace-cmd's column of details */

/* TASK_WIDTH of them and OUT_BLOCK behind. */
static const char blanks[TASK_WIDTH + OUT_BLOCK] = "                                ";

int line_style_init(struct line_style *style)
{
	*style = (struct line_style){0};
	/* Untouched parts of it cost no memory. */
	style->calls = calloc(1, sizeof(*style->calls));
	return style->calls ? 0 : -ENOMEM;
}

void line_style_release(struct line_style *style)
{
	free(style->calls);
	style->calls = NULL;
}

void line_style_reset(struct line_style *style)
{
	if (style->calls_formats)
		memset(style->calls, 0, sizeof(*style->calls));
	style->calls_formats = 0;
}

/* Most lines are of the same second as the one before. */
static void make_seconds(struct line_style *style, uint64_t second)
{
	static const struct spec spec = {0, 'u', 5, -1};
	struct out out;

	out_init(&out, style->seconds, sizeof(style->seconds));
	out_char(&out, ' ');
	out_number(&out, &spec, second, 8);
	out_char(&out, '.');
	style->second = second;
	style->seconds_length = (unsigned)(out.at - style->seconds);
}

/* libtraceevent's "%6.1000d", or "%12d" for ticks (tep_print_event(3)): microseconds, rounded,
 * with a point, in the first second too (libtraceevent 1.7). */
static void put_time(struct out *out, struct line_style *style, uint64_t ts)
{
	static const struct spec twelve = {0, 'u', 12, -1};
	uint64_t us = ts / 1000 + (ts % 1000 >= 500);

	if (style->ticks) {
		out_number(out, &twelve, ts, 8);
	} else {
		if (us / 1000000 != style->second || !style->seconds_length)
			make_seconds(style, us / 1000000);
		out_bytes(out, style->seconds, style->seconds_length);
		out_digits(out, us % 1000000, 6);
	}
	out_pair(out, ": ");
}

static void put_pid(struct out *out, int32_t pid)
{
	char *start = out->at;

	out_signed(out, pid);
	if (out->at < start + PID_WIDTH)
		out_pad(out, ' ', (size_t)(start + PID_WIDTH - out->at));
}

static void put_head(struct out *out, struct line_style *style, const struct print_job *job)
{
	const char *task = "";
	int32_t pid = -1;
	size_t length;

	if (job->size >= RECORD_PID_OFFSET + 4)
		pid = (int32_t)page_u32(job->geometry, job->data + RECORD_PID_OFFSET);
	if (pid >= 0)
		task = print_task(job, pid);
	length = strlen(task);
	if (length < TASK_WIDTH)
		out_padded(out, blanks, TASK_WIDTH - length);
	out_bytes(out, task, length);
	out_char(out, '-');
	put_pid(out, pid);
	out_pair(out, " [");
	out_digits(out, job->cpu, 3);
	out_char(out, ']');
	put_time(out, style, job->ts);
}

/* Of an event that has no label, or whose record has a fault. */
static void put_event(struct out *out, const char *name)
{
	size_t length = strlen(name);

	out_bytes(out, name, length);
	out_pair(out, ": ");
	out_pad(out, ' ', length < EVENT_WIDTH ? EVENT_WIDTH - length : 0);
}

/* Whose indentation does calls hold? Names of other formats are gone. */
static struct calls *calls_of(struct line_style *style, const struct formats *formats)
{
	if (style->calls_formats != (uint64_t)formats->number + 1) {
		line_style_reset(style);
		style->calls_formats = (uint64_t)formats->number + 1;
	}
	return style->calls;
}

bool line_record(struct out *out, struct line_style *style, struct printer *printer,
		 const struct print_job *job, const struct record *next)
{
	struct printed printed;
	bool took_next = false;
	char *start = out->at;

	put_head(out, style, job);
	if (job->format && !print_fault(job)) {
		out_padded(out, job->format->label, job->format->label_length);
		took_next = print_detail(printer, job, calls_of(style, job->formats), next, out);
	} else {
		print_record(printer, job, &printed);
		put_event(out, printed.event);
		out_bytes(out, printed.detail, printed.detail_length);
	}
	/* What ends in one has it already: stack traces, text written to trace_marker. */
	if (out->at == start || out->at[-1] != '\n')
		out_char(out, '\n');
	return took_next;
}

static void put_cpu(struct out *out, unsigned cpu)
{
	out_string(out, "CPU:");
	out_unsigned(out, cpu);
	out_string(out, " [");
}

void line_lost(struct out *out, unsigned cpu, uint64_t count)
{
	put_cpu(out, cpu);
	if (count) {
		out_unsigned(out, count);
		out_char(out, ' ');
	}
	out_string(out, "EVENTS DROPPED]\n");
}

void line_bad_page(struct out *out, unsigned cpu, const char *fault)
{
	put_cpu(out, cpu);
	out_string(out, "BAD PAGE: ");
	out_string(out, fault);
	out_string(out, "]\n");
}

void line_gap(struct out *out, unsigned cpu, uint64_t bytes)
{
	put_cpu(out, cpu);
	out_string(out, "GAP: ");
	out_unsigned(out, bytes);
	out_string(out, " BYTES SKIPPED]\n");
}
