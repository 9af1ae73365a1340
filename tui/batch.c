// SPDX-License-Identifier: GPL-2.0-only
#include "tui/batch.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "tui/batch_lines.h"
#include "tui/batch_open.h"
#include "tui/batch_summary.h"
#include "tui/domain/loop.h"
#include "tui/text.h"

#define PULL_EVENTS   65536 /* more than fit a packet: as many as there are */
#define PULL_AGAIN_MS 250   /* for rows that wait for another CPU's */
#define PULL_BUSY_MS  10    /* the engine's socket was full */
#define DRY_LOOK_MS   200   /* how often to look whether the channels have run dry */
#define DRY_MS	      600   /* nothing new for so long after the agent said that it has sent all */
#define DRY_BLIND_MS  1500  /* and where no agent says so */
#define STOP_MS	      5000
#define RUN_DRY_MS    10000 /* for a guest that does not stop sending */
#define NO_ANSWER_MS  10000 /* of the engine to the last requests */
#define COUNTERS_MS   6000  /* above the time that guest_stats() takes */

enum phase {
	PHASE_OPENING,	/* until the agent has answered and the formats are there */
	PHASE_BEFORE,	/* the guest's counters before the start */
	PHASE_STARTING, /* until the guest traces */
	PHASE_RUNNING,
	PHASE_STOPPING, /* until the agent has flushed */
	PHASE_DRYING,	/* until the channels have run dry */
	PHASE_LAST,	/* every row that is still held */
	PHASE_AFTER,	/* the guest's counters and the engine's */
	PHASE_DONE,
};

struct batch {
	const struct options *options;
	struct guest *guest;
	struct domains *domains;
	struct lines lines;
	struct summary summary;
	enum phase phase;
	int signal_fd;
	int signal_watch;
	int pull_timer;
	int phase_timer;    /* the end of the phase when nothing else ends it */
	bool started;	    /* guest_start() was called */
	bool attached;	    /* tracing was started by somebody else, and is theirs to stop */
	unsigned pulling;   /* requests on the way */
	bool last;	    /* it is one for all that is there */
	bool mute;	    /* nothing is printed any more */
	bool ticks;	    /* the clock counts something else than nanoseconds */
	bool got_after;	    /* the guest's counters after the end, or that there are none */
	bool got_engine;    /* the engine's counters */
	bool got_counts;    /* its counts of events and tasks */
	bool rest_known;    /* the first answer to such a request came */
	uint64_t rest;	    /* rows that are to be printed from then on */
	bool all_taken;	    /* the answer to the last such request came */
	uint64_t held;	    /* rows in the engine's store when it was looked last */
	int64_t held_since; /* CLOCK_MONOTONIC ms; that has not changed since */
	int status;
};

static void advance(struct batch *batch);

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* ---- what is told ---- */

/* A domain's name, a path or a note of the guest may be in it. */
static void tell(const char *text)
{
	char line[4096];

	text_strip(line, sizeof(line), text, strlen(text), 0);
	fprintf(stderr, "vtrace-top: %s\n", line);
}

static void fail(struct batch *batch, const char *text)
{
	tell(text);
	batch->status = EXIT_FAILURE;
}

static void on_message(void *data, enum guest_severity severity, const char *text)
{
	struct batch *batch = data;

	/* Good news are for those who look at a screen. */
	if (severity == GUEST_ERROR)
		fail(batch, text);
	else if (severity == GUEST_WARNING)
		tell(text);
}

static void on_saved(void *data, const char *path, uint64_t pages, uint64_t bytes, int error)
{
	struct batch *batch = data;
	char text[PATH_MAX + 128];

	if (error) {
		snprintf(text, sizeof(text),
			 "%s is not complete (%s); what it holds can be read with -r", path,
			 strerror(-error));
		fail(batch, text);
		return;
	}
	snprintf(text, sizeof(text), "%s: %" PRIu64 " pages, %" PRIu64 " bytes saved", path, pages,
		 bytes);
	tell(text);
}

/* ---- rows ---- */

/* Events still wanted, of those that are asked for at once. */
static uint32_t events_wanted(const struct batch *batch)
{
	uint64_t left = batch->options->count - batch->summary.printed;

	return batch->options->count && left < PULL_EVENTS ? (uint32_t)left : PULL_EVENTS;
}

