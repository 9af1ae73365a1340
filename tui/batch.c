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

#include "tui/batch_open.h"
#include "tui/batch_private.h"
#include "tui/domain/loop.h"
#include "tui/text.h"

#define DRY_MS	     600  /* nothing new for so long after the agent said that it has sent all */
#define DRY_BLIND_MS 1500 /* and where no agent says so */
#define STOP_MS	     5000
#define RUN_DRY_MS   10000 /* for a guest that does not stop sending */
#define RESTORE_MS   5000
#define COUNTERS_MS  6000 /* above the time that guest_stats() takes */

int64_t batch_now_ms(void)
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

	text_strip(line, sizeof(line), text, strlen(text), text_ascii());
	fprintf(stderr, "vtrace-top: %s\n", line);
}

void batch_fail(struct batch *batch, const char *text)
{
	tell(text);
	batch->status = EXIT_FAILURE;
}

static void on_message(void *data, enum guest_severity severity, const char *text)
{
	struct batch *batch = data;

	/* Good news are for those who look at a screen. */
	if (severity == GUEST_ERROR)
		batch_fail(batch, text);
	else if (severity >= GUEST_WAITING)
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
		batch_fail(batch, text);
		return;
	}
	snprintf(text, sizeof(text), "%s: %" PRIu64 " pages, %" PRIu64 " bytes saved", path, pages,
		 bytes);
	tell(text);
}

/* ---- the end ---- */

void batch_enter(struct batch *batch, enum phase phase, int timeout_ms)
{
	batch->phase = phase;
	batch->held_since = batch_now_ms();
	loop_timer_set(batch->phase_timer, timeout_ms);
}

/* Tracing that was started here ends here. False: there is none, or the agent can not be told. */
static bool stop_tracing(struct batch *batch)
{
	enum guest_state state = guest_state(batch->guest);
	int err;

	if (state == GUEST_REPLAY || batch->attached || batch->options->keep_running)
		return false;
	err = guest_stop(batch->guest);
	if (err < 0 && err != -EALREADY && state != GUEST_GONE)
		batch_fail(batch,
			   "the agent can not be told to stop; tracing may go on in the guest");
	return !err;
}

/* The end of the tracing, asked for by somebody or come by itself. */
void batch_finish(struct batch *batch)
{
	if (batch->phase >= PHASE_STOPPING)
		return;
	if (batch->phase < PHASE_STARTING)
		batch_enter(batch, PHASE_DONE, -1);
	else if (stop_tracing(batch))
		batch_enter(batch, PHASE_STOPPING, STOP_MS);
	else if (guest_state(batch->guest) == GUEST_REPLAY)
		batch_enter(batch, PHASE_LAST, RUN_DRY_MS);
	else
		batch_enter(batch, PHASE_DRYING, RUN_DRY_MS);
	if (batch->phase == PHASE_DONE)
		return;
	/* Of a capture nothing more is wanted once nothing more is shown. */
	if (batch->mute && guest_state(batch->guest) == GUEST_REPLAY)
		batch->all_taken = true;
	batch_advance(batch);
	batch_pull(batch);
}

/* How the filter and the formats get on. */
static void filter_came(struct batch *batch, const struct engine_filter_reply *reply)
{
	char text[sizeof(reply->reason) + 64];

	batch->summary.passing = reply->events;
	batch->summary.tested = reply->tested;
	if (batch->filter_asked && !reply->error) {
		batch->filter_asked = false;
		batch_advance(batch);
	}
	if (!reply->error)
		return;
	/* A probe that is to be added has no format yet. */
	if (batch->phase < PHASE_BEFORE && !batch->ordered && batch->options->order_count) {
		batch->filter_again = true;
		return;
	}
	snprintf(text, sizeof(text), "the filter (-F, -e): %s", reply->reason);
	if (batch->phase >= PHASE_BEFORE) {
		tell(text); /* of formats that came later, and whose events are all hidden */
		return;
	}
	batch_fail(batch, text);
	batch_enter(batch, PHASE_DONE, -1);
}

static void stats_came(struct batch *batch, const struct engine_packet *packet)
{
	const struct engine_stats *stats = packet->payload;

	if (batch->phase != PHASE_AFTER)
		return;
	batch->summary.cpus = stats->cpus;
	memcpy(batch->summary.cpu, stats + 1, stats->cpus * sizeof(batch->summary.cpu[0]));
	batch->got_engine = true;
	batch_advance(batch);
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
	batch_advance(batch);
}

static void on_packet(void *data, const struct engine_packet *packet)
{
	struct batch *batch = data;

	if (packet->type == ENGINE_LINES)
		batch_lines_came(batch, packet);
	else if (packet->type == ENGINE_NO_ANSWER)
		batch_lines_denied(batch);
	else if (packet->type == ENGINE_FILTER_REPLY)
		filter_came(batch, packet->payload);
	else if (packet->type == ENGINE_STATS_REPLY)
		stats_came(batch, packet);
	else if (packet->type == ENGINE_COUNTS_REPLY)
		counts_came(batch, packet);
	else if (packet->type == ENGINE_NEWS)
		batch_pull(batch);
}

