// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent's main loop with a socket in the place of the control port, a directory of plain files
 * in the place of tracefs, and one pump between a pipe and a socket.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/control.h"
#include "guest-agent/control.h"

#define PAGE 4096
#define HANG 20000 /* ms after which a test gives up on the agent */

struct bench {
	char directory[32];
	struct tracefs tracefs;
	struct cpus cpus;
	struct pumps pumps;
	struct control_setup setup;
	pthread_t thread;
	int host;  /* the control port's other end */
	int ring;  /* write pages here */
	int pages; /* read them here */
	int result;
	char error[256];
	char text[VTRACE_LINE_MAX + 1]; /* the last line */
};

static const struct {
	const char *path;
	const char *text;
} files[] = {
	{"events/header_page", "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
			       "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
			       "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n"},
	{"trace_clock", "local [mono] boot\n"},
	{"tracing_on", "0\n"},
	{"set_event", "sched:sched_switch\nsched:sched_waking\n"},
	{"trace_marker", ""},
	{"per_cpu/cpu0/stats", "entries: 10\noverrun: 20\ncommit overrun: 1\nbytes: 5\n"
			       "dropped events: 2\nread events: 30\n"},
};

static const char *const directories[] = {"events", "per_cpu", "per_cpu/cpu0"};

static void put_file(int dir, const char *path, const char *text)
{
	int fd = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void make_tracefs(struct bench *bench)
{
	strcpy(bench->directory, "/tmp/test_control.XXXXXX");
	assert_non_null(mkdtemp(bench->directory));
	bench->tracefs.top = open(bench->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(bench->tracefs.top >= 0);
	bench->tracefs.instance = dup(bench->tracefs.top);
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		assert_int_equal(mkdirat(bench->tracefs.top, directories[i], 0700), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put_file(bench->tracefs.top, files[i].path, files[i].text);
}

static void remove_tracefs(struct bench *bench)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlinkat(bench->tracefs.top, files[i].path, 0);
	for (size_t i = sizeof(directories) / sizeof(directories[0]); i-- > 0;)
		unlinkat(bench->tracefs.top, directories[i], AT_REMOVEDIR);
	tracefs_close(&bench->tracefs);
	rmdir(bench->directory);
}

static int tracing_on(struct bench *bench)
{
	return tracefs_recording(&bench->tracefs);
}

static void make_pump(struct bench *bench)
{
	struct pump_setup setup = {.pipe_size = 1024 * 1024,
				   .subbuf_size = PAGE,
				   .report = bench->setup.report};
	int ring[2], port[2], small = PAGE;

	assert_int_equal(pipe2(ring, O_CLOEXEC | O_NONBLOCK), 0);
	assert_true(fcntl(ring[1], F_SETPIPE_SZ, 1024 * 1024) >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, port),
			 0);
	assert_int_equal(setsockopt(port[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
	setup.pages = ring[0];
	setup.out = port[1];
	bench->ring = ring[1];
	bench->pages = port[0];
	assert_int_equal(pump_start(&bench->pumps.pump[0], &setup), 0);
	bench->pumps.told[0].online = true;
}

static void *run(void *data)
{
	struct bench *bench = data;

	bench->result = control_run(&bench->setup, bench->error, sizeof(bench->error));
	return NULL;
}

/* One line of the agent's, without its LF. */
static const char *hear(struct bench *bench)
{
	size_t used = 0;

	for (;;) {
		struct pollfd fd = {.fd = bench->host, .events = POLLIN};

		assert_true(used < sizeof(bench->text));
		assert_int_equal(poll(&fd, 1, HANG), 1);
		assert_int_equal(read(bench->host, bench->text + used, 1), 1);
		if (bench->text[used] == '\n')
			break;
		used++;
	}
	bench->text[used] = '\0';
	return bench->text;
}

static void say(struct bench *bench, const char *text)
{
	assert_int_equal(write(bench->host, text, strlen(text)), strlen(text));
}

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	int port[2];

	assert_non_null(bench);
	make_tracefs(bench);
	assert_int_equal(cpus_parse(&bench->cpus, "0-1"), 0);
	bench->setup.tracefs = bench->pumps.tracefs = &bench->tracefs;
	bench->setup.pumps = &bench->pumps;
	bench->setup.may_move = true;
	bench->pumps.cpus = &bench->cpus;
	bench->setup.report = bench->pumps.report = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	bench->setup.signals = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, port),
			 0);
	bench->setup.port = port[0];
	bench->host = port[1];
	assert_int_equal(pumps_init(&bench->pumps), 0);
	make_pump(bench);
	assert_int_equal(pthread_create(&bench->thread, NULL, run, bench), 0);
	assert_string_equal(hear(bench), "note agent started");
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	uint64_t one = 1;

	/* What a signal does. */
	assert_int_equal(write(bench->setup.signals, &one, sizeof(one)), sizeof(one));
	assert_int_equal(pthread_join(bench->thread, NULL), 0);
	assert_int_equal(bench->result, 0);
	/* It was 0 before, whatever the test did. */
	assert_int_equal(tracing_on(bench), 0);
	assert_int_equal(pumps_release(&bench->pumps), 0);
	close(bench->setup.port);
	close(bench->setup.report);
	close(bench->setup.signals);
	close(bench->host);
	close(bench->ring);
	close(bench->pages);
	remove_tracefs(bench);
	free(bench);
	return 0;
}

static void put_pages(struct bench *bench, unsigned count)
{
	char page[PAGE] = {0};

	for (unsigned i = 0; i < count; i++)
		assert_int_equal(write(bench->ring, page, PAGE), PAGE);
}

static void get_pages(struct bench *bench, unsigned count)
{
	char bytes[PAGE];

	for (size_t left = (size_t)count * PAGE; left > 0;) {
		struct pollfd fd = {.fd = bench->pages, .events = POLLIN};
		ssize_t n;

		assert_int_equal(poll(&fd, 1, HANG), 1);
		n = read(bench->pages, bytes, left < PAGE ? left : PAGE);
		assert_true(n > 0);
		left -= (size_t)n;
	}
}

static void hello(void **state)
{
	static const struct {
		const char *key;
		const char *value;
	} wanted[] = {
		{"version", "1"},	{"agent", VTRACE_VERSION}, {"cpus", "2"},
		{"ports-missing", "1"}, {"subbuf-size", "4096"},   {"long-size", "8"},
		{"clock", "mono"},	{"state", "stopped"},	   {"events", "2"},
		{"tracing-on", "0"},	{"share", "no"},	   {"generation", "0"},
	};
	struct bench *bench = *state;
	struct control_answer answer;
	char value[64], verbs[512];

	say(bench, "hello 1\n");
	assert_int_equal(control_answer_parse(hear(bench), &answer), 0);
	assert_int_equal(answer.kind, CONTROL_OK);
	assert_int_equal(answer.verb, CONTROL_HELLO);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		assert_true(control_value(answer.text, wanted[i].key, value, sizeof(value)) > 0);
		assert_string_equal(value, wanted[i].value);
	}
	assert_int_equal(control_value(answer.text, "boot-id", value, sizeof(value)), 36);
	assert_true(control_value(answer.text, "kernel", value, sizeof(value)) > 0);
	assert_true(control_value(answer.text, "verbs", verbs, sizeof(verbs)) > 0);
	assert_string_equal(verbs,
			    "1,0,hello,export,stats,events,filter,trigger,formats,ping,mark,sync,"
			    "clock,buffer-kb,subbuf-kb,pid,tracer,ftrace-filter,kprobe,snapshot,"
			    "restore,memory");
	say(bench, "hello 2\nhello\n");
	assert_string_equal(hear(bench), "error hello this agent speaks version 1 of the protocol");
	assert_string_equal(hear(bench), "error hello this agent speaks version 1 of the protocol");
}

