// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "tui/console/numbers.h"
#include "tui/console/silence.h"
#include "tui/console/state.h"

#define START_AGENT "start it there: systemctl start trace-agent"

struct sentence {
	char *text;
	size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void say(struct sentence *sentence, const char *format,
						      ...)
{
	va_list args;
	int added;

	va_start(args, format);
	added = vsnprintf(sentence->text + sentence->length, sentence->size - sentence->length,
			  format, args);
	va_end(args);
	if (added > 0)
		sentence->length += (size_t)added;
	if (sentence->length >= sentence->size)
		sentence->length = sentence->size - 1;
}

/* Where formats were looked for, behind what is wrong besides. */
static void say_no_formats(const struct silence *silence, struct sentence *sentence)
{
	if (silence->formats)
		return;
	if (silence->share)
		say(sentence,
		    "; there are no event formats in %s/" VTRACE_FORMATS_FILE
		    ", so that rows are raw: R looks again",
		    silence->share);
	else
		say(sentence, "; there are no event formats: the guest has no 9p share with the "
			      "tag " VTRACE_SHARE_TAG
			      ", and none came from its agent; rows are raw: R asks again");
}

static void say_connecting(const struct silence *silence, struct sentence *sentence)
{
	say(sentence, "waiting for the agent in the guest to answer");
	if (silence->control)
		say(sentence, " on %s; where none runs, " START_AGENT, silence->control);
}

static void say_no_agent(const struct silence *silence, struct sentence *sentence)
{
	say(sentence,
	    "nobody answers on %s: no agent runs in the guest (" START_AGENT "), or it is "
	    "that of 2012, which gives no answers, formats or counters: t starts it blind",
	    silence->control ? silence->control : "the control port");
	say_no_formats(silence, sentence);
}

static void say_stopped(const struct silence *silence, struct sentence *sentence)
{
	if (silence->events_enabled == 0)
		say(sentence, "not tracing, and no events are enabled in the guest: E chooses "
			      "some, t starts tracing");
	else
		say(sentence, "not tracing: t starts it");
	say_no_formats(silence, sentence);
}

/* All that was received is out of sight. False: something else is the matter. */
static bool say_hidden(const struct silence *silence, struct sentence *sentence)
{
	char hidden[NUMBER_SIZE], all[NUMBER_SIZE];

	if (silence->held && silence->filtered) {
		say(sentence, "the filter lets no event of %s pass", silence->cpus);
		if (silence->counted)
			say(sentence, ": %s of %s rows are hidden",
			    number_exact(hidden, silence->hidden),
			    number_exact(all, silence->sifted));
		say(sentence, "; = shows all, f changes it");
		return true;
	}
	if (!silence->held && silence->elsewhere) {
		say(sentence, "no events of %s are held, but %s rows of other CPUs: c chooses CPUs",
		    silence->cpus, number_exact(all, silence->elsewhere));
		return true;
	}
	return false;
}

static void say_silent(const struct silence *silence, struct sentence *sentence)
{
	say(sentence, "no events for %" PRIu64 " s: ", silence->silent / 1000);
	if (silence->state == GUEST_OLD_AGENT)
		say(sentence, "the start was sent blind, and nobody has confirmed it: does an "
			      "agent run in the guest, and are events enabled there "
			      "(trace-cmd start -e sched)?");
	else if (!silence->answers)
		say(sentence,
		    "the agent does not answer either; if it has ended, " START_AGENT "%s",
		    silence->remains ? "; if the guest hangs, :post-mortem reads the ring in its "
				       "memory"
				     : "");
	else if (silence->tracing_on == 0)
		say(sentence, "tracing_on is 0: somebody in the guest turned recording off; "
			      "t stops, and t again starts it anew");
	else if (silence->events_enabled == 0)
		say(sentence, "no events are enabled in the guest: E chooses some, or enable them "
			      "there: trace-cmd start -e sched");
	else if (silence->events_enabled != (unsigned)-1)
		say(sentence,
		    "%u event types are enabled in the guest, but none of them happens; E shows "
		    "which",
		    silence->events_enabled);
	else
		say(sentence, "are events enabled in the guest (E shows them), and does it do "
			      "anything?");
}

static void say_tracing(const struct silence *silence, struct sentence *sentence)
{
	/* A count of events is sure at once; of the rest the agent may not have told yet. */
	if (silence->silent >= SILENCE_LONG && (silence->shown || !silence->held))
		say_silent(silence, sentence);
	else if (silence->shown)
		return;
	else if (say_hidden(silence, sentence))
		return;
	else if (silence->events_enabled == 0)
		say(sentence, "tracing, but no events are enabled in the guest: E chooses some, or "
			      "enable them there: trace-cmd start -e sched");
	else
		say(sentence, "tracing; no events yet");
	say_no_formats(silence, sentence);
}

static void say_empty(const struct silence *silence, struct sentence *sentence)
{
	if (silence->indexing)
		say(sentence, "reading the capture...");
	else if (say_hidden(silence, sentence))
		return;
	else if (silence->state == GUEST_OLD_AGENT)
		say_no_agent(silence, sentence);
	else if (silence->state == GUEST_STOPPED)
		say_stopped(silence, sentence);
	else if (silence->state == GUEST_WATCHING)
		say(sentence,
		    "its ring is read, and nothing has been written to it yet: events are "
		    "enabled by trace_instance= on the guest's command line, or in its "
		    "tracefs");
	else if (silence->state == GUEST_REPLAY && silence->memory)
		say(sentence, "the ring in its memory holds no events");
	else if (silence->state == GUEST_REPLAY)
		say(sentence, "the capture holds no events: it was saved before any had come");
}

void silence_sentence(const struct silence *silence, char *text, size_t size)
{
	struct sentence sentence = {.text = text, .size = size};

	text[0] = '\0';
	if (!silence->open && silence->opening)
		say(&sentence, "opening %s...", silence->opening);
	if (!silence->open)
		return;
	if (!silence->engine_alive)
		say(&sentence, "the engine is dead, and what it held is gone; what was saved or "
			       "recorded is kept: R starts it again");
	else if (silence->state == GUEST_CONNECTING)
		say_connecting(silence, &sentence);
	else if (silence->waiting)
		say(&sentence, "%s", silence->waiting);
	else if (silence->tracing)
		say_tracing(silence, &sentence);
	else if (silence->state == GUEST_GONE)
		say(&sentence, "the domain is gone: what was received is kept; d chooses another");
	else if (!silence->shown)
		say_empty(silence, &sentence);
}

/* ---- of the console ---- */

/* Rows of the CPUs of a set, and of the others. */
static void count_rows(const struct console *console, const uint8_t *cpus, struct silence *silence)
{
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		const struct meter *meter = &console->meters.cpu[cpu];
		uint64_t rows = meter->now.next_row - meter->now.first_row;

		if (!meter->known || meter->now.next_row < meter->now.first_row)
			continue;
		if (engine_cpuset_has(cpus, cpu))
			silence->held += rows;
		else
			silence->elsewhere += rows;
	}
}

