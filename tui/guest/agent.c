// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/domain/loop.h"
#include "tui/guest/guest_private.h"

#define HELLO_ANSWER_MS	  2000
#define HELLO_TRACING_MS  2000 /* how soon a silent agent is noticed while it matters */
#define HELLO_QUIET_MS	  5000
#define HELLO_STRANGER_MS 3000
#define LOST_GRACE_MS	  4000 /* for libvirt, which takes seconds to say that a domain is gone */
#define ORDER_ANSWER_MS	  5000
#define FLUSH_ANSWER_MS	  30000 /* a stop sends all that the guest's buffers hold */
#define SILENT_MAX	  3
#define BOOT_SILENT_MAX	  40 /* of one that has answered before and is being booted: two minutes */
#define NOTES_A_SECOND	  10

/* How long until the next hello, by what the agent's silence would mean. */
static void set_timer(struct guest *guest)
{
	int ms = HELLO_QUIET_MS;

	if (guest->state == GUEST_TRACING || guest->state == GUEST_STARTING ||
	    guest->state == GUEST_STOPPING)
		ms = HELLO_TRACING_MS;
	else if (guest->state == GUEST_OLD_AGENT || guest->state == GUEST_CONNECTING)
		ms = HELLO_STRANGER_MS;
	loop_timer_set(guest->agent.timer, ms);
}

static void became(struct guest *guest, enum guest_state state)
{
	guest_set_state(guest, state);
	set_timer(guest);
}

void agent_became(struct guest *guest, bool tracing)
{
	became(guest, tracing ? GUEST_TRACING : GUEST_STOPPED);
}

/* ---- start and stop ---- */

static void start_answered(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;

	guest->agent.ordered--;
	if (guest->state != GUEST_STARTING || error == -ECONNRESET)
		return; /* overtaken by a stop, or the next hello settles it */
	if (error) {
		guest_say(guest, GUEST_WAITING, "the agent has not confirmed the start; waiting");
	} else if (answer->kind == CONTROL_OK) {
		became(guest, GUEST_TRACING);
	} else {
		guest->agent.wanted = false;
		guest_say(guest, GUEST_ERROR, "the agent cannot start tracing: %s", answer->text);
		became(guest, GUEST_STOPPED);
	}
}

static void stop_answered(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;

	guest->agent.ordered--;
	if (guest->state != GUEST_STOPPING || error == -ECONNRESET)
		return;
	if (error) {
		guest_say(guest, GUEST_WAITING,
			  "the agent has not confirmed the stop; it may still be flushing");
	} else if (answer->kind == CONTROL_OK) {
		became(guest, GUEST_STOPPED);
	} else {
		guest_say(guest, GUEST_ERROR, "the agent cannot stop tracing: %s", answer->text);
		became(guest, GUEST_TRACING);
	}
}

static int order(struct guest *guest, enum control_verb verb)
{
	bool start = verb == CONTROL_START;
	int err;

	err = control_client_request(guest->agent.control, verb, NULL,
				     start ? ORDER_ANSWER_MS : FLUSH_ANSWER_MS,
				     start ? start_answered : stop_answered, guest);
	if (err)
		return err;
	guest->agent.ordered++;
	became(guest, start ? GUEST_STARTING : GUEST_STOPPING);
	return 0;
}

int agent_start(struct guest *guest)
{
	struct guest_agent *agent = &guest->agent;
	int err;

	if (!control_client_connected(agent->control))
		return -ENOTCONN;
	/* What lies in the channels is of an earlier trace, except where that one was ours. */
	if (!guest->live && guest->state != GUEST_OLD_AGENT)
		streams_drain(guest);
	if (!guest_go_live(guest)) {
		agent->start_held = true;
		agent->wanted = true;
		if (guest->state != GUEST_OLD_AGENT)
			became(guest, GUEST_STARTING);
		return 0;
	}
	/* Before the order, so that no page of the new trace is taken for one of the old. */
	engine_link_must(&guest->link, ENGINE_PAUSED, NULL, 0, -1, NULL);
	if (guest->state == GUEST_OLD_AGENT)
		err = control_client_tell(agent->control, CONTROL_START, NULL);
	else
		err = order(guest, CONTROL_START);
	if (!err)
		agent->wanted = true;
	return err;
}