static void start_and_stop(void **state)
{
	struct bench *bench = *state;

	say(bench, "1\n1\n");
	assert_string_equal(hear(bench), "ok 1");
	assert_string_equal(hear(bench), "ok 1");
	assert_int_equal(tracing_on(bench), 1);
	put_pages(bench, 3);
	get_pages(bench, 3);
	say(bench, "0\n");
	assert_string_equal(hear(bench), "ok 0");
	assert_int_equal(tracing_on(bench), 0);
	say(bench, "0\n");
	assert_string_equal(hear(bench), "ok 0");
}

static void split_lines(void **state)
{
	struct bench *bench = *state;

	/* The answer in between proves that the agent read what came before. */
	say(bench, "1\nhel");
	assert_string_equal(hear(bench), "ok 1");
	say(bench, "lo 2\n0");
	assert_string_equal(hear(bench), "error hello this agent speaks version 1 of the protocol");
	assert_int_equal(tracing_on(bench), 1);
	say(bench, "\n");
	assert_string_equal(hear(bench), "ok 0");
}

static void a_full_port_does_not_make_it_deaf(void **state)
{
	struct bench *bench = *state;

	say(bench, "1\n");
	assert_string_equal(hear(bench), "ok 1");
	put_pages(bench, 250);
	say(bench, "0\nstats 0\n");
	assert_memory_equal(hear(bench), "ok stats cpu=0 ", 15);
	say(bench, "hello 1\n");
	assert_non_null(strstr(hear(bench), " state=stopping "));
	get_pages(bench, 250);
	assert_string_equal(hear(bench), "ok 0");
}

