// SPDX-License-Identifier: GPL-2.0-only
/* The control port's grammar, as formats/control.h promises it. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "formats/control.h"

/* The lines that came out, joined: "[line]" for a good one, "!reason" for a broken one. */
struct heard {
	char text[3 * VTRACE_LINE_MAX];
	size_t length;
};

static void hear(const char *line, const char *reason, void *data)
{
	struct heard *heard = data;

	assert_true(!line != !reason);
	heard->length +=
		(size_t)snprintf(heard->text + heard->length, sizeof(heard->text) - heard->length,
				 line ? "[%s]" : "!%s", line ? line : reason);
}

static void feed(struct control_lines *lines, struct heard *heard, const char *bytes)
{
	control_lines_feed(lines, bytes, strlen(bytes), hear, heard);
}

static void lines_coalesced(void **state)
{
	struct control_lines lines = {0};
	struct heard heard = {0};

	(void)state;
	feed(&lines, &heard, "1\n1\n\n0\nhello 1\n");
	assert_string_equal(heard.text, "[1][1][][0][hello 1]");
}

static void lines_split_anywhere(void **state)
{
	static const char stream[] = "1\nhello 1\r\nstats 3\n";

	(void)state;
	for (size_t cut = 0; cut < sizeof(stream); cut++) {
		struct control_lines lines = {0};
		struct heard heard = {0};

		control_lines_feed(&lines, stream, cut, hear, &heard);
		control_lines_feed(&lines, stream + cut, sizeof(stream) - 1 - cut, hear, &heard);
		assert_string_equal(heard.text, "[1][hello 1][stats 3]");
	}
}

static void lines_unfinished_stay(void **state)
{
	struct control_lines lines = {0};
	struct heard heard = {0};

	(void)state;
	feed(&lines, &heard, "hel");
	assert_string_equal(heard.text, "");
	feed(&lines, &heard, "lo 1");
	assert_string_equal(heard.text, "");
	feed(&lines, &heard, "\n");
	assert_string_equal(heard.text, "[hello 1]");
}

/* A line of so many bytes before its LF, and whether it comes through. */
static void line_of(size_t length, bool good)
{
	struct control_lines lines = {0};
	struct heard heard = {0};

	for (size_t i = 0; i < length; i++)
		feed(&lines, &heard, "x");
	feed(&lines, &heard, "\n1\n");
	if (good) {
		assert_int_equal(heard.length, length + 2 + 3);
		assert_int_equal(heard.text[length], 'x');
		assert_int_equal(heard.text[length + 1], ']');
	} else {
		assert_string_equal(heard.text, "!longer than 4096 bytes[1]");
	}
}

static void lines_at_the_limit(void **state)
{
	(void)state;
	line_of(VTRACE_LINE_MAX - 2, true);
	line_of(VTRACE_LINE_MAX - 1, true);
	line_of(VTRACE_LINE_MAX, false);
	line_of(VTRACE_LINE_MAX + 1, false);
	line_of(3 * VTRACE_LINE_MAX, false);
}

static void lines_forbidden_bytes(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		struct control_lines lines = {0};
		struct heard heard = {0};
		char bytes[] = {'a', (char)c, 'b', '\n', '0', '\n'};

		if (c == '\n')
			continue;
		control_lines_feed(&lines, bytes, sizeof(bytes), hear, &heard);
		if (c >= 0x20 && c <= 0x7e)
			assert_int_equal(heard.text[2], c);
		else
			assert_string_equal(heard.text,
					    "!holds a byte that is not printable ASCII[0]");
	}
}

static void lines_carriage_return(void **state)
{
	struct control_lines lines = {0};
	struct heard heard = {0};

	(void)state;
	feed(&lines, &heard, "1\r\n\r\n");
	assert_string_equal(heard.text, "[1][]");
	heard.length = 0;
	feed(&lines, &heard, "1\r\r\n");
	assert_string_equal(heard.text, "!holds a byte that is not printable ASCII");
	heard.length = 0;
	feed(&lines, &heard, "\r1\n");
	assert_string_equal(heard.text, "!holds a byte that is not printable ASCII");
}

