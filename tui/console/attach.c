// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the console is attached to: libvirt, and one guest or capture at a time. Guests and
 * libvirt call back into here; what would free the caller is left to attach_settle().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/numbers.h"
#include "tui/console/reattach.h"
#include "tui/console/state.h"
#include "tui/domain/lifecycle.h"
#include "tui/open_ram.h"

bool attach_named(const struct options *options)
{
	return options->domain || options->replay || options->dir || options->ram;
}

bool attach_tracing(const struct console *console)
{
	if (!console->guest)
		return false;
	switch (guest_state(console->guest)) {
	case GUEST_STARTING:
	case GUEST_TRACING:
		return true;
	case GUEST_OLD_AGENT:
		return guest_started_here(console->guest);
	default:
		return false;
	}
}

bool attach_owes_stop(const struct console *console)
{
	if (!console->guest || console->options->keep_running ||
	    !guest_started_here(console->guest))
		return false;
	return attach_tracing(console) || guest_state(console->guest) == GUEST_STOPPING;
}

/* ---- what the guest calls ---- */

static void on_message(void *data, enum guest_severity severity, const char *text)
{
	struct console *console = data;

	journal_add(&console->journal, severity, text);
	console_invalidate(console);
}

static void orders_done(void *data, const char *error)
{
	struct console *console = data;

	console->orders_done = !error;
	console_invalidate(console);
	if (error)
		journal_add(&console->journal, GUEST_ERROR, error);
}

/* Set in the guest what the command line wants, before --start. */
static void order_at_start(struct console *console)
{
	enum guest_state state = guest_state(console->guest);

	if (console->orders_asked || (state != GUEST_STOPPED && state != GUEST_TRACING))
		return;
	console->orders_asked = true;
	start_orders_begin(&console->start_orders, console->options, console->guest, orders_done,
			   console);
}

static void note_state(struct console *console)
{
	bool tracing = attach_tracing(console);

	if (!tracing)
		console->tracing_since = 0;
	else if (!console->tracing_since)
		console->tracing_since = console_now();
	order_at_start(console);
	if (console->options->start && console->orders_done && !console->start_asked &&
	    guest_state(console->guest) == GUEST_STOPPED) {
		console->start_asked = true;
		guest_start(console->guest);
	}
	if (guest_engine_alive(console->guest))
		console->engine_mourned = false;
}

/* Which streams -C names is known when the streams are: those of a trace.dat come late. */
static void find_cpus(struct console *console)
{
	if (console->cpus_known || !console->guest || !guest_cpus(console->guest))
		return;
	guest_cpuset(console->guest, console->options->cpus, console->cpus);
	console->cpus_known = true;
}

static void tell_views(struct console *console, bool reset)
{
	for (unsigned i = 0; i < VIEW_COUNT; i++)
		if (console->views[i] && console->views[i]->ops->changed)
			console->views[i]->ops->changed(console->views[i], console, reset);
}

static void on_changed(void *data)
{
	struct console *console = data;

	console_invalidate(console);
	if (!console->guest)
		return; /* it is just being opened */
	note_state(console);
	find_cpus(console);
	tell_views(console, false);
}

static void take_stats(struct console *console, const struct engine_packet *packet)
{
	bool reading = console->meters.still && console->meters.indexing;
	char events[NUMBER_SIZE];
	uint64_t more;

	if (!meters_update(&console->meters, packet, console_now()))
		return;
	console_invalidate(console);
	if (!reading || console->meters.indexing)
		return;
	guest_request_counts(console->guest);
	/* Where somebody is at work already, the answer to their last key is what they look for. */
	journal_printf(&console->journal,
		       journal_current(&console->journal, &more) ? GUEST_DETAIL : GUEST_INFO,
		       "%s is read: %s events", guest_name(console->guest),
		       number_exact(events, console->meters.events));
}