void agent_release_start(struct guest *guest)
{
	if (!guest->agent.start_held)
		return;
	guest->agent.start_held = false;
	if (agent_start(guest) < 0)
		guest_say(guest, GUEST_ERROR,
			  "cannot start tracing: the control channel is closed");
}

int agent_stop(struct guest *guest)
{
	struct guest_agent *agent = &guest->agent;
	int err = 0;

	if (!control_client_connected(agent->control))
		return -ENOTCONN;
	if (guest->state == GUEST_OLD_AGENT)
		err = control_client_tell(agent->control, CONTROL_STOP, NULL);
	else if (agent->start_held)
		became(guest, GUEST_STOPPED);
	else
		err = order(guest, CONTROL_STOP);
	if (!err) {
		agent->start_held = false;
		agent->wanted = false;
	}
	return err;
}

/* ---- hello ---- */

static void copy_value(const char *text, const char *key, char *value, size_t size)
{
	if (control_value(text, key, value, size) < 0)
		value[0] = '\0';
}

static unsigned number_value(const char *text, const char *key, unsigned fallback)
{
	uint64_t number;

	if (control_value_u64(text, key, &number) < 0 || number > INT32_MAX)
		return fallback;
	return (unsigned)number;
}

/* "verbs=1,0,hello" */
static control_verb_set parse_verbs(const char *text)
{
	char list[2 * CONTROL_VERBS_BYTES], *name, *rest = list;
	struct control_request request;
	control_verb_set verbs = 0;

	copy_value(text, "verbs", list, sizeof(list));
	while ((name = strsep(&rest, ","))) {
		control_request_parse(name, &request);
		if (request.verb != CONTROL_UNKNOWN)
			verbs |= (control_verb_set)1 << request.verb;
	}
	return verbs;
}

static void parse_hello(struct guest_agent *agent, const char *text, char *state, size_t state_size)
{
	struct guest_hello *hello = &agent->hello;
	char endian[8], keeps[8];

	copy_value(text, "agent", hello->agent, sizeof(hello->agent));
	copy_value(text, "boot-id", hello->boot_id, sizeof(hello->boot_id));
	copy_value(text, "kernel", hello->kernel, sizeof(hello->kernel));
	copy_value(text, "clock", hello->clock, sizeof(hello->clock));
	copy_value(text, "endian", endian, sizeof(endian));
	copy_value(text, "state", state, state_size);
	copy_value(text, "memory", keeps, sizeof(keeps));
	agent->keeps = !strcmp(keeps, "yes");
	hello->cpus = number_value(text, "cpus", 0);
	hello->ports_missing = number_value(text, "ports-missing", 0);
	hello->subbuf_size = number_value(text, "subbuf-size", 0);
	hello->events_enabled = number_value(text, "events", (unsigned)-1);
	hello->tracing_on = (int)number_value(text, "tracing-on", (unsigned)-1);
	hello->tracing = !strcmp(state, "tracing");
	hello->verbs = parse_verbs(text);
	agent->long_size = number_value(text, "long-size", 0);
	agent->big_endian = !strcmp(endian, "big");
}

static void say_what_is_missing(struct guest *guest)
{
	const struct guest_hello *hello = &guest->agent.hello;
	unsigned cpu, missing = 0, first = 0;

	for (cpu = 0; cpu < hello->cpus && cpu < VTRACE_MAX_CPUS; cpu++) {
		if (guest_has_cpu(guest, cpu))
			continue;
		if (!missing++)
			first = cpu;
	}
	if (missing == 1)
		guest_say(guest, GUEST_WARNING, "CPU %u of the guest has no channel: not traced",
			  first);
	else if (missing)
		guest_say(guest, GUEST_WARNING,
			  "%u of the guest's %u CPUs, the first is %u, have no channel: not traced",
			  missing, hello->cpus, first);
	else if (hello->ports_missing)
		guest_say(guest, GUEST_WARNING,
			  "the agent finds no port for %u of the guest's %u CPUs: not traced",
			  hello->ports_missing, hello->cpus);
}

