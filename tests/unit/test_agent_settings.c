// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent's settings, with plain files in the place of tracefs, which hold what was written to
 * them. tests/guest/verbs.sh has the real ones.
 */
#include "formats/control.h"
#include "guest-agent/setting_answers.h"
#include "tests/unit/fake_tracefs.h"

struct bench {
	struct fake_tracefs fake;
	struct settings settings;
};

static const struct {
	const char *path, *text;
} files[] = {
	{"trace_clock", "local [global] mono x86-tsc\n"},
	{"current_tracer", "nop\n"},
	{"available_tracers", "function_graph function nop\n"},
	{"set_event_pid", ""},
	{"set_ftrace_filter", "#### all functions enabled ####\nschedule:traceoff:unlimited\n"},
	{"buffer_size_kb", "1408\n"},
	{"buffer_subbuf_size_kb", "4\n"},
	{"events/header_page", "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
			       "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n"},
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	fake_tracefs_open(&bench->fake);
	bench->settings.tracefs = &bench->fake.tracefs;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		fake_tracefs_put(&bench->fake, files[i].path, files[i].text);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	int status;

	settings_release(&bench->settings);
	status = fake_tracefs_close(&bench->fake);
	free(bench);
	return status;
}

/* The answer to a line of the host's. */
static const char *ask(struct bench *bench, const char *line)
{
	struct control_request request;
	enum setting setting = 0;
	control_request_parse(line, &request);
	while (strcmp(setting_verb(setting), request.name))
		setting++;
	setting_answer(&bench->settings, setting, request.args, &bench->fake.answers);
	return fake_tracefs_answer(&bench->fake);
}

static void restored(struct bench *bench, unsigned count, const char *left, const char *refused)
{
	struct settings_result result;

	settings_restore(&bench->settings, true, &result);
	assert_int_equal(result.restored, count);
	assert_string_equal(result.left, left);
	assert_string_equal(result.refused, refused);
}

static void asking(void **state)
{
	static const struct {
		const char *line, *answer;
	} tries[] = {
		{"clock", "ok clock name=global reset=no available=local,global,mono,x86-tsc"},
		{"clock global", "ok clock name=global reset=no "
				 "available=local,global,mono,x86-tsc"},
		{"tracer", "ok tracer name=nop available=function_graph,function,nop"},
		{"pid", "ok pid count=0 list=none"},
		{"ftrace-filter", "ok ftrace-filter count=0 list=none"},
		{"buffer-kb", "ok buffer-kb kb=1408"},
		{"subbuf-kb", "ok subbuf-kb kb=4 subbuf-size=4096"},
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		assert_string_equal(ask(bench, tries[i].line), tries[i].answer);
	}
	restored(bench, 0, "", "");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "buffer_size_kb"), "1408\n");
}

static void what_is_expected(void **state)
{
	static const struct {
		const char *line, *answer;
	} tries[] = {
		{"clock a b", "error clock takes the name of a clock, or nothing"},
		{"tracer a b", "error tracer takes the name of a tracer, or nothing"},
		{"buffer-kb 0", "error buffer-kb takes a number of KiB, or nothing"},
		{"buffer-kb 8M", "error buffer-kb takes a number of KiB, or nothing"},
		{"buffer-kb 99999999999999999999", "error buffer-kb takes a number of KiB, or "
						   "nothing"},
		{"subbuf-kb 1025", "error subbuf-kb takes a number of KiB from 1 to 1024, or "
				   "nothing"},
		{"pid self", "error pid takes numbers of tasks, none, or nothing"},
		{"pid 1,x", "error pid takes numbers of tasks, none, or nothing"},
		{"ftrace-filter schedule:traceoff",
		 "error ftrace-filter takes names of functions, with * and ?, none, or nothing"},
		{"ftrace-filter !schedule",
		 "error ftrace-filter takes names of functions, with * and ?, none, or nothing"},
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		if (strcmp(ask(bench, tries[i].line), tries[i].answer))
			fail_msg("%s: %s", tries[i].line, bench->fake.text);
	}
}