static void start_while_stopping(void **state)
{
	struct bench *bench = *state;

	say(bench, "1\n");
	assert_string_equal(hear(bench), "ok 1");
	put_pages(bench, 250);
	say(bench, "0\n0\n1\n");
	assert_string_equal(hear(bench), "error 0 started again before the last page");
	assert_string_equal(hear(bench), "error 0 started again before the last page");
	assert_string_equal(hear(bench), "ok 1");
	assert_int_equal(tracing_on(bench), 1);
	get_pages(bench, 250);
	say(bench, "0\n");
	assert_string_equal(hear(bench), "ok 0");
}

static void leaving_while_tracing(void **state)
{
	struct bench *bench = *state;

	/* The rest is in teardown: the agent ends although nobody reads the pages. */
	say(bench, "1\n");
	assert_string_equal(hear(bench), "ok 1");
	put_pages(bench, 250);
}

static void stats(void **state)
{
	struct bench *bench = *state;

	say(bench, "stats 0\nstats\nstats 2\nstats x\nstats 1\n");
	assert_string_equal(
		hear(bench),
		"ok stats cpu=0 entries=10 overrun=20 commit-overrun=1 dropped=2 read=30 "
		"pages-spliced=0 pages-flushed=0 bytes-sent=0 lost-bytes=0");
	assert_string_equal(hear(bench),
			    "ok stats cpus=2 entries=10 overrun=20 commit-overrun=1 dropped=2 "
			    "read=30 pages-spliced=0 pages-flushed=0 bytes-sent=0 lost-bytes=0");
	assert_string_equal(hear(bench), "error stats no such CPU; there are 0 to 1");
	assert_string_equal(hear(bench), "error stats no such CPU; there are 0 to 1");
	/* CPU 1 is possible, but this tracefs has no counters of it. */
	assert_string_equal(hear(bench),
			    "error stats cannot read the counters: No such file or directory");
}

static void ping(void **state)
{
	struct bench *bench = *state;

	say(bench, "ping\nping  are you = there?\n");
	assert_string_equal(hear(bench), "ok ping");
	assert_string_equal(hear(bench), "ok ping text=are you = there?");
}

static void marks(void **state)
{
	struct bench *bench = *state;
	char line[VTRACE_LINE_MAX], *text;
	size_t length;

	say(bench, "mark here it went wrong\nmark\n");
	assert_string_equal(hear(bench), "ok mark bytes=18");
	assert_string_equal(hear(bench), "error mark takes a text of 1 to 1024 bytes");
	assert_int_equal(tracefs_read(bench->tracefs.top, "trace_marker", 100, &text, &length), 0);
	assert_string_equal(text, "here it went wrong");
	free(text);
	snprintf(line, sizeof(line), "mark %01025d\n", 7);
	say(bench, line);
	assert_string_equal(hear(bench), "error mark takes a text of 1 to 1024 bytes");
	unlinkat(bench->tracefs.top, "trace_marker", 0);
	say(bench, "mark again\n");
	assert_string_equal(hear(bench),
			    "error mark cannot write trace_marker: No such file or directory");
}