/* A domain that came back with tracing on, from a saved state, has its rows here. */
static void say_who_goes_on(struct guest *guest)
{
	char when[16];

	if (guest->agent.came_back)
		return;
	guest_say(guest, GUEST_INFO,
		  "tracing was on and goes on; events that the guest overwrote while nobody read "
		  "them are counted as lost");
	guest_note(guest, false, "connected at %s, tracing was on", guest_time_of_day(when));
}

/* The agent is heard for the first time, or again after it had been given up. */
static void meet(struct guest *guest, bool stopped)
{
	struct guest_agent *agent = &guest->agent;
	bool resumed;

	if (guest->state == GUEST_OLD_AGENT)
		guest_say(guest, GUEST_INFO, "the agent in the guest answers now");
	agent->met = true;
	if (ram_meets(guest, &stopped))
		return;
	say_what_is_missing(guest);
	became(guest, stopped ? GUEST_STOPPED : GUEST_TRACING);
	/* An export takes an emulated guest seconds, so that orders go before it. */
	resumed = agent_resume(guest, stopped && agent->wanted);
	/* Started by somebody before us: pages are under way already. */
	if (!stopped) {
		say_who_goes_on(guest);
		guest_go_live(guest);
	}
	agent_take_over(guest);
	if (!resumed)
		formats_fetch(guest);
}

/* The agent says that it does not trace, though it was told to or should be about to. True: it is
 * to be told again. */
static bool found_stopped(struct guest *guest, bool rebooted, bool was_on)
{
	struct guest_agent *agent = &guest->agent;

	if (guest->state == GUEST_STOPPING) {
		became(guest, GUEST_STOPPED);
		return false;
	}
	if (guest->state != GUEST_TRACING && guest->state != GUEST_STARTING)
		return false;
	/* A killed agent leaves tracing_on at 1; one that was told to stop does not. */
	if ((agent->wanted || guest->state == GUEST_TRACING) &&
	    (rebooted || agent->restarted || was_on)) {
		agent->wanted = true; /* somebody else's tracing goes on as well, by us */
		guest_say(guest, GUEST_WARNING, "%s; tracing again",
			  rebooted ? "the guest was rebooted"
				   : "the agent in the guest was restarted");
		became(guest, GUEST_STARTING);
		return true;
	}
	if (guest->state == GUEST_STARTING)
		guest_say(guest, GUEST_ERROR, "the agent did not start tracing; start it again");
	else
		guest_say(guest, GUEST_WARNING, "tracing was stopped by somebody else");
	agent->wanted = false;
	became(guest, GUEST_STOPPED);
	return false;
}

static void found_tracing(struct guest *guest)
{
	if (guest->state == GUEST_STOPPED)
		guest_say(guest, GUEST_INFO, "tracing was started by somebody else");
	if (guest->state != GUEST_STOPPED && guest->state != GUEST_STARTING)
		return;
	became(guest, GUEST_TRACING);
	guest_go_live(guest);
}

static void note_restart(struct guest *guest, bool rebooted)
{
	char when[16];

	if (rebooted)
		guest_note(guest, true, "guest rebooted, its agent answers since %s",
			   guest_time_of_day(when));
	else if (guest->agent.restarted && guest->agent.met)
		guest_note(guest, false, "agent restarted at %s", guest_time_of_day(when));
}