/* ---- phases ---- */

static void counters_before(void *data, const char *text)
{
	struct batch *batch = data;

	if (batch->phase != PHASE_BEFORE)
		return;
	summary_parse_guest(&batch->summary.before, text, guest_hello(batch->guest)->boot_id);
	batch_enter(batch, PHASE_STARTING, -1);
	batch_advance(batch);
}

static void counters_after(void *data, const char *text)
{
	struct batch *batch = data;

	summary_parse_guest(&batch->summary.after, text, guest_hello(batch->guest)->boot_id);
	batch->summary.goes_on = guest_state(batch->guest) != GUEST_STOPPED;
	batch->got_after = true;
	batch_advance(batch);
}

static void orders_done(void *data, const char *error)
{
	struct batch *batch = data;

	if (batch->phase != PHASE_ORDERING)
		return;
	if (error) {
		batch_fail(batch, error);
		batch_enter(batch, PHASE_DONE, -1);
		return;
	}
	/* The next step is taken when what follows from the last answer has begun. */
	batch->ordered = true;
}

/* For a probe's event, which has its format by now. */
static void set_filter_again(struct batch *batch)
{
	int err = guest_set_filter(batch->guest, &batch->options->filter);

	batch->filter_again = false;
	batch->filter_asked = !err;
	if (!err || err == -EPIPE) /* of a dead engine, as is told */
		return;
	batch_fail(batch, "the filter (-F, -e) can not be given to the engine now; try again");
	batch_enter(batch, PHASE_DONE, -1);
}

/* The guest is set as it should be, and its formats are here. */
static void set_up(struct batch *batch)
{
	if (batch->filter_again)
		set_filter_again(batch);
	if (batch->filter_asked || batch->phase == PHASE_DONE)
		return;
	batch->ticks = guest_ticks(batch->guest);
	if (guest_hello(batch->guest)->events_enabled == 0)
		tell("no events are enabled in the guest: nothing will come until some are, with "
		     "-e here or, there, with echo 1 > /sys/kernel/tracing/events/sched/enable");
	batch_enter(batch, PHASE_BEFORE, -1);
	if (guest_stats(batch->guest, -1, counters_before, batch) < 0)
		counters_before(batch, NULL);
}

static void opened(struct batch *batch)
{
	const struct engine_formats_reply *formats = guest_formats(batch->guest);
	enum guest_state state = guest_state(batch->guest);

	if (guest_waiting(batch->guest))
		return;
	/* Blind in both ways nothing sensible can come of it. The message has been given. */
	if (state == GUEST_GONE || guest_has_no_ring(batch->guest) ||
	    (state == GUEST_OLD_AGENT && !formats)) {
		batch->status = EXIT_FAILURE;
		batch_enter(batch, PHASE_DONE, -1);
		return;
	}
	batch->attached = state == GUEST_TRACING || state == GUEST_WATCHING;
	if (state == GUEST_REPLAY) {
		batch->ticks = guest_ticks(batch->guest);
		batch_enter(batch, PHASE_RUNNING, -1);
		batch_pull(batch);
		return;
	}
	batch_enter(batch, PHASE_ORDERING, -1);
	start_orders_begin(&batch->orders, batch->options, batch->guest, orders_done, batch);
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
			batch_enter(batch, PHASE_DONE, -1);
			return;
		}
		batch->started = true;
	}
	state = guest_state(batch->guest);
	if (state == GUEST_GONE) {
		batch->status = EXIT_FAILURE;
		batch_enter(batch, PHASE_DONE, -1);
	}
	if (state != GUEST_TRACING && state != GUEST_WATCHING && state != GUEST_OLD_AGENT)
		return;
	batch_enter(batch, PHASE_RUNNING,
		    seconds <= 0	       ? -1
		    : seconds * 1000 < INT_MAX ? (int)(seconds * 1000)
					       : INT_MAX);
	batch_pull(batch);
}

static void ask_counters(struct batch *batch)
{
	batch_enter(batch, PHASE_AFTER, COUNTERS_MS);
	batch->got_after = !batch->summary.before.known ||
			   guest_stats(batch->guest, -1, counters_after, batch) < 0;
	batch->got_engine = guest_request_stats(batch->guest) < 0;
	batch->got_counts = guest_request_counts(batch->guest) < 0;
}

static bool is_dry(const struct batch *batch)
{
	bool told = guest_state(batch->guest) != GUEST_OLD_AGENT;

	return batch_now_ms() - batch->held_since >= (told ? DRY_MS : DRY_BLIND_MS);
}

