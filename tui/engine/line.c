// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/line.h"

#include <errno.h>
#include <stdlib.h>

#define TASK_WIDTH  16
#define PID_WIDTH   5
#define EVENT_WIDTH 20 /* trace-cmd's column of details */
/* Task, "-", pid, " [cpu]", seconds, microseconds, ": ", and what is written behind too. */
#define HEAD_MAX 128

static const char blanks[TASK_WIDTH] = "               "
				       " ";

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

/* And many of the same CPU. */
static void make_cpu(struct line_style *style, unsigned cpu)
{
	struct out out;

	out_init(&out, style->cpu_text, sizeof(style->cpu_text));
	out_pair(&out, " [");
	out_digits(&out, cpu, 3);
	out_char(&out, ']');
	style->cpu = cpu;
	style->cpu_length = (unsigned)(out.at - style->cpu_text);
}

/* libtraceevent's "%6.1000d", or "%12d" for ticks (tep_print_event(3)): microseconds, rounded,
 * with a point, in the first second too (libtraceevent 1.7). */
static char *put_time(char *to, struct line_style *style, uint64_t ts)
{
	static const struct spec twelve = {0, 'u', 12, -1};
	uint64_t us = ts / 1000 + (ts % 1000 >= 500), second = us / 1000000;
	uint32_t rest = (uint32_t)(us - second * 1000000);
	struct out out;

	if (style->ticks) {
		out_init(&out, to, 2 * OUT_DIGITS);
		out_number(&out, &twelve, ts, 8);
		return out.at;
	}
	if (second != style->second || !style->seconds_length)
		make_seconds(style, second);
	memcpy(to, style->seconds, sizeof(style->seconds));
	to += style->seconds_length;
	to = out_put_pair(to, rest / 10000);
	to = out_put_pair(to, rest / 100 % 100);
	return out_put_pair(to, rest % 100);
}

/* To the right of the column; a name has VTRACE_COMM_LEN bytes, whatever is behind its end. */
static char *put_task(char *to, const char *task)
{
	size_t length = strnlen(task, VTRACE_COMM_LEN);

	memcpy(to, blanks, TASK_WIDTH);
	memcpy(to + TASK_WIDTH - length, task, VTRACE_COMM_LEN);
	return to + TASK_WIDTH;
}

static char *put_pid(char *to, int32_t pid)
{
	char *least = to + PID_WIDTH;

	memcpy(to, blanks, PID_WIDTH);
	if (pid < 0)
		*to++ = '-';
	to = out_put_unsigned(to, pid < 0 ? -(uint64_t)pid : (uint64_t)pid);
	return to < least ? least : to;
}

static char *make_head(char *to, struct line_style *style, const struct print_job *job)
{
	static const char nobody[VTRACE_COMM_LEN] = "";
	int32_t pid = -1;

	if (job->size >= RECORD_PID_OFFSET + 4)
		pid = (int32_t)page_u32(job->geometry, job->data + RECORD_PID_OFFSET);
	to = put_task(to, pid >= 0 ? print_task(job, pid) : nobody);
	*to++ = '-';
	to = put_pid(to, pid);
	if (job->cpu != style->cpu || !style->cpu_length)
		make_cpu(style, job->cpu);
	memcpy(to, style->cpu_text, sizeof(style->cpu_text));
	to = put_time(to + style->cpu_length, style, job->ts);
	*to++ = ':';
	*to++ = ' ';
	return to;
}

static void put_head(struct out *out, struct line_style *style, const struct print_job *job)
{
	char room[HEAD_MAX];

	if (out_left(out) >= HEAD_MAX)
		out->at = make_head(out->at, style, job);
	else
		out_bytes(out, room, (size_t)(make_head(room, style, job) - room));
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

/* A line of a stack trace, which goes on the line of its own that trace-cmd gives it. */
static bool is_of_stack(const char *line, const char *end)
{
	line += line < end && (*line == ' ' || *line == '\t');
	return end - line >= 3 && !memcmp(line, "=> ", 3);
}

/* A task's name or a text written to trace_marker may have ends of lines, behind which something
 * stands that looks like another event. A line that has them gets them escaped. What is behind the
 * first of them is moved to the end of the room, and comes back piece by piece, so that each byte
 * is moved twice, however many ends there are. */
static void escape_ends(struct out *out, char *line)
{
	static const char escaped[4] = "\\x0a";
	char *to = memchr(line, '\n', (size_t)(out->at - line)), *end = out->end, *next;
	size_t length = to ? (size_t)(out->at - to) : 0;
	char *from = end - length;

	if (!to)
		return;
	memmove(from, to, length);
	while ((next = memchr(from, '\n', (size_t)(end - 1 - from)))) {
		memmove(to, from, (size_t)(next - from));
		to += next - from;
		from = next + 1;
		if (is_of_stack(from, end)) {
			*to++ = '\n';
		} else if ((size_t)(next - to) < sizeof(escaped)) {
			*to++ = ' ';
		} else {
			memcpy(to, escaped, sizeof(escaped));
			to += sizeof(escaped);
		}
	}
	memmove(to, from, (size_t)(end - from));
	out->at = to + (end - from);
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
	if (memchr(start, '\n', (size_t)(out->at - start)) != out->at - 1)
		escape_ends(out, start);
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

void line_note(struct out *out, unsigned cpu, const char *text)
{
	put_cpu(out, cpu);
	out_string(out, "NOTE: ");
	out_string(out, text);
	out_string(out, "]\n");
}

void line_gap(struct out *out, unsigned cpu, uint64_t bytes)
{
	put_cpu(out, cpu);
	out_string(out, "GAP: ");
	out_unsigned(out, bytes);
	out_string(out, " BYTES SKIPPED]\n");
}
