// SPDX-License-Identifier: GPL-2.0-only
/* Rows as lines, against lines that trace-cmd 3.1.6 has printed for the same events. */
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
#include <unistd.h>

#include <cmocka.h>

#include "tui/batch_lines.h"
#include "tui/batch_summary.h"

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

static int add(struct output *output, struct engine_row *row, const char *task, const char *event,
	       const char *detail)
{
	struct engine_row_view view = {row, task, event, detail};

	row->task_len = (uint16_t)strlen(task);
	row->event_len = (uint16_t)strlen(event);
	row->detail_len = (uint16_t)strlen(detail);
	return lines_row(&output->lines, &view);
}

static const char *line(struct output *output, struct engine_row row, const char *task,
			const char *event, const char *detail)
{
	ssize_t got;

	assert_int_equal(add(output, &row, task, event, detail), 0);
	assert_int_equal(lines_flush(&output->lines), 0);
	got = read(output->pipe[0], output->text, sizeof(output->text) - 1);
	output->text[got > 0 ? got : 0] = '\0';
	return output->text;
}

static void events_as_trace_cmd_prints_them(void **state)
{
	struct output *output = *state;

	assert_string_equal(
		line(output,
		     (struct engine_row){.at = {.ts = 1050159898873, .cpu = 1}, .pid = 5970},
		     "bash", "sched_wake_idle_without_ipi", "cpu=0"),
		"            bash-5970  [001]  1050.159899: sched_wake_idle_without_ipi: cpu=0\n");
	assert_string_equal(
		line(output, (struct engine_row){.at = {.ts = 1050797565100, .cpu = 1}, .pid = 0},
		     "<idle>", "sched_waking", "comm=rcu_preempt pid=15 prio=120 target_cpu=001"),
		"          <idle>-0     [001]  1050.797565: sched_waking:         comm=rcu_preempt "
		"pid=15 prio=120 target_cpu=001\n");
	assert_string_equal(
		line(output,
		     (struct engine_row){.at = {.ts = 1051077868400, .cpu = 0}, .pid = 3486},
		     "memfd:sealed-91", "sched_stat_runtime", "runtime=90014 [ns]"),
		" memfd:sealed-91-3486  [000]  1051.077868: sched_stat_runtime:   runtime=90014 "
		"[ns]\n");
}

static void times(void **state)
{
	struct output *output = *state;
	struct engine_row row = {.at = {.ts = 100000001499}, .pid = 1};

	assert_non_null(strstr(line(output, row, "a", "e", ""), "]   100.000001: e:"));
	/* No point before the first second (tep_print_event(3)); rounded, not cut. */
	row.at.ts = 999500;
	assert_non_null(strstr(line(output, row, "a", "e", ""), "]         1000: e:"));
	row.at.ts = UINT64_MAX;
	assert_non_null(strstr(line(output, row, "a", "e", ""), "] 18446744073.709552: e:"));
	lines_set_clock(&output->lines, "x86-tsc");
	row.at.ts = 123456789;
	assert_non_null(strstr(line(output, row, "a", "e", ""), "]   123456789: e:"));
	lines_set_clock(&output->lines, "mono");
	row.at.ts = 2000000000;
	assert_non_null(strstr(line(output, row, "a", "e", ""), "]     2.000000: e:"));
}

static void losses_and_damage(void **state)
{
	struct output *output = *state;
	struct engine_row row = {.at = {.cpu = 3}, .kind = ENGINE_ROW_LOST, .count = 85};

	assert_string_equal(line(output, row, "", "", ""), "CPU:3 [85 EVENTS DROPPED]\n");
	row.count = 0;
	assert_string_equal(line(output, row, "", "", ""), "CPU:3 [EVENTS DROPPED]\n");
	row.kind = ENGINE_ROW_BAD_PAGE;
	assert_string_equal(line(output, row, "", "", "commit 9000"),
			    "CPU:3 [BAD PAGE: commit 9000]\n");
	row.kind = ENGINE_ROW_GAP;
	row.count = 1234;
	assert_string_equal(line(output, row, "", "", ""), "CPU:3 [GAP: 1234 BYTES SKIPPED]\n");
}

/* A guest may name a task and fill a field as it likes. */
static void nothing_of_a_guest_reaches_the_terminal_raw(void **state)
{
	struct output *output = *state;
	struct engine_row row = {.at = {.ts = 2000000000}, .pid = 1};

	line(output, row, "\x1b]0;x\x07", "e\n1", "\x1b[2J\xc2\x9b\r\nroot-0 [000] 1.0: fake:");
	assert_null(strpbrk(output->text, "\x1b\x07\r"));
	assert_ptr_equal(strchr(output->text, '\n'), output->text + strlen(output->text) - 1);
	assert_non_null(strstr(output->text, "\\x1b[2J"));
}