static void requests(void **state)
{
	static const struct {
		const char *line;
		enum control_verb verb;
		const char *name;
		const char *args;
	} cases[] = {
		{"1", CONTROL_START, "1", ""},
		{"0", CONTROL_STOP, "0", ""},
		{"hello 1", CONTROL_HELLO, "hello", "1"},
		{"  hello   1 2", CONTROL_HELLO, "hello", "1 2"},
		{"export", CONTROL_EXPORT, "export", ""},
		{"stats 12", CONTROL_STATS, "stats", "12"},
		{"mark a  b", CONTROL_MARK, "mark", "a  b"},
		{"10", CONTROL_UNKNOWN, "10", ""},
		{"hell", CONTROL_UNKNOWN, "hell", ""},
		{"hello1", CONTROL_UNKNOWN, "hello1", ""},
		{"HELLO 1", CONTROL_UNKNOWN, "HELLO", "1"},
		{"", CONTROL_UNKNOWN, "", ""},
		{"   ", CONTROL_UNKNOWN, "", ""},
		{"abcdefghijklmnopqrstuvwxyz0123456789 x", CONTROL_UNKNOWN,
		 "abcdefghijklmnopqrstuvwxyz01234", "x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct control_request request;

		control_request_parse(cases[i].line, &request);
		assert_int_equal(request.verb, cases[i].verb);
		assert_string_equal(request.name, cases[i].name);
		assert_string_equal(request.args, cases[i].args);
	}
}

static void answers(void **state)
{
	static const struct {
		const char *line;
		enum control_answer_kind kind;
		enum control_verb verb;
		const char *name;
		const char *text;
	} cases[] = {
		{"ok 1", CONTROL_OK, CONTROL_START, "1", ""},
		{"ok hello version=1 cpus=4", CONTROL_OK, CONTROL_HELLO, "hello",
		 "version=1 cpus=4"},
		{"error export no share", CONTROL_ERROR, CONTROL_EXPORT, "export", "no share"},
		{"error line too long", CONTROL_ERROR, CONTROL_UNKNOWN, "line", "too long"},
		{"note cpu3 offline", CONTROL_NOTE, CONTROL_UNKNOWN, "", "cpu3 offline"},
		{"note", CONTROL_NOTE, CONTROL_UNKNOWN, "", ""},
	};
	static const char *const bad[] = {"", "ok", "error", "okay 1", "1", "notes x", "OK 1"};
	struct control_answer answer;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(control_answer_parse(cases[i].line, &answer), 0);
		assert_int_equal(answer.kind, cases[i].kind);
		assert_int_equal(answer.verb, cases[i].verb);
		assert_string_equal(answer.name, cases[i].name);
		assert_string_equal(answer.text, cases[i].text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(control_answer_parse(bad[i], &answer), -EINVAL);
}

static void verb_names_match(void **state)
{
	(void)state;
	for (int verb = 0; verb < CONTROL_UNKNOWN; verb++) {
		struct control_request request;

		control_request_parse(control_verb_name((enum control_verb)verb), &request);
		assert_int_equal(request.verb, verb);
	}
	assert_null(control_verb_name(CONTROL_UNKNOWN));
}

static void sets_of_verbs(void **state)
{
	char text[CONTROL_VERBS_BYTES], few[12];
	int blanks = 0;

	(void)state;
	control_verbs(1u << CONTROL_START | 1u << CONTROL_HELLO | 1u << CONTROL_RESTORE, ',', text,
		      sizeof(text));
	assert_string_equal(text, "1,hello,restore");
	control_verbs(0, ',', text, sizeof(text));
	assert_string_equal(text, "");
	/* Whole names, or none. */
	control_verbs(CONTROL_VERBS_ALL, ' ', few, sizeof(few));
	assert_string_equal(few, "1 0 hello");
	control_verbs(CONTROL_VERBS_ALL, ' ', text, sizeof(text));
	for (const char *c = text; *c; c++)
		blanks += *c == ' ';
	assert_int_equal(blanks, CONTROL_UNKNOWN - 1);
}

/* The longest answer to hello that there can be is one line, and its last value is whole. */
static void keep_line(const char *line, const char *reason, void *data)
{
	assert_null(reason);
	strcpy(data, line);
}

static void longest_hello(void **state)
{
	static struct control_lines lines;
	char verbs[CONTROL_VERBS_BYTES], value[CONTROL_VERBS_BYTES], line[VTRACE_LINE_MAX];
	struct control_answer answer;
	char heard[VTRACE_LINE_MAX] = "";
	int length;

	(void)state;
	control_verbs(CONTROL_VERBS_ALL, ',', verbs, sizeof(verbs));
	/* A clock and a release have at most 31 and 64 characters. */
	length = snprintf(line, sizeof(line),
			  "ok hello version=1 agent=0.1 boot-id=%036d cpus=256 ports-missing=256 "
			  "subbuf-size=1048576 long-size=8 endian=little clock=%031d kernel=%064d "
			  "state=stopping events=16384 tracing-on=1 share=yes generation=%" PRIu64
			  " own-instance=yes memory=yes verbs=%s\n",
			  1, 2, 3, UINT64_MAX, verbs);
	assert_in_range(length, 1, VTRACE_LINE_MAX);
	control_lines_feed(&lines, line, (size_t)length, keep_line, heard);
	assert_int_equal(control_answer_parse(heard, &answer), 0);
	assert_int_equal(answer.verb, CONTROL_HELLO);
	assert_int_equal(control_value(answer.text, "verbs", value, sizeof(value)), strlen(verbs));
	assert_string_equal(value, verbs);
}

static void values(void **state)
{
	static const char text[] = "cpus=4 xcpus=5  kernel=6.1.0-18-amd64 empty= cpus=6 big=12345";
	char value[8];

	(void)state;
	assert_int_equal(control_value(text, "cpus", value, sizeof(value)), 1);
	assert_string_equal(value, "4");
	assert_int_equal(control_value(text, "kernel", value, sizeof(value)), 14);
	assert_string_equal(value, "6.1.0-1");
	assert_int_equal(control_value(text, "empty", value, sizeof(value)), 0);
	assert_string_equal(value, "");
	assert_int_equal(control_value(text, "big", value, 0), 5);
	assert_int_equal(control_value(text, "cpu", value, sizeof(value)), -ENOENT);
	assert_int_equal(control_value("cpus", "cpus", value, sizeof(value)), -ENOENT);
	assert_int_equal(control_value("", "cpus", value, sizeof(value)), -ENOENT);
}

static void numbers(void **state)
{
	static const char *const bad[] = {"",
					  "-1",
					  "+1",
					  " 1",
					  "1 ",
					  "0x1",
					  "1.0",
					  "a",
					  "18446744073709551616",
					  "99999999999999999999999"};
	uint64_t value;

	(void)state;
	assert_int_equal(control_number("0", &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(control_number("18446744073709551615", &value), 0);
	assert_true(value == UINT64_MAX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(control_number(bad[i], &value), -EINVAL);

	assert_int_equal(control_value_u64("a=1 b=77 c=", "b", &value), 0);
	assert_int_equal(value, 77);
	assert_int_equal(control_value_u64("a=1 b=77 c=", "d", &value), -ENOENT);
	assert_int_equal(control_value_u64("a=1 b=77 c=", "c", &value), -EINVAL);
	assert_int_equal(control_value_u64("a=18446744073709551616", "a", &value), -EINVAL);
}

static void test_arguments(void **state)
{
	(void)state;
	assert_true(control_is_count("1", 5) && control_is_count("5", 5));
	assert_false(control_is_count("0", 5) || control_is_count("6", 5) ||
		     control_is_count("", 5) || control_is_count("5 ", 5) ||
		     control_is_count("-1", 5));
	assert_true(control_is_word("mono"));
	assert_false(control_is_word("mono raw"));
	assert_true(control_is_tasks("none") && control_is_tasks("12,4711 3"));
	assert_false(control_is_tasks("all") || control_is_tasks("12;3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(lines_coalesced),
		cmocka_unit_test(lines_split_anywhere),
		cmocka_unit_test(lines_unfinished_stay),
		cmocka_unit_test(lines_at_the_limit),
		cmocka_unit_test(lines_forbidden_bytes),
		cmocka_unit_test(lines_carriage_return),
		cmocka_unit_test(requests),
		cmocka_unit_test(answers),
		cmocka_unit_test(verb_names_match),
		cmocka_unit_test(sets_of_verbs),
		cmocka_unit_test(longest_hello),
		cmocka_unit_test(values),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
