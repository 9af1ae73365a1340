// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filters on events of our own: answers, of which some are meant to differ from libtraceevent's;
 * what is refused, and how; any text; and records that end anywhere.
 */
#include "tests/unit/filters.h"

enum { EVENT_OWN = 10, EVENT_OTHER };

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct engine_formats_reply reply;
	struct made_bundle made;

	f->comms = comms_new();
	comms_learn(f->comms, 12, 0, 0, "bash", 4);
	bundle_begin(&made, "one");
	bundle_event(&made, "own/first", EVENT_OWN, COMMON_FIELDS,
		     FIELD("int ret", 8, 4, 1) FIELD("u32 flags", 12, 4, 0)
			     FIELD("s64 wide", 16, 8, 1) FIELD("u64 huge", 24, 8, 0)
				     FIELD("char state", 32, 1, 1) FIELD("char comm[7]", 33, 7, 0)
					     FIELD("__data_loc char[] name", 40, 4, 1)
						     FIELD("u16 key[3]", 44, 6, 0),
		     "\"x\"");
	bundle_event(&made, "own/second", EVENT_OTHER, COMMON_FIELDS,
		     FIELD("short ret", 8, 2, 1) FIELD("char buf[]", 10, 0, 0), "\"x\"");
	assert_int_equal(bundle_load(&made, &f->formats, f->comms, &reply), 0);
	*state = f;
	return 0;
}

struct own {
	uint16_t type;
	uint8_t flags, preempt;
	int32_t pid;
	int32_t ret;
	uint32_t bits;
	int64_t wide;
	uint64_t huge;
	char state;
	char comm[7];
	uint32_t name;
	uint8_t key[6];
	char text[7];
} __attribute__((packed));

static const struct own sample = {
	.type = EVENT_OWN,
	.pid = 12,
	.ret = -5,
	.bits = 0xf0000004,
	.wide = -6,
	.huge = UINT64_C(0x8000000000000000),
	.state = 'R',
	.comm = "kworker",
	.name = 7 << 16 | 50,
	.text = "a long ",
};

static void test_answers(void **state)
{
	static const struct {
		const char *expression;
		bool passes;
	} cases[] = {
		{"first: ret == -5", true},
		{"first: ret < 0", true},
		{"first: ret >= -5 && ret <= -5", true},
		{"first: ret > 10", false},
		{"first: -ret == 5", true},
		{"first: ret == 4294967291", false},
		{"first: ret == 18446744073709551611", true},
		{"first: flags > 0x7fffffff", true},
		{"first: flags & 4 == 4", true},
		{"first: (flags & 3) != 0", false},
		{"first: flags >> 28 == 15", true},
		{"first: ~flags == -4026531845", true},
		{"first: wide * 2 == -12", true},
		{"first: wide / 4 == -1 && wide % 4 == -2", true},
		{"first: wide >> 1 == -3", true},
		{"first: wide < ret", true},
		{"first: huge > 5 && huge > 9223372036854775807", true},
		{"first: huge / 0 == 0 && ret % 0 == 0", true},
		{"first: ret << 64 == 0 && ret >> 100 == -1", true},
		{"first: state == 'R'", true},
		{"first: state == 82", true},
		{"first: comm == \"kworker\"", true},
		{"first: comm == 'kworker'", true},
		{"first: comm == \"kworke\"", false},
		{"first: comm == 'k'", false},
		{"first: name == \"a long \"", true},
		{"first: name =~ \"LONG\"", true},
		{"first: name !~ \"long\"", false},
		{"first: flags == \"0xf0000004\"", true},
		{"first: COMM == \"bash\" && CPU == 3 && TIMESTAMP == 77", true},
		{"COMM != \"bash\"", false},
		{"first: ret", true},
		{"first: !ret", false},
		{"first: !ret == 3", true},
		{"first: ret == 1 || ret == -5 && flags == 1", false},
		{"first: ret == 1 || (ret == -5 || flags == 1)", true},
		{"second", false},
		{"own", true},
		{"OWN/F.*", true},
		{"second: ret == 3, first: ret == -5", true},
		{"second, first: ret == -5", true},
		{"first: ret == 1, first: ret == -5", true},
		{"first: ret == 1, first: ret == 2", false},
		{": ret == -5", true},
		{"flags & 4", true},
		{"own: !(buf == \"x\")", true},
		{"own: buf != \"x\"", false},
		{"first:ret==-5&&!(flags==3)", true},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter_record record = {
			.data = (const uint8_t *)&sample,
			.size = sizeof(sample),
			.cpu = 3,
			.ts = 77,
		};
		struct filter *filter = compiled(f, cases[i].expression);

		if (filter_passes(filter, &record) != cases[i].passes)
			fail_msg("'%s'", cases[i].expression);
		filter_free(filter);
	}
}

