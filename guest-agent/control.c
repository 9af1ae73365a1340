// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/control.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "formats/control.h"
#include "guest-agent/answers.h"
#include "guest-agent/early.h"
#include "guest-agent/event_answers.h"
#include "guest-agent/formats_answers.h"
#include "guest-agent/hello_answer.h"
#include "guest-agent/kprobes.h"
#include "guest-agent/notrace.h"
#include "guest-agent/setting_answers.h"
#include "guest-agent/snapshot.h"
#include "guest-agent/stats_answers.h"
#include "guest-agent/triggers.h"

/* How long the last pages may take to get out when the agent leaves, and its last words after. */
#define LEAVE_MS 1000

/* A port without a host says so at every poll(): look again after so long. */
#define NO_HOST_MS 500

enum state { STATE_STOPPED, STATE_TRACING, STATE_STOPPING };

struct control {
	const struct control_setup *setup;
	enum state state;
	unsigned stops;	     /* requests to stop that wait for the pumps */
	unsigned answered;   /* the last export request told about */
	unsigned own;	     /* which of them was the agent's own: 1, or 0 for none */
	unsigned syncs;	     /* requests to sync that wait for the pumps */
	unsigned syncs_next; /* and those that came since, for the next round */
	bool changed_recording;
	int recording_before;
	int64_t leave_at; /* ms; 0: not leaving */
	bool no_host;
	int port_error;
	struct control_lines lines;
	struct answers answers;
	struct events events;
	struct settings settings;
	struct kprobes kprobes;
	struct triggers triggers;
	struct snapshot snapshot;
	struct held_formats formats;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *state_name(enum state state)
{
	static const char *const names[] = {
		[STATE_STOPPED] = "stopped",
		[STATE_TRACING] = "tracing",
		[STATE_STOPPING] = "stopping",
	};

