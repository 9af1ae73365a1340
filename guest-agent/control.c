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
#include "guest-agent/kept_ring.h"
#include "guest-agent/setting_answers.h"
#include "guest-agent/stats_answers.h"
#include "guest-agent/traced.h"

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
	unsigned own_export; /* which of them was the agent's own: 1, or 0 for none */
	unsigned syncs;	     /* requests to sync that wait for the pumps */
	unsigned syncs_next; /* and those that came since, for the next round */
	int64_t leave_at;    /* ms; 0: not leaving */
	bool no_host;
	int port_error;
	struct control_lines lines;
	struct answers answers;
	struct traced traced;
	struct kept_ring kept; /* no pages are sent while it is on */
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

static enum pump_phase pump_phase(const struct control *control)
{
	static const enum pump_phase phases[] = {
		[STATE_STOPPED] = PUMP_STOPPED,
		[STATE_TRACING] = PUMP_RUNNING,
		[STATE_STOPPING] = PUMP_DRAINING,
	};

	return phases[control->state];
}

/* A sentence for the host and for the guest's log. */
static void note(void *data, const char *text)
{
	struct control *control = data;

	answers_add(&control->answers, "note %s", text);
	fprintf(stderr, "trace-agent: %s\n", text);
}

static int start(struct control *control, char *reason, size_t size)
{
	int err;

	if (control->state == STATE_STOPPED && !control->kept.on) {
		err = own_instance_refresh_pumps(&control->traced.own);
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
	err = traced_record(&control->traced, true);
	if (err) {
		snprintf(reason, size, "cannot write tracing_on: %s", strerror(-err));
		return err;
	}
	if (!control->kept.on)
		own_instance_order(&control->traced.own, PUMP_RUNNING);
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
	int err = traced_record(&control->traced, false);

	if (err)
		return err;
	if (control->state != STATE_STOPPING && !control->kept.on)
		own_instance_order(&control->traced.own, PUMP_DRAINING);
	control->state = STATE_STOPPING;
	return 0;
}

static void check_stopped(struct control *control)
{
	if (control->state != STATE_STOPPING)
		return;
	/* Pumps that send nothing have nothing to send, and do not say so. */
	if (!control->kept.on &&
	    (control->traced.own.moving || !pumps_drained(control->setup->pumps)))
		return;
	control->state = STATE_STOPPED;
	traced_leave_unused(&control->traced, PUMP_STOPPED);
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
	if (control->state == STATE_STOPPED && !control->kept.on)
		own_instance_refresh_pumps(&control->traced.own);
	hello_answer(control->setup, state_name(control->state), control->traced.own.in,
		     control->kept.on, args, &control->answers);
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
		bool own = ++control->answered == control->own_export;

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
	stats_answer(&control->traced.own, control->setup->pumps, args, &control->answers);
}

static void on_events(struct control *control, const char *args)
{
	events_answer(&control->traced.changes.events, args, &control->answers);
}

static void on_filter(struct control *control, const char *args)
{
	filter_answer(&control->traced.changes.events, args, &control->answers);
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
	while (!control->traced.own.moving && control->syncs + control->syncs_next > 0 &&
	       pumps_synced(control->setup->pumps)) {
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
	if (control->state == STATE_STOPPED || control->kept.on) {
		answers_add(&control->answers, "error sync nothing is being sent: 1 starts it");
		return;
	}
	control->syncs_next++;
	check_synced(control);
}

static void on_trigger(struct control *control, const char *args)
{
	trigger_answer(&control->traced.changes.triggers, args, &control->answers);
}

static void on_snapshot(struct control *control, const char *args)
{
	snapshot_answer(&control->traced.changes.snapshot, args, &control->answers);
}

static void on_kprobe(struct control *control, const char *args)
{
	kprobe_answer(&control->traced.changes.kprobes, args, &control->answers);
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
	setting_answer(&control->traced.changes.settings, setting, args, &control->answers);
	if (alone && !control->kept.on)
		own_instance_refresh_pumps(&control->traced.own);
}

static void on_restore(struct control *control, const char *args)
{
	bool stopped = control->state == STATE_STOPPED;

	(void)args;
	if (stopped)
		pumps_close_rings(control->setup->pumps);
	changes_restore(&control->traced.changes, stopped, &control->answers);
	if (stopped && !control->kept.on)
		own_instance_refresh_pumps(&control->traced.own);
}

/* Stopped or tracing, as the ring of that buffer records. */
static void on_memory_keep(struct control *control)
{
	char name[KEPT_RING_NAME], reason[160];

	if (kept_ring_enter(&control->kept, &control->traced, name, reason, sizeof(reason))) {
		answers_add(&control->answers, "error memory %s", reason);
		return;
	}
	control->state =
		tracefs_recording(control->setup->tracefs) == 1 ? STATE_TRACING : STATE_STOPPED;
	answers_add(&control->answers, "ok memory keep=yes state=%s instance=%s",
		    state_name(control->state), name);
}

static void on_memory(struct control *control, const char *args)
{
	char reason[160];

	if (!args[0]) {
		answers_add(&control->answers, "ok memory keep=%s",
			    control->kept.on ? "yes" : "no");
	} else if (strcmp(args, "keep") && strcmp(args, "send")) {
		answers_add(&control->answers, "error memory takes keep, send or nothing");
	} else if (!control->kept.on && control->state != STATE_STOPPED) {
		answers_add(&control->answers, "error memory pages are being sent: 0 stops it");
	} else if (!strcmp(args, "keep")) {
		on_memory_keep(control);
	} else if (kept_ring_leave(&control->kept, &control->traced, reason, sizeof(reason))) {
		answers_add(&control->answers, "error memory %s", reason);
	} else {
		control->state = STATE_STOPPED;
		answers_add(&control->answers, "ok memory keep=no");
	}
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
	[CONTROL_MEMORY] = {on_memory, true},
};

_Static_assert(sizeof(verbs) / sizeof(verbs[0]) == CONTROL_UNKNOWN, "a verb has no function");

static void answer_unknown(struct control *control, const char *name)
{
	char known[CONTROL_VERBS_BYTES];

	control_verbs(CONTROL_VERBS_ALL, ' ', known, sizeof(known));
	answers_add(&control->answers, "error %s unknown verb; known: %s", name, known);
}

static void run_verb(struct control *control, const struct control_request *request)
{
	if (!verbs[request->verb].fn)
		on_setting(control, verbs[request->verb].setting, request->args);
	else
		verbs[request->verb].fn(control, request->args);
}

/* ---- in which buffer ---- */

/* Whether the answer to the last request says that it was obeyed. */
static bool was_obeyed(const struct control *control)
{
	const char *answer = answers_last(&control->answers);

	return answer && !strncmp(answer, "ok ", 3);
}

/* What was ordered in the instance once more, in the top buffer. */
static void order_again(struct control *control)
{
	struct order_log *orders = &control->traced.orders;
	struct answers answers = control->answers;
	struct control_request request;

	for (const char *line = NULL; (line = order_log_next(orders, line));) {
		control->answers = (struct answers){0};
		control_request_parse(line, &request);
		run_verb(control, &request);
		if (!was_obeyed(control))
			answers_add(&answers, "note not in the top buffer: %s", line);
		answers_clear(&control->answers);
	}
	control->answers = answers;
	order_log_clear(orders);
}

/* A tracer that the instance lacks is set in the top buffer, and so is all that was ordered before.
 * Whether that is traced then. */
static bool fall_back(struct control *control, const char *tracer)
{
	int err = traced_fall_back(&control->traced);
	char text[160];

	if (err) {
		answers_add(&control->answers,
			    "error tracer instances of this kernel have no %.32s, and what was "
			    "changed before cannot be taken to the top buffer (%s): restore first",
			    tracer, strerror(-err));
		return false;
	}
	order_again(control);
	snprintf(text, sizeof(text),
		 "the top buffer is traced now: instances of this kernel have no tracer %.32s",
		 tracer);
	note(control, text);
	return true;
}

/* Before an order: whether it can be carried out. */
static bool choose_buffer(struct control *control, const struct control_request *request)
{
	int err = traced_choose(&control->traced, pump_phase(control));
	char text[160];

	if (err) {
		snprintf(text, sizeof(text),
			 "no tracefs instance for the host (%s): it changes the top buffer",
			 strerror(-err));
		note(control, text);
	}
	return request->verb != CONTROL_TRACER ||
	       !own_instance_lacks_tracer(&control->traced.own, request->args) ||
	       fall_back(control, request->args);
}

static void carry_out(struct control *control, const struct control_request *request)
{
	struct traced *traced = &control->traced;
	bool stopped = control->state == STATE_STOPPED, puts_back = traced_puts_back(request);
	/* Those that want a stop are refused while tracing. */
	bool order =
		traced_is_order(request) && (stopped || verbs[request->verb].fn ||
					     !setting_wants_stop(verbs[request->verb].setting));

	/* What an agent that was killed has left in the instance goes with it. */
	if (puts_back)
		traced_leave(traced, pump_phase(control));
	if (order && !choose_buffer(control, request))
		return;
	run_verb(control, request);
	if ((order || puts_back) && traced->own.in && was_obeyed(control))
		order_log_add(&traced->orders, request->name, request->args);
	if (puts_back)
		traced_leave(traced, pump_phase(control));
	else if (order && (stopped || !was_obeyed(control)))
		traced_leave_unused(traced, pump_phase(control));
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
	else
		carry_out(control, &request);
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
	traced_check(&control->traced, pump_phase(control));
	check_synced(control);
	check_stopped(control);
}

static void leave(struct control *control)
{
	if (control->leave_at)
		return;
	control->leave_at = now_ms() + LEAVE_MS;
	note(control, "agent leaving");
	if (control->state == STATE_TRACING && !stop(control))
		check_stopped(control);
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
			control->own_export =
				exporter_request(control->setup->exporter, EXPORT_TO_SHARE);
		return 0;
	}
	err = start(control, reason, sizeof(reason));
	if (err)
		snprintf(error, error_size, "cannot start: %s", reason);
	return err;
}

int control_run(const struct control_setup *setup, char *error, size_t error_size)
{
	struct control control = {.setup = setup, .formats = {.memfd = -1}};
	int err;

	traced_begin(&control.traced, setup->tracefs, setup->pumps, setup->may_move,
		     setup->allowed);
	err = begin(&control, error, error_size);
	while (!err && !may_leave(&control)) {
		err = one_round(&control);
		if (err)
			snprintf(error, error_size, "the control port is gone: %s", strerror(-err));
		else if ((err = pumps_stdout_error(setup->pumps)))
			snprintf(error, error_size, "cannot write to standard output: %s",
				 strerror(-err));
	}
	kept_ring_end(&control.kept, &control.traced);
	traced_end(&control.traced);
	formats_release(&control.formats);
	answers_clear(&control.answers);
	return err;
}