/* Whoever asked for it asks again at the next beat, which comes soon. */
static void denied(struct console *console, const struct engine_packet *packet)
{
	static const enum view_id views[] = {VIEW_EVENTS, VIEW_DETAIL, VIEW_LATENCY};

	console->news = console_now();
	for (unsigned i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		console->views[views[i]]->ops->packet(console->views[views[i]], console, packet);
	strip_packet(console, packet);
}

static void on_packet(void *data, const struct engine_packet *packet)
{
	struct console *console = data;
	struct view *events = console->views[VIEW_EVENTS];

	if (!console->guest)
		return;
	switch (packet->type) {
	case ENGINE_STATS_REPLY:
		take_stats(console, packet);
		break;
	case ENGINE_NEWS:
		console->news = console_now();
		console->strip.stale = true;
		if (console->front == VIEW_EVENTS)
			events->ops->packet(events, console, packet);
		break;
	case ENGINE_COUNTS_REPLY:
		statistics_take(&console->statistics, packet, &console->meters, console_now());
		if (console->front == VIEW_STATISTICS)
			console_invalidate(console);
		break;
	case ENGINE_ROWS:
		events->ops->packet(events, console, packet);
		break;
	case ENGINE_DETAIL_REPLY:
		console->views[VIEW_DETAIL]->ops->packet(console->views[VIEW_DETAIL], console,
							 packet);
		break;
	case ENGINE_LATENCIES:
		console->views[VIEW_LATENCY]->ops->packet(console->views[VIEW_LATENCY], console,
							  packet);
		break;
	case ENGINE_DENSITY_REPLY:
		strip_packet(console, packet);
		break;
	case ENGINE_NO_ANSWER:
		denied(console, packet);
		break;
	case ENGINE_SEARCHED:
		finder_packet(console, packet);
		break;
	case ENGINE_FILTER_REPLY:
	case ENGINE_FILTER_TRIED:
	case ENGINE_SIFTED:
	case ENGINE_WORDS_REPLY:
		filtering_packet(console, packet);
		break;
	default:
		break;
	}
}

static void on_saved(void *data, const char *path, uint64_t pages, uint64_t bytes, int error)
{
	struct console *console = data;
	struct written *written = calloc(1, sizeof(*written) + strlen(path) + 1);
	char number[NUMBER_SIZE], size[NUMBER_SIZE];

	console_invalidate(console);
	if (error)
		journal_printf(&console->journal, GUEST_ERROR,
			       "%s is not complete: %s; what was written before can be read", path,
			       strerror(-error));
	else
		journal_printf(&console->journal, GUEST_INFO,
			       "saved %s: %s pages, %s; vtrace-top -r shows it", path,
			       number_exact(number, pages), number_bytes(size, bytes));
	if (!written)
		return;
	strcpy(written->path, path);
	written->pages = pages;
	written->bytes = bytes;
	written->error = error;
	written->next = console->written;
	console->written = written;
}

static const struct guest_events guest_events = {
	.message = on_message,
	.changed = on_changed,
	.packet = on_packet,
	.saved = on_saved,
};

/* ---- libvirt ---- */

static void on_domain(const char *name, const char *uuid, const char *what, const char *detail,
		      bool gone, void *data)
{
	struct console *console = data;
	bool died;

	(void)uuid;
	console_invalidate(console);
	console->relist = true;
	if (!name) {
		console->libvirt_lost = true;
		journal_printf(
			&console->journal, GUEST_ERROR,
			"the connection to libvirt was lost (%s): what happens to domains is "
			"not seen until it is back, which is tried every 2 s; tracing goes on",
			what);
		return;
	}
	if (!console->guest || !console->from_domain || strcmp(guest_name(console->guest), name))
		return;
	if (guest_state(console->guest) == GUEST_GONE && !gone) {
		console->came_back |= !strcmp(what, "started");
		return;
	}
	died = guest_panicked(console->guest) >= 0;
	guest_domain_event(console->guest, what, detail, gone);
	if (died && gone)
		post_mortem_gone(console);
	else if (gone && !lifecycle_is_death(what, detail))
		post_mortem_forget(console); /* nobody else may have that memory while it is open */
	console->died |= !died && lifecycle_is_death(what, detail);
}

static int connect_libvirt(struct console *console, char *error, size_t error_size)
{
	int ret;

	if (console->domains)
		return 0;
	ret = domains_connect(&console->domains, console->options->uri, error, error_size);
	if (ret < 0) {
		console->domains = NULL;
		return ret;
	}
	domains_on_event(console->domains, on_domain, console);
	return 0;
}

int attach_libvirt(struct console *console)
{
	char error[512];
	int ret = connect_libvirt(console, error, sizeof(error));

	if (ret < 0)
		journal_add(&console->journal, GUEST_ERROR, error);
	return ret;
}

int attach_libvirt_quietly(struct console *console)
{
	char error[512];

	return connect_libvirt(console, error, sizeof(error));
}

void attach_release_libvirt(struct console *console)
{
	reattach_release(console);
	domains_free(console->domains);
	console->domains = NULL;
}

/* ---- opening and closing ---- */

void attach_close(struct console *console)
{
	struct guest *guest = console->guest;

	if (!guest)
		return;
	/* Closing may still call back, to tell of a recording's end. */
	console->guest = NULL;
	guest_free(guest);
	ordering_reset(console);
	post_mortem_forget(console);
	console->from_domain = false;
	console->tracing_since = 0;
	tell_views(console, true);
}

/* A recording goes to one path, so it is that of the first guest. filter is to live as long. */
static struct guest_options options_of_guest(struct console *console, struct engine_filter *filter)
{
	struct guest_options options = {
		.memory = console->options->memory ? console->options->memory
						   : console->settings.memory,
		.record_limit = console->options->write_limit,
		.dat_version = console->options->dat_version,
		.require_sandbox = console->options->require_sandbox,
		.engine_uid = console->options->engine_uid,
		.engine_gid = console->options->engine_gid,
		.filter = filter,
	};

	*filter = filtering_now(console);

	if (console->options->write && !console->record_used)
		options.record = console->options->write;
	else if (console->options->write)
		journal_printf(&console->journal, GUEST_WARNING,
			       "not recorded: %s has the recording of the guest before",
			       console->options->write);
	return options;
}

static void opened(struct console *console, struct guest *guest, bool from_domain)
{
	console->guest = guest;
	console->from_domain = from_domain;
	console->tracing_since = 0;
	console->engine_mourned = false;
	console->filtered = false;
	filtering_reset(console);
	console->record_used = console->options->write != NULL;
	console->news = console_now();
	meters_reset(&console->meters, guest_state(guest) == GUEST_REPLAY, console_now());
	memset(&console->statistics, 0, sizeof(console->statistics));
	strip_reset(console);
	bookmarks_forget(console);
	tell_views(console, true);
	note_state(console);
	console_show(console, VIEW_EVENTS);
}

static int open_domain(struct console *console, const char *name, char *error, size_t error_size)
{
	struct channels *channels = calloc(1, sizeof(*channels));
	struct guest *guest;
	int ret;

	if (!channels) {
		snprintf(error, error_size, "out of memory");
		return -ENOMEM;
	}
	ret = connect_libvirt(console, error, error_size);
	if (!ret)
		ret = domains_channels(console->domains, name, channels, error, error_size);
	if (!ret) {
		struct engine_filter filter;
		struct guest_options options = options_of_guest(console, &filter);

		ret = guest_open(&guest, channels, &options, &guest_events, console, error,
				 error_size);
	}
	if (!ret) {
		opened(console, guest, true);
		post_mortem_keep(console);
	}
	channels_release(channels);
	free(channels);
	return ret;
}

static int open_directory(struct console *console, const char *path, char *error, size_t error_size)
{
	struct channels *channels = calloc(1, sizeof(*channels));
	struct engine_filter filter;
	struct guest_options options = options_of_guest(console, &filter);
	struct guest *guest;
	int ret;

	if (!channels) {
		snprintf(error, error_size, "out of memory");
		return -ENOMEM;
	}
	ret = channels_from_dir(channels, path, error, error_size);
	if (!ret)
		ret = guest_open(&guest, channels, &options, &guest_events, console, error,
				 error_size);
	if (!ret)
		opened(console, guest, false);
	channels_release(channels);
	free(channels);
	return ret;
}

static int open_capture(struct console *console, const char *path, char *error, size_t error_size)
{
	struct engine_filter filter;
	struct guest_options options = options_of_guest(console, &filter);
	struct guest *guest;
	int ret;

	ret = guest_open_capture(&guest, path, &options, &guest_events, console, error, error_size);
	if (!ret)
		opened(console, guest, false);
	return ret;
}

static int open_ram(struct console *console, char *error, size_t error_size)
{
	bool domain = !ram_is_file(console->options->ram);
	struct engine_filter filter;
	struct guest_options options = options_of_guest(console, &filter);
	struct guest *guest;
	int ret = domain ? connect_libvirt(console, error, error_size) : 0;

	if (!ret)
		ret = ram_open_guest(&guest, console->domains, true, console->options, &options,
				     &guest_events, console, error, error_size);
	if (!ret)
		opened(console, guest, domain);
	return ret;
}

int attach_from_options(struct console *console)
{
	const struct options *options = console->options;
	char *error = console->farewell;
	size_t error_size = sizeof(console->farewell);
	int ret;

	if (options->replay)
		ret = open_capture(console, options->replay, error, error_size);
	else if (options->ram)
		ret = open_ram(console, error, error_size);
	else if (options->dir)
		ret = open_directory(console, options->dir, error, error_size);
	else
		ret = open_domain(console, options->domain, error, error_size);
	if (ret == 0)
		error[0] = '\0';
	return ret;
}

void attach_domain(struct console *console)
{
	char error[512];

	attach_close(console);
	if (open_domain(console, console->open_next, error, sizeof(error)) < 0)
		journal_add(&console->journal, GUEST_ERROR, error);
	free(console->open_next);
	console->open_next = NULL;
	console_invalidate(console);
}

void attach_domain_after_stop(struct console *console, const char *name)
{
	char *copy = strdup(name);

	if (!copy) {
		journal_add(&console->journal, GUEST_ERROR, "out of memory");
		return;
	}
	free(console->open_next);
	console->open_next = copy;
	console_after_stop(console, AFTER_STOP_OPEN);
}

/* ---- what is done outside of callbacks ---- */

static void restart_answered(void *data, const char *answer)
{
	struct console *console = data;
	char error[512];

	if (!answer || *answer != 'y' || !console->guest || guest_engine_alive(console->guest))
		return;
	if (guest_restart_engine(console->guest, error, sizeof(error)) < 0) {
		journal_add(&console->journal, GUEST_ERROR, error);
		return;
	}
	meters_reset(&console->meters, console->meters.still, console_now());
	bookmarks_forget(console);
	memset(&console->statistics, 0, sizeof(console->statistics));
	on_changed(console);
}

void attach_offer_restart(struct console *console)
{
	console->engine_mourned = true;
	prompt_question(&console->prompt,
			"restart the engine? its rows are lost, files are not (y/n)", "yn",
			restart_answered, console);
	console_invalidate(console);
}

void attach_settle(struct console *console)
{
	struct view *picker = console->views[VIEW_DOMAINS];

	if (console->libvirt_lost) {
		console->libvirt_lost = false;
		attach_release_libvirt(console);
		reattach_libvirt(console);
	} else if (console->relist && console->front == VIEW_DOMAINS) {
		domains_refresh(picker, console);
	}
	console->relist = false;
	if (console->came_back && console->domains && console->guest)
		reattach_domain(console);
	console->came_back = false;
	if (console->died && console->guest)
		post_mortem_read(console);
	console->died = false;
	if (console->guest && !guest_engine_alive(console->guest) && !console->engine_mourned &&
	    !console->prompt.active)
		attach_offer_restart(console);
}