/* The room for operations is filled by one that is made of the one before it: a constant's sign. */
static void test_any_number_of_operations(void **state)
{
	const struct filter_record record = as_record((const uint8_t *)&sample, sizeof(sample), 3);
	struct fixture *f = *state;

	/* The other beginning makes odd numbers even. */
	for (unsigned i = 0; i < 160; i++) {
		char expression[2048] = "first: ";
		struct filter *filter;

		if (i % 2)
			strcat(expression, "!(ret == 1) && ");
		for (unsigned j = 0; j < i / 2; j++)
			strcat(expression, "flags && ");
		strcat(expression, "ret == -5");
		filter = compiled(f, expression);
		assert_true(filter_passes(filter, &record));
		filter_free(filter);
	}
}

static void test_open_text_and_big_endian(void **state)
{
	static const uint8_t open[] = {EVENT_OTHER, 0, 0,   0,	 12,  0,   0,	0,
				       7,	    0, 'h', 'e', 'l', 'l', 'o', 0};
	static const uint8_t big[] = {0, EVENT_OTHER, 0, 0, 0, 0, 0, 12, 0xff, 0xfe, 'x', 0};
	struct fixture *f = *state;
	struct filter_record record = as_record(open, sizeof(open), 0);
	struct filter *filter = compiled(f, "second: buf == \"hello\" && ret == 7");

	assert_true(filter_passes(filter, &record));
	filter_free(filter);
	f->formats->geometry.big_endian = true;
	record = as_record(big, sizeof(big), 0);
	filter = compiled(f, "common_pid == 12 && ret == -2");
	assert_true(filter_passes(filter, &record));
	filter_free(filter);
	f->formats->geometry.big_endian = false;
}

static void test_lists_of_events(void **state)
{
	static const struct {
		const char *list;
		int events; /* -1: refused */
	} cases[] = {
		{"own", 2},    {"first", 1},	       {"own:first", 1}, {"own/first", 1},
		{"own:*", 2},  {"*:second", 1},	       {"f*", 1},	 {" first , second ", 2},
		{"other", -1}, {"own:third", -1},      {"first,x", -1},	 {",", -1},
		{"[fs]*", 2},  {"own:first,f?rst", 1},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter_report report;
		struct filter *filter = NULL;
		int ret = filter_compile(&filter, f->formats, f->comms, cases[i].list, "", &report);

		assert_int_equal(ret, cases[i].events < 0 ? -EINVAL : 0);
		if (ret)
			assert_non_null(strstr(report.error, "is called"));
		else
			assert_int_equal(report.events, cases[i].events);
		assert_int_equal(report.tested, 0);
		filter_free(filter);
	}
}

static void test_reports(void **state)
{
	struct fixture *f = *state;
	struct filter_report report;
	struct filter *filter;

	assert_int_equal(filter_compile(&filter, f->formats, f->comms, "", "ret == 3", &report), 0);
	assert_int_equal(report.events, 2);
	assert_int_equal(report.tested, 2);
	filter_free(filter);
	assert_int_equal(filter_compile(&filter, f->formats, f->comms, "", "flags == 3, second",
					&report),
			 0);
	assert_int_equal(report.events, 2);
	assert_int_equal(report.tested, 1);
	filter_free(filter);
	/* What is so whatever a record says needs no look at records. */
	assert_int_equal(filter_compile(&filter, f->formats, f->comms, "", "own: flags == 3 || 1",
					&report),
			 0);
	assert_int_equal(report.events, 2);
	assert_int_equal(report.tested, 0);
	filter_free(filter);
	assert_int_equal(filter_compile(&filter, f->formats, f->comms, "second", "flags == 3",
					&report),
			 0);
	assert_int_equal(report.events, 0);
	filter_free(filter);
}

