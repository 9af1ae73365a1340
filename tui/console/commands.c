// SPDX-License-Identifier: GPL-2.0-only
/* What the actions of the key table do that are the same in every view. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tui/console/cpus.h"
#include "tui/console/numbers.h"
#include "tui/console/row.h"
#include "tui/console/saves.h"
#include "tui/console/set.h"
#include "tui/console/state.h"
#include "tui/console/times.h"

/* What an action does: run() for its key, or its command alone; take() for its command with an
 * argument that check(), which gets struct console, has found valid. Or it is a verb of the control
 * port. */
struct command {
	void (*run)(struct console *console);
	void (*take)(struct console *console, const char *argument);
	prompt_check_fn *check;
	enum control_verb verb;
};

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
		     guest_is_memory(console->guest)
			     ? "only the memory of this guest is read, and no agent in it takes "
			       "orders: what "
			       "its kernel's command line enabled is traced"
			     : "this is a capture: tracing is started and stopped in a running "
			       "guest");
	else if (ret == -EALREADY)
		tell(console, GUEST_INFO, "that was asked of the guest already");
	else if (ret < 0)
		journal_printf(&console->journal, GUEST_ERROR, "tracing can not be %s: %s",
			       stop ? "stopped" : "started", strerror(-ret));
}

static bool is_on(const char *argument)
{
	return !strcmp(argument, "on");
}

static void on_off_check(void *data, const char *text, struct prompt_verdict *verdict)
{
	(void)data;
	if (is_on(text) || !strcmp(text, "off"))
		return;
	verdict->state = PROMPT_INVALID;
	verdict->at = 0;
	snprintf(verdict->why, sizeof(verdict->why), "on or off is expected, or nothing");
}

static void freeze(struct console *console)
{
	events_toggle_freeze(console->views[VIEW_EVENTS], console);
}

static void follow(struct console *console)
{
	events_follow(console->views[VIEW_EVENTS], console);
}

static void freeze_to(struct console *console, const char *argument)
{
	if (events_frozen(console->views[VIEW_EVENTS]) != is_on(argument))
		freeze(console);
}

static void merge(struct console *console)
{
	events_toggle_merge(console->views[VIEW_EVENTS], console);
}

static void merge_to(struct console *console, const char *argument)
{
	if (events_merged(console->views[VIEW_EVENTS]) != is_on(argument))
		merge(console);
}

/* ---- to a time ---- */

static bool clock_counts_nanoseconds(const struct console *console)
{
	const struct engine_formats_reply *formats =
		console->guest ? guest_formats(console->guest) : NULL;

	return row_counts_nanoseconds(formats ? formats->clock : NULL);
}

static void go_check(void *data, const char *text, struct prompt_verdict *verdict)
{
	struct goto_target target;

	if (goto_parse(text, clock_counts_nanoseconds(data), &target, verdict->why,
		       sizeof(verdict->why)))
		verdict->state = PROMPT_INVALID;
}

static void go_to(struct console *console, const char *text)
{
	struct goto_target target;
	char why[2];

	bookmarks_leave(console);
	if (!goto_parse(text, clock_counts_nanoseconds(console), &target, why, sizeof(why)) &&
	    !events_go(console->views[VIEW_EVENTS], console, &target))
		tell(console, GUEST_WARNING,
		     "there is no row that another time could be later or earlier than");
}

static void go_chosen(void *data, const char *text)
{
	if (text)
		go_to(data, text);
}

static void go(struct console *console)
{
	if (!console->guest) {
		tell(console, GUEST_WARNING, "nothing is open: d chooses a domain");
		return;
	}
	prompt_line(&console->prompt,
		    &(struct prompt_ask){.label = clock_counts_nanoseconds(console)
							  ? "go to, in seconds as in TIME, or +S, "
							    "-S, NN%:"
							  : "go to, as in TIME, or +N, -N, NN%:",
					 .check = go_check,
					 .done = go_chosen,
					 .data = console});
}

/* ---- searching ---- */

static void next(struct console *console)
{
	finder_next(console, ENGINE_FIND_NEXT);
}

static void previous(struct console *console)
{
	finder_next(console, ENGINE_FIND_PREV);
}

static void next_break(struct console *console)
{
	finder_break(console, ENGINE_FIND_NEXT);
}

static void previous_break(struct console *console)
{
	finder_break(console, ENGINE_FIND_PREV);
}

/* ---- forgetting ---- */

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
	else if (ret == -ENOTCONN)
		tell(console, GUEST_WARNING,
		     "the guest is gone: its event formats stay as they were read");
	else if (ret == -EALREADY)
		tell(console, GUEST_INFO, "the event formats are being read already");
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

static void show_detail(struct console *console)
{
	console_show(console, VIEW_DETAIL);
}

static void next_view(struct console *console)
{
	enum view_id next = VIEW_LOG;

	/* Without a guest there is nothing to count. */
	if (console->front == VIEW_EVENTS)
		next = VIEW_STATISTICS;
	else if (console->front == VIEW_STATISTICS)
		next = VIEW_LATENCY;
	else if (console->front == VIEW_LOG)
		next = console_root(console);
	console_show(console, next);
}

static int view_named(const struct console *console, const char *name)
{
	for (int id = 0; id < VIEW_COUNT; id++)
		if (!strcmp(console->views[id]->ops->name, name))
			return id;
	return -1;
}

static void view_check(void *data, const char *text, struct prompt_verdict *verdict)
{
	if (view_named(data, text) >= 0)
		return;
	verdict->state = PROMPT_INVALID;
	verdict->at = 0;
	snprintf(verdict->why, sizeof(verdict->why), "no view is called so; Tab lists them");
}

static void view_to(struct console *console, const char *name)
{
	console_show(console, (enum view_id)view_named(console, name));
}