/* Take the next steps that the state of things allows. */
void batch_advance(struct batch *batch)
{
	if (!batch->guest || batch->phase >= PHASE_RESTORING)
		return;
	if (!guest_engine_alive(batch->guest) && batch->phase != PHASE_STOPPING) {
		/* Nothing more can be read; what was started is stopped all the same. */
		batch->status = EXIT_FAILURE;
		batch_finish(batch);
		if (batch->phase != PHASE_STOPPING)
			batch_enter(batch, PHASE_DONE, -1);
		return;
	}
	if (batch->phase == PHASE_OPENING)
		opened(batch);
	if (batch->phase == PHASE_ORDERING && batch->ordered && !guest_waiting(batch->guest))
		set_up(batch);
	if (batch->phase == PHASE_STARTING)
		start(batch);
	if (batch->phase == PHASE_RUNNING && guest_state(batch->guest) == GUEST_GONE) {
		batch->status = EXIT_FAILURE; /* it is not what was asked for */
		batch_finish(batch);
	}
	if (batch->phase == PHASE_STOPPING && guest_state(batch->guest) != GUEST_STOPPING) {
		batch_enter(batch, guest_engine_alive(batch->guest) ? PHASE_DRYING : PHASE_DONE,
			    RUN_DRY_MS);
		batch_pull(batch);
	}
	if (batch->phase == PHASE_DRYING && is_dry(batch)) {
		batch_enter(batch, PHASE_LAST, NO_ANSWER_MS);
		batch_pull(batch);
	}
	if (batch->phase == PHASE_LAST && batch->all_taken)
		ask_counters(batch);
	if (batch->phase == PHASE_AFTER && batch->got_after && batch->got_engine &&
	    batch->got_counts)
		batch_enter(batch, PHASE_DONE, -1);
}

static void phase_over(void *data)
{
	struct batch *batch = data;

	switch (batch->phase) {
	case PHASE_RUNNING:
		batch_finish(batch);
		break;
	case PHASE_STOPPING:
		tell("the agent has not confirmed within 5 s that it stopped; what came is kept");
		batch_enter(batch, PHASE_DRYING, RUN_DRY_MS);
		batch_pull(batch);
		break;
	case PHASE_DRYING:
		batch_enter(batch, PHASE_LAST, NO_ANSWER_MS);
		batch_pull(batch);
		break;
	case PHASE_LAST:
		if (batch->denied)
			batch_fail(batch, "the engine has no memory for the last lines");
		ask_counters(batch);
		batch_advance(batch);
		break;
	case PHASE_RESTORING:
		batch_fail(batch, "the agent has not confirmed within 5 s that what was set in the "
				  "guest was put back");
		batch_enter(batch, PHASE_DONE, -1);
		break;
	default:
		batch_enter(batch, PHASE_DONE, -1);
		break;
	}
}

static void on_changed(void *data)
{
	batch_advance(data);
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
		batch_enter(batch, PHASE_DONE, -1);
	else
		batch_finish(batch);
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
	batch->pull_timer = loop_timer(-1, batch_pull_again, batch);
	batch->phase_timer = loop_timer(-1, phase_over, batch);
	if (batch->signal_watch < 0 || batch->pull_timer < 0 || batch->phase_timer < 0)
		return -ENOMEM;
	err = lines_init(&batch->lines, STDOUT_FILENO, batch->signal_fd);
	batch->lines.raw = batch->options->raw_text; /* after init, which clears all */
	return err;
}

/* What a person should hear at the end who has only an exit status and some lines. */
static void judge(struct batch *batch)
{
	uint64_t bytes = 0;
	uint32_t cpu;

	for (cpu = 0; cpu < batch->summary.cpus; cpu++)
		bytes += batch->summary.cpu[cpu].bytes;
	if (guest_state(batch->guest) == GUEST_OLD_AGENT && batch->got_engine && !bytes)
		batch_fail(batch,
			   "no agent answered and no page came: start trace-agent in the guest");
}

static void restored(void *data, const char *text, const char *error)
{
	struct batch *batch = data;
	char why[640], refused[256];

	if (error)
		snprintf(why, sizeof(why), "what was set in the guest is not put back: %s", error);
	else if (control_value(text, "refused", refused, sizeof(refused)) > 0)
		snprintf(why, sizeof(why), "not put back in the guest: %s", refused);
	else
		why[0] = '\0';
	if (why[0])
		batch_fail(batch, why);
	batch_enter(batch, PHASE_DONE, -1);
}

/* What was set here is put back, as far as somebody is there to do it. */
static int restore(struct batch *batch)
{
	int err = 0;

	if (batch->options->keep_running || !start_orders_wanted(batch->options) ||
	    !guest_orders_changed(batch->guest) || guest_state(batch->guest) == GUEST_GONE)
		return 0;
	batch_enter(batch, PHASE_RESTORING, RESTORE_MS);
	if (guest_restore(batch->guest, restored, batch) < 0)
		restored(batch, NULL, "it can not be asked for");
	while (batch->phase != PHASE_DONE && !err)
		err = loop_run_once();
	return err;
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
	if (!err)
		err = restore(batch);
	if (err)
		batch_fail(batch, "the event loop failed");
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
	if (batch.guest)
		snprintf(batch.summary.sandbox, sizeof(batch.summary.sandbox), "%s",
			 guest_sandbox(batch.guest));
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
