/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fake QEMU and agent for tests of a guest: FIFOs in a directory, an agent that answers on the
 * same loop, a formats bundle with one event, pages made by hand. The engine is the real one.
 * Included by the unit tests of tui/guest, each a program of its own.
 */
#ifndef VTRACE_TESTS_FAKE_GUEST_H
#define VTRACE_TESTS_FAKE_GUEST_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/bundle.h"
#include "formats/control.h"
#include "tui/domain/loop.h"
#include "tui/guest/guest.h"

#define PATIENCE_S 30 /* for a loaded machine; what is waited for comes much sooner */
#define CPUS	   2
#define PAGE_SIZE  4096
#define EVENT_ID   300

struct fake {
	char dir[64];
	char share[96];
	struct channels channels;
	/* QEMU's and the agent's side */
	int in_fd;
	int out_fd;
	int cpu_fd[CPUS];
	int watch;
	struct control_lines lines;
	bool mute;
	bool export_fails;
	const char *boot_id;
	const char *kernel;
	const char *state;
	int tracing_on;
	unsigned changed;  /* events, by an earlier console */
	const char *verbs; /* "verbs=..." behind what hello answers else; NULL: nothing */
	const char *clock;
	struct stat formats; /* as the guest has written them */
	unsigned hellos, starts, stops, exports;
	/* What is done about other verbs; none are expected without it. */
	void (*other)(struct fake *fake, const struct control_request *request);
	/* the console's side */
	struct guest *guest;
	char messages[8192];
	unsigned rows;	/* of events, with their text as expected */
	unsigned notes; /* rows of them */
	unsigned replies;
	unsigned stats;
	unsigned saves;
	uint64_t saved_pages;
	int saved_error;
};

static const char header_page[] = "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
				  "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
				  "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
				  "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n";

static const char header_event[] = "# compressed entry header\n"
				   "\ttype_len    :    5 bits\n"
				   "\ttime_delta  :   27 bits\n"
				   "\tarray       :   32 bits\n"
				   "\n"
				   "\tpadding     : type == 29\n"
				   "\ttime_extend : type == 30\n"
				   "\ttime_stamp : type == 31\n"
				   "\tdata max type_len  == 28\n";

static const char beat_format[] =
	"name: beat\n"
	"ID: 300\n"
	"format:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
	"\n"
	"\tfield:unsigned int value;\toffset:8;\tsize:4;\tsigned:0;\n"
	"\n"
	"print fmt: \"value=%u\", REC->value\n";

/* ---- the guest's side ---- */

static inline void write_formats(struct fake *fake)
{
	struct bundle_writer writer;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", fake->share, VTRACE_FORMATS_FILE);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	bundle_writer_init(&writer, fd);
	bundle_writer_header(&writer, "boot-id", fake->boot_id);
	bundle_writer_header(&writer, "kernel", fake->kernel);
	bundle_writer_header(&writer, "machine", "x86_64");
	bundle_writer_header(&writer, "cpus", "2");
	bundle_writer_header(&writer, "clock", fake->clock);
	bundle_writer_header(&writer, "subbuf-size", "4096");
	bundle_writer_header(&writer, "long-size", "8");
	bundle_writer_header(&writer, "endian", "little");
	bundle_writer_header(&writer, "generation", "1");
	bundle_writer_section(&writer, "header_page", header_page, strlen(header_page));
	bundle_writer_section(&writer, "header_event", header_event, strlen(header_event));
	bundle_writer_section(&writer, "events/test/beat", beat_format, strlen(beat_format));
	assert_int_equal(bundle_writer_finish(&writer), 0);
	assert_int_equal(fstat(fd, &fake->formats), 0);
	close(fd);
}

/* The host only reads what is on the share: there is nothing that the guest has not written. */
static inline int check_share(const struct fake *fake)
{
	DIR *directory = opendir(fake->share);
	const struct dirent *entry;
	struct stat found;
	int bad = directory ? 0 : -1;

	while (directory && (entry = readdir(directory))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (strcmp(entry->d_name, VTRACE_FORMATS_FILE) ||
		    fstatat(dirfd(directory), entry->d_name, &found, 0) < 0 ||
		    found.st_ino != fake->formats.st_ino ||
		    found.st_size != fake->formats.st_size ||
		    found.st_mode != fake->formats.st_mode ||
		    found.st_ctim.tv_sec != fake->formats.st_ctim.tv_sec ||
		    found.st_ctim.tv_nsec != fake->formats.st_ctim.tv_nsec) {
			fprintf(stderr, "the host has written %s on the share\n", entry->d_name);
			bad = -1;
		}
	}
	if (directory)
		closedir(directory);
	return bad;
}

__attribute__((format(printf, 2, 3))) static inline void say(struct fake *fake, const char *format,
							     ...)
{
	char line[VTRACE_LINE_MAX];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	assert_int_equal(write(fake->out_fd, line, (size_t)length), length);
}