static void syncs(void **state)
{
	struct bench *bench = *state;
	int stopped = 0;

	say(bench, "sync\n1\n");
	assert_string_equal(hear(bench), "error sync nothing is being sent: 1 starts it");
	assert_string_equal(hear(bench), "ok 1");
	put_pages(bench, 250);
	/* The port is full, so that these wait, and nothing else does. */
	say(bench, "sync\nsync\nping\n");
	assert_string_equal(hear(bench), "ok ping");
	get_pages(bench, 250);
	assert_string_equal(hear(bench), "ok sync");
	assert_string_equal(hear(bench), "ok sync");
	assert_int_equal(tracing_on(bench), 1);
	put_pages(bench, 250);
	say(bench, "sync\n0\nsync\nping\n");
	assert_string_equal(hear(bench), "ok ping");
	get_pages(bench, 250);
	assert_string_equal(hear(bench), "ok sync");
	/* All is out, and which of the two is told of first does not matter. */
	for (int i = 0; i < 2; i++)
		stopped += !strcmp(hear(bench), "ok 0");
	assert_int_equal(stopped, 1);
}

/* Where no instance can be made, what the host orders is done in the top buffer. */
static void without_an_instance(void **state)
{
	struct bench *bench = *state;
	char *text;
	size_t length;

	put_file(bench->tracefs.top, "set_event", "");
	put_file(bench->tracefs.top, "available_events", "sched:sched_switch\n");
	say(bench, "events add nosuch\nevents add sched\nhello 1\n");
	assert_string_equal(hear(bench), "note no tracefs instance for the host (No such file or "
					 "directory): it changes the top buffer");
	assert_non_null(strstr(hear(bench), "error events no event is called nosuch"));
	/* It is told once. */
	assert_non_null(strstr(hear(bench), "ok events matched=1 total=1 "));
	assert_non_null(strstr(hear(bench), " own-instance=no "));
	assert_int_equal(tracefs_read(bench->tracefs.top, "set_event", 100, &text, &length), 0);
	assert_string_equal(text, "sched:sched_switch\n");
	free(text);
	unlinkat(bench->tracefs.top, "available_events", 0);
}