/* Of a capture the engine makes the next lines while the last ones are written. How many are wanted
 * must be known, though. At most ENGINE_TEXT_SLOTS. */
static unsigned pulls_at_once(const struct batch *batch)
{
	return guest_state(batch->guest) == GUEST_REPLAY && !batch->options->count ? 2 : 1;
}

/* Ask for the next lines; false when that is not possible now. */
static bool pull(struct batch *batch)
{
	struct engine_pull request = {.count = events_wanted(batch), .flags = ENGINE_PULL_TEXT};
	int err;

	if (batch->pulling >= pulls_at_once(batch) || batch->phase < PHASE_RUNNING ||
	    batch->phase > PHASE_LAST)
		return false;
	loop_timer_set(batch->pull_timer, -1);
	batch->last = batch->phase == PHASE_LAST;
	if (batch->last)
		request.flags |= ENGINE_PULL_ALL;
	if (batch->ticks)
		request.flags |= ENGINE_PULL_TICKS;
	guest_cpuset(batch->guest, batch->options->cpus, request.cpus);
	err = guest_request_pull(batch->guest, &request, NULL);
	if (!err)
		batch->pulling++;
	else if (err == -EAGAIN)
		loop_timer_set(batch->pull_timer, PULL_BUSY_MS);
	return !err;
}

static void pull_again(void *data)
{
	pull(data);
}

static void enter(struct batch *batch, enum phase phase, int timeout_ms)
{
	batch->phase = phase;
	batch->held_since = now_ms();
	loop_timer_set(batch->phase_timer, timeout_ms);
}

/* The end of the tracing, asked for by somebody or come by itself. */
static void finish(struct batch *batch)
{
	enum guest_state state = guest_state(batch->guest);

	if (batch->phase >= PHASE_STOPPING)
		return;
	if (batch->phase < PHASE_STARTING) {
		enter(batch, PHASE_DONE, -1);
		return;
	}
	if (state == GUEST_REPLAY || batch->attached || batch->options->keep_running ||
	    guest_stop(batch->guest) < 0)
		enter(batch, state == GUEST_REPLAY ? PHASE_LAST : PHASE_DRYING, RUN_DRY_MS);
	else
		enter(batch, PHASE_STOPPING, STOP_MS);
	/* Of a capture nothing more is wanted once nothing more is shown. */
	if (batch->mute && state == GUEST_REPLAY)
		batch->all_taken = true;
	advance(batch);
	pull(batch);
}

static void output_failed(struct batch *batch, int err)
{
	char text[128];

	batch->mute = true;
	if (err != -EPIPE && err != -EINTR) {
		snprintf(text, sizeof(text), "cannot write to stdout: %s", strerror(-err));
		fail(batch, text);
	}
	if (err != -EINTR) /* the signal comes through the loop */
		finish(batch);
}

static void print_lines(struct batch *batch, const struct engine_packet *packet)
{
	const struct engine_lines *lines = packet->payload;
	int err;

	if (batch->mute)
		return;
	err = lines_add(&batch->lines, packet->text, lines->length);
	if (!err && batch->summary.printed == batch->options->count && batch->options->count) {
		batch->mute = true;
		err = lines_flush(&batch->lines);
		if (!err)
			finish(batch);
	}
	if (err)
		output_failed(batch, err);
}

/* At the end all is printed that was held when the end came, however long that takes; what a
 * guest goes on sending is not waited for. */
static bool took_the_rest(struct batch *batch, const struct engine_rows *rows)
{
	uint64_t taken = rows->count + rows->skipped + rows->hidden;

	if (!batch->last)
		return false;
	loop_timer_set(batch->phase_timer, NO_ANSWER_MS);
	if (batch->rest_known)
		batch->rest -= taken < batch->rest ? taken : batch->rest;
	else
		batch->rest = rows->newer;
	batch->rest_known = true;
	return !batch->rest;
}

