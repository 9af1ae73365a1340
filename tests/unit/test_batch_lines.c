// SPDX-License-Identifier: GPL-2.0-only
/* Lines on their way out: stripped, whole, and stopped when a person asks. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/batch_lines.h"
#include "tui/batch_summary.h"
#include "tui/engine/protocol.h"

struct output {
	struct lines lines;
	int pipe[2];
	int stop[2];
	char text[4096];
};

static int setup(void **state)
{
	struct output *output = calloc(1, sizeof(*output));

	if (!output || pipe2(output->pipe, O_NONBLOCK) < 0 || pipe(output->stop) < 0)
		return -1;
	*state = output;
	return lines_init(&output->lines, output->pipe[1], output->stop[0]);
}

static int teardown(void **state)
{
	struct output *output = *state;

	lines_release(&output->lines);
	close(output->pipe[0]);
	close(output->pipe[1]);
	close(output->stop[0]);
	close(output->stop[1]);
	free(output);
	return 0;
}

static const char *written(struct output *output, const char *text)
{
	ssize_t got;

	assert_int_equal(lines_add(&output->lines, text, strlen(text)), 0);
	assert_int_equal(lines_flush(&output->lines), 0);
	got = read(output->pipe[0], output->text, sizeof(output->text) - 1);
	output->text[got > 0 ? got : 0] = '\0';
	return output->text;
}

static void plain_text_stays_as_it_is(void **state)
{
	static const char text[] =
		"          <idle>-0     [001]  1050.797565: sched_waking:   a=1\n"
		"<stack trace >\n=> one (81000000)\n\t=> two ~}| \n";
	struct output *output = *state;
	char part[sizeof(text)];

	/* At every alignment and of every length. */
	for (size_t from = 0; from < sizeof(text); from++) {
		snprintf(part, sizeof(part), "%s", text + from);
		assert_string_equal(written(output, part), part);
		part[strlen(part) / 2] = '\0';
		assert_string_equal(written(output, part), part);
	}
}

static void raw_text_is_not_stripped(void **state)
{
	static const char text[] = "a \x1b[31m\x9b\xff\xe2\x80\xae b\n";
	struct output *output = *state;

	assert_string_not_equal(written(output, text), text);
	output->lines.raw = true;
	assert_string_equal(written(output, text), text);
}

/* A guest may name a task and fill a field as it likes. */
static void nothing_of_a_guest_reaches_the_terminal_raw(void **state)
{
	struct output *output = *state;

	written(output, "\x1b]0;x\x07-1 e\x7f: \x1b[2J\xc2\x9b\r\nroot-0 [000] 1.0: fake:\n");
	assert_null(strpbrk(output->text, "\x1b\x07\r\x7f\x9b"));
	assert_non_null(strstr(output->text, "\\x1b]0;x\\x07-1 e\\x7f: \\x1b[2J"));
	/* Each control character by itself, wherever it stands among plain ones. */
	for (int c = 1; c < ' '; c++)
		for (unsigned at = 0; at < 40; at++) {
			char text[42];

			if (c == '\n' || c == '\t')
				continue;
			memset(text, 'x', 41);
			text[41] = '\0';
			text[at] = (char)c;
			written(output, text);
			assert_null(strchr(output->text, c));
			assert_int_equal(strlen(output->text), 44);
		}
}

static void characters_of_other_languages_pass_where_the_locale_has_them(void **state)
{
	struct output *output = *state;

	output->lines.ascii = false;
	assert_string_equal(written(output, "gr\xc3\xbc\xc3\x9f\x65: \xe4\xbd\xa0\n"),
			    "gr\xc3\xbc\xc3\x9f\x65: \xe4\xbd\xa0\n");
	/* A stray byte of one is none. */
	assert_string_equal(written(output, "a\xc3(\n"), "a\\xc3(\n");
	output->lines.ascii = true;
	assert_string_equal(written(output, "\xc3\xbc\n"), "\\xc3\\xbc\n");
}

static void longest_line_fits(void **state)
{
	size_t size = ENGINE_TEXT_SLOT, length = 4 * (size - 1) + 1;
	char *text = malloc(size), *out = malloc(length + 1);
	int fd = memfd_create("lines", MFD_CLOEXEC);
	struct lines lines;

	(void)state;
	memset(text, 3, size);
	text[size - 1] = '\n';
	assert_int_equal(lines_init(&lines, fd, -1), 0);
	assert_int_equal(lines_add(&lines, text, size), 0);
	assert_int_equal(lines_flush(&lines), 0);
	assert_int_equal(pread(fd, out, length + 1, 0), length);
	assert_memory_equal(out + length - 9, "\\x03\\x03\n", 9);
	assert_null(memchr(out, 3, length));
	lines_release(&lines);
	close(fd);
	free(text);
	free(out);
}

static void reader_went(void **state)
{
	struct output *output = *state;

	close(output->pipe[0]);
	output->pipe[0] = -1;
	assert_int_equal(lines_add(&output->lines, "a\n", 2), 0);
	assert_int_equal(lines_flush(&output->lines), -EPIPE);
	assert_int_equal(lines_add(&output->lines, "a\n", 2), -EPIPE);
}

/* A reader that does not read must not keep a person from stopping. */
static void stopped_while_the_pipe_is_full(void **state)
{
	struct output *output = *state;
	int err = 0, i;

	assert_int_equal(write(output->stop[1], "x", 1), 1);
	for (i = 0; i < 1000000 && !err; i++)
		err = lines_add(&output->lines, "task-1 [000] 1.0: event: detail\n", 32);
	assert_int_equal(err, -EINTR);
	assert_int_equal(output->lines.error, 0);
}