static void changing_and_putting_back(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask(bench, "tracer function"),
			    "ok tracer name=function available=function_graph,function,nop");
	ask(bench, "tracer function_graph");
	assert_string_equal(ask(bench, "pid 12,345 6"), "ok pid count=1 list=12");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "set_event_pid"), "12 345 6\n");
	/* As the kernel has it. */
	fake_tracefs_put(&bench->fake, "set_event_pid", "6\n12\n345\n");
	assert_string_equal(ask(bench, "pid"), "ok pid count=3 list=6,12,345");
	fake_tracefs_put(&bench->fake, "set_event_pid", "12 345 6\n");
	assert_string_equal(ask(bench, "ftrace-filter vfs_read"),
			    "ok ftrace-filter count=1 list=vfs_read");
	assert_string_equal(ask(bench, "buffer-kb 1500"), "ok buffer-kb kb=1500");
	assert_string_equal(ask(bench, "subbuf-kb 8"), "ok subbuf-kb kb=8 subbuf-size=4096");
	restored(bench, 5, "", "");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "current_tracer"), "nop\n");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "set_event_pid"), "");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "set_ftrace_filter"), "");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "buffer_size_kb"), "1408\n");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "buffer_subbuf_size_kb"), "4\n");
	restored(bench, 0, "", "");
}

static void what_somebody_else_changed_stays(void **state)
{
	struct bench *bench = *state;

	ask(bench, "tracer function");
	ask(bench, "buffer-kb 1500");
	fake_tracefs_put(&bench->fake, "buffer_size_kb", "2000\n");
	restored(bench, 1, "buffer-kb", "");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "current_tracer"), "nop\n");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "buffer_size_kb"), "2000\n");
	restored(bench, 0, "", "");
}

/* The size of sub-buffers rounds that of the buffer, whoever changed it before. */
static void rounding_is_put_back(void **state)
{
	struct settings_result result;
	struct bench *bench = *state;

	ask(bench, "subbuf-kb 64");
	settings_restore(&bench->settings, false, &result);
	assert_int_equal(result.restored, 1);
	assert_string_equal(result.refused, "subbuf-kb");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "buffer_subbuf_size_kb"), "64\n");
	restored(bench, 1, "", "");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "buffer_subbuf_size_kb"), "4\n");
}

static void a_tracer_that_stays_keeps_its_filter(void **state)
{
	struct settings_result result;
	struct bench *bench = *state;

	ask(bench, "tracer function");
	ask(bench, "ftrace-filter vfs_read");
	settings_restore(&bench->settings, false, &result);
	assert_int_equal(result.restored, 0);
	assert_string_equal(result.refused, "tracer,ftrace-filter");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "set_ftrace_filter"), "vfs_read\n");
	restored(bench, 2, "", "");
}

static void what_the_kernel_lacks(void **state)
{
	struct bench *bench = *state;

	unlinkat(bench->fake.tracefs.top, "buffer_subbuf_size_kb", 0);
	unlinkat(bench->fake.tracefs.top, "set_ftrace_filter", 0);
	assert_string_equal(ask(bench, "subbuf-kb 8"),
			    "error subbuf-kb this guest's kernel has no buffer_subbuf_size_kb");
	assert_string_equal(ask(bench, "subbuf-kb"),
			    "error subbuf-kb this guest's kernel has no buffer_subbuf_size_kb");
	assert_string_equal(ask(bench, "ftrace-filter vfs_*"),
			    "error ftrace-filter this guest's kernel has no set_ftrace_filter");
	restored(bench, 0, "", "");
}

/* These files hold what is written, which is no answer of trace_clock: as a kernel that refuses. */
static void a_refusal_is_put_back(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask(bench, "clock nosuch"),
			    "error clock the kernel does not take it; there are nosuch");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "trace_clock"), "global\n");
	restored(bench, 0, "", "");
}