	return names[state];
}

/* A sentence for the host and for the guest's log. */
static void note(void *data, const char *text)
{
	struct control *control = data;

	answers_add(&control->answers, "note %s", text);
	fprintf(stderr, "trace-agent: %s\n", text);
}

static int set_recording(struct control *control, bool on)
{
	control->changed_recording = true;
	return tracefs_record(control->setup->tracefs, on);
}

/* New pumps must not trace themselves. The lists are written only then: the kernel lets every write
 * wait for all CPUs. */
static int refresh_pumps(struct control *control)
{
	unsigned started = control->setup->pumps->started;
	int count = pumps_refresh(control->setup->pumps);

	if (control->setup->pumps->started != started)
		notrace_add_threads(control->setup->tracefs);
	return count;
}

static int start(struct control *control, char *reason, size_t size)
{
	int err;

	if (control->state == STATE_STOPPED) {
		err = refresh_pumps(control);
		if (err < 0) {
			snprintf(reason, size, "cannot read the ring buffer's layout: %s",
				 strerror(-err));
			return err;
		}
		if (err == 0) {
			snprintf(reason, size, "no CPU has a port named %s0 and so on",
				 VTRACE_CPU_PORT_PREFIX);
			return -ENOENT;
		}
	}
	err = set_recording(control, true);
	if (err) {
		snprintf(reason, size, "cannot write tracing_on: %s", strerror(-err));
		return err;
	}
	pumps_order(control->setup->pumps, PUMP_RUNNING);
	control->state = STATE_TRACING;
	return 0;
}

static void on_start(struct control *control, const char *args)
{
	char reason[128];

	(void)args;
	if (control->state == STATE_TRACING) {
		answers_add(&control->answers, "ok 1");
		return;
	}
	if (start(control, reason, sizeof(reason))) {
		answers_add(&control->answers, "error 1 %s", reason);
		return;
	}
	for (; control->stops > 0; control->stops--)
		answers_add(&control->answers, "error 0 started again before the last page");
	answers_add(&control->answers, "ok 1");
}

/* Recording off first, then let the pumps take all that is left. */
static int stop(struct control *control)
{
	int err = set_recording(control, false);

	if (err)
		return err;
	if (control->state != STATE_STOPPING)
		pumps_order(control->setup->pumps, PUMP_DRAINING);
	control->state = STATE_STOPPING;
	return 0;
}

static void check_stopped(struct control *control)
{
	if (control->state != STATE_STOPPING || !pumps_drained(control->setup->pumps))
		return;
	control->state = STATE_STOPPED;
	for (; control->stops > 0; control->stops--)
		answers_add(&control->answers, "ok 0");
}

static void on_stop(struct control *control, const char *args)
{
	int err = stop(control);

	(void)args;
	if (err) {
		answers_add(&control->answers, "error 0 cannot write tracing_on: %s",
			    strerror(-err));
		return;
	}
	control->stops++;
	check_stopped(control);
}

static void on_hello(struct control *control, const char *args)
{
	if (control->state == STATE_STOPPED)
		refresh_pumps(control);
	hello_answer(control->setup, state_name(control->state), args, &control->answers);
}

static void on_export(struct control *control, const char *args)
{
	(void)args;
	if (!control->setup->exporter) {
		answers_add(&control->answers, "error export this agent has no share");
		return;
	}
	exporter_request(control->setup->exporter, EXPORT_TO_SHARE);
}

/* One answer for each request that the result serves; a note for the agent's own, the first. */
static void check_exported(struct control *control)
{
	struct export_result result;
	char text[320];

	if (!control->setup->exporter ||
	    !exporter_result(control->setup->exporter, EXPORT_TO_SHARE, &result))
		return;
	while (control->answered < result.served) {
		bool own = ++control->answered == control->own;

		if (result.error && own) {
			snprintf(text, sizeof(text), "formats not exported: %s", result.reason);
			note(control, text);
		} else if (result.error) {
			answers_add(&control->answers, "error export %s", result.reason);
			fprintf(stderr, "trace-agent: formats not exported: %s\n", result.reason);
		} else {
			answers_add(&control->answers,
				    "%s generation=%" PRIu64 " bytes=%zu events=%u",
				    own ? "note formats exported" : "ok export", result.generation,
				    result.bytes, result.events);
		}
	}
}

static void on_stats(struct control *control, const char *args)
{
	stats_answer(control->setup->tracefs, control->setup->pumps, args, &control->answers);
}

static void on_events(struct control *control, const char *args)
{
	events_answer(&control->events, args, &control->answers);
}

static void on_filter(struct control *control, const char *args)
{
	filter_answer(&control->events, args, &control->answers);
}

static void on_formats(struct control *control, const char *args)
{
	formats_answer(&control->formats, control->setup->exporter, args, &control->answers);
}

static void on_ping(struct control *control, const char *args)
{
	answers_add(&control->answers, "ok ping%s%s", args[0] ? " text=" : "", args);
}

static void on_mark(struct control *control, const char *args)
{
	int err;

	if (!args[0] || strlen(args) > CONTROL_MARK_MAX) {
		answers_add(&control->answers, "error mark takes a text of 1 to %d bytes",
			    CONTROL_MARK_MAX);
		return;
	}
	err = tracefs_write(control->setup->tracefs->instance, "trace_marker", 0, args);
	/* So the kernel says (tracing_mark_write). */
	if (err == -EBADF)
		answers_add(&control->answers,
			    "error mark the ring buffer does not record: 1 starts it");
	else if (err)
		answers_add(&control->answers, "error mark cannot write trace_marker: %s",
			    strerror(-err));
	else
		answers_add(&control->answers, "ok mark bytes=%zu", strlen(args));
}

/* One round of the pumps after the other, so that none waits for requests that come later. */
static void check_synced(struct control *control)
{
	while (control->syncs + control->syncs_next > 0 && pumps_synced(control->setup->pumps)) {
		for (; control->syncs > 0; control->syncs--)
			answers_add(&control->answers, "ok sync");
		if (control->syncs_next > 0)
			pumps_sync(control->setup->pumps);
		control->syncs = control->syncs_next;
		control->syncs_next = 0;
	}
}

static void on_sync(struct control *control, const char *args)
{
	(void)args;
	if (control->state == STATE_STOPPED) {
		answers_add(&control->answers, "error sync nothing is being sent: 1 starts it");
		return;
	}
	control->syncs_next++;
	check_synced(control);
}

static void on_trigger(struct control *control, const char *args)
{
	trigger_answer(&control->triggers, args, &control->answers);
}

static void on_snapshot(struct control *control, const char *args)
{
	snapshot_answer(&control->snapshot, args, &control->answers);
}

static void on_kprobe(struct control *control, const char *args)
{
	kprobe_answer(&control->kprobes, args, &control->answers);
}

static void on_setting(struct control *control, enum setting setting, const char *args)
{
	bool alone = args[0] && setting_wants_stop(setting);

	if (alone && control->state != STATE_STOPPED) {
		answers_add(&control->answers, "error %s pages are being sent: 0 stops it",
			    setting_verb(setting));
		return;
	}
	if (alone)
		pumps_close_rings(control->setup->pumps);
	setting_answer(&control->settings, setting, args, &control->answers);
	if (alone)
		refresh_pumps(control);
}

struct restored {
	struct events_result events;
	struct settings_result settings;
	struct kprobes_result kprobes;
	struct triggers_result triggers;
	int snapshot; /* of snapshot_restore() */
};

/* Triggers and events first: probes that have one, or are enabled, do not go. */
static void restore(struct control *control, struct restored *restored)
{
	triggers_restore(&control->triggers, &restored->triggers);
	restored->snapshot = snapshot_restore(&control->snapshot);
	restored->events = (struct events_result){0};
	if (control->events.changed)
		events_restore(&control->events, &restored->events);
	kprobes_restore(&control->kprobes, &restored->kprobes);
	settings_restore(&control->settings, control->state == STATE_STOPPED, &restored->settings);
}

static void on_restore(struct control *control, const char *args)
{
	struct restored restored = {0};
	char refused[2560] = "", snapshot[16] = "";
	const char *lists[] = {restored.settings.refused, restored.kprobes.refused,
			       restored.events.refused, restored.triggers.refused, snapshot};

	(void)args;
	if (control->state == STATE_STOPPED)
		pumps_close_rings(control->setup->pumps);
	restore(control, &restored);
	if (restored.snapshot < 0)
		strcpy(snapshot, "snapshot");
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (lists[i][0]) {
			size_t used = strlen(refused);

			snprintf(refused + used, sizeof(refused) - used, "%s%s",
				 used ? "," : " refused=", lists[i]);
		}
	answers_add(&control->answers,
		    "ok restore events=%u settings=%u kprobes=%u triggers=%u snapshot=%s%s%s%s",
		    restored.events.matched, restored.settings.restored, restored.kprobes.removed,
		    restored.triggers.removed, restored.snapshot > 0 ? "freed" : "none",
		    restored.settings.left[0] ? " left=" : "", restored.settings.left, refused);
	if (control->state == STATE_STOPPED)
		refresh_pumps(control);
}

/* What each line of the host's brings about. */
static const struct {
	void (*fn)(struct control *control, const char *args); /* NULL: setting */
	bool takes_args;
	enum setting setting;
} verbs[] = {
	[CONTROL_START] = {on_start, false},
	[CONTROL_STOP] = {on_stop, false},
	[CONTROL_HELLO] = {on_hello, true},
	[CONTROL_EXPORT] = {on_export, false},
	[CONTROL_STATS] = {on_stats, true},
	[CONTROL_EVENTS] = {on_events, true},
	[CONTROL_FILTER] = {on_filter, true},
	[CONTROL_TRIGGER] = {on_trigger, true},
	[CONTROL_FORMATS] = {on_formats, true},
	[CONTROL_PING] = {on_ping, true},
	[CONTROL_MARK] = {on_mark, true},
	[CONTROL_SYNC] = {on_sync, false},
	[CONTROL_CLOCK] = {NULL, true, SETTING_CLOCK},
	[CONTROL_BUFFER_KB] = {NULL, true, SETTING_BUFFER_KB},
	[CONTROL_SUBBUF_KB] = {NULL, true, SETTING_SUBBUF_KB},
	[CONTROL_PID] = {NULL, true, SETTING_PID},
	[CONTROL_TRACER] = {NULL, true, SETTING_TRACER},
	[CONTROL_FTRACE_FILTER] = {NULL, true, SETTING_FTRACE_FILTER},
	[CONTROL_KPROBE] = {on_kprobe, true},
	[CONTROL_SNAPSHOT] = {on_snapshot, true},
	[CONTROL_RESTORE] = {on_restore, false},
};

_Static_assert(sizeof(verbs) / sizeof(verbs[0]) == CONTROL_UNKNOWN, "a verb has no function");

static void answer_unknown(struct control *control, const char *name)
{
	char known[CONTROL_VERBS_BYTES];

	control_verbs(CONTROL_VERBS_ALL, ' ', known, sizeof(known));
	answers_add(&control->answers, "error %s unknown verb; known: %s", name, known);
}

static void on_line(const char *line, const char *reason, void *data)
{
	struct control *control = data;
	struct control_request request;

	if (!line) {
		answers_add(&control->answers, "error line %s", reason);
		return;
	}
	control_request_parse(line, &request);
	if (!request.name[0])
		return;
	if (request.verb == CONTROL_UNKNOWN)
		answer_unknown(control, request.name);
	else if (request.args[0] && !verbs[request.verb].takes_args)
		answers_add(&control->answers, "error %s takes no argument", request.name);
	else if (!allowed_request(control->setup->allowed, &request))
		answers_add(&control->answers, "error %s " ALLOWED_NOT, request.name);
	else if (!verbs[request.verb].fn)
		on_setting(control, verbs[request.verb].setting, request.args);
	else
		verbs[request.verb].fn(control, request.args);
}

/* The host closed its end: half a line and answers to questions of a former host mean nothing to
 * the next one. */
static void forget_host(struct control *control)
{
	if (!control->no_host) {
		memset(&control->lines, 0, sizeof(control->lines));
		answers_clear(&control->answers);
		control->syncs = control->syncs_next = 0;
	}
	control->no_host = true;
}

static void hear_port(struct control *control, short revents)
{
	char bytes[VTRACE_LINE_MAX];
	ssize_t n;

	/* Of a port that was unplugged poll() tells no more than of one without a host; read() does
	 * (virtio_console.c, port_fops_poll() and port_fops_read()). */
	if (revents & (POLLIN | POLLERR | POLLHUP)) {
		n = read(control->setup->port, bytes, sizeof(bytes));
		if (n > 0) {
			early_follow(control->setup->early);
			control->no_host = false;
			control_lines_feed(&control->lines, bytes, (size_t)n, on_line, control);
			return;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			control->port_error = -errno;
			return;
		}
	}
	if (revents & (POLLHUP | POLLERR))
		forget_host(control);
}

static void say(struct control *control)
{
	int err;

	if (control->setup->port < 0) {
		answers_clear(&control->answers);
		return;
	}
	err = answers_write(&control->answers, control->setup->port);
	if (err && err != -EAGAIN)
		control->port_error = err;
}

static void hear_report(struct control *control)
{
	uint64_t count;

	if (read(control->setup->report, &count, sizeof(count)) < 0)
		return;
	check_exported(control);
	if (control->setup->exporter)
		formats_check(&control->formats, control->setup->exporter, &control->answers);
	pumps_news(control->setup->pumps, note, control);
	check_synced(control);
	check_stopped(control);
}

static void leave(struct control *control)
{
	if (control->leave_at)
		return;
	control->leave_at = now_ms() + LEAVE_MS;
	note(control, "agent leaving");
	if (control->state == STATE_TRACING)
		stop(control);
}

/* Nothing is left to do or time is over. */
static bool may_leave(const struct control *control)
{
	if (!control->leave_at)
		return false;
	return (control->state == STATE_STOPPED && control->syncs == 0 &&
		control->answers.count == 0) ||
	       now_ms() >= control->leave_at;
}

static int poll_timeout(const struct control *control)
{
	int64_t left = control->leave_at - now_ms();

	if (control->leave_at)
		return left > 0 ? (int)left : 0;
	return control->no_host ? NO_HOST_MS : -1;
}

static int one_round(struct control *control)
{
	const struct control_setup *setup = control->setup;
	bool waiting = control->answers.count > 0;
	struct pollfd fds[] = {
		{.fd = control->leave_at ? -1 : setup->signals, .events = POLLIN},
		{.fd = setup->report, .events = POLLIN},
		{.fd = control->no_host ? -1 : setup->port,
		 .events = (short)(POLLIN | (waiting ? POLLOUT : 0))},
	};

	if (poll(fds, 3, poll_timeout(control)) < 0)
		return errno == EINTR ? 0 : -errno;
	/* Left out of this poll(), the port is asked again in the next one. */
	if (fds[2].fd < 0)
		control->no_host = false;
	if (fds[0].revents)
		leave(control);
	if (fds[1].revents)
		hear_report(control);
	if (fds[2].revents)
		hear_port(control, fds[2].revents);
	say(control);
	return control->port_error;
}

static int begin(struct control *control, char *error, size_t error_size)
{
	char reason[128];
	int err;

	if (control->setup->port >= 0) {
		note(control, "agent started");
		/* While the initramfs is being left there may be no place to mount the share
		 * at: then the host has to ask. */
		if (control->setup->exporter && control->setup->early < 0)
			control->own = exporter_request(control->setup->exporter, EXPORT_TO_SHARE);
		return 0;
	}
	err = start(control, reason, sizeof(reason));
	if (err)
		snprintf(error, error_size, "cannot start: %s", reason);
	return err;
}

int control_run(const struct control_setup *setup, char *error, size_t error_size)
{
	struct control control = {.setup = setup,
				  .events = {.tracefs = setup->tracefs, .allowed = setup->allowed},
				  .settings = {.tracefs = setup->tracefs},
				  .kprobes = {.tracefs = setup->tracefs},
				  .triggers = {.tracefs = setup->tracefs,
					       .allowed = setup->allowed},
				  .snapshot = {.tracefs = setup->tracefs},
				  .formats = {.memfd = -1}};
	struct restored restored;
	int err;

	control.triggers.snapshot = &control.snapshot;
	control.recording_before = tracefs_recording(setup->tracefs);
	err = begin(&control, error, error_size);
	while (!err && !may_leave(&control)) {
		err = one_round(&control);
		if (err)
			snprintf(error, error_size, "the control port is gone: %s", strerror(-err));
		else if ((err = pumps_stdout_error(setup->pumps)))
			snprintf(error, error_size, "cannot write to standard output: %s",
				 strerror(-err));
	}
	if (control.changed_recording && control.recording_before >= 0)
		tracefs_record(setup->tracefs, control.recording_before);
	/* Some settings can be put back only when the rings are closed. */
	notrace_remove_threads(setup->tracefs);
	pumps_release(setup->pumps);
	control.state = STATE_STOPPED;
	restore(&control, &restored);
	events_release(&control.events);
	settings_release(&control.settings);
	kprobes_release(&control.kprobes);
	triggers_release(&control.triggers);
	formats_release(&control.formats);
	answers_clear(&control.answers);
	return err;
}