static void lines_came(struct batch *batch, const struct engine_packet *packet)
{
	const struct engine_rows *rows = packet->payload;
	bool more =
		!(rows->flags & (ENGINE_ROWS_DRY | ENGINE_ROWS_END)) && !took_the_rest(batch, rows);
	int err;

	batch->pulling--;
	batch->summary.skipped += rows->skipped;
	batch->summary.hidden += rows->hidden;
	if (!batch->mute)
		batch->summary.printed += rows->events;
	/* Before more is asked for: the answer may take this one's place. */
	print_lines(batch, packet);
	if (more) {
		while (batch->pulling < pulls_at_once(batch) && pull(batch))
			;
		return;
	}
	/* The last one says how things stand. */
	if (batch->pulling)
		return;
	/* Nobody waits for the next full buffer: an event is to be seen soon. */
	err = batch->lines.length ? lines_flush(&batch->lines) : 0;
	if (err)
		output_failed(batch, err);
	if (rows->count || rows->skipped || rows->hidden || rows->total != batch->held)
		batch->held_since = now_ms();
	batch->held = rows->total;
	batch->all_taken = batch->last;
	/* Of channels it only says that QEMU closed them; what that means the guest finds out. */
	if (rows->flags & ENGINE_ROWS_END && batch->phase == PHASE_RUNNING &&
	    guest_state(batch->guest) == GUEST_REPLAY)
		finish(batch);
	advance(batch);
	if (batch->phase == PHASE_DRYING)
		loop_timer_set(batch->pull_timer, DRY_LOOK_MS);
	else if (rows->newer)
		loop_timer_set(batch->pull_timer, PULL_AGAIN_MS);
}

/* How the filter and the formats get on. */
static void filter_came(struct batch *batch, const struct engine_filter_reply *reply)
{
	char text[sizeof(reply->reason) + 64];

	if (!reply->error)
		return;
	snprintf(text, sizeof(text), "the filter (-F, -e): %s", reply->reason);
	if (batch->phase >= PHASE_BEFORE) {
		tell(text); /* of formats that came later, and whose events are all hidden */
		return;
	}
	fail(batch, text);
	enter(batch, PHASE_DONE, -1);
}

static void stats_came(struct batch *batch, const struct engine_packet *packet)
{
	const struct engine_stats *stats = packet->payload;

	if (batch->phase != PHASE_AFTER)
		return;
	batch->summary.cpus = stats->cpus;
	memcpy(batch->summary.cpu, stats + 1, stats->cpus * sizeof(batch->summary.cpu[0]));
	batch->got_engine = true;
	advance(batch);
}

static void counts_came(struct batch *batch, const struct engine_packet *packet)
{
	const struct engine_counts *counts = packet->payload;

	if (batch->phase != PHASE_AFTER)
		return;
	batch->summary.counts = *counts;
	memcpy(batch->summary.count, counts + 1,
	       (counts->events + counts->tasks) * sizeof(batch->summary.count[0]));
	batch->got_counts = true;
	advance(batch);
}

static void on_packet(void *data, const struct engine_packet *packet)
{
	struct batch *batch = data;

	if (packet->type == ENGINE_LINES)
		lines_came(batch, packet);
	else if (packet->type == ENGINE_FILTER_REPLY)
		filter_came(batch, packet->payload);
	else if (packet->type == ENGINE_STATS_REPLY)
		stats_came(batch, packet);
	else if (packet->type == ENGINE_COUNTS_REPLY)
		counts_came(batch, packet);
	else if (packet->type == ENGINE_NEWS)
		pull(batch);
}

/* ---- phases ---- */

static void counters_before(void *data, const char *text)
{
	struct batch *batch = data;

	if (batch->phase != PHASE_BEFORE)
		return;
	summary_parse_guest(&batch->summary.before, text);
	enter(batch, PHASE_STARTING, -1);
	advance(batch);
}

static void counters_after(void *data, const char *text)
{
	struct batch *batch = data;

	summary_parse_guest(&batch->summary.after, text);
	batch->got_after = true;
	advance(batch);
}

static void opened(struct batch *batch)
{
	const struct engine_formats_reply *formats = guest_formats(batch->guest);
	enum guest_state state = guest_state(batch->guest);

	if (guest_waiting(batch->guest))
		return;
	/* Blind in both ways nothing sensible can come of it. The message has been given. */
	if (state == GUEST_GONE || (state == GUEST_OLD_AGENT && !formats)) {
		batch->status = EXIT_FAILURE;
		enter(batch, PHASE_DONE, -1);
		return;
	}
	batch->ticks = guest_ticks(batch->guest);
	batch->attached = state == GUEST_TRACING;
	if (state == GUEST_REPLAY) {
		enter(batch, PHASE_RUNNING, -1);
		pull(batch);
		return;
	}
	if (guest_hello(batch->guest)->events_enabled == 0)
		tell("no events are enabled in the guest: nothing will come until somebody enables "
		     "some there, for example with echo 1 > "
		     "/sys/kernel/tracing/events/sched/enable");
	enter(batch, PHASE_BEFORE, -1);
	if (guest_stats(batch->guest, counters_before, batch) < 0)
		counters_before(batch, NULL);
}