static void buffers_that_may_not_be(void **state)
{
	struct bench *bench = *state;

	ask(bench, "buffer-kb 1073741824");
	assert_non_null(
		strstr(bench->fake.text, "error buffer-kb 1 CPUs would take more than half"));
	assert_non_null(strstr(bench->fake.text, "each has 1408 KiB"));
	assert_string_equal(fake_tracefs_contents(&bench->fake, "buffer_size_kb"), "1408\n");
	fake_tracefs_put(&bench->fake, "buffer_size_kb", "X\n");
	assert_string_equal(ask(bench, "buffer-kb"), "ok buffer-kb kb=X");
	assert_string_equal(ask(bench, "buffer-kb 2000"),
			    "error buffer-kb the CPUs' buffers differ in size, which could not be "
			    "put back");
	/* Of a buffer that nothing has used yet. */
	fake_tracefs_put(&bench->fake, "buffer_size_kb", "7 (expanded: 1408)\n");
	assert_string_equal(ask(bench, "buffer-kb"), "ok buffer-kb kb=1408");
	ask(bench, "buffer-kb 100");
	restored(bench, 1, "", "");
	assert_string_equal(fake_tracefs_contents(&bench->fake, "buffer_size_kb"), "1408\n");
}

static uint64_t available_memory(void)
{
	FILE *meminfo = fopen("/proc/meminfo", "re");
	unsigned long long kb = 0;
	char line[128];

	assert_non_null(meminfo);
	while (fgets(line, sizeof(line), meminfo) && sscanf(line, "MemAvailable: %llu", &kb) != 1)
		;
	fclose(meminfo);
	assert_true(kb > 0);
	return kb;
}

/* The buffer has that share of what would be available without it, and is to have a tenth more. */
static bool may_grow(struct bench *bench, uint64_t tenths)
{
	uint64_t have = available_memory() / (10 - tenths) * tenths;
	char text[64];

	snprintf(text, sizeof(text), "%llu\n", (unsigned long long)have);
	fake_tracefs_put(&bench->fake, "buffer_size_kb", text);
	snprintf(text, sizeof(text), "buffer-kb %llu", (unsigned long long)(have + have / tenths));
	return !strncmp(ask(bench, text), "ok ", 3);
}

/* Not half of what is left, again and again. */
static void a_buffer_does_not_grow_step_by_step(void **state)
{
	struct bench *bench = *state;

	assert_true(may_grow(bench, 2));
	assert_false(may_grow(bench, 6));
	/* With a snapshot it is two of that size. */
	fake_tracefs_put(&bench->fake, "snapshot", "# * Snapshot is freed *\n");
	assert_true(may_grow(bench, 3));
	fake_tracefs_put(&bench->fake, "snapshot", "# * Snapshot is allocated *\n");
	assert_false(may_grow(bench, 3));
}

static void long_lists_are_cut_behind_a_name(void **state)
{
	struct bench *bench = *state;
	char list[8 * 2000 + 1];

	for (int i = 0; i < 2000; i++)
		sprintf(list + (ptrdiff_t)8 * i, "fn_%04d\n", i);
	fake_tracefs_put(&bench->fake, "set_ftrace_filter", list);
	ask(bench, "ftrace-filter");
	assert_non_null(strstr(bench->fake.text, "count=2000 list=fn_0000,fn_0001,"));
	assert_true(strlen(bench->fake.text) < VTRACE_LINE_MAX - 1);
	assert_memory_equal(strrchr(bench->fake.text, ','), ",fn_0", 5);
	assert_int_equal(strlen(strrchr(bench->fake.text, ',')), 8);
}

#define SETTINGS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SETTINGS_TEST(asking),
		SETTINGS_TEST(what_is_expected),
		SETTINGS_TEST(changing_and_putting_back),
		SETTINGS_TEST(what_somebody_else_changed_stays),
		SETTINGS_TEST(rounding_is_put_back),
		SETTINGS_TEST(a_tracer_that_stays_keeps_its_filter),
		SETTINGS_TEST(what_the_kernel_lacks),
		SETTINGS_TEST(a_refusal_is_put_back),
		SETTINGS_TEST(buffers_that_may_not_be),
		SETTINGS_TEST(a_buffer_does_not_grow_step_by_step),
		SETTINGS_TEST(long_lists_are_cut_behind_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
