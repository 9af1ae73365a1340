// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes of a control port, in both directions: cut into lines in pieces of every length, and each
 * line taken for a request, as the agent does, and for an answer, as the host does. The first byte
 * is the length of the pieces.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

#include "formats/control.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static void look_for(const char *text, const char *key)
{
	char value[24], all[VTRACE_LINE_MAX];
	uint64_t number;
	int length = control_value(text, key, value, sizeof(value));

	CHECK(length == control_value(text, key, all, sizeof(all)));
	if (length >= 0) {
		CHECK((size_t)length == strlen(all));
		CHECK(!strncmp(value, all, sizeof(value) - 1));
		/* A number is one wherever it is read. */
		CHECK(!control_value_u64(text, key, &number) == !control_number(all, &number));
		CHECK(control_rest(text, key));
	} else {
		CHECK(control_value_u64(text, key, &number) == -ENOENT);
	}
}

static void take_line(const char *line, const char *reason, void *data)
{
	struct control_request request;
	struct control_answer answer;
	unsigned *lines = data;

	++*lines;
	CHECK(!line == !!reason);
	if (!line)
		return;
	CHECK(strlen(line) < VTRACE_LINE_MAX && is_printable(line));
	control_request_parse(line, &request);
	CHECK(request.verb <= CONTROL_UNKNOWN && is_printable(request.args));
	CHECK(strlen(request.name) < sizeof(request.name));
	(void)control_is_count(request.args, CONTROL_BUFFER_KB_MAX);
	(void)control_is_word(request.args);
	(void)control_is_tasks(request.args);
	if (control_answer_parse(line, &answer))
		return;
	CHECK(answer.text >= line && answer.text <= line + strlen(line));
	look_for(answer.text, "version");
	look_for(answer.text, "list");
	look_for(answer.text, "boot-id");
	look_for(answer.text, "");
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
	struct control_lines whole = {.length = 0}, pieces = {.length = 0};
	unsigned lines = 0, again = 0;
	uint8_t *bytes;
	size_t step;

	if (length < 2)
		return 0;
	step = input[0] ? input[0] : 1;
	bytes = exactly(input + 1, length - 1);
	length--;
	control_lines_feed(&whole, (char *)bytes, length, take_line, &lines);
	for (size_t at = 0; at < length; at += step)
		control_lines_feed(&pieces, (char *)bytes + at,
				   length - at < step ? length - at : step, take_line, &again);
	CHECK(lines == again);
	free(bytes);
	return 0;
}
