// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tui/guest/channel_open.h"
#include "tui/guest/guest_private.h"

#define FINISH_MS	5000 /* for captures under way when a guest is closed */
#define FINISH_STEP_MS	100
#define READERS_TRIES	10
#define READERS_STEP_MS 30

int64_t guest_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

void guest_say(struct guest *guest, enum guest_severity severity, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	guest->events.message(guest->data, severity, text);
}

void guest_changed(struct guest *guest)
{
	guest->events.changed(guest->data);
}

static void send_note(struct guest *guest, struct engine_note *note, const char *format,
		      va_list args)
{
	vsnprintf(note->text, sizeof(note->text), format, args);
	engine_link_command(&guest->link, ENGINE_NOTE, note, sizeof(*note), -1, NULL);
}

void guest_note(struct guest *guest, bool rebooted, const char *format, ...)
{
	struct engine_note note = {.rebooted = rebooted, .cpu = ENGINE_NOTE_ALL};
	va_list args;

	va_start(args, format);
	send_note(guest, &note, format, args);
	va_end(args);
}

void guest_note_cpu(struct guest *guest, unsigned cpu, const char *format, ...)
{
	struct engine_note note = {.cpu = cpu};
	va_list args;

	va_start(args, format);
	send_note(guest, &note, format, args);
	va_end(args);
}

const char *guest_time_of_day(char *text)
{
	time_t now = time(NULL);
	struct tm local;

	strftime(text, 16, "%H:%M:%S", localtime_r(&now, &local));
	return text;
}

void guest_set_state(struct guest *guest, enum guest_state state)
{
	if (guest->state == state)
		return;
	guest->state = state;
	guest_changed(guest);
}

bool guest_go_live(struct guest *guest)
{
	struct engine_flag discard = {.on = 0};

	if (guest->live)
		return guest->live_sure;
	/* The manifest of a recording needs the geometry that formats bring. */
	if (guest->record_path && !guest->formats.settled) {
		guest->live_held = true;
		return false;
	}
	guest->live_held = false;
	guest->live = true;
	/* In this order: no page may pass before the recording has begun. */
	if (guest->record_path)
		recording_begin(guest);
	engine_link_must(&guest->link, ENGINE_DISCARD, &discard, sizeof(discard), -1, NULL);
	/* The engine drains its channels before it looks at requests: only an answer to a later one
	 * shows that the first page of a trace would not be thrown away. */
	engine_link_must(&guest->link, ENGINE_STATS, NULL, 0, -1, &guest->live_serial);
	if (!engine_link_alive(&guest->link))
		guest->live_sure = true; /* pages wait in the channels */
	return guest->live_sure;
}

void guest_is_live(struct guest *guest)
{
	guest->live_sure = true;
	guest->live_serial = 0;
	agent_release_start(guest);
}

/* ---- opening and closing ---- */

static int copy_place(struct channel_place *to, const struct channel_place *from)
{
	to->kind = from->kind;
	if (from->kind == CHANNEL_NONE)
		return 0;
	to->path = strdup(from->path);
	return to->path ? 0 : -ENOMEM;
}

int guest_copy_channels(struct channels *to, const struct channels *from)
{
	unsigned cpu;
	int err;

	to->vcpus = from->vcpus;
	to->cpus = from->cpus;
	err = copy_place(&to->control, &from->control);
	for (cpu = 0; cpu < VTRACE_MAX_CPUS && !err; cpu++)
		err = copy_place(&to->cpu[cpu], &from->cpu[cpu]);
	if (!err && from->share) {
		to->share = strdup(from->share);
		err = to->share ? 0 : -ENOMEM;
	}
	return err;
}

