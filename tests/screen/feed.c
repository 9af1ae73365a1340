// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: feed DIRECTORY CAPTURE [-c CPUS] [-r EVENTS] [-f SEED] [-e TYPES] [-d] [-n] [-o]
 *
 * A guest made of a capture, for tests that need no kernel but a guest that sends: FIFOs and a
 * share in DIRECTORY (made when it is not there), for vtrace-top --dir. It answers the control
 * port as trace-agent does, and while it is told to trace it sends the capture's pages over and
 * over, each time later, on CPUS channels (2), so many EVENTS a second on all of them together
 * (1000). It does what a guest does when nobody reads: it waits.
 *
 * -f SEED: now and then bytes of a page are missing, wrong or too many, pages tell of lost events,
 *          an event has no format, the agent says that it was started anew.
 * -d: with -f, the guest boots now and then, too, and every half minute or so QEMU ends and begins.
 * -e: so many event types are enabled, it says (9).
 * -n: an agent that can not export formats.
 * -o: an agent of 2012, which knows 1 and 0 and answers nothing.
 *
 * Ends with its parent, or by a signal; SIGUSR1 is somebody in the guest who writes 0 to
 * tracing_on.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "formats/control.h"
#include "tests/screen/feed_events.h"
#include "tests/screen/feed_settings.h"
#include "tui/engine/page.h"

#define PAGE_SIZE    4096u
#define PAGES_MAX    1024u
#define TICK_MS	     5
#define ENDS_ONCE_IN 6000 /* ticks */
#define GAP_MS	     20
#define PIPE_BYTES   (1 << 20) /* the kernel's limit for users, /proc/sys/fs/pipe-max-size */

struct page_of_capture {
	uint8_t bytes[PAGE_SIZE];
	uint32_t events;
};

struct cpu {
	int fd, in;
	const struct page_of_capture *pages;
	unsigned count, next;
	uint64_t ahead; /* ns, added to the time stamps */
	uint64_t pages_sent;
	uint64_t span; /* ns from one round to the next */
};

struct feed {
	const char *dir;
	const char *capture;
	struct cpu cpu[VTRACE_MAX_CPUS];
	unsigned cpus;
	unsigned turn; /* the CPU that sends next */
	uint64_t rate;
	bool old, faults, dies, no_formats;
	uint32_t chance;
	int in, out;
	struct control_lines lines;
	bool tracing, recording;
	uint64_t since; /* ms, of the start */
	uint64_t sent;	/* events since then */
	unsigned generation;
	struct fed_events events;
	struct fed_settings settings;
	char kernel[128], clock[32], captured_boot_id[64];
	char boot_id[64]; /* as long */
};

static volatile sig_atomic_t switched_off;

static void switch_off(int number)
{
	(void)number;
	switched_off = 1;
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "feed: %s: %s\n", what, why);
	exit(1);
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Numerical Recipes' generator: any will do, as long as a seed gives the same again. */
static uint32_t chance(struct feed *feed, uint32_t below)
{
	feed->chance = feed->chance * 1664525u + 1013904223u;
	return (feed->chance >> 8) % below;
}

/* ---- the capture ---- */

static uint64_t time_of(const uint8_t *page)
{
	uint64_t time;

	memcpy(&time, page, sizeof(time));
	return time;
}

/* All pages of a CPU's file; false: there is no such file. */
static bool load_cpu(struct feed *feed, unsigned number, struct cpu *cpu)
{
	static const struct page_geometry geometry = {.size = PAGE_SIZE, .long_size = 8};
	struct page_of_capture *pages = calloc(PAGES_MAX, sizeof(*pages));
	struct page_summary summary = {0};
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/cpu%u.raw", feed->capture, number);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (!pages || fd < 0) {
		free(pages);
		return false;
	}
	while (cpu->count < PAGES_MAX &&
	       read(fd, pages[cpu->count].bytes, PAGE_SIZE) == (ssize_t)PAGE_SIZE) {
		if (page_check(&geometry, pages[cpu->count].bytes, &summary) != PAGE_GOOD)
			continue;
		pages[cpu->count++].events = summary.events;
	}
	close(fd);
	if (!cpu->count)
		die(path, "no good page");
	cpu->pages = pages;
	cpu->span = summary.last_ts - time_of(pages[0].bytes) + 1000;
	return true;
}

/* What the manifest says of the guest: lines of a word and a value. */
static void load_manifest(struct feed *feed)
{
	char path[512], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/manifest", feed->capture);
	file = fopen(path, "re");
	if (!file)
		die(path, strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "kernel %127s", feed->kernel);
		sscanf(line, "clock %31s", feed->clock);
		sscanf(line, "boot-id %63s", feed->captured_boot_id);
	}
	strcpy(feed->boot_id, feed->captured_boot_id);
	fclose(file);
}