static inline void heard(const char *line, const char *reason, void *data)
{
	struct control_request request;
	struct fake *fake = data;

	assert_null(reason);
	control_request_parse(line, &request);
	switch (request.verb) {
	case CONTROL_HELLO:
		fake->hellos++;
		if (!fake->mute)
			say(fake,
			    "ok hello version=1 agent=test boot-id=%s cpus=2 ports-missing=0 "
			    "subbuf-size=4096 long-size=8 endian=little clock=%s kernel=%s "
			    "state=%s events=1 tracing-on=%d share=yes generation=1 %s\n",
			    fake->boot_id, fake->clock, fake->kernel, fake->state, fake->tracing_on,
			    fake->verbs ? fake->verbs : "");
		break;
	case CONTROL_EXPORT:
		fake->exports++;
		if (fake->export_fails) {
			say(fake, "error export no share is mounted\n");
		} else {
			write_formats(fake);
			say(fake, "ok export generation=1 bytes=1 events=1\n");
		}
		break;
	case CONTROL_START:
		fake->starts++;
		fake->state = "tracing";
		fake->tracing_on = 1;
		if (!fake->mute)
			say(fake, "ok 1\n");
		break;
	case CONTROL_STOP:
		fake->stops++;
		fake->state = "stopped";
		fake->tracing_on = 0;
		if (!fake->mute)
			say(fake, "ok 0\n");
		break;
	case CONTROL_EVENTS:
		if (!request.args[0]) { /* asked of every agent that is met */
			say(fake, "ok events total=1 enabled=1 changed=%u\n", fake->changed);
			break;
		}
		goto other;
	case CONTROL_FORMATS:
		if (!fake->other) {
			say(fake, "error formats unknown verb; known: 1 0 hello export\n");
			break;
		}
		goto other;
	other:
	default:
		if (fake->other) {
			fake->other(fake, &request);
			break;
		}
		fail_msg("the host said '%s'", line);
	}
}

static inline void request_came(int fd, unsigned events, void *data)
{
	struct fake *fake = data;
	char bytes[512];
	ssize_t got;

	(void)events;
	got = read(fd, bytes, sizeof(bytes));
	if (got > 0)
		control_lines_feed(&fake->lines, bytes, (size_t)got, heard, fake);
}

/* A page with count events of that id. */
static inline void send_events(struct fake *fake, unsigned cpu, uint64_t ts, unsigned count,
			       uint16_t id)
{
	struct {
		uint32_t header; /* type_len: 12 bytes in words; no time passes */
		uint16_t type;
		uint16_t flags;
		int32_t pid;
		uint32_t value;
	} record = {.header = 3 | 10 << 5, .type = id, .pid = 7, .value = 42};
	unsigned char page[PAGE_SIZE] = {0};
	uint64_t commit = count * sizeof(record);
	unsigned i;

	memcpy(page, &ts, 8);
	memcpy(page + 8, &commit, 8);
	for (i = 0; i < count; i++)
		memcpy(page + 16 + i * sizeof(record), &record, sizeof(record));
	assert_int_equal(write(fake->cpu_fd[cpu], page, sizeof(page)), sizeof(page));
}

static inline void send_page(struct fake *fake, unsigned cpu, uint64_t ts, unsigned count)
{
	send_events(fake, cpu, ts, count, EVENT_ID);
}

/* ---- the console's side ---- */

static inline void on_message(void *data, enum guest_severity severity, const char *text)
{
	struct fake *fake = data;
	size_t used = strlen(fake->messages);

	snprintf(fake->messages + used, sizeof(fake->messages) - used, "%c: %s\n",
		 "DIwWE"[severity], text);
}

static inline void on_changed(void *data)
{
	(void)data;
}

static inline void on_packet(void *data, const struct engine_packet *packet)
{
	struct engine_row_view view;
	struct fake *fake = data;
	size_t offset = 0;

	fake->stats += packet->type == ENGINE_STATS_REPLY;
	if (packet->type != ENGINE_ROWS)
		return;
	while (engine_rows_next(packet, &offset, &view)) {
		fake->notes += view.row->kind == ENGINE_ROW_NOTE;
		if (view.row->kind == ENGINE_ROW_EVENT && view.row->detail_len == 8 &&
		    !memcmp(view.detail, "value=42", 8))
			fake->rows++;
	}
	fake->replies++;
}

static inline void on_saved(void *data, const char *path, uint64_t pages, uint64_t bytes, int error)
{
	struct fake *fake = data;

	(void)path;
	assert_true(error || bytes == pages * PAGE_SIZE);
	fake->saves++;
	fake->saved_pages = pages;
	fake->saved_error = error;
}

static const struct guest_events events = {
	.message = on_message,
	.changed = on_changed,
	.packet = on_packet,
	.saved = on_saved,
};

static inline int open_guest(struct fake *fake, const char *record)
{
	struct guest_options options = {.memory = 1 << 20, .record = record};
	char error[512];
	int err;

	err = guest_open(&fake->guest, &fake->channels, &options, &events, fake, error,
			 sizeof(error));
	if (err)
		on_message(fake, GUEST_ERROR, error);
	return err;
}

