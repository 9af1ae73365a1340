// SPDX-License-Identifier: GPL-2.0-only
/* Lines as trace-cmd 3.1.6 has printed them for the same events, and what it has no lines for. */
#include "tests/unit/formats.h"
#include "tui/engine/line.h"

enum {
	EVENT_PLAIN = 10,
	EVENT_LONG,
	EVENT_ENTRY,
	EVENT_EXIT,
	EVENT_PRINT,
	EVENT_ENDS,
};

#define OFTEN_MAX 4096

struct fixture {
	struct formats *formats;
	struct comms *comms;
	struct printer printer;
	struct line_style style;
	char text[4096];
	bool took_next;
};

static const struct page_geometry geometry = {4096, 8, false};

/* A print format that has the same field 200 times. */
static const char *print_often(char text[OFTEN_MAX])
{
	char *to = stpcpy(text, "\"");

	for (unsigned i = 0; i < 200; i++)
		to = stpcpy(to, "%s");
	to = stpcpy(to, "\"");
	for (unsigned i = 0; i < 200; i++)
		to = stpcpy(to, ", REC->a");
	return text;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct engine_formats_reply reply;
	struct made_bundle made;
	char often[OFTEN_MAX];

	f->comms = comms_new();
	bundle_begin(&made, "boot");
	bundle_event(&made, "sched_stat_runtime", EVENT_PLAIN, COMMON_FIELDS,
		     FIELD("int a", 8, 4, 1), "\"runtime=%d [ns]\", REC->a");
	bundle_event(&made, "sched_wake_idle_without_ipi", EVENT_LONG, COMMON_FIELDS,
		     FIELD("int a", 8, 4, 1), "\"cpu=%d\", REC->a");
	bundle_event(&made, "ftrace/funcgraph_entry", EVENT_ENTRY, COMMON_FIELDS,
		     FIELD("unsigned long func", 8, 8, 0) FIELD("int depth", 16, 4, 1),
		     "\"--> %ps (%d)\", (void *)REC->func, REC->depth");
	bundle_event(&made, "ftrace/funcgraph_exit", EVENT_EXIT, COMMON_FIELDS,
		     FIELD("unsigned long func", 8, 8, 0) FIELD("int depth", 16, 4, 1)
			     FIELD("unsigned int overrun", 20, 4, 0)
				     FIELD("unsigned long long calltime", 24, 8, 0)
					     FIELD("unsigned long long rettime", 32, 8, 0),
		     "\"<-- %ps (%d)\", (void *)REC->func, REC->depth");
	bundle_event(&made, "print", EVENT_PRINT, COMMON_FIELDS, FIELD("char buf[16]", 8, 16, 0),
		     "\"%s\", REC->buf");
	bundle_event(&made, "ends", EVENT_ENDS, COMMON_FIELDS, FIELD("char a[59992]", 8, 59992, 0),
		     print_often(often));
	bundle_text(&made, "kallsyms",
		    "ffffffff81000000 T one\nffffffff81000100 T two\nffffffff81000200 T three\n");
	bundle_text(&made, "saved_cmdlines", "5970 bash\n3486 memfd:sealed-91\n");
	assert_int_equal(bundle_load(&made, &f->formats, f->comms, &reply), 0);
	assert_int_equal(printer_init(&f->printer), 0);
	assert_int_equal(line_style_init(&f->style), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	line_style_release(&f->style);
	printer_release(&f->printer);
	formats_free(f->formats);
	comms_free(f->comms);
	free(f);
	return 0;
}

struct event {
	uint16_t id;
	int32_t pid;
	uint8_t body[32];
};

static struct print_job job_of(struct fixture *f, const struct event *event, uint8_t *data,
			       unsigned cpu, uint64_t ts)
{
	struct print_job job = {
		.formats = f->formats,
		.geometry = &geometry,
		.comms = f->comms,
		.data = data,
		.size = 40,
		.cpu = cpu,
		.ts = ts,
	};

	memset(data, 0, 8);
	memcpy(data, &event->id, 2);
	memcpy(data + 4, &event->pid, 4);
	memcpy(data + 8, event->body, sizeof(event->body));
	print_find_format(&job);
	return job;
}

static const char *line_before(struct fixture *f, const struct event *event,
			       const struct event *next, unsigned cpu, uint64_t ts)
{
	uint8_t data[40], next_data[40];
	const struct print_job job = job_of(f, event, data, cpu, ts);
	struct record record;
	struct out out;

	if (next) {
		const struct print_job next_job = job_of(f, next, next_data, cpu, ts);

		record = print_view(&next_job);
	}
	out_init(&out, f->text, sizeof(f->text) - 1);
	f->took_next = line_record(&out, &f->style, &f->printer, &job, next ? &record : NULL);
	*out.at = '\0';
	return f->text;
}

static const char *line(struct fixture *f, const struct event *event, unsigned cpu, uint64_t ts)
{
	return line_before(f, event, NULL, cpu, ts);
}

static void events_as_trace_cmd_prints_them(void **state)
{
	struct event event = {EVENT_LONG, 5970, {0}};
	struct fixture *f = *state;

	assert_string_equal(line(f, &event, 1, 1050159898873),
			    "            bash-5970  [001]  1050.159899: "
			    "sched_wake_idle_without_ipi: cpu=0\n");
	event = (struct event){EVENT_PLAIN, 3486, {0x9d, 0x5f, 1}};
	assert_string_equal(line(f, &event, 0, 1051077868400),
			    " memfd:sealed-91-3486  [000]  1051.077868: sched_stat_runtime:   "
			    "runtime=90013 [ns]\n");
	event.pid = 0;
	line(f, &event, 0, 1051077868400);
	assert_int_equal(strncmp(f->text, "          <idle>-0     [000]", 28), 0);
	event.pid = 1234567;
	line(f, &event, 300, 1051077868400);
	assert_int_equal(strncmp(f->text, "           <...>-1234567 [300]", 30), 0);
}

static void times(void **state)
{
	struct event event = {EVENT_PLAIN, 1, {0}};
	struct fixture *f = *state;

	assert_non_null(strstr(line(f, &event, 0, 100000001499), "]   100.000001: sched"));
	assert_non_null(strstr(line(f, &event, 0, 100000002500), "]   100.000003: sched"));
	assert_non_null(strstr(line(f, &event, 0, 99999999500), "]   100.000000: sched"));
	/* In the first second too; rounded, not cut. */
	assert_non_null(strstr(line(f, &event, 0, 999500), "]     0.001000: sched"));
	assert_non_null(strstr(line(f, &event, 0, 0), "]     0.000000: sched"));
	assert_non_null(strstr(line(f, &event, 0, UINT64_MAX), "] 18446744073.709552: sched"));
	f->style.ticks = true;
	assert_non_null(strstr(line(f, &event, 0, 123456789), "]   123456789: sched"));
	f->style.ticks = false;
	assert_non_null(strstr(line(f, &event, 0, 2000000000), "]     2.000000: sched"));
}

static void lines_that_are_no_events(void **state)
{
	struct out out;
	char text[256];

	(void)state;
	out_init(&out, text, sizeof(text) - 1);
	line_lost(&out, 3, 85);
	line_lost(&out, 3, 0);
	line_bad_page(&out, 3, "commit 9000");
	line_gap(&out, 3, 1234);
	*out.at = '\0';
	assert_string_equal(text,
			    "CPU:3 [85 EVENTS DROPPED]\nCPU:3 [EVENTS DROPPED]\n"
			    "CPU:3 [BAD PAGE: commit 9000]\nCPU:3 [GAP: 1234 BYTES SKIPPED]\n");
}

static void a_line_ends_once(void **state)
{
	struct event event = {EVENT_PRINT, 1, "said\n"};
	struct fixture *f = *state;

	assert_non_null(strstr(line(f, &event, 0, 2000000000), "print:                said\n"));
	assert_null(strstr(f->text, "\n\n"));
}

/* What a guest writes into a text must not look like another event of it. */
static void no_line_is_forged(void **state)
{
	struct event event = {EVENT_PRINT, 1, "a\nx-1 [0]: b\n\n"};
	struct fixture *f = *state;

	assert_non_null(strstr(line(f, &event, 0, 2000000000), " a\\x0ax-1 [0]: b\\x0a\n"));
	assert_ptr_equal(strchr(f->text, '\n'), f->text + strlen(f->text) - 1);
	event.pid = 4711;
	comms_learn(f->comms, 4711, 0, 0, "ba\nsh", 6);
	memcpy(event.body, "said", 5);
	assert_non_null(strstr(line(f, &event, 0, 2000000000), "ba\\x0ash-4711"));
	assert_ptr_equal(strchr(f->text, '\n'), f->text + strlen(f->text) - 1);
	/* Those of a stack trace stand below each other, as they do in trace-cmd report. */
	memcpy(event.body, "=> a\n=> b\n", 11);
	assert_non_null(strstr(line(f, &event, 0, 2000000000), "=> a\n=> b\n"));
}

/* So many ends that it would take an hour to move what is behind them for each. */
static void many_ends(void **state)
{
	const size_t room = 16 << 20, most = 60000;
	uint8_t *data = calloc(1, most + 8);
	char *text = malloc(room);
	struct event event = {EVENT_ENDS, 1, {0}};
	struct fixture *f = *state;
	struct out out;
	size_t ends = 0;
	struct print_job job = job_of(f, &event, data, 0, 2000000000);

	memset(data + 8, '\n', most - 1);
	job.size = (uint32_t)most;
	out_init(&out, text, room);
	line_record(&out, &f->style, &f->printer, &job, NULL);
	assert_true(out_left(&out) < 4);
	assert_int_equal(out.at[-1], '\n');
	assert_ptr_equal(memchr(text, '\n', room), out.at - 1);
	/* As many as there was room for are escaped, the others blanks. */
	for (const char *at = text; at < out.at; at++)
		ends += *at == '\\';
	assert_true(ends > 1000000);
	assert_int_equal(out.at[-2], ' ');
	free(text);
	free(data);
}

static void unknown_and_malformed(void **state)
{
	struct event event = {9999, 1, {1, 2}};
	struct fixture *f = *state;

	assert_non_null(strstr(line(f, &event, 0, 2000000000),
			       "2.000000: :                     event id 9999 without a format: "));
}

static void functions_of_function_graph(void **state)
{
	static const uint64_t one = 0xffffffff81000000, two = 0xffffffff81000100, called = 1000,
			      returned = 13345;
	struct event entry = {EVENT_ENTRY, 7, {0}}, exit = {EVENT_EXIT, 7, {0}};
	struct fixture *f = *state;

	memcpy(entry.body, &one, 8);
	entry.body[8] = 1;
	memcpy(exit.body, &one, 8);
	exit.body[8] = 1;
	memcpy(exit.body + 16, &called, 8);
	memcpy(exit.body + 24, &returned, 8);
	line_before(f, &entry, &exit, 0, 2000000000);
	assert_true(f->took_next);
	assert_non_null(strstr(f->text, "funcgraph_entry:      + 12.345 us  |    one();\n"));
	/* Another task's, another function's, and none. */
	exit.pid = 8;
	line_before(f, &entry, &exit, 0, 2000000000);
	assert_false(f->took_next);
	assert_non_null(strstr(f->text, "funcgraph_entry:                   |    one() {\n"));
	exit.pid = 7;
	memcpy(exit.body, &two, 8);
	line_before(f, &entry, &exit, 0, 2000000000);
	assert_false(f->took_next);
	line(f, &entry, 0, 2000000000);
	assert_false(f->took_next);
	assert_non_null(strstr(line(f, &exit, 0, 2000000000),
			       "funcgraph_exit:       + 12.345 us  |    }\n"));
}

/* However little room there is, nothing is written behind it. */
static void no_room(void **state)
{
	struct event event = {EVENT_PLAIN, 5970, {1}};
	struct fixture *f = *state;
	uint8_t data[40];
	const struct print_job job = job_of(f, &event, data, 0, 1050159898873);

	for (size_t size = 1; size < 120; size++) {
		char *text = malloc(size);
		struct out out;

		out_init(&out, text, size);
		line_record(&out, &f->style, &f->printer, &job, NULL);
		assert_true(out.at <= text + size);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LINE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		LINE_TEST(events_as_trace_cmd_prints_them),
		LINE_TEST(times),
		LINE_TEST(lines_that_are_no_events),
		LINE_TEST(a_line_ends_once),
		LINE_TEST(no_line_is_forged),
		LINE_TEST(many_ends),
		LINE_TEST(unknown_and_malformed),
		LINE_TEST(functions_of_function_graph),
		LINE_TEST(no_room),
	};

	tep_set_loglevel(TEP_LOG_NONE);
	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