static void toggle_meters(struct console *console)
{
	console->settings.meters = !console->settings.meters;
}

static void meters_to(struct console *console, const char *argument)
{
	console->settings.meters = is_on(argument);
}

static void toggle_mouse(struct console *console)
{
	console->settings.mouse = !console->settings.mouse;
	set_apply(console);
}

static void mouse_to(struct console *console, const char *argument)
{
	console->settings.mouse = is_on(argument);
	set_apply(console);
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

	if (!console->guest || !guest_recording(console->guest) || console->after_stop) {
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

static const struct command commands[] = {
	[ACTION_TRACE] = {.run = trace},
	[ACTION_FOLLOW] = {.run = follow},
	[ACTION_FREEZE] = {freeze, freeze_to, on_off_check},
	[ACTION_GOTO] = {go, go_to, go_check},
	[ACTION_BOOKMARK] = {bookmarks_open, bookmarks_set, bookmarks_check},
	[ACTION_JUMP] = {bookmarks_open_jump, bookmarks_jump, bookmarks_check_jump},
	[ACTION_SEARCH] = {finder_open, finder_look, finder_check},
	[ACTION_NEXT] = {.run = next},
	[ACTION_PREVIOUS] = {.run = previous},
	[ACTION_NEXT_BREAK] = {.run = next_break},
	[ACTION_PREVIOUS_BREAK] = {.run = previous_break},
	[ACTION_CANCEL] = {.run = finder_forget},
	[ACTION_FILTER] = {filtering_open, filtering_use, filtering_check},
	[ACTION_ONLY] = {.run = filtering_only},
	[ACTION_WITHOUT] = {.run = filtering_without},
	[ACTION_UNFILTER] = {.run = filtering_toggle},
	[ACTION_CPUS] = {cpus_open, cpus_take, cpus_check},
	[ACTION_ENABLE] = {enabling_open, enabling_add, enabling_check},
	[ACTION_ENABLE_ONLY] = {enabling_open, enabling_set, enabling_check},
	[ACTION_DISABLE] = {enabling_open, enabling_remove, enabling_check},
	[ACTION_MERGE] = {merge, merge_to, on_off_check},
	[ACTION_SAVE] = {saves_open, saves_save, saves_check_save},
	[ACTION_RECORD] = {saves_toggle, saves_record, saves_check_record},
	[ACTION_CLEAR] = {.run = clear},
	[ACTION_FORMATS] = {.run = formats},
	[ACTION_POST_MORTEM] = {.run = post_mortem_ask},
	[ACTION_DETAIL] = {.run = show_detail},
	[ACTION_DOMAINS] = {.run = show_domains},
	[ACTION_VIEWS] = {next_view, view_to, view_check},
	[ACTION_TIMES] = {.run = times_next},
	[ACTION_METERS] = {toggle_meters, meters_to, on_off_check},
	[ACTION_MOUSE] = {toggle_mouse, mouse_to, on_off_check},
	[ACTION_COLUMNS] = {set_columns_ask, set_columns, set_columns_check},
	[ACTION_SET] = {set_show, set_take, set_check},
	[ACTION_WRITE_SETTINGS] = {.run = set_write},
	[ACTION_REDRAW] = {.run = redraw},
	[ACTION_SUSPEND] = {.run = suspend},
	[ACTION_HELP] = {.run = help},
	[ACTION_BACK] = {.run = back},
	[ACTION_CLOSE] = {.run = close_view},
	[ACTION_QUIT] = {.run = quit},
	[ACTION_COMMAND] = {.run = command_line_open},
	[ACTION_TRACER] = {.verb = CONTROL_TRACER},
	[ACTION_FTRACE_FILTER] = {.verb = CONTROL_FTRACE_FILTER},
	[ACTION_KPROBE] = {.verb = CONTROL_KPROBE},
	[ACTION_CLOCK] = {.verb = CONTROL_CLOCK},
	[ACTION_BUFFER_KB] = {.verb = CONTROL_BUFFER_KB},
	[ACTION_SUBBUF_KB] = {.verb = CONTROL_SUBBUF_KB},
	[ACTION_PID] = {.verb = CONTROL_PID},
	[ACTION_TRIGGER] = {.verb = CONTROL_TRIGGER},
	[ACTION_SNAPSHOT] = {.verb = CONTROL_SNAPSHOT},
	[ACTION_MARK] = {.verb = CONTROL_MARK},
	[ACTION_RESTORE_ALL] = {.verb = CONTROL_RESTORE},
	[ACTION_PING] = {.verb = CONTROL_PING},
};

_Static_assert(CONTROL_START == 0, "no command is this verb: the key t has more to do");

static const struct command *command_of(enum action action)
{
	static const struct command none;

	return action < sizeof(commands) / sizeof(commands[0]) ? &commands[action] : &none;
}

bool command_run(struct console *console, enum action action)
{
	const struct command *command = command_of(action);

	if (command->verb)
		ordering_ask(console, command->verb);
	else if (command->run)
		command->run(console);
	return command->verb || command->run;
}

void command_check(struct console *console, enum action action, const char *argument,
		   struct prompt_verdict *verdict)
{
	const struct command *command = command_of(action);

	if (command->verb)
		ordering_check(console, command->verb, argument, verdict);
	else if (command->check)
		command->check(console, argument, verdict);
}

void command_complete(struct console *console, enum action action, const char *argument,
		      size_t length, struct completion *completion)
{
	const struct command *command = command_of(action);

	if (command->verb)
		ordering_complete(console, command->verb, argument, length, completion);
}

void command_take(struct console *console, enum action action, const char *argument)
{
	const struct command *command = command_of(action);

	if (command->verb)
		ordering_take(console, command->verb, argument);
	else if (command->take)
		command->take(console, argument);
}