static int recording_of(struct bench *bench, const char *path)
{
	struct tracefs ring = {.top = bench->tracefs.top};
	int on;

	ring.instance = openat(ring.top, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(ring.instance >= 0);
	on = tracefs_recording(&ring);
	close(ring.instance);
	return on;
}

/* Instances of which one lies in reserved memory. */
static void make_instances(struct bench *bench)
{
	int top = bench->tracefs.top;

	assert_int_equal(mkdirat(top, "instances", 0700), 0);
	assert_int_equal(mkdirat(top, "instances/other", 0700), 0);
	assert_int_equal(mkdirat(top, "instances/ring", 0700), 0);
	put_file(top, "instances/ring/last_boot_info", "# Current\n");
	put_file(top, "instances/ring/tracing_on", "1\n");
	put_file(top, "instances/ring/trace_marker", "");
	put_file(top, "instances/ring/set_event", "sched:sched_switch\n");
}

static void remove_instances(struct bench *bench)
{
	static const char *const names[] = {"last_boot_info", "tracing_on", "trace_marker",
					    "set_event"};
	char path[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "instances/ring/%s", names[i]);
		assert_int_equal(unlinkat(bench->tracefs.top, path, 0), 0);
	}
	assert_int_equal(unlinkat(bench->tracefs.top, "instances/ring", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(bench->tracefs.top, "instances/other", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(bench->tracefs.top, "instances", AT_REMOVEDIR), 0);
}

static void a_ring_whose_pages_stay_in_memory(void **state)
{
	struct bench *bench = *state;

	say(bench, "memory\nmemory keep\nmemory now\n");
	assert_string_equal(hear(bench), "ok memory keep=no");
	assert_non_null(strstr(hear(bench), "error memory no tracefs instance lies in reserved"));
	assert_string_equal(hear(bench), "error memory takes keep, send or nothing");
	make_instances(bench);
	say(bench, "1\nmemory keep\n0\n");
	assert_string_equal(hear(bench), "ok 1");
	assert_string_equal(hear(bench), "error memory pages are being sent: 0 stops it");
	assert_string_equal(hear(bench), "ok 0");
	say(bench, "memory keep\nmemory keep\nmemory\nhello 1\n");
	assert_string_equal(hear(bench), "ok memory keep=yes state=tracing instance=ring");
	assert_string_equal(hear(bench), "ok memory keep=yes state=tracing instance=ring");
	assert_string_equal(hear(bench), "ok memory keep=yes");
	assert_non_null(strstr(hear(bench), " state=tracing events=1 tracing-on=1 "));
	assert_non_null(strstr(bench->text, " memory=yes "));
	/* It is that buffer which is steered; the top one stays as it was. */
	say(bench, "sync\n0\n");
	assert_string_equal(hear(bench), "error sync nothing is being sent: 1 starts it");
	assert_string_equal(hear(bench), "ok 0");
	assert_int_equal(recording_of(bench, "instances/ring"), 0);
	say(bench, "1\n");
	assert_string_equal(hear(bench), "ok 1");
	assert_int_equal(recording_of(bench, "instances/ring"), 1);
	assert_int_equal(recording_of(bench, "."), 0);
	say(bench, "0\nmemory send\nhello 1\n");
	assert_string_equal(hear(bench), "ok 0");
	assert_string_equal(hear(bench), "ok memory keep=no");
	assert_non_null(strstr(hear(bench), " state=stopped events=2 tracing-on=0 "));
	assert_int_equal(recording_of(bench, "instances/ring"), 1);
	remove_instances(bench);
}

/* As a host does that has the ring only, which has recorded since the boot. */
static void a_ring_that_is_stopped_before_any_page_was_sent(void **state)
{
	struct bench *bench = *state;

	make_instances(bench);
	say(bench, "hello 1\nmemory keep\n");
	hear(bench);
	assert_string_equal(hear(bench), "ok memory keep=yes state=tracing instance=ring");
	say(bench, "0\n1\n0\n");
	assert_string_equal(hear(bench), "ok 0");
	assert_string_equal(hear(bench), "ok 1");
	assert_string_equal(hear(bench), "ok 0");
	assert_int_equal(recording_of(bench, "instances/ring"), 0);
	remove_instances(bench);
}

static void what_it_does_not_understand(void **state)
{
	struct bench *bench = *state;
	char line[VTRACE_LINE_MAX + 2];

	say(bench, "\n  \nfoo bar\n");
	assert_string_equal(hear(bench),
			    "error foo unknown verb; known: 1 0 hello export stats "
			    "events filter trigger formats ping mark sync clock buffer-kb "
			    "subbuf-kb pid tracer ftrace-filter kprobe snapshot restore memory");
	say(bench, "1 2\nexport now\nexport\n");
	assert_string_equal(hear(bench), "error 1 takes no argument");
	assert_string_equal(hear(bench), "error export takes no argument");
	assert_string_equal(hear(bench), "error export this agent has no share");
	say(bench, "\x1b[m\n");
	assert_string_equal(hear(bench), "error line holds a byte that is not printable ASCII");
	memset(line, 'x', VTRACE_LINE_MAX);
	strcpy(line + VTRACE_LINE_MAX, "\n");
	say(bench, line);
	assert_string_equal(hear(bench), "error line longer than 4096 bytes");
	assert_int_equal(tracing_on(bench), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(hello, setup, teardown),
		cmocka_unit_test_setup_teardown(start_and_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(split_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_port_does_not_make_it_deaf, setup, teardown),
		cmocka_unit_test_setup_teardown(start_while_stopping, setup, teardown),
		cmocka_unit_test_setup_teardown(leaving_while_tracing, setup, teardown),
		cmocka_unit_test_setup_teardown(stats, setup, teardown),
		cmocka_unit_test_setup_teardown(ping, setup, teardown),
		cmocka_unit_test_setup_teardown(marks, setup, teardown),
		cmocka_unit_test_setup_teardown(syncs, setup, teardown),
		cmocka_unit_test_setup_teardown(without_an_instance, setup, teardown),
		cmocka_unit_test_setup_teardown(a_ring_whose_pages_stay_in_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(a_ring_that_is_stopped_before_any_page_was_sent,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_it_does_not_understand, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