static void longest_row_fits(void **state)
{
	struct output *output = *state;
	char task[ENGINE_NAME_MAX + 1], event[ENGINE_NAME_MAX + 1], detail[ENGINE_TEXT_MAX + 1];
	struct engine_row row = {.at = {.ts = UINT64_MAX, .cpu = 255}, .pid = INT32_MIN};
	static char text[4 * ENGINE_PACKET_MAX];
	ssize_t got;

	memset(task, 1, sizeof(task));
	memset(event, 2, sizeof(event));
	memset(detail, 3, sizeof(detail));
	task[sizeof(task) - 1] = event[sizeof(event) - 1] = detail[sizeof(detail) - 1] = '\0';
	assert_int_equal(add(output, &row, task, event, detail), 0);
	assert_int_equal(lines_flush(&output->lines), 0);
	got = read(output->pipe[0], text, sizeof(text));
	/* Four characters for each byte, whole, and the end of the line. */
	assert_true(got > 4 * (ENGINE_NAME_MAX + ENGINE_NAME_MAX + ENGINE_TEXT_MAX));
	assert_memory_equal(text + got - 5, "\\x03\n", 5);
}

static void reader_went(void **state)
{
	struct output *output = *state;
	struct engine_row row = {.pid = 1};

	close(output->pipe[0]);
	output->pipe[0] = -1;
	assert_int_equal(add(output, &row, "a", "e", ""), 0);
	assert_int_equal(lines_flush(&output->lines), -EPIPE);
	assert_int_equal(add(output, &row, "a", "e", ""), -EPIPE);
}

/* A reader that does not read must not keep a person from stopping. */
static void stopped_while_the_pipe_is_full(void **state)
{
	struct output *output = *state;
	struct engine_row row = {.pid = 1};
	int err = 0, i;

	assert_int_equal(write(output->stop[1], "x", 1), 1);
	for (i = 0; i < 1000000 && !err; i++)
		err = add(output, &row, "task", "event", "detail");
	assert_int_equal(err, -EINTR);
	assert_int_equal(output->lines.error, 0);
}

static void summary_of_the_guest(void **state)
{
	struct summary summary = {.printed = 3, .cpus = 2};
	char *text = NULL;
	size_t length;
	FILE *out;

	(void)state;
	summary.cpu[0].events = 40;
	summary.cpu[0].next_row = 50;
	summary.cpu[1].events = 2;
	summary.cpu[1].cpu = 7;
	summary.cpu[1].lost = 5;
	summary_parse_guest(&summary.before, "cpus=2 entries=1 overrun=10 read=100 x=1");
	summary_parse_guest(&summary.after, "cpus=2 entries=0 overrun=15 read=143 x=1");
	out = open_memstream(&text, &length);
	summary_print(&summary, out);
	fclose(out);
	assert_non_null(strstr(text, "events: 42\nrows: 50\nlost: 5\n"));
	assert_non_null(strstr(text, "guest_written: 47\nguest_overrun: 5\nguest_read: 43\n"));
	assert_non_null(strstr(text, "\nprinted: 3\n"));
	assert_non_null(strstr(text, "\ncpu7: events=2 rows=0 lost=5 "));
	free(text);
	/* No number is better than a wrong one. */
	summary_parse_guest(&summary.after, NULL);
	assert_false(summary.after.known);
	summary_parse_guest(&summary.after, "entries=1 overrun=x read=2");
	assert_false(summary.after.known);
	out = open_memstream(&text, &length);
	summary_print(&summary, out);
	fclose(out);
	assert_null(strstr(text, "guest_"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(events_as_trace_cmd_prints_them, setup, teardown),
		cmocka_unit_test_setup_teardown(times, setup, teardown),
		cmocka_unit_test_setup_teardown(losses_and_damage, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_of_a_guest_reaches_the_terminal_raw, setup,
						teardown),
		cmocka_unit_test_setup_teardown(longest_row_fits, setup, teardown),
		cmocka_unit_test_setup_teardown(reader_went, setup, teardown),
		cmocka_unit_test_setup_teardown(stopped_while_the_pipe_is_full, setup, teardown),
		cmocka_unit_test(summary_of_the_guest),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("batch_lines", tests, NULL, NULL);
}
