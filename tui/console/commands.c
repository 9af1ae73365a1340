// SPDX-License-Identifier: GPL-2.0-only
/* What the actions of the key table do that are the same in every view. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tui/console/numbers.h"
#include "tui/console/row.h"
#include "tui/console/state.h"

typedef void command_fn(struct console *console);

static void tell(struct console *console, enum guest_severity severity, const char *text)
{
	journal_add(&console->journal, severity, text);
}

static void trace(struct console *console)
{
	bool stop = attach_tracing(console);
	int ret;

	if (!console->guest) {
		tell(console, GUEST_WARNING, "nothing is open: d chooses a domain");
		return;
	}
	if (guest_state(console->guest) == GUEST_GONE) {
		tell(console, GUEST_WARNING, "the domain is gone: d chooses another");
		return;
	}
	ret = stop ? guest_stop(console->guest) : guest_start(console->guest);
	if (ret == -EOPNOTSUPP)
		tell(console, GUEST_WARNING,
		     "this is a capture: tracing is started and stopped in a running guest");
	else if (ret == -EALREADY)
		tell(console, GUEST_INFO, "that was asked of the guest already");
	else if (ret < 0)
		journal_printf(&console->journal, GUEST_ERROR, "tracing can not be %s: %s",
			       stop ? "stopped" : "started", strerror(-ret));
}

static void freeze(struct console *console)
{
	events_toggle_freeze(console->views[VIEW_EVENTS], console);
}

static void follow(struct console *console)
{
	events_follow(console->views[VIEW_EVENTS], console);
}

static void merge(struct console *console)
{
	events_toggle_merge(console->views[VIEW_EVENTS], console);
}

/* ---- to a time ---- */

static bool clock_counts_nanoseconds(const struct console *console)
{
	const struct engine_formats_reply *formats =
		console->guest ? guest_formats(console->guest) : NULL;

	return row_counts_nanoseconds(formats ? formats->clock : NULL);
}

static bool go_check(void *data, const char *text, char *why, size_t why_size)
{
	struct goto_target target;

	return goto_parse(text, clock_counts_nanoseconds(data), &target, why, why_size) == 0;
}

static void go_chosen(void *data, const char *text)
{
	struct console *console = data;
	struct goto_target target;
	char why[2];

	if (text &&
	    !goto_parse(text, clock_counts_nanoseconds(console), &target, why, sizeof(why)) &&
	    !events_go(console->views[VIEW_EVENTS], console, &target))
		tell(console, GUEST_WARNING,
		     "there is no row that another time could be later or earlier than");
}

static void go(struct console *console)
{
	if (!console->guest) {
		tell(console, GUEST_WARNING, "nothing is open: d chooses a domain");
		return;
	}
	prompt_line(&console->prompt,
		    clock_counts_nanoseconds(console)
			    ? "go to, in seconds as in TIME, or +S, -S, NN%:"
			    : "go to, as in TIME, or +N, -N, NN%:",
		    "", go_check, go_chosen, console);
}

/* ---- CPUs ---- */

static void streams(const struct console *console, uint8_t *cpus)
{
	memset(cpus, 0, ENGINE_CPUSET_BYTES);
	for (unsigned cpu = 0; cpu < guest_cpus(console->guest) && cpu < VTRACE_MAX_CPUS; cpu++)
		if (guest_has_cpu(console->guest, cpu))
			engine_cpuset_add(cpus, cpu);
}