/* The agent was known before; text is its answer to hello. */
static void heard_again(struct guest *guest, const char *text, bool rebooted, bool stopped)
{
	struct guest_agent *agent = &guest->agent;
	bool start = false, ordering = agent->ordered || agent->hold.on, resumed = false;

	if (rebooted && guest->state == GUEST_STOPPED)
		guest_say(guest, GUEST_INFO, "the guest was rebooted");
	/* What it said before it got our order tells nothing. */
	if (!ordering && stopped)
		start = found_stopped(guest, rebooted, number_value(text, "tracing-on", 0) == 1);
	else if (!ordering && agent->hello.tracing)
		found_tracing(guest);
	if (start || rebooted || agent->restarted)
		resumed = agent_resume(guest, start);
	if (rebooted && !resumed)
		formats_fetch(guest);
}

static void heard(struct guest *guest, const char *text)
{
	struct guest_agent *agent = &guest->agent;
	struct guest_hello before = agent->hello;
	bool rebooted, stopped, stranger;
	char state[16];

	parse_hello(agent, text, state, sizeof(state));
	stranger = guest->state == GUEST_CONNECTING || guest->state == GUEST_OLD_AGENT ||
		   ram_wants_agent(guest);
	stopped = !strcmp(state, "stopped");
	rebooted = agent->met && strcmp(before.boot_id, agent->hello.boot_id);
	if (agent->silent >= SILENT_MAX && !stranger)
		guest_say(guest, GUEST_INFO, "the agent answers again");
	agent->silent = 0;
	guest->panicked_at = 0;
	ram_guest_lives(guest);
	if (rebooted || strcmp(before.clock, agent->hello.clock))
		wall_forget(&guest->wall);
	/* Of its memory the engine sees that for itself. */
	if (!guest_is_memory(guest))
		note_restart(guest, rebooted);
	if (stranger)
		meet(guest, strcmp(state, "tracing") != 0);
	else
		heard_again(guest, text, rebooted, stopped);
	if (stopped || agent->hello.tracing)
		agent->restarted = false;
	if (memcmp(&before, &agent->hello, sizeof(before)))
		guest_changed(guest);
}

static void give_up(struct guest *guest, const char *why)
{
	became(guest, GUEST_OLD_AGENT);
	formats_load_share(guest,
			   "no answer to hello on %s (%s): no agent runs in the guest, or it is "
			   "that of 2012%s; start and stop are sent blind",
			   guest->channels.control.path, why,
			   guest->channels.control.kind == CHANNEL_UNIX
				   ? ", or another program is connected"
				   : "");
	guest_go_live(guest);
}

bool guest_answers(const struct guest *guest)
{
	return guest->agent.met && guest->agent.silent < SILENT_MAX;
}

static void not_heard(struct guest *guest, const char *why)
{
	struct guest_agent *agent = &guest->agent;

	agent->silent++;
	if (guest->state == GUEST_CONNECTING) {
		if (!agent->met || agent->silent >= BOOT_SILENT_MAX)
			give_up(guest, why);
	} else if (guest->state == GUEST_WATCHING) {
		return; /* there need not be one */
	} else if (guest->state != GUEST_OLD_AGENT && agent->silent == SILENT_MAX) {
		guest_say(guest, GUEST_WAITING,
			  "the agent does not answer (%s); what it sends is still read", why);
	}
}

static void hello_answered(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;

	if (error == -ECONNRESET)
		return;
	if (error)
		not_heard(guest, "within 2 s");
	else if (answer->kind == CONTROL_OK)
		heard(guest, answer->text);
	else
		not_heard(guest, answer->text);
}

void agent_say_hello(struct guest *guest)
{
	char version[16];

	snprintf(version, sizeof(version), "%d", CONTROL_VERSION);
	control_client_request(guest->agent.control, CONTROL_HELLO, version, HELLO_ANSWER_MS,
			       hello_answered, guest);
}

static void hello_again(void *data)
{
	struct guest *guest = data;
	struct guest_agent *agent = &guest->agent;

	if (agent->lost) {
		guest_say(guest, GUEST_WARNING,
			  "QEMU closed the channels of %s, it is gone; what was received is kept",
			  guest->name);
		guest_gone(guest);
	} else if (!control_client_connected(agent->control)) {
		if (guest->state == GUEST_CONNECTING)
			not_heard(guest, "the channel was closed");
	} else if (control_client_busy(agent->control)) {
		return;
	} else if (control_client_unread(agent->control)) {
		/* More words into a port that nobody reads would all be answered one day. */
		not_heard(guest, "nobody reads the port in the guest");
	} else {
		agent_say_hello(guest);
	}
}