static void test_what_is_refused(void **state)
{
	static const struct {
		const char *expression, *complaint;
	} cases[] = {
		{"first: ret == 3 &&", "but the end comes at position 19"},
		{"first: ret == 3 && !", "but the end comes at position 21"},
		{"first: ret ==", "but the end comes at position 14"},
		{"first: ", "a field, a number or a text is expected"},
		{"first: ret == 3 flags", "but 'flags' comes at position 17"},
		{"first: (ret == 3", "a ')' is expected"},
		{"first: ret == 3)", "but ')' comes"},
		{"first: ret == 1 == 1", "needs '&&'"},
		{"first: ret == 12a", "no number that fits"},
		{"first: ret == 99999999999999999999", "no number that fits"},
		{"first: comm == \"abc", "nothing closes, opened at position 16"},
		{"first: ret == 3,", "nothing behind the comma"},
		{"first: ret == 3, , second", "is called ''"},
		{"first: ret = 3", "'=' has no meaning"},
		{"first: ret @ 3", "'@' has no meaning"},
		{"first: rat == 3", "no event of 'first' has a field 'rat'"},
		{"rat == 3", "no event has a field 'rat'"},
		{"flags == 3 && buf == \"\"", "no event has all the fields"},
		{"frist", "no event and no system of events is called 'frist'"},
		{"fir\\(st: ret == 3", "is called 'fir\\(st'"},
		{"first: comm < \"a\"", "has no order"},
		{"first: comm == 3", "own/first: 'comm' is no number"},
		{"first: key == \"a\"", "neither a number nor a text"},
		{"first: ret =~ 3", "want a text in quotes"},
		{"first: comm =~ \"[\"", "is no regular expression"},
		{"first: comm =~ \"\\(a*\\)*\\1b\"", "back-references can take for ever"},
		{"first: comm =~ \"x\\{99\\}\\{99\\}\"", "too many repetitions"},
		{"first: comm =~ \"x\\+\\+\\+\\+\\+\\+\\+\\+\\+\\+\"", "too many repetitions"},
		{"x\\+\\+\\+\\+\\+\\+\\+\\+\\+\\+", "is called"},
		{"first: \"bash\"", "wants a field and =="},
		{"first: ret + 1 == \"bash\"", "only a field can be compared"},
		{"first: CPU == \"x\"", "'CPU' is a number"},
		{"first: COMM == 3", "'COMM' is a text"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter_report report;
		struct filter *filter = NULL;

		if (filter_compile(&filter, f->formats, f->comms, "", cases[i].expression,
				   &report) != -EINVAL)
			fail_msg("'%s' is not refused", cases[i].expression);
		if (!strstr(report.error, cases[i].complaint))
			fail_msg("'%s': %s", cases[i].expression, report.error);
	}
}

/* Does a filter get what it wants, and is one that wants a bit more told why not? */
static void at_limit(const char *least, const char *more, const char *why)
{
	struct filter_report report;

	if (filter_check(least, &report))
		fail_msg("'%.60s...': %s", least, report.error);
	assert_int_equal(filter_check(more, &report), -EINVAL);
	assert_non_null(strstr(report.error, why));
}

/* Names and texts, each with its end: "ret" and what is compared with it. */
static void check_texts(unsigned bytes)
{
	static char least[4096], more[4096];
	int letters = (int)bytes - 4 - 1;

	snprintf(least, sizeof(least), "ret == \"%0*d\"", letters, 0);
	snprintf(more, sizeof(more), "ret == \"%0*d\"", letters + 1, 0);
	at_limit(least, more, "too long");
}

/* "ret", "==", "1" and "~" are a node each, and so are the "+" and the "1" of each "+1". */
static void check_nodes(unsigned nodes)
{
	static char least[2048], more[2048];

	strcpy(least, "~1");
	for (unsigned i = 4; i < nodes; i += 2)
		strcat(least, "+1");
	snprintf(more, sizeof(more), "ret == ~%.1000s", least);
	memmove(least + 7, least, strlen(least) + 1);
	memcpy(least, "ret == ", 7);
	at_limit(least, more, "too long");
}

static void check_depth(int depth)
{
	static const char signs[] = "----------------------------------------------";
	char least[64], more[64];

	snprintf(least, sizeof(least), "ret == %.*s1", depth, signs);
	snprintf(more, sizeof(more), "ret == %.*s1", depth + 1, signs);
	at_limit(least, more, "too deep");
}

static void test_too_much(void **state)
{
	static char text[4096];
	struct fixture *f = *state;
	struct filter_report report;
	struct filter *filter;

	memset(text, '(', 1000);
	strcpy(text + 1000, "ret");
	assert_int_equal(filter_compile(&filter, f->formats, f->comms, "", text, &report), -EINVAL);
	assert_non_null(strstr(report.error, "too deep"));
	memset(text, '!', 1000);
	assert_int_equal(filter_compile(&filter, f->formats, f->comms, "", text, &report), -EINVAL);
	assert_non_null(strstr(report.error, "too deep"));
	strcpy(text, "ret == ");
	while (strlen(text) < 2000)
		strcat(text, "1+");
	strcat(text, "1");
	assert_int_equal(filter_compile(&filter, f->formats, f->comms, "", text, &report), -EINVAL);
	assert_non_null(strstr(report.error, "too long"));
	check_texts(FILTER_BYTES);
	check_nodes(FILTER_NODES);
	check_depth(FILTER_DEPTH);
	memset(text, 'x', 3000);
	assert_int_equal(filter_compile(&filter, f->formats, f->comms, "", text, &report), -EINVAL);
	strcpy(text + 3000, " == 1");
	assert_int_equal(filter_compile(&filter, f->formats, f->comms, "", text, &report), -EINVAL);
}

/* Whatever is written, it is understood or refused. */
static void test_any_text(void **state)
{
	static const char *const words[] = {
		"ret", "flags", "comm", "==",  "!=",   "<", ">=",    "=~",   "!~",
		"&&",  "||",	"!",	"(",   ")",    "&", "|",     "-",    "~",
		"*",   "/",	"7",	"0",   ",",    ":", "first", "own/", "\"a\"",
		"'",   "\\",	"\"",	"CPU", "COMM", " ", "<<",    "1e",   "\xff",
	};
	struct fixture *f = *state;
	struct answers answers = {0};

	for (unsigned round = 0; round < 30000; round++) {
		struct filter_record record =
			as_record((const uint8_t *)&sample, sizeof(sample), 0);
		struct filter_report report;
		struct filter *filter = NULL;
		char text[200] = "first: ";
		int ret;

		if (chance(4))
			text[0] = '\0';
		for (unsigned i = 1 + chance(9); i; i--)
			strcat(text, words[chance(sizeof(words) / sizeof(words[0]))]);
		ret = filter_compile(&filter, f->formats, f->comms, "", text, &report);
		assert_true(!ret || (ret == -EINVAL && report.error[0]));
		if (!ret)
			filter_passes(filter, &record);
		answers.yes += !ret;
		answers.no += ret != 0;
		filter_free(filter);
	}
	assert_true(answers.yes > 100 && answers.no > 100);
}

/* A record may end anywhere and say anything of where its texts are. */
static void test_cut_records(void **state)
{
	static const char *const expressions[] = {
		"own: ret == 3 || flags == 3 || wide == 3 || huge == 3 || state == 3",
		"own: comm == \"x\" || name == \"x\" || name =~ \"x\" || buf =~ \"x\"",
		"COMM == \"x\"",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
		struct filter *filter = compiled(f, expressions[i]);

		for (uint32_t size = 4; size <= sizeof(sample); size++) {
			/* Its end is the end of the memory, which ASan watches. */
			uint8_t *data = malloc(size);
			struct filter_record record = as_record(data, size, 0);

			memcpy(data, &sample, size);
			filter_passes(filter, &record);
			data[0] = EVENT_OTHER;
			filter_passes(filter, &record);
			for (unsigned n = 0; n < 50; n++) {
				for (uint32_t at = 4; at < size; at++)
					data[at] = (uint8_t)chance(256);
				data[0] = EVENT_OWN;
				filter_passes(filter, &record);
			}
			free(data);
		}
		filter_free(filter);
	}
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	formats_free(f->formats);
	comms_free(f->comms);
	free(f);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_any_number_of_operations),
		cmocka_unit_test(test_open_text_and_big_endian),
		cmocka_unit_test(test_lists_of_events),
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_any_text),
		cmocka_unit_test(test_cut_records),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