/* Those of a list that have a stream; an empty list means all. 0 or -EINVAL with a sentence. */
static int parse_cpus(const struct console *console, const char *list, uint8_t *cpus, char *why,
		      size_t why_size)
{
	uint8_t wanted[ENGINE_CPUSET_BYTES], there[ENGINE_CPUSET_BYTES], any = 0;
	char known[64];
	size_t at = 0;

	if (!console->guest)
		return -EINVAL;
	streams(console, there);
	memcpy(cpus, there, ENGINE_CPUSET_BYTES);
	if (!list[strspn(list, " ")])
		return 0;
	if (cpulist_parse(list, wanted, &at) < 0) {
		snprintf(why, why_size,
			 "character %zu is no part of a CPU list; one looks like 0-3,8", at + 1);
		return -EINVAL;
	}
	for (unsigned i = 0; i < ENGINE_CPUSET_BYTES; i++)
		any |= cpus[i] = wanted[i] & there[i];
	if (any)
		return 0;
	cpulist_format(there, known, sizeof(known));
	snprintf(why, why_size, "none of these CPUs has a stream; there are %s", known);
	return -EINVAL;
}

static bool cpus_check(void *data, const char *text, char *why, size_t why_size)
{
	uint8_t cpus[ENGINE_CPUSET_BYTES];

	return parse_cpus(data, text, cpus, why, why_size) == 0;
}

static void cpus_chosen(void *data, const char *text)
{
	struct console *console = data;
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	char why[2];

	if (!text || parse_cpus(console, text, cpus, why, sizeof(why)) < 0)
		return;
	memcpy(console->cpus, cpus, sizeof(console->cpus));
	events_cpus_changed(console->views[VIEW_EVENTS], console);
}

static void choose_cpus(struct console *console)
{
	uint8_t there[ENGINE_CPUSET_BYTES];
	char label[128], list[64], prefill[512];

	if (!console->guest)
		return;
	streams(console, there);
	cpulist_format(there, list, sizeof(list));
	snprintf(label, sizeof(label), "CPUs to show, of %s; empty for all:", list);
	for (unsigned i = 0; i < ENGINE_CPUSET_BYTES; i++)
		there[i] &= console->cpus[i];
	cpulist_format(there, prefill, sizeof(prefill));
	prompt_line(&console->prompt, label, prefill, cpus_check, cpus_chosen, console);
}

/* ---- saving and forgetting ---- */

static bool save_check(void *data, const char *text, char *why, size_t why_size)
{
	(void)data;
	if (!*text)
		snprintf(why, why_size,
			 "a path for a new directory or a .dat file is needed; Esc leaves");
	else if (access(text, F_OK) == 0)
		snprintf(why, why_size, "this exists: choose a name that is not taken");
	else
		return true;
	return false;
}

static void save_chosen(void *data, const char *path)
{
	struct console *console = data;
	char error[512];

	if (!path || !console->guest)
		return;
	if (guest_save(console->guest, path, error, sizeof(error)) < 0)
		tell(console, GUEST_ERROR, error);
	else
		journal_printf(&console->journal, GUEST_INFO, "saving to %s...", path);
}

/* A domain's name is data: in a path it is letters, digits and a few signs. */
static void suggest_path(const struct console *console, char *path, size_t size)
{
	char name[64], when[32];
	time_t now = time(NULL);
	struct tm local;
	const char *last = strrchr(guest_name(console->guest), '/');
	size_t i;

	snprintf(name, sizeof(name), "%s", last && last[1] ? last + 1 : guest_name(console->guest));
	for (i = 0; name[i]; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
			    name[i]))
			name[i] = '_';
	localtime_r(&now, &local);
	strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &local);
	snprintf(path, size, "vtrace-%s-%s", name, when);
}

static void save(struct console *console)
{
	char label[64], path[128], size[NUMBER_SIZE];

	if (!console->guest) {
		tell(console, GUEST_WARNING, "nothing is open: d chooses a domain");
		return;
	}
	suggest_path(console, path, sizeof(path));
	snprintf(label, sizeof(label),
		 "save the %s held to:", number_bytes(size, console->meters.memory_used));
	prompt_line(&console->prompt, label, path, save_check, save_chosen, console);
}

static void clear_answered(void *data, const char *answer)
{
	struct console *console = data;

	if (!answer || *answer != 'y' || !console->guest)
		return;
	int ret = guest_clear(console->guest);

	if (ret < 0) {
		journal_printf(&console->journal, GUEST_ERROR,
			       "the events can not be forgotten now: %s; try again",
			       strerror(-ret));
		return;
	}
	events_cleared(console->views[VIEW_EVENTS], console);
}

