// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a person types on what a guest sends: a list of events, a filter and a pattern to look for,
 * a line each, then records. The first byte is the size of a long and the byte order. Filters say
 * the same as often as they are asked and however they are put, whatever the records hold.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/pages.h"
#include "tui/engine/filter.h"
#include "tui/engine/pattern.h"

#define HEAD	  1
#define FOUND_MAX 100  /* in one row: more than a screen has columns for */
#define TEXT_MAX  2000 /* bytes of a row: ASan looks for its end each time */
/* Bytes of a line: as long as what an engine is asked is. */
#define LINE (sizeof(((struct engine_filter *)0)->expression))

enum { EVENTS, EXPRESSION, PATTERN, LINES };

static struct {
	struct fuzz_formats formats;
	struct fuzz_print print;
} fuzz;

struct asked {
	const struct formats *formats;
	const struct comms *comms;
	char line[LINES][LINE];
	struct filter *filter; /* NULL: refused */
	struct filter *twice;  /* the same, put in another way; NULL: too long for that */
	struct pattern pattern;
	bool looked_for; /* the pattern is one */
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_formats_load(&fuzz.formats);
	fuzz_print_init(&fuzz.print);
	for (unsigned i = 0; i < 4; i++)
		comms_learn(fuzz.formats.comms[i], 12, 0, 0, "bash", 4);
	return 0;
}

/* Lines end at a newline, or where they are too long; no text has a NUL. Returns what is left. */
static const uint8_t *take_lines(struct asked *asked, const uint8_t *at, const uint8_t *end)
{
	for (unsigned i = 0; i < LINES; i++) {
		size_t length = 0;

		while (at < end && *at && *at != '\n' && length + 1 < LINE)
			asked->line[i][length++] = (char)*at++;
		asked->line[i][length] = '\0';
		at += at < end;
	}
	return at;
}

static void check_refused(const struct filter_report *report, const char *expression)
{
	CHECK(report->error[0] && memchr(report->error, '\0', sizeof(report->error)));
	CHECK(report->at == -1 || (report->at >= 0 && (size_t)report->at <= strlen(expression)));
}

static struct filter *compile(const struct asked *asked, const char *expression)
{
	struct filter_report report;
	struct filter *filter = NULL;
	int ret = filter_compile(&filter, asked->formats, asked->comms, asked->line[EVENTS],
				 expression, &report);

	CHECK(ret == 0 || ret == -EINVAL);
	CHECK(!ret == (filter != NULL));
	if (ret) {
		check_refused(&report, expression);
		return NULL;
	}
	CHECK(report.tested <= report.events && report.events <= asked->formats->event_count);
	/* What is right with formats is right without. */
	CHECK(!filter_check(expression, &report));
	return filter;
}

/* FILTER as "FILTER,FILTER": either of them is to be so. */
static struct filter *compile_twice(const struct asked *asked)
{
	const char *expression = asked->line[EXPRESSION];
	char twice[2 * LINE];

	if (!asked->filter || !expression[strspn(expression, " \t\n")])
		return NULL;
	snprintf(twice, sizeof(twice), "%s,%s", expression, expression);
	return compile(asked, twice);
}

static void look_for(const struct asked *asked, const char *text, size_t length)
{
	size_t from = 0, start, end;
	char *whole;

	if (!asked->looked_for)
		return;
	length = length < TEXT_MAX ? length : TEXT_MAX;
	whole = (char *)exactly(NULL, length + 1);
	memcpy(whole, text, length);
	length = strlen(whole);
	for (unsigned i = 0; i < FOUND_MAX; i++) {
		if (!pattern_find(&asked->pattern, whole, from, &start, &end))
			break;
		CHECK(from <= start && start < end && end <= length);
		from = end;
	}
	free(whole);
}

static void take_record(struct asked *asked, const uint8_t *data, uint32_t size, uint8_t cpu)
{
	struct filter_record record = {.data = data, .size = size, .cpu = cpu, .ts = cpu * 1000u};
	uint16_t id = page_u16(&asked->formats->geometry, data);
	struct print_job job = {
		.formats = asked->formats,
		.geometry = &asked->formats->geometry,
		.comms = asked->comms,
		.data = data,
		.size = size,
		.cpu = cpu,
		.ts = record.ts,
	};
	struct printed printed;
	bool passes;

	if (asked->filter) {
		passes = filter_passes(asked->filter, &record);
		CHECK(filter_passes(asked->filter, &record) == passes);
		CHECK(!passes || formats_event(asked->formats, id));
		if (asked->twice)
			CHECK(filter_passes(asked->twice, &record) == passes);
	}
	print_find_format(&job);
	print_record(&fuzz.print.printer, &job, &printed);
	look_for(asked, printed.detail, printed.detail_length);
}

/* Records one behind the other: which event, 2 bytes; bytes of data, 1; the data, in which the
 * event's id is filled in. */
static void take_records(struct asked *asked, const uint8_t *at, const uint8_t *end)
{
	while (end - at >= 3) {
		size_t event = (at[0] | (size_t)at[1] << 8) % asked->formats->event_count;
		uint32_t size = 4 + at[2];
		size_t given = (size_t)(end - at) - 3;
		uint8_t *data = exactly(NULL, size);

		at += 3;
		given = given < size ? given : size;
		memcpy(data, at, given);
		put_bytes(&asked->formats->geometry, data,
			  (uint64_t)asked->formats->events[event].event->id, 2);
		take_record(asked, data, size, (uint8_t)given);
		at += given;
		free(data);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct asked *asked;
	const uint8_t *records;
	struct pattern_fault fault = {.at = 0};

	if (length < HEAD)
		return -1;
	asked = calloc(1, sizeof(*asked));
	CHECK(asked);
	asked->formats = fuzz.formats.formats[bytes[0] & 3];
	asked->comms = fuzz.formats.comms[bytes[0] & 3];
	records = take_lines(asked, bytes + HEAD, bytes + length);
	asked->looked_for = !pattern_compile(&asked->pattern, asked->line[PATTERN], &fault);
	if (!asked->looked_for)
		CHECK(fault.why[0] && fault.at <= strlen(asked->line[PATTERN]));
	asked->filter = compile(asked, asked->line[EXPRESSION]);
	asked->twice = compile_twice(asked);
	take_records(asked, records, bytes + length);
	filter_free(asked->filter);
	filter_free(asked->twice);
	pattern_release(&asked->pattern);
	free(asked);
	return 0;
}
