// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent's probes, with plain files in the place of tracefs: what is written to kprobe_events is
 * added to that file, so that it shows the orders. tests/guest/verbs.sh has the real one.
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

#include "formats/names.h"
#include "guest-agent/kprobes.h"

struct bench {
	char directory[40];
	struct tracefs tracefs;
	struct kprobes kprobes;
	struct answers answers;
	char text[VTRACE_LINE_MAX];
};

static const char of_the_owner[] = "p:kprobes/theirs schedule\n";

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
	strcpy(bench->directory, "/tmp/vtrace-test-kprobes-XXXXXX");
	assert_non_null(mkdtemp(bench->directory));
	bench->tracefs.top = open(bench->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bench->tracefs.instance = dup(bench->tracefs.top);
	bench->kprobes.tracefs = &bench->tracefs;
	put_file(bench, "kprobe_events", of_the_owner);
	put_file(bench, "error_log", "");
	assert_int_equal(mkdirat(bench->tracefs.top, "events", 0700), 0);
	assert_int_equal(mkdirat(bench->tracefs.top, "events/vtrace", 0700), 0);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	char command[80];
	int status;

	kprobes_release(&bench->kprobes);
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

/* What was written to kprobe_events so far. */
static const char *orders(struct bench *bench)
{
	return contents(bench, "kprobe_events") + strlen(of_the_owner);
}

static const char *ask(struct bench *bench, const char *args)
{
	int pipe_[2];
	ssize_t n;

	assert_int_equal(pipe2(pipe_, O_CLOEXEC | O_NONBLOCK), 0);
	kprobe_answer(&bench->kprobes, args, &bench->answers);
	assert_int_equal(answers_write(&bench->answers, pipe_[1]), 0);
	n = read(pipe_[0], bench->text, sizeof(bench->text) - 1);
	assert_true(n > 0);
	bench->text[n - 1] = '\0';
	close(pipe_[0]);
	close(pipe_[1]);
	return bench->text;
}

static void adding_and_listing(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask(bench, ""), "ok kprobe count=1 list=kprobes:theirs added=");
	assert_string_equal(ask(bench, "add p:opened do_sys_openat2 dfd=%di"),
			    "ok kprobe added=vtrace:opened");
	assert_string_equal(ask(bench, "add  r12:mine/done vfs_read"), "ok kprobe added=mine:done");
	assert_string_equal(orders(bench), "p:vtrace/opened do_sys_openat2 dfd=%di\n"
					   "r12:mine/done vfs_read\n");
	assert_string_equal(ask(bench, ""),
			    "ok kprobe count=3 list=kprobes:theirs,vtrace:opened,mine:done "
			    "added=vtrace:opened,mine:done");
}

static void what_is_expected(void **state)
{
	static const char *const definitions[] = {
		"",
		"p",
		"p schedule",
		"p:x",
		"p:x   ",
		"q:x y",
		"-:vtrace/opened",
		"p:9x schedule",
		"p:a/b/c schedule",
		"p:/x schedule",
		"p:x/ schedule",
		"px:y schedule",
		"p:a-b schedule",
		"x schedule p:y",
		"p:a234567890123456789012345678901234567890123456789012345678901234 schedule",
	};
	struct bench *bench = *state;
	char line[128];

	for (size_t i = 0; i < sizeof(definitions) / sizeof(definitions[0]); i++) {
		snprintf(line, sizeof(line), "add %s", definitions[i]);
		if (!strstr(ask(bench, line), "error kprobe add is followed by a definition"))
			fail_msg("%s: %s", definitions[i], bench->text);
	}
	assert_non_null(strstr(ask(bench, "add"), "error kprobe takes add DEFINITION"));
	assert_non_null(strstr(ask(bench, "dance x"), "error kprobe takes add DEFINITION"));
	assert_non_null(strstr(ask(bench, "remove a b"), "error kprobe remove is followed by"));
	assert_string_equal(orders(bench), "");
}

static void an_event_of_that_name_is_not_added_to(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(mkdirat(bench->tracefs.top, "events/vtrace/opened", 0700), 0);
	assert_string_equal(ask(bench, "add p:opened schedule"),
			    "error kprobe there is an event vtrace:opened already");
	assert_string_equal(orders(bench), "");
}

static void only_the_hosts_are_removed(void **state)
{
	struct bench *bench = *state;

	assert_string_equal(ask(bench, "remove kprobes:theirs"),
			    "error kprobe kprobes:theirs was not added by the host");
	ask(bench, "add p:mine/a schedule");
	assert_string_equal(ask(bench, "remove mine/a"), "ok kprobe removed=mine:a");
	/* Of an agent that was killed. */
	assert_string_equal(ask(bench, "remove left"), "ok kprobe removed=vtrace:left");
	assert_string_equal(orders(bench), "p:mine/a schedule\n-:mine/a\n-:vtrace/left\n");
}

static void restoring_disables_and_removes(void **state)
{
	struct bench *bench = *state;
	struct kprobes_result result;

	ask(bench, "add p:a schedule");
	ask(bench, "add p:b schedule");
	ask(bench, "remove b");
	assert_int_equal(mkdirat(bench->tracefs.top, "events/vtrace/a", 0700), 0);
	put_file(bench, "events/vtrace/a/enable", "1");
	kprobes_restore(&bench->kprobes, &result);
	assert_int_equal(result.removed, 1);
	assert_string_equal(result.refused, "");
	assert_string_equal(orders(bench), "p:vtrace/a schedule\np:vtrace/b schedule\n"
					   "-:vtrace/b\n-:vtrace/a\n");
	assert_string_equal(contents(bench, "events/vtrace/a/enable"), "0");
	kprobes_restore(&bench->kprobes, &result);
	assert_int_equal(result.removed, 0);
}

static void what_the_kernel_lacks(void **state)
{
	struct bench *bench = *state;

	unlinkat(bench->tracefs.top, "kprobe_events", 0);
	unlinkat(bench->tracefs.top, "error_log", 0);
	assert_string_equal(ask(bench, ""),
			    "error kprobe this guest's kernel has no kprobe_events");
	assert_string_equal(ask(bench, "add p:a schedule"),
			    "error kprobe this guest's kernel has no kprobe_events");
}

#define KPROBES_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		KPROBES_TEST(adding_and_listing),
		KPROBES_TEST(what_is_expected),
		KPROBES_TEST(an_event_of_that_name_is_not_added_to),
		KPROBES_TEST(only_the_hosts_are_removed),
		KPROBES_TEST(restoring_disables_and_removes),
		KPROBES_TEST(what_the_kernel_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