static void load(struct feed *feed)
{
	unsigned files = 0;

	load_manifest(feed);

	while (files < feed->cpus && load_cpu(feed, files, &feed->cpu[files]))
		files++;
	if (!files)
		die(feed->capture, "no cpu0.raw");
	for (unsigned i = files; i < feed->cpus; i++)
		feed->cpu[i] = feed->cpu[i % files];
	/* Clocks of CPUs go on together. */
	for (unsigned i = 1; i < feed->cpus; i++)
		if (feed->cpu[0].span < feed->cpu[i].span)
			feed->cpu[0].span = feed->cpu[i].span;
	for (unsigned i = 1; i < feed->cpus; i++)
		feed->cpu[i].span = feed->cpu[0].span;
}

/* ---- the directory ---- */

static int open_fifo(const struct feed *feed, const char *port, const char *suffix)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s%s", feed->dir, port, suffix);
	if (mkfifo(path, 0600) && errno != EEXIST)
		die(path, strerror(errno));
	/* As QEMU does: for both, so that it never waits for who opens the other side. */
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die(path, strerror(errno));
	return fd;
}

static void open_ports(struct feed *feed)
{
	for (unsigned cpu = 0; cpu < feed->cpus; cpu++) {
		char port[64];

		snprintf(port, sizeof(port), "%s%u", VTRACE_CPU_PORT_PREFIX, cpu);
		feed->cpu[cpu].in = open_fifo(feed, port, ".in");
		feed->cpu[cpu].fd = open_fifo(feed, port, ".out");
		fcntl(feed->cpu[cpu].fd, F_SETPIPE_SZ, PIPE_BYTES);
	}
	feed->out = open_fifo(feed, VTRACE_CONTROL_PORT, ".out");
	feed->in = open_fifo(feed, VTRACE_CONTROL_PORT, ".in");
}

static void make_directory(struct feed *feed)
{
	char share[512];

	mkdir(feed->dir, 0700);
	snprintf(share, sizeof(share), "%s/share", feed->dir);
	if (mkdir(share, 0700) && errno != EEXIST)
		die(share, strerror(errno));
	open_ports(feed);
}

/* QEMU has ended, and one with the same channels begins so soon after it that a console which is
 * just started finds it. */
static void begin_anew(struct feed *feed)
{
	for (unsigned cpu = 0; cpu < feed->cpus; cpu++) {
		close(feed->cpu[cpu].in);
		close(feed->cpu[cpu].fd);
	}
	close(feed->out);
	close(feed->in);
	feed->tracing = feed->recording = false;
	feed->lines = (struct control_lines){0};
	usleep(GAP_MS * 1000);
	open_ports(feed);
}

/* ---- the agent ---- */

__attribute__((format(printf, 2, 3))) static void say(struct feed *feed, const char *format, ...)
{
	char line[VTRACE_LINE_MAX];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (!feed->old && write(feed->out, line, (size_t)length) != length)
		fprintf(stderr, "feed: nobody reads answers\n");
}