static char *summary_text(const struct summary *summary)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	summary_print(summary, out);
	fclose(out);
	return text;
}

static void summary_of_the_guest(void **state)
{
	struct summary summary = {.printed = 3, .cpus = 2};
	char *text;

	(void)state;
	summary.cpu[0].events = 40;
	summary.cpu[0].next_row = 50;
	summary.cpu[1].events = 2;
	summary.cpu[1].cpu = 7;
	summary.cpu[1].lost = 5;
	summary_parse_guest(&summary.before, "cpus=2 entries=1 overrun=10 read=100 x=1", "boot");
	summary_parse_guest(&summary.after,
			    "entries=0 overrun=15 commit-overrun=2 dropped=1 read=143", "boot");
	text = summary_text(&summary);
	assert_non_null(strstr(text, "events: 42\nrows: 50\nlost: 5\n"));
	assert_non_null(strstr(text, "guest_written: 47\nguest_overrun: 5\nguest_dropped: 3\n"
				     "guest_read: 43\nguest_before: 1\nguest_left: 0\n"
				     "lost_channel: 1\nreceived_early: 0\n"));
	assert_non_null(strstr(text, "\nprinted: 3\n"));
	assert_non_null(strstr(text, "\ncpu7: events=2 rows=0 lost=5 "));
	free(text);
	/* What has not come of a guest that goes on may be late only. */
	summary.goes_on = true;
	text = summary_text(&summary);
	assert_non_null(
		strstr(text, "\nlost_channel: unknown\non_the_way: 1\nreceived_early: 0\n"));
	free(text);
	summary.goes_on = false;
}

/* Its counters begin at 0, and what the boot before had not sent nobody knows. */
static void summary_of_a_guest_that_was_rebooted(void **state)
{
	struct summary summary = {.cpus = 1, .counts = {.events = 1, .tasks = 1}};
	char *text;

	(void)state;
	summary.cpu[0].events = 42;
	summary.counts.other_events = 3;
	summary.count[0].count = 20;
	summary.count[1].count = 23; /* a task's: the same events */
	summary_parse_guest(&summary.before, "entries=5 overrun=10 read=100", "boot");
	summary_parse_guest(&summary.after, "entries=1 overrun=4 read=25 dropped=2", "next");
	text = summary_text(&summary);
	assert_non_null(strstr(text, "\nguest_rebooted: 1\nwritten_before_reboot: unknown\n"
				     "events_before_reboot: 19\nguest_written: 30\n"
				     "guest_overrun: 4\nguest_dropped: 2\nguest_read: 25\n"
				     "guest_before: 0\nguest_left: 1\nlost_channel: 2\n"
				     "received_early: 0\n"));
	free(text);
}

/* No number is better than a wrong one. */
static void summary_of_a_guest_that_is_gone(void **state)
{
	struct summary summary = {.cpus = 1};
	char *text;

	(void)state;
	summary_parse_guest(&summary.after, NULL, "boot");
	assert_false(summary.after.known);
	summary_parse_guest(&summary.after, "entries=1 overrun=x read=2", "boot");
	assert_false(summary.after.known);
	text = summary_text(&summary);
	assert_null(strstr(text, "guest_")); /* it has never told any */
	free(text);
	summary_parse_guest(&summary.before, "entries=1 overrun=1 read=2", "boot");
	text = summary_text(&summary);
	assert_non_null(strstr(text, "\nguest_written: unknown\nguest_overrun: unknown\n"));
	assert_non_null(strstr(text, "\nguest_left: unknown\nlost_channel: unknown\n"));
	free(text);
}

/* An engine that was taken over says of itself, too, what its guest likes; and this locale has no
 * UTF-8, of which a byte may be CSI. */
static void summary_says_nothing_raw(void **state)
{
	struct summary summary = {.counts = {.events = 1, .tasks = 1}};
	char *text;

	(void)state;
	strcpy(summary.sandbox, "all\x1b[2J of\nit");
	strcpy(summary.count[0].system, "a\x1b");
	strcpy(summary.count[0].name, "b\nc");
	strcpy(summary.count[1].name, "\xc4\x9b"
				      "2J");
	text = summary_text(&summary);
	assert_non_null(strstr(text, "\nsandbox: all\\x1b[2J of\\x0ait\n"));
	assert_non_null(strstr(text, "\nevent a\\x1b/b\\x0ac: 0\n"));
	assert_non_null(strstr(text, "\ntask \\xc4\\x9b2J-0: 0\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plain_text_stays_as_it_is, setup, teardown),
		cmocka_unit_test_setup_teardown(raw_text_is_not_stripped, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_of_a_guest_reaches_the_terminal_raw, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			characters_of_other_languages_pass_where_the_locale_has_them, setup,
			teardown),
		cmocka_unit_test_setup_teardown(longest_line_fits, setup, teardown),
		cmocka_unit_test_setup_teardown(reader_went, setup, teardown),
		cmocka_unit_test_setup_teardown(stopped_while_the_pipe_is_full, setup, teardown),
		cmocka_unit_test(summary_of_the_guest),
		cmocka_unit_test(summary_of_a_guest_that_was_rebooted),
		cmocka_unit_test(summary_of_a_guest_that_is_gone),
		cmocka_unit_test(summary_says_nothing_raw),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("batch_lines", tests, NULL, NULL);
}