static void look_at_guest(const struct console *console, struct silence *silence)
{
	const struct guest *guest = console->guest;
	const struct guest_hello *hello = guest_hello(guest);
	const struct channels *channels = guest_channels(guest);
	uint64_t since = console->meters.last_event > console->tracing_since
				 ? console->meters.last_event
				 : console->tracing_since;

	silence->open = true;
	silence->engine_alive = guest_engine_alive(guest);
	silence->state = guest_state(guest);
	silence->memory = guest_is_memory(guest);
	silence->remains = console->post_mortem.kept;
	silence->waiting = guest_waiting(guest);
	silence->control = channels->control.path;
	silence->share = channels->share;
	silence->formats = guest_formats(guest) != NULL;
	silence->answers = guest_answers(guest);
	silence->tracing = attach_tracing(console) && console->tracing_since;
	silence->events_enabled = hello->events_enabled;
	silence->tracing_on = hello->tracing_on;
	silence->silent = console_now() - since;
	silence->indexing = console->meters.indexing != 0;
}

static void look_at_filter(const struct console *console, struct silence *silence)
{
	const struct filtering *filtering = &console->filtering;

	silence->filtered = console->filtered;
	silence->counted = filtering->counted;
	silence->hidden = filtering->count.hidden;
	silence->sifted = filtering->count.held;
}

void silence_reason(const struct console *console, bool shown, char *text, size_t size)
{
	const struct options *options = console->options;
	struct silence silence = {.shown = shown};
	uint8_t cpus[ENGINE_CPUSET_BYTES];
	char scope[64];

	silence.opening = options->replay ? options->replay
			  : options->dir  ? options->dir
			  : options->ram  ? options->ram
					  : options->domain;
	if (console->guest) {
		look_at_guest(console, &silence);
		look_at_filter(console, &silence);
		events_cpus(console->views[VIEW_EVENTS], cpus);
		count_rows(console, cpus, &silence);
		events_scope(console->views[VIEW_EVENTS], console, scope, sizeof(scope));
		silence.cpus = scope;
	}
	silence_sentence(&silence, text, size);
}