static void start(struct batch *batch)
{
	double seconds = batch->options->duration;
	enum guest_state state = guest_state(batch->guest);
	int err;

	if (state == GUEST_STOPPED ||
	    (state == GUEST_OLD_AGENT && !batch->attached && !guest_started_here(batch->guest))) {
		/* A second time it is stopped because it could not be started, as was said. */
		err = batch->started ? 0 : guest_start(batch->guest);
		if (err)
			tell("cannot start tracing: the control channel was closed");
		if (err || batch->started) {
			batch->status = EXIT_FAILURE;
			enter(batch, PHASE_DONE, -1);
			return;
		}
		batch->started = true;
	}
	state = guest_state(batch->guest);
	if (state == GUEST_GONE) {
		batch->status = EXIT_FAILURE;
		enter(batch, PHASE_DONE, -1);
	}
	if (state != GUEST_TRACING && state != GUEST_OLD_AGENT)
		return;
	enter(batch, PHASE_RUNNING,
	      seconds <= 0		 ? -1
	      : seconds * 1000 < INT_MAX ? (int)(seconds * 1000)
					 : INT_MAX);
	pull(batch);
}

static void ask_counters(struct batch *batch)
{
	enter(batch, PHASE_AFTER, COUNTERS_MS);
	batch->got_after = !batch->summary.before.known ||
			   guest_stats(batch->guest, counters_after, batch) < 0;
	batch->got_engine = guest_request_stats(batch->guest) < 0;
	batch->got_counts = guest_request_counts(batch->guest) < 0;
}

static bool is_dry(const struct batch *batch)
{
	bool told = guest_state(batch->guest) != GUEST_OLD_AGENT;

	return now_ms() - batch->held_since >= (told ? DRY_MS : DRY_BLIND_MS);
}

/* Take the next steps that the state of things allows. */
static void advance(struct batch *batch)
{
	if (!batch->guest || batch->phase == PHASE_DONE)
		return;
	if (!guest_engine_alive(batch->guest) && batch->phase != PHASE_STOPPING) {
		/* Nothing more can be read; what was started is stopped all the same. */
		batch->status = EXIT_FAILURE;
		finish(batch);
		if (batch->phase != PHASE_STOPPING)
			enter(batch, PHASE_DONE, -1);
		return;
	}
	if (batch->phase == PHASE_OPENING)
		opened(batch);
	if (batch->phase == PHASE_STARTING)
		start(batch);
	if (batch->phase == PHASE_RUNNING && guest_state(batch->guest) == GUEST_GONE) {
		batch->status = EXIT_FAILURE; /* it is not what was asked for */
		finish(batch);
	}
	if (batch->phase == PHASE_STOPPING && guest_state(batch->guest) != GUEST_STOPPING) {
		enter(batch, guest_engine_alive(batch->guest) ? PHASE_DRYING : PHASE_DONE,
		      RUN_DRY_MS);
		pull(batch);
	}
	if (batch->phase == PHASE_DRYING && is_dry(batch)) {
		enter(batch, PHASE_LAST, NO_ANSWER_MS);
		pull(batch);
	}
	if (batch->phase == PHASE_LAST && batch->all_taken)
		ask_counters(batch);
	if (batch->phase == PHASE_AFTER && batch->got_after && batch->got_engine &&
	    batch->got_counts)
		enter(batch, PHASE_DONE, -1);
}

static void phase_over(void *data)
{
	struct batch *batch = data;

	switch (batch->phase) {
	case PHASE_RUNNING:
		finish(batch);
		break;
	case PHASE_STOPPING:
		tell("the agent has not confirmed within 5 s that it stopped; what came is kept");
		enter(batch, PHASE_DRYING, RUN_DRY_MS);
		pull(batch);
		break;
	case PHASE_DRYING:
		enter(batch, PHASE_LAST, NO_ANSWER_MS);
		pull(batch);
		break;
	case PHASE_LAST:
		ask_counters(batch);
		advance(batch);
		break;
	default:
		enter(batch, PHASE_DONE, -1);
		break;
	}
}

