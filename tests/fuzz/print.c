// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "tests/fuzz/fuzz.h"

#define ZEROS 4096 /* that are promised behind a record, see tui/engine/print.c */

/*
 * In the place of libtraceevent's, which is not ours to fuzz: where an event has no program, or
 * its program gives up, all that is of the engine runs, up to here. What it promises is looked
 * after: the record is there, with zeros behind.
 */
void tep_print_event(struct tep_handle *tep, struct trace_seq *s, struct tep_record *record,
		     const char *fmt, ...)
{
	const uint8_t *data = record->data;

	CHECK(tep && record->size > 0 && !strcmp(fmt, "%s"));
	for (int i = 0; i < ZEROS; i++)
		CHECK(!data[record->size + i]);
	trace_seq_puts(s, "by libtraceevent");
}

void fuzz_print_init(struct fuzz_print *print)
{
	tep_set_loglevel(TEP_LOG_NONE);
	CHECK(!printer_init(&print->printer));
	CHECK(!line_style_init(&print->style));
	print->large = exactly(NULL, PRINT_TEXT_MAX);
}

static void print_line(struct fuzz_print *print, const struct print_job *job,
		       const struct record *next, uint8_t *buffer, size_t size)
{
	struct out out;

	out_init(&out, (char *)buffer, size);
	line_record(&out, &print->style, &print->printer, job, next);
	CHECK(out.end == (char *)buffer + size && out.at <= out.end);
	CHECK(!out_left(&out) || out.at[-1] == '\n');
}

void fuzz_print_record(struct fuzz_print *print, struct print_job *job, const struct record *next,
		       size_t small)
{
	uint8_t *buffer = exactly(NULL, small);
	struct printed printed;

	print_find_format(job);
	print_record(&print->printer, job, &printed);
	CHECK(printed.detail_length <= PRINT_TEXT_MAX);
	CHECK(!memchr(printed.detail, '\n', printed.detail_length));
	CHECK(!job->format == (printed.kind == ENGINE_ROW_UNKNOWN));
	print_line(print, job, next, print->large, PRINT_TEXT_MAX);
	print_line(print, job, next, buffer, small);
	free(buffer);
}