static inline void tick(void *data)
{
	(void)data;
}

/* Turn the loop until condition, which is looked at after every round. */
#define turn_until(fake, condition)                                                         \
	do {                                                                                \
		time_t deadline_ = time(NULL) + PATIENCE_S;                                 \
		int timer_ = loop_timer(10, tick, NULL);                                    \
                                                                                            \
		while (!(condition) && time(NULL) < deadline_)                              \
			assert_int_equal(loop_run_once(), 0);                               \
		loop_timer_remove(timer_);                                                  \
		if (!(condition))                                                           \
			fail_msg("never: %s; messages:\n%s", #condition, (fake)->messages); \
	} while (0)

static inline bool is(struct fake *fake, enum guest_state state)
{
	return guest_state(fake->guest) == state && !guest_waiting(fake->guest);
}

static inline bool said(struct fake *fake, const char *text)
{
	return strstr(fake->messages, text);
}

static inline void assert_not_said(const struct fake *fake, const char *text)
{
	if (strstr(fake->messages, text))
		fail_msg("'%s' was said:\n%s", text, fake->messages);
}

/* Rows that the engine holds now; asks again until there are so many. */
static inline void expect_rows(struct fake *fake, unsigned wanted)
{
	struct engine_pull pull = {.count = 1000, .flags = ENGINE_PULL_ALL};
	time_t deadline = time(NULL) + PATIENCE_S;
	unsigned before;

	memset(pull.cpus, 0xff, sizeof(pull.cpus));
	while (fake->rows < wanted && time(NULL) < deadline) {
		before = fake->replies;
		assert_int_equal(guest_request_pull(fake->guest, &pull, NULL), 0);
		turn_until(fake, fake->replies > before);
	}
	assert_int_equal(fake->rows, wanted);
}

/* ---- set-up ---- */

static inline int make_fifo(struct fake *fake, const char *name, const char *suffix)
{
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s/%s%s", fake->dir, name, suffix);
	if (mkfifo(path, 0600) < 0)
		assert_int_equal(errno, EEXIST); /* QEMU begins once more */
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static inline void qemu_begins(struct fake *fake)
{
	char name[64];
	unsigned cpu;

	fake->in_fd = make_fifo(fake, VTRACE_CONTROL_PORT, ".in");
	fake->out_fd = make_fifo(fake, VTRACE_CONTROL_PORT, ".out");
	for (cpu = 0; cpu < CPUS; cpu++) {
		snprintf(name, sizeof(name), "%s%u", VTRACE_CPU_PORT_PREFIX, cpu);
		close(make_fifo(fake, name, ".in"));
		fake->cpu_fd[cpu] = make_fifo(fake, name, ".out");
	}
	fake->watch = loop_watch(fake->in_fd, LOOP_READ, request_came, fake);
}

static inline int setup(void **state)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	char error[256];

	if (!fake)
		return -1;
	*state = fake;
	strcpy(fake->dir, "/tmp/vtrace-test-guest-XXXXXX");
	if (!mkdtemp(fake->dir))
		return -1;
	snprintf(fake->share, sizeof(fake->share), "%s/share", fake->dir);
	mkdir(fake->share, 0700);
	qemu_begins(fake);
	fake->boot_id = "boot-one";
	fake->kernel = "6.1.0-test";
	fake->state = "stopped";
	fake->clock = "local";
	return channels_from_dir(&fake->channels, fake->dir, error, sizeof(error));
}

static inline void qemu_ends(struct fake *fake)
{
	unsigned cpu;

	if (fake->in_fd < 0)
		return;
	loop_unwatch(fake->watch);
	close(fake->in_fd);
	close(fake->out_fd);
	for (cpu = 0; cpu < CPUS; cpu++)
		close(fake->cpu_fd[cpu]);
	fake->in_fd = -1;
}

static inline int teardown(void **state)
{
	struct fake *fake = *state;
	char command[128];
	int status, bad;

	guest_free(fake->guest);
	bad = check_share(fake);
	qemu_ends(fake);
	channels_release(&fake->channels);
	snprintf(command, sizeof(command), "rm -rf '%s'", fake->dir);
	status = system(command);
	free(fake);
	return bad ? bad : status;
}

/* The engine is looked for beside the program that starts it. */
static inline int group_setup(void **state)
{
	char path[PATH_MAX], *slash;
	ssize_t length;

	(void)state;
	length = readlink("/proc/self/exe", path, sizeof(path) - 32);
	if (length < 0)
		return -1;
	path[length] = '\0';
	slash = strrchr(path, '/');
	strcpy(slash, "/vtrace-engine");
	if (symlink("../../vtrace-engine", path) < 0 && errno != EEXIST)
		return -1;
	if (access(path, X_OK) < 0) {
		fprintf(stderr, "%s: build vtrace-engine first\n", path);
		return -1;
	}
	signal(SIGPIPE, SIG_IGN);
	return loop_init();
}

#define GUEST_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
