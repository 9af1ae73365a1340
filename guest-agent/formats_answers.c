// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/formats_answers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/base64.h"
#include "formats/control.h"

#define PART_BYTES 2976 /* of the bundle in one answer: base64 leaves 128 bytes of a line */

_Static_assert(BASE64_CHARACTERS(PART_BYTES) + 128 <= VTRACE_LINE_MAX, "a part fits a line");

void formats_release(struct held_formats *formats)
{
	if (formats->memfd >= 0)
		close(formats->memfd);
	formats->memfd = -1;
}

void formats_check(struct held_formats *formats, struct exporter *exporter, struct answers *answers)
{
	struct export_result result;

	if (!exporter_result(exporter, EXPORT_TO_HOLD, &result))
		return;
	formats_release(formats);
	formats->memfd = result.memfd;
	formats->bytes = result.bytes;
	formats->generation = result.generation;
	for (; formats->answered < result.served; formats->answered++) {
		if (result.error)
			answers_add(answers, "error formats %s", result.reason);
		else
			answers_add(answers,
				    "ok formats generation=%" PRIu64 " bytes=%zu events=%u",
				    result.generation, result.bytes, result.events);
	}
}

static void answer_part(struct held_formats *formats, uint64_t from, struct answers *answers)
{
	char bytes[PART_BYTES], text[BASE64_CHARACTERS(PART_BYTES) + 1];
	ssize_t n = pread(formats->memfd, bytes, sizeof(bytes), (off_t)from);

	if (n < 0) {
		answers_add(answers, "error formats cannot read them again: %s", strerror(errno));
		return;
	}
	base64_write(bytes, (size_t)n, text);
	answers_add(answers, "ok formats generation=%" PRIu64 " from=%" PRIu64 " bytes=%zu data=%s",
		    formats->generation, from, formats->bytes, text);
	/* They are some MB of the guest's memory, and the last byte has been sent. */
	if (from + (uint64_t)n >= formats->bytes)
		formats_release(formats);
}

void formats_answer(struct held_formats *formats, struct exporter *exporter, const char *args,
		    struct answers *answers)
{
	uint64_t from;

	if (!exporter)
		answers_add(answers, "error formats this agent has no exporter");
	else if (!args[0])
		exporter_request(exporter, EXPORT_TO_HOLD);
	else if (control_number(args, &from))
		answers_add(answers,
			    "error formats takes the number of the first byte, or nothing");
	else if (formats->memfd < 0)
		answers_add(answers, "error formats are not held: ask for formats first");
	else if (from >= formats->bytes)
		answers_add(answers, "error formats have %zu bytes", formats->bytes);
	else
		answer_part(formats, from, answers);
}