struct guest *guest_new(const char *name, const struct guest_options *options,
			const struct guest_events *events, void *data)
{
	struct guest *guest;
	unsigned cpu;

	guest = calloc(1, sizeof(*guest));
	if (!guest)
		return NULL;
	guest->events = *events;
	guest->data = data;
	guest->memory = options->memory;
	guest->record_limit = options->record_limit;
	guest->require_sandbox = options->require_sandbox;
	guest->engine_uid = options->engine_uid;
	guest->engine_gid = options->engine_gid;
	if (options->filter)
		guest->filter = *options->filter;
	guest->dat_version = options->dat_version ? options->dat_version : 7;
	guest->link.watch = -1;
	guest->reconnect_timer = -1;
	guest->agent.timer = -1;
	guest->agent.hello.events_enabled = (unsigned)-1;
	guest->agent.hello.tracing_on = -1;
	guest->formats.fd = -1;
	guest->late.timer = -1;
	guest->formats.candidate = -1;
	guest->formats.pull.fd = -1;
	for (cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		guest->stream[cpu].fd = -1;
	guest->name = strdup(name);
	if (options->record)
		guest->record_path = strdup(options->record);
	if (guest->name && (guest->record_path || !options->record))
		return guest;
	guest_free(guest);
	return NULL;
}

/* The engine of a console that was killed needs a moment to notice. */
static int wait_for_readers(const struct guest *guest, char *error, size_t error_size)
{
	const struct timespec step = {.tv_nsec = READERS_STEP_MS * 1000000};
	int err, tries;

	for (tries = READERS_TRIES;; tries--) {
		err = channel_check_readers(&guest->channels, error, error_size);
		if (err != -EBUSY || !tries)
			return err;
		nanosleep(&step, NULL);
	}
}

int guest_open(struct guest **result, const struct channels *channels,
	       const struct guest_options *options, const struct guest_events *events, void *data,
	       char *error, size_t error_size)
{
	struct guest *guest;
	int err = 0;

	*result = NULL;
	if (!channels_prepared(channels, error, error_size))
		return -ENXIO;
	guest = guest_new(channels->name, options, events, data);
	if (!guest || guest_copy_channels(&guest->channels, channels) < 0) {
		snprintf(error, error_size, "out of memory");
		guest_free(guest);
		return -ENOMEM;
	}
	if (guest->record_path)
		err = saving_check_path(guest->record_path, error, error_size);
	if (!err)
		err = wait_for_readers(guest, error, error_size);
	if (!err)
		err = agent_open(guest, error, error_size);
	if (!err)
		err = streams_open(guest, error, error_size);
	if (!err)
		err = engine_open(guest, error, error_size);
	if (err)
		guest_free(guest);
	else
		*result = guest;
	return err;
}

/* Captures under way get their last pages and their manifest. */
static void finish_captures(struct guest *guest)
{
	int64_t deadline = guest_now_ms() + FINISH_MS;

	recording_end(guest);
	while ((saving_active(&guest->record) || saving_active(&guest->save)) &&
	       guest_now_ms() < deadline)
		engine_link_wait(&guest->link, FINISH_STEP_MS);
	saving_lost(guest);
}

void guest_free(struct guest *guest)
{
	if (!guest)
		return;
	agent_close(guest);
	agent_drop_orders(guest);
	chosen_release(&guest->agent.chosen);
	finish_captures(guest);
	engine_late_release(guest);
	engine_link_stop(&guest->link);
	streams_close(guest);
	formats_pull_release(guest);
	if (guest->formats.fd >= 0)
		close(guest->formats.fd);
	if (guest->formats.candidate >= 0)
		close(guest->formats.candidate);
	if (guest->capture)
		capture_close(guest->capture);
	free(guest->capture);
	replay_dat_release(guest);
	ram_release(guest);
	channels_release(&guest->channels);
	free(guest->record_path);
	free(guest->greeting);
	free(guest->name);
	free(guest);
}

void guest_gone(struct guest *guest)
{
	guest_stats_fn *stats_fn;

	if (guest->state == GUEST_GONE)
		return;
	agent_close(guest);
	guest->agent.wanted_before = guest->agent.wanted || guest->state == GUEST_TRACING;
	guest->agent.wanted = false;
	guest->state = GUEST_GONE;
	stats_fn = guest->agent.stats_fn;
	guest->agent.stats_fn = NULL;
	if (stats_fn)
		stats_fn(guest->agent.stats_data, NULL);
	agent_fail_orders(guest);
	if (guest->formats.step == FORMATS_EXPORT)
		formats_settle(guest);
	/* Else the recording ends with the last page, which may be on its way still. */
	if (streams_all_ended(guest))
		recording_end(guest);
	guest_changed(guest);
}

/* What belongs between the rows of before and those to come. Words of tui/domain/lifecycle.c. */
static void note_event(struct guest *guest, const char *what, const char *detail, bool gone)
{
	int64_t now = guest_now_ms();
	char when[16];

	if (!strcmp(what, "paused")) {
		guest->paused_since = now;
	} else if (!strcmp(what, "resumed") && guest->paused_since) {
		guest_note(guest, false, "guest paused for %.1f s until %s",
			   (double)(now - guest->paused_since) / 1000, guest_time_of_day(when));
		guest->paused_since = 0;
	} else if (gone || !strcmp(what, "panicked")) {
		guest_note(guest, false, "guest %s%s%s%s at %s", what, detail[0] ? " (" : "",
			   detail, detail[0] ? ")" : "", guest_time_of_day(when));
		guest->paused_since = 0;
	}
}

void guest_domain_event(struct guest *guest, const char *what, const char *detail, bool gone)
{
	if (guest->state == GUEST_REPLAY)
		return;
	guest_say(guest, gone || !strcmp(what, "panicked") ? GUEST_WARNING : GUEST_INFO,
		  "domain %s: %s%s%s%s%s", guest->name, what, detail && detail[0] ? " (" : "",
		  detail ? detail : "", detail && detail[0] ? ")" : "",
		  gone ? "; what was received is kept" : "");
	if (!strcmp(what, "panicked"))
		guest->panicked_at = guest_now_ms();
	else if (!strcmp(what, "resumed") || !strcmp(what, "rebooting"))
		guest->panicked_at = 0;
	/* While it is paused its clock may stand still. */
	wall_forget(&guest->wall);
	note_event(guest, what, detail ? detail : "", gone);
	if (gone)
		guest_gone(guest);
}

int guest_restart_engine(struct guest *guest, char *error, size_t error_size)
{
	if (engine_link_alive(&guest->link)) {
		snprintf(error, error_size, "the engine is alive");
		return -EALREADY;
	}
	return engine_open(guest, error, error_size);
}

/* ---- what is known ---- */

enum guest_state guest_state(const struct guest *guest)
{
	return guest->state;
}

const char *guest_waiting(const struct guest *guest)
{
	if (guest->state == GUEST_CONNECTING)
		return "waiting for the agent in the guest to answer";
	if (guest->state == GUEST_GONE)
		return NULL;
	if (guest->formats.step == FORMATS_IDLE && ram_waiting(guest))
		return ram_waiting(guest);
	if (guest->formats.step == FORMATS_EXPORT && guest->formats.pull.progress[0])
		return guest->formats.pull.progress;
	if (guest->formats.step == FORMATS_EXPORT ||
	    (guest->formats.step == FORMATS_IDLE && !guest->formats.settled))
		return "waiting for the agent to write the event formats; an emulated guest is "
		       "slow "
		       "at it";
	if (guest->formats.step == FORMATS_LOAD)
		return "waiting for the engine to read the event formats";
	if (guest->state == GUEST_STARTING)
		return "waiting for the agent to start tracing";
	if (guest->state == GUEST_STOPPING)
		return "waiting for the agent to flush what is left and stop";
	return NULL;
}

uint64_t guest_reads_formats(const struct guest *guest)
{
	if (guest->formats.step != FORMATS_LOAD || !guest_engine_alive(guest))
		return 0;
	return (uint64_t)(guest_now_ms() - guest->formats.load_since) + 1;
}

const char *guest_sandbox(const struct guest *guest)
{
	return guest->sandbox;
}

const struct guest_hello *guest_hello(const struct guest *guest)
{
	return &guest->agent.hello;
}

const struct engine_formats_reply *guest_formats(const struct guest *guest)
{
	return guest->formats.loaded ? &guest->formats.reply : NULL;
}

const char *guest_name(const struct guest *guest)
{
	return guest->name;
}

const struct channels *guest_channels(const struct guest *guest)
{
	return &guest->channels;
}

unsigned guest_cpus(const struct guest *guest)
{
	return guest->cpus;
}

bool guest_ticks(const struct guest *guest)
{
	const char *clock = guest->formats.reply.clock;

	if (guest->dat)
		return guest->dat->ticks;
	if (!guest->formats.loaded)
		clock = guest->agent.hello.clock;
	/* Linux, kernel/trace/trace.c, trace_clocks[]: those with in_ns == 0. */
	return !strcmp(clock, "counter") || !strcmp(clock, "x86-tsc") || !strcmp(clock, "ppc-tb");
}

/* Linux, kernel/trace/trace_clock.c: trace_clock_jiffies() counts clock ticks, though
 * trace_clocks[] calls "uptime" one of nanoseconds. */
static bool counts_jiffies(const struct guest *guest)
{
	return !strcmp(guest->formats.loaded ? guest->formats.reply.clock
					     : guest->agent.hello.clock,
		       "uptime");
}

const struct wall_clock *guest_wall(const struct guest *guest)
{
	return guest->wall.known && !guest_ticks(guest) && !counts_jiffies(guest) ? &guest->wall
										  : NULL;
}

bool guest_wall_is_files(const struct guest *guest)
{
	return guest->dat && guest->dat->dated;
}

int64_t guest_panicked(const struct guest *guest)
{
	return guest->panicked_at ? guest_now_ms() - guest->panicked_at : -1;
}

bool guest_has_cpu(const struct guest *guest, unsigned cpu)
{
	return cpu < guest->cpus && guest->stream[cpu].present;
}

bool guest_started_here(const struct guest *guest)
{
	return guest->agent.wanted;
}

bool guest_engine_alive(const struct guest *guest)
{
	return engine_link_alive(&guest->link);
}

pid_t guest_engine_pid(const struct guest *guest)
{
	return guest_engine_alive(guest) ? engine_client_pid(guest->link.client) : -1;
}

/* ---- what is asked ---- */

int guest_start(struct guest *guest)
{
	switch (guest->state) {
	case GUEST_STOPPED:
	case GUEST_OLD_AGENT:
		return agent_start(guest);
	case GUEST_CONNECTING:
		return -EAGAIN;
	case GUEST_REPLAY:
	case GUEST_WATCHING:
		return -EOPNOTSUPP;
	case GUEST_GONE:
		return -ENOTCONN;
	default:
		return -EALREADY;
	}
}

int guest_stop(struct guest *guest)
{
	switch (guest->state) {
	case GUEST_STARTING:
	case GUEST_TRACING:
	case GUEST_OLD_AGENT:
		return agent_stop(guest);
	case GUEST_CONNECTING:
		return -EAGAIN;
	case GUEST_REPLAY:
	case GUEST_WATCHING:
		return -EOPNOTSUPP;
	case GUEST_GONE:
		return -ENOTCONN;
	default:
		return -EALREADY;
	}
}

int guest_refresh_formats(struct guest *guest)
{
	if (guest->state == GUEST_REPLAY || (guest->ram && !guest->ram->steered))
		return -EOPNOTSUPP;
	if (guest->state == GUEST_GONE)
		return -ENOTCONN;
	if (guest->formats.step != FORMATS_IDLE)
		return -EALREADY;
	return formats_fetch(guest);
}

int guest_request_view(struct guest *guest, const struct engine_view *view, uint32_t *serial)
{
	return engine_link_request(&guest->link, ENGINE_VIEW, view, sizeof(*view), serial);
}

int guest_request_pull(struct guest *guest, const struct engine_pull *pull, uint32_t *serial)
{
	return engine_link_request(&guest->link, ENGINE_PULL, pull, sizeof(*pull), serial);
}

int guest_request_stats(struct guest *guest)
{
	return engine_link_request(&guest->link, ENGINE_STATS, NULL, 0, NULL);
}

int guest_request_counts(struct guest *guest)
{
	return engine_link_request(&guest->link, ENGINE_COUNTS, NULL, 0, NULL);
}

int guest_set_filter(struct guest *guest, const struct engine_filter *filter)
{
	guest->filter = *filter;
	return engine_link_command(&guest->link, ENGINE_FILTER, filter, sizeof(*filter), -1, NULL);
}

int guest_request_find(struct guest *guest, const struct engine_find *find, uint32_t *serial)
{
	return engine_link_request(&guest->link, ENGINE_FIND, find, sizeof(*find), serial);
}

int guest_request_search(struct guest *guest, const struct engine_search *search, uint32_t *serial)
{
	return engine_link_request(&guest->link, ENGINE_SEARCH, search, sizeof(*search), serial);
}

int guest_request_try(struct guest *guest, const struct engine_filter *filter, uint32_t *serial)
{
	return engine_link_request(&guest->link, ENGINE_FILTER_TRY, filter, sizeof(*filter),
				   serial);
}

int guest_request_sift(struct guest *guest, uint32_t *serial)
{
	return engine_link_request(&guest->link, ENGINE_SIFT, NULL, 0, serial);
}

int guest_request_words(struct guest *guest, const struct engine_words *words, uint32_t *serial)
{
	return engine_link_request(&guest->link, ENGINE_WORDS, words, sizeof(*words), serial);
}

int guest_request_detail(struct guest *guest, const struct engine_detail_request *request,
			 uint32_t *serial)
{
	return engine_link_request(&guest->link, ENGINE_DETAIL, request, sizeof(*request), serial);
}

int guest_request_latency(struct guest *guest, const struct engine_latency *asked, uint32_t *serial)
{
	return engine_link_request(&guest->link, ENGINE_LATENCY, asked, sizeof(*asked), serial);
}

int guest_request_density(struct guest *guest, const struct engine_density_request *request,
			  uint32_t *serial)
{
	return engine_link_request(&guest->link, ENGINE_DENSITY, request, sizeof(*request), serial);
}

int guest_clear(struct guest *guest)
{
	return engine_link_command(&guest->link, ENGINE_CLEAR, NULL, 0, -1, NULL);
}