static void export_formats(struct feed *feed)
{
	char from[512], to[512], again[520], bytes[65536];
	ssize_t got;
	int in, out;

	if (feed->no_formats) {
		say(feed, "error export no share is mounted\n");
		return;
	}
	snprintf(from, sizeof(from), "%s/formats", feed->capture);
	snprintf(to, sizeof(to), "%s/share/%s", feed->dir, VTRACE_FORMATS_FILE);
	snprintf(again, sizeof(again), "%s.new", to);
	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(again, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (in < 0 || out < 0)
		die(in < 0 ? from : again, strerror(errno));
	while ((got = read(in, bytes, sizeof(bytes))) > 0) {
		char *boot_id = memmem(bytes, (size_t)got, feed->captured_boot_id,
				       strlen(feed->captured_boot_id));

		if (boot_id)
			memcpy(boot_id, feed->boot_id, strlen(feed->boot_id));
		if (write(out, bytes, (size_t)got) != got)
			die(again, "cannot be written");
	}
	close(in);
	close(out);
	if (rename(again, to))
		die(to, strerror(errno));
	say(feed, "ok export generation=%u bytes=1 events=1\n", ++feed->generation);
}

static void trace(struct feed *feed, bool on)
{
	feed->tracing = feed->recording = on;
	feed->since = now_ms();
	feed->sent = 0;
	say(feed, "ok %d\n", on);
}

static void tell_counters(struct feed *feed, const char *cpu)
{
	unsigned number = (unsigned)strtoul(cpu, NULL, 10);
	uint64_t pages = 0;

	for (unsigned i = 0; i < feed->cpus; i++)
		if (!*cpu || i == number)
			pages += feed->cpu[i].pages_sent;
	say(feed,
	    "ok stats %s=%u entries=17 overrun=0 commit-overrun=0 dropped=0 read=4711 "
	    "pages-spliced=%" PRIu64 " pages-flushed=3 bytes-sent=%" PRIu64 " lost-bytes=0\n",
	    *cpu ? "cpu" : "cpus", *cpu ? number : feed->cpus, pages, pages * PAGE_SIZE);
}

static void mark(struct feed *feed, const char *text)
{
	char answer[2 * VTRACE_LINE_MAX];
	int length = fed_bad_answer(text, answer, sizeof(answer));

	/* An agent that gets no CPU for a while. */
	if (!strcmp(text, "late"))
		sleep(3);
	/* Half a line makes one with the answer after it. Counters are asked for at any time, so
	 * the half goes out together with the answer that the test waits for. */
	feed->settings.half |= !strcmp(text, "half");
	if (length < 0)
		say(feed, "ok mark bytes=%zu\n", strlen(text));
	else if (write(feed->out, answer, (size_t)length) != length)
		fprintf(stderr, "feed: nobody reads answers\n");
}

static void heard(const char *line, const char *reason, void *data)
{
	struct control_request request;
	char answer[VTRACE_LINE_MAX - 1];
	struct feed *feed = data;
	struct fed_setting *setting;

	(void)reason;
	if (!line)
		return;
	control_request_parse(line, &request);
	switch (request.verb) {
	case CONTROL_START:
	case CONTROL_STOP:
		trace(feed, request.verb == CONTROL_START);
		break;
	case CONTROL_HELLO:
		say(feed,
		    "ok hello version=1 agent=feed boot-id=%s cpus=%u ports-missing=0 "
		    "subbuf-size=4096 long-size=8 endian=little clock=%s kernel=%s state=%s "
		    "events=%u tracing-on=%d share=yes generation=%u\n",
		    feed->boot_id, feed->cpus,
		    fed_setting_of(&feed->settings, CONTROL_CLOCK)->value, feed->kernel,
		    feed->tracing ? "tracing" : "stopped", fed_events_on(&feed->events),
		    feed->recording, feed->generation);
		break;
	case CONTROL_EXPORT:
		export_formats(feed);
		break;
	case CONTROL_STATS:
		tell_counters(feed, request.args);
		break;
	case CONTROL_EVENTS:
		fed_events_answer(&feed->events, request.args, answer, sizeof(answer));
		say(feed, "%s\n", answer);
		break;
	case CONTROL_FILTER:
		fed_filter_answer(&feed->events, request.args, answer, sizeof(answer));
		say(feed, "%s\n", answer);
		break;
	case CONTROL_FORMATS:
		say(feed, "error formats this agent sends none\n");
		break;
	case CONTROL_PING:
		say(feed, "%sok ping\n", feed->settings.half ? "ok ma" : "");
		feed->settings.half = false;
		break;
	case CONTROL_MARK:
		mark(feed, request.args);
		break;
	case CONTROL_TRIGGER:
		say(feed, "ok trigger event=%.*s count=1 text=stacktrace:count=5\n",
		    (int)strcspn(request.args, " "), request.args);
		break;
	case CONTROL_KPROBE:
		fed_probe_answer(&feed->settings, request.args, answer, sizeof(answer));
		say(feed, "%s\n", answer);
		break;
	case CONTROL_RESTORE:
		say(feed, "ok restore events=%u settings=%u kprobes=0\n",
		    fed_events_restore(&feed->events), fed_settings_restore(&feed->settings));
		break;
	default:
		setting = fed_setting_of(&feed->settings, request.verb);
		if (setting)
			fed_setting_answer(setting, request.args, feed->tracing, answer,
					   sizeof(answer));
		else
			snprintf(answer, sizeof(answer), "error %s unknown verb; known: 1 0 hello",
				 request.name);
		say(feed, "%s\n", answer);
		break;
	}
}

static void listen_to_host(struct feed *feed)
{
	char bytes[512];
	ssize_t got = read(feed->in, bytes, sizeof(bytes));

	if (got > 0)
		control_lines_feed(&feed->lines, bytes, (size_t)got, heard, feed);
}

/* ---- pages ---- */

static void reboot(struct feed *feed)
{
	if (feed->boot_id[0])
		feed->boot_id[0] = (char)('a' + chance(feed, 6));
	feed->tracing = feed->recording = false;
	say(feed, "note agent started\n");
}

/* What a page or its way to the host may suffer. Returns how much of it arrives. */
static size_t harm(struct feed *feed, uint8_t *page)
{
	static const uint16_t stranger = 60000; /* an event that no format is of */
	uint64_t commit;

	switch (chance(feed, 300)) {
	case 0: /* a part is missing */
		return 8 * (1 + chance(feed, PAGE_SIZE / 8 - 1));
	case 1: /* a bit flips */
		page[chance(feed, PAGE_SIZE)] ^= (uint8_t)(1u << chance(feed, 8));
		return PAGE_SIZE;
	case 2: /* Linux, kernel/trace/ring_buffer.c: RB_MISSED_EVENTS, as it reads in a long */
		memcpy(&commit, page + 8, sizeof(commit));
		commit |= UINT64_C(0xffffffff80000000);
		memcpy(page + 8, &commit, sizeof(commit));
		return PAGE_SIZE;
	case 3:
		say(feed, "note agent started\n");
		return PAGE_SIZE;
	case 4: /* behind the page's head and the event's */
		memcpy(page + 20, &stranger, sizeof(stranger));
		return PAGE_SIZE;
	case 5:
		if (feed->dies && !chance(feed, 8))
			reboot(feed);
		return PAGE_SIZE;
	default:
		return PAGE_SIZE;
	}
}

/* False: the channel is full. */
static bool send_page(struct feed *feed, struct cpu *cpu)
{
	const struct page_of_capture *next = &cpu->pages[cpu->next];
	uint64_t time = time_of(next->bytes) + cpu->ahead;
	size_t length = PAGE_SIZE;
	uint8_t page[PAGE_SIZE];

	memcpy(page, next->bytes, PAGE_SIZE);
	memcpy(page, &time, sizeof(time));
	if (feed->faults)
		length = harm(feed, page);
	/* No more than PIPE_BUF: all of it or nothing, pipe(7). */
	if (write(cpu->fd, page, length) < 0)
		return false;
	feed->sent += next->events;
	cpu->pages_sent++;
	if (++cpu->next == cpu->count) {
		cpu->next = 0;
		cpu->ahead += cpu->span;
	}
	return true;
}

/* What is due by now; of a channel that is full the rest is never sent. */
static void send_pages(struct feed *feed)
{
	uint64_t due = feed->rate * (now_ms() - feed->since) / 1000;
	bool more = true;

	while (more && feed->sent < due) {
		more = false;
		for (unsigned i = 0; i < feed->cpus && feed->sent < due; i++) {
			more |= send_page(feed, &feed->cpu[feed->turn]);
			feed->turn = (feed->turn + 1) % feed->cpus;
		}
	}
	if (feed->sent < due)
		feed->sent = due;
}

int main(int argc, char **argv)
{
	struct feed feed = {.cpus = 2, .rate = 1000};
	int option;

	fed_events_init(&feed.events);
	fed_settings_init(&feed.settings);
	while ((option = getopt(argc, argv, "c:r:f:e:dno")) != -1) {
		if (option == 'c')
			feed.cpus = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'r')
			feed.rate = strtoull(optarg, NULL, 10);
		else if (option == 'f')
			feed.chance = (uint32_t)strtoul(optarg, NULL, 10);
		else if (option == 'e')
			fed_events_enable(&feed.events, (unsigned)strtoul(optarg, NULL, 10));
		feed.dies |= option == 'd';
		feed.no_formats |= option == 'n';
		feed.faults |= option == 'f';
		feed.old |= option == 'o';
		if (option == '?')
			return 2;
	}
	if (argc - optind != 2 || !feed.cpus || feed.cpus > VTRACE_MAX_CPUS) {
		fprintf(stderr,
			"Usage: feed DIRECTORY CAPTURE [-c CPUS] [-r EVENTS] [-f SEED] [-e TYPES] "
			"[-d] [-n] [-o]\n");
		return 2;
	}
	feed.dir = argv[optind];
	feed.capture = argv[optind + 1];
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, switch_off);
	load(&feed);
	make_directory(&feed);
	for (;;) {
		struct pollfd in = {.fd = feed.in, .events = POLLIN};

		if (poll(&in, 1, feed.tracing ? TICK_MS : -1) > 0)
			listen_to_host(&feed);
		if (switched_off)
			feed.recording = false;
		switched_off = 0;
		if (feed.recording)
			send_pages(&feed);
		if (feed.dies && feed.recording && !chance(&feed, ENDS_ONCE_IN))
			begin_anew(&feed);
	}
}