static void on_changed(void *data)
{
	advance(data);
}

static void on_signal(int fd, unsigned events, void *data)
{
	struct signalfd_siginfo info;
	struct batch *batch = data;

	(void)events;
	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return;
	/* Asked a second time, the person does not want to wait for the rest; nor for that of a
	 * capture, which stays where it is. */
	batch->mute |= batch->guest && guest_state(batch->guest) == GUEST_REPLAY;
	if (batch->phase >= PHASE_STOPPING)
		enter(batch, PHASE_DONE, -1);
	else
		finish(batch);
}

static void on_domain(const char *name, const char *uuid, const char *what, const char *detail,
		      bool gone, void *data)
{
	struct batch *batch = data;

	(void)uuid;
	if (!batch->guest)
		return;
	if (!name)
		tell(what);
	else if (!strcmp(name, guest_name(batch->guest)))
		guest_domain_event(batch->guest, what, detail, gone);
}

/* ---- from start to end ---- */

static int prepare(struct batch *batch)
{
	sigset_t signals;
	int err;

	/* Before the engine is forked: it inherits the mask, and no ^C ends it under us. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	batch->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (batch->signal_fd < 0)
		return -errno;
	err = loop_init();
	if (err)
		return err;
	batch->signal_watch = loop_watch(batch->signal_fd, LOOP_READ, on_signal, batch);
	batch->pull_timer = loop_timer(-1, pull_again, batch);
	batch->phase_timer = loop_timer(-1, phase_over, batch);
	if (batch->signal_watch < 0 || batch->pull_timer < 0 || batch->phase_timer < 0)
		return -ENOMEM;
	return lines_init(&batch->lines, STDOUT_FILENO, batch->signal_fd);
}

/* What a person should hear at the end who has only an exit status and some lines. */
static void judge(struct batch *batch)
{
	uint64_t bytes = 0;
	uint32_t cpu;

	for (cpu = 0; cpu < batch->summary.cpus; cpu++)
		bytes += batch->summary.cpu[cpu].bytes;
	if (guest_state(batch->guest) == GUEST_OLD_AGENT && batch->got_engine && !bytes)
		fail(batch, "no agent answered and no page came: start trace-agent in the guest");
}

static int run(struct batch *batch)
{
	static const struct guest_events events = {
		.message = on_message,
		.changed = on_changed,
		.packet = on_packet,
		.saved = on_saved,
	};
	char error[1024];
	int err;

	err = batch_open(&batch->guest, &batch->domains, batch->options, &events, batch, error,
			 sizeof(error));
	if (err) {
		tell(error);
		return err == -EDESTADDRREQ ? 2 : EXIT_FAILURE;
	}
	if (batch->domains)
		domains_on_event(batch->domains, on_domain, batch);
	while (batch->phase != PHASE_DONE && !err)
		err = loop_run_once();
	if (err)
		fail(batch, "the event loop failed");
	judge(batch);
	return batch->status;
}

int batch_run(const struct options *options)
{
	struct batch batch = {
		.options = options,
		.signal_fd = -1,
		.signal_watch = -1,
		.pull_timer = -1,
		.phase_timer = -1,
		.summary.filtered = options->filter.events[0] || options->filter.expression[0],
	};
	int err, status;

	err = prepare(&batch);
	if (err) {
		tell(strerror(-err));
		status = EXIT_FAILURE;
	} else {
		status = run(&batch);
	}
	guest_free(batch.guest); /* ends a recording, which can fail */
	if (batch.status)
		status = batch.status;
	if (options->stats && status != 2)
		summary_print(&batch.summary, stderr);
	domains_free(batch.domains);
	lines_release(&batch.lines);
	loop_unwatch(batch.signal_watch);
	if (batch.pull_timer >= 0)
		loop_timer_remove(batch.pull_timer);
	if (batch.phase_timer >= 0)
		loop_timer_remove(batch.phase_timer);
	if (batch.signal_fd >= 0)
		close(batch.signal_fd);
	return status;
}