/* ---- counters ---- */

static void stats_answered(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;
	guest_stats_fn *fn = guest->agent.stats_fn;

	guest->agent.stats_fn = NULL;
	fn(guest->agent.stats_data, !error && answer->kind == CONTROL_OK ? answer->text : NULL);
}

int guest_stats(struct guest *guest, int cpu, guest_stats_fn *fn, void *data)
{
	struct guest_agent *agent = &guest->agent;
	char number[16];
	int err;

	if (!agent->control || !agent->met)
		return -EOPNOTSUPP;
	if (agent->stats_fn)
		return -EALREADY;
	snprintf(number, sizeof(number), "%d", cpu);
	err = control_client_request(agent->control, CONTROL_STATS, cpu < 0 ? NULL : number,
				     ORDER_ANSWER_MS, stats_answered, guest);
	if (err)
		return err;
	agent->stats_fn = fn;
	agent->stats_data = data;
	return 0;
}

/* ---- what the agent and the channel do unasked ---- */

static void noted(void *data, const char *text)
{
	struct guest *guest = data;
	struct guest_agent *agent = &guest->agent;
	int64_t now = guest_now_ms();

	if (now - agent->notes_since >= 1000) {
		agent->notes_since = now;
		agent->notes = 0;
	}
	if (++agent->notes > NOTES_A_SECOND)
		return; /* a guest must not be able to keep the screen busy */
	if (!strcmp(text, "agent started")) {
		agent->restarted = true;
		agent->changed = agent->settings_changed = false; /* it knows nothing of them */
		hold_forget(guest);
		control_client_abandon(agent->control);
		agent_say_hello(guest);
		return;
	}
	cpu_notes_take(guest, text);
	guest_say(guest, !strncmp(text, "lost", 4) ? GUEST_WARNING : GUEST_DETAIL,
		  "the guest notes: %s", text);
}

static void channel_closed(void *data)
{
	struct guest *guest = data;
	struct guest_agent *agent = &guest->agent;

	agent->ordered = 0;
	hold_forget(guest);
	if (guest->channels.control.kind == CHANNEL_PIPE) {
		/* QEMU holds both ends for as long as it runs (pitfall: it opens them O_RDWR). */
		agent->lost = true;
		loop_timer_set(agent->timer, LOST_GRACE_MS);
		return;
	}
	guest_say(guest, GUEST_WARNING,
		  "the control channel %s was closed; connecting again every second",
		  guest->channels.control.path);
}

static void channel_opened(void *data)
{
	struct guest *guest = data;

	guest_say(guest, GUEST_INFO, "the control channel is connected again");
	agent_say_hello(guest);
}

int agent_open(struct guest *guest, char *error, size_t error_size)
{
	static const struct control_client_events events = {
		.note = noted,
		.closed = channel_closed,
		.opened = channel_opened,
	};
	struct guest_agent *agent = &guest->agent;
	int err;

	err = control_client_open(&agent->control, &guest->channels.control, &events, guest, error,
				  error_size);
	if (err)
		return err;
	agent->timer = loop_timer(HELLO_STRANGER_MS, hello_again, guest);
	if (agent->timer < 0) {
		snprintf(error, error_size, "cannot make a timer: %s", strerror(-agent->timer));
		return agent->timer;
	}
	agent_say_hello(guest);
	return 0;
}

void agent_close(struct guest *guest)
{
	struct guest_agent *agent = &guest->agent;

	ram_let_go(guest);
	hold_release(guest);
	if (agent->timer >= 0)
		loop_timer_remove(agent->timer);
	agent->timer = -1;
	control_client_free(agent->control);
	agent->control = NULL;
	agent->lost = false;
	agent->start_held = false;
	guest->formats.again = false; /* there is nobody to ask */
}
