// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent's settings, with plain files in the place of tracefs, which hold what was written to
 * them. tests/guest/verbs.sh has the real ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/control.h"
#include "guest-agent/setting_answers.h"

struct bench {
	char directory[40];
	struct tracefs tracefs;
	struct settings settings;
	struct answers answers;
	char text[VTRACE_LINE_MAX];
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

static void put_file(struct bench *bench, const char *path, const char *text)
{
	int fd = openat(bench->tracefs.top, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	strcpy(bench->directory, "/tmp/vtrace-test-settings-XXXXXX");
	assert_non_null(mkdtemp(bench->directory));
	bench->tracefs.top = open(bench->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bench->tracefs.instance = dup(bench->tracefs.top);
	bench->settings.tracefs = &bench->tracefs;
	assert_int_equal(mkdirat(bench->tracefs.top, "events", 0700), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put_file(bench, files[i].path, files[i].text);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	char command[80];
	int status;

	settings_release(&bench->settings);
	answers_clear(&bench->answers);
	tracefs_close(&bench->tracefs);
	snprintf(command, sizeof(command), "rm -rf '%s'", bench->directory);
	status = system(command);
	free(bench);
	return status;
}

static const char *contents(struct bench *bench, const char *path)
{
	size_t length;
	char *text;

	assert_int_equal(tracefs_read(bench->tracefs.top, path, sizeof(bench->text) - 1, &text,
				      &length),
			 0);
	memcpy(bench->text, text, length + 1);
	free(text);
	return bench->text;
}

/* The answer to a line of the host's. */
static const char *ask(struct bench *bench, const char *line)
{
	struct control_request request;
	enum setting setting = 0;
	int pipe_[2];
	ssize_t n;

	assert_int_equal(pipe2(pipe_, O_CLOEXEC | O_NONBLOCK), 0);
	control_request_parse(line, &request);
	while (strcmp(setting_verb(setting), request.name))
		setting++;
	setting_answer(&bench->settings, setting, request.args, &bench->answers);
	assert_int_equal(answers_write(&bench->answers, pipe_[1]), 0);
	n = read(pipe_[0], bench->text, sizeof(bench->text) - 1);
	assert_true(n > 0);
	bench->text[n - 1] = '\0';
	close(pipe_[0]);
	close(pipe_[1]);
	return bench->text;
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
	assert_string_equal(contents(bench, "buffer_size_kb"), "1408\n");
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
			fail_msg("%s: %s", tries[i].line, bench->text);
	}
}

static void changing_and_putting_back(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask(bench, "tracer function"),
			    "ok tracer name=function available=function_graph,function,nop");
	ask(bench, "tracer function_graph");
	assert_string_equal(ask(bench, "pid 12,345 6"), "ok pid count=1 list=12");
	assert_string_equal(contents(bench, "set_event_pid"), "12 345 6\n");
	/* As the kernel has it. */
	put_file(bench, "set_event_pid", "6\n12\n345\n");
	assert_string_equal(ask(bench, "pid"), "ok pid count=3 list=6,12,345");
	put_file(bench, "set_event_pid", "12 345 6\n");
	assert_string_equal(ask(bench, "ftrace-filter vfs_read"),
			    "ok ftrace-filter count=1 list=vfs_read");
	assert_string_equal(ask(bench, "buffer-kb 1500"), "ok buffer-kb kb=1500");
	assert_string_equal(ask(bench, "subbuf-kb 8"), "ok subbuf-kb kb=8 subbuf-size=4096");
	restored(bench, 5, "", "");
	assert_string_equal(contents(bench, "current_tracer"), "nop\n");
	assert_string_equal(contents(bench, "set_event_pid"), "");
	assert_string_equal(contents(bench, "set_ftrace_filter"), "");
	assert_string_equal(contents(bench, "buffer_size_kb"), "1408\n");
	assert_string_equal(contents(bench, "buffer_subbuf_size_kb"), "4\n");
	restored(bench, 0, "", "");
}

static void what_somebody_else_changed_stays(void **state)
{
	struct bench *bench = *state;

	ask(bench, "tracer function");
	ask(bench, "buffer-kb 1500");
	put_file(bench, "buffer_size_kb", "2000\n");
	restored(bench, 1, "buffer-kb", "");
	assert_string_equal(contents(bench, "current_tracer"), "nop\n");
	assert_string_equal(contents(bench, "buffer_size_kb"), "2000\n");
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
	assert_string_equal(contents(bench, "buffer_subbuf_size_kb"), "64\n");
	restored(bench, 1, "", "");
	assert_string_equal(contents(bench, "buffer_subbuf_size_kb"), "4\n");
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
	assert_string_equal(contents(bench, "set_ftrace_filter"), "vfs_read\n");
	restored(bench, 2, "", "");
}

static void what_the_kernel_lacks(void **state)
{
	struct bench *bench = *state;

	unlinkat(bench->tracefs.top, "buffer_subbuf_size_kb", 0);
	unlinkat(bench->tracefs.top, "set_ftrace_filter", 0);
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
	assert_string_equal(contents(bench, "trace_clock"), "global\n");
	restored(bench, 0, "", "");
}

static void buffers_that_may_not_be(void **state)
{
	struct bench *bench = *state;

	ask(bench, "buffer-kb 1073741824");
	assert_non_null(strstr(bench->text, "error buffer-kb 1 CPUs would take more than half"));
	assert_non_null(strstr(bench->text, "each has 1408 KiB"));
	assert_string_equal(contents(bench, "buffer_size_kb"), "1408\n");
	put_file(bench, "buffer_size_kb", "X\n");
	assert_string_equal(ask(bench, "buffer-kb"), "ok buffer-kb kb=X");
	assert_string_equal(ask(bench, "buffer-kb 2000"),
			    "error buffer-kb the CPUs' buffers differ in size, which could not be "
			    "put back");
	/* Of a buffer that nothing has used yet. */
	put_file(bench, "buffer_size_kb", "7 (expanded: 1408)\n");
	assert_string_equal(ask(bench, "buffer-kb"), "ok buffer-kb kb=1408");
	ask(bench, "buffer-kb 100");
	restored(bench, 1, "", "");
	assert_string_equal(contents(bench, "buffer_size_kb"), "1408\n");
}

static void long_lists_are_cut_behind_a_name(void **state)
{
	struct bench *bench = *state;
	char list[8 * 2000 + 1];

	for (int i = 0; i < 2000; i++)
		sprintf(list + (ptrdiff_t)8 * i, "fn_%04d\n", i);
	put_file(bench, "set_ftrace_filter", list);
	ask(bench, "ftrace-filter");
	assert_non_null(strstr(bench->text, "count=2000 list=fn_0000,fn_0001,"));
	assert_true(strlen(bench->text) < VTRACE_LINE_MAX - 1);
	assert_memory_equal(strrchr(bench->text, ','), ",fn_0", 5);
	assert_int_equal(strlen(strrchr(bench->text, ',')), 8);
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
		SETTINGS_TEST(long_lists_are_cut_behind_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