static void clear(struct console *console)
{
	char label[128], size[NUMBER_SIZE];

	if (!console->guest)
		return;
	if (guest_state(console->guest) == GUEST_REPLAY) {
		tell(console, GUEST_WARNING, "this is a capture: it stays as it was saved");
		return;
	}
	snprintf(label, sizeof(label), "forget the %s of events held? files are left alone (y/n)",
		 number_bytes(size, console->meters.memory_used));
	prompt_question(&console->prompt, label, "yn", clear_answered, console);
}

static void formats(struct console *console)
{
	int ret;

	if (!console->guest)
		return;
	if (!guest_engine_alive(console->guest)) {
		attach_offer_restart(console);
		return;
	}
	ret = guest_refresh_formats(console->guest);
	if (ret == -EOPNOTSUPP)
		tell(console, GUEST_WARNING, "this is a capture: its formats were saved with it");
	else if (ret < 0)
		journal_printf(&console->journal, GUEST_ERROR,
			       "the formats can not be asked for: %s", strerror(-ret));
	else
		tell(console, GUEST_INFO, "asking the guest for its event formats...");
}

/* ---- views, screen and leaving ---- */

static void show_domains(struct console *console)
{
	console_show(console, VIEW_DOMAINS);
}

static void next_view(struct console *console)
{
	console_show(console, console->front == VIEW_LOG ? console_root(console) : VIEW_LOG);
}

static void toggle_meters(struct console *console)
{
	console->meters.hidden = !console->meters.hidden;
}

static void redraw(struct console *console)
{
	terminal_repaint(console->terminal);
}

static void suspend(struct console *console)
{
	terminal_suspend(console->terminal);
}

static void help(struct console *console)
{
	console_show(console, console->front == VIEW_HELP ? console->before_help : VIEW_HELP);
}

static void leave_answered(void *data, const char *answer)
{
	if (answer && *answer == 'y')
		console_leave(data);
}

static void quit(struct console *console)
{
	char label[200], size[NUMBER_SIZE];

	if (!console->guest || !console->options->write || console->after_stop) {
		console_leave(console);
		return;
	}
	snprintf(label, sizeof(label), "end the recording (%s so far) and leave? (y/n)",
		 number_bytes(size, console->meters.recorded));
	prompt_question(&console->prompt, label, "yn", leave_answered, console);
}

static void close_view(struct console *console)
{
	if (console->front == VIEW_HELP)
		console_show(console, console->before_help);
	else if (console->front != console_root(console))
		console_show(console, console_root(console));
}

static void back(struct console *console)
{
	if (console->front == console_root(console))
		quit(console);
	else
		close_view(console);
}

/* clang-format off */
static command_fn *const commands[] = {
	[ACTION_TRACE] = trace,
	[ACTION_FOLLOW] = follow,
	[ACTION_FREEZE] = freeze,
	[ACTION_GOTO] = go,
	[ACTION_CPUS] = choose_cpus,
	[ACTION_MERGE] = merge,
	[ACTION_SAVE] = save,
	[ACTION_CLEAR] = clear,
	[ACTION_FORMATS] = formats,
	[ACTION_DOMAINS] = show_domains,
	[ACTION_VIEWS] = next_view,
	[ACTION_METERS] = toggle_meters,
	[ACTION_REDRAW] = redraw,
	[ACTION_SUSPEND] = suspend,
	[ACTION_HELP] = help,
	[ACTION_BACK] = back,
	[ACTION_CLOSE] = close_view,
	[ACTION_QUIT] = quit,
};
/* clang-format on */

bool command_run(struct console *console, enum action action)
{
	if (action >= sizeof(commands) / sizeof(commands[0]) || !commands[action])
		return false;
	commands[action](console);
	return true;
}
