// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/ordering.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/console/numbers.h"
#include "tui/console/ordering_words.h"
#include "tui/console/state.h"
#include "tui/guest/orders.h"

/* Why the verb can not be sent to what is open, as a sentence; false: it can. argument as in
 * guest_order(). */
static bool find_obstacle(const struct console *console, enum control_verb verb,
			  const char *argument, char *text, size_t size)
{
	const char *why = NULL;

	if (!console->guest) {
		why = "nothing is open: d chooses a domain";
	} else {
		switch (guest_state(console->guest)) {
		case GUEST_REPLAY:
			why = "this is a capture: only in a running guest something can be set";
			break;
		case GUEST_WATCHING:
			why = "only the memory of this guest is read, and no agent in it takes "
			      "orders: what "
			      "its kernel's command line enabled is traced";
			break;
		case GUEST_OLD_AGENT:
			why = "no agent answers, or it is that of 2012, which knows only start and "
			      "stop: start vtrace's trace-agent in the guest";
			break;
		case GUEST_CONNECTING:
			why = "the agent in the guest has not answered yet";
			break;
		case GUEST_GONE:
			why = "the domain is gone: d chooses another";
			break;
		default:
			break;
		}
	}
	if (why)
		snprintf(text, size, "%s", why);
	else if (guest_order_changes(verb, argument) && guest_lacks_verb(console->guest, verb))
		snprintf(text, size,
			 "the agent in the guest does not know '%s', or the guest's owner does not "
			 "allow it",
			 control_verb_name(verb));
	else
		return false;
	return true;
}

static void tell_error(struct console *console, enum control_verb verb, const char *argument,
		       int err)
{
	const char *name = control_verb_name(verb);
	char why[256];

	if (find_obstacle(console, verb, argument, why, sizeof(why)))
		journal_add(&console->journal, GUEST_WARNING, why);
	else if (err == -EBUSY)
		journal_printf(&console->journal, GUEST_WARNING,
			       "%s has to wait: tracing is stopped for another change just now",
			       name);
	else if (err == -EAGAIN)
		journal_printf(&console->journal, GUEST_WARNING,
			       "%s has to wait until tracing has started or stopped", name);
	else
		journal_printf(&console->journal, GUEST_ERROR,
			       "the guest can not be asked for %s: %s", name, strerror(-err));
}

/* ---- answers ---- */

/* What was typed stays to be mended, unless its author has gone on to something else. */
static void ask_again(struct console *console, enum control_verb verb)
{
	struct ordering *ordering = &console->ordering;
	char line[EDIT_MAX + 32];

	if (!ordering->undisturbed || console->prompt.active || ordering->verb != verb)
		return;
	snprintf(line, sizeof(line), "%s %s", control_verb_name(verb), ordering->typed);
	command_line_ask(console, line);
}

static void keep_list(char *list, size_t size, const char *text, const char *key)
{
	if (control_value(text, key, list, size) < 0)
		list[0] = '\0';
}

/* What Tab can offer from now on. */
static void learn(struct ordering *ordering, enum control_verb verb, const char *text)
{
	if (verb == CONTROL_CLOCK)
		keep_list(ordering->clocks, sizeof(ordering->clocks), text, "available");
	else if (verb == CONTROL_TRACER)
		keep_list(ordering->tracers, sizeof(ordering->tracers), text, "available");
	else if (verb == CONTROL_KPROBE)
		keep_list(ordering->probes, sizeof(ordering->probes), text, "list");
}

static void give_words(struct console *console, const struct ordering_slot *slot)
{
	struct prompt *prompt = &console->prompt;
	char bytes[EDIT_BYTES];
	size_t cursor;

	if (!prompt_wants_words(prompt))
		return;
	cursor = prompt_text(prompt, bytes);
	if (prompt->completion.from <= cursor)
		ordering_add_words(&prompt->completion,
				   ordering_words(&console->ordering, slot->verb),
				   bytes + prompt->completion.from,
				   cursor - prompt->completion.from);
	prompt_completed(prompt);
}

static void tell_answer(struct console *console, const struct ordering_slot *slot, const char *text)
{
	char sentence[448], list[256];

	if (slot->verb == CONTROL_PING) {
		journal_printf(&console->journal, GUEST_INFO,
			       "the agent in the guest answers, after %llu ms",
			       (unsigned long long)(console_now() - slot->since));
		return;
	}
	ordering_sentence(slot->verb, slot->changes, text, sentence, sizeof(sentence));
	journal_add(&console->journal, GUEST_INFO, sentence);
	if (control_value(text, "refused", list, sizeof(list)) > 0)
		journal_printf(&console->journal, GUEST_ERROR,
			       "not put back, since the guest's kernel refused it: %s", list);
	if (control_value(text, "left", list, sizeof(list)) > 0)
		journal_printf(&console->journal, GUEST_WARNING,
			       "left alone, since somebody else has changed it: %s", list);
}

static void answered(void *data, const char *text, const char *error)
{
	struct ordering_slot *slot = data;
	struct console *console = slot->console;
	struct ordering *ordering = &console->ordering;

	slot->asking = false;
	console_invalidate(console);
	if (text)
		learn(ordering, slot->verb, text);
	if (slot->words) {
		give_words(console, slot);
		return;
	}
	if (text) {
		tell_answer(console, slot, text);
		enabled_refresh(console->views[VIEW_ENABLED], console);
		return;
	}
	journal_printf(&console->journal, GUEST_ERROR, "%s: %s", control_verb_name(slot->verb),
		       error);
	if (!slot->changes || !strcmp(error, GUEST_NOT_ANSWERED))
		return;
	snprintf(ordering->refused, sizeof(ordering->refused), "%s", error);
	ask_again(console, slot->verb);
}

/* ---- asking ---- */

static int send(struct console *console, enum control_verb verb, const char *argument, bool words)
{
	struct ordering_slot *slot = &console->ordering.slot[verb];
	int err;

	if (slot->asking) {
		if (!words)
			journal_printf(&console->journal, GUEST_WARNING,
				       "the guest has not answered about %s yet",
				       control_verb_name(verb));
		return -EALREADY;
	}
	*slot = (struct ordering_slot){
		.console = console,
		.verb = verb,
		.asking = true,
		.changes = argument || verb == CONTROL_RESTORE,
		.words = words,
		.since = console_now(),
	};
	if (!console->guest)
		err = -EOPNOTSUPP;
	else if (verb == CONTROL_RESTORE)
		err = guest_restore(console->guest, answered, slot);
	else
		err = guest_order(console->guest, verb, argument, answered, slot);
	slot->asking = !err;
	if (err && !words)
		tell_error(console, verb, argument, err);
	return err;
}

static void send_typed(struct console *console)
{
	struct ordering *ordering = &console->ordering;

	ordering->refused[0] = '\0';
	ordering->undisturbed = true;
	send(console, ordering->verb, ordering->verb == CONTROL_RESTORE ? NULL : ordering->typed,
	     false);
}

static void drop_answered(void *data, const char *answer)
{
	struct console *console = data;

	if (answer && *answer == 'y')
		send_typed(console);
}

/* Nothing that is held is thrown away without a question. */
static void send_or_ask(struct console *console, enum control_verb verb)
{
	char label[160], size[NUMBER_SIZE];

	if (!console->guest || !guest_order_drops_rows(console->guest, verb)) {
		send_typed(console);
	} else if (guest_recording(console->guest)) {
		journal_add(&console->journal, GUEST_WARNING,
			    "a recording has pages of one size: S ends it, then this can be done");
	} else {
		snprintf(label, sizeof(label),
			 "pages of another size: forget the %s of events held? (y/n)",
			 number_bytes(size, console->meters.memory_used));
		prompt_question(&console->prompt, label, "yn", drop_answered, console);
	}
}

void ordering_take(struct console *console, enum control_verb verb, const char *argument)
{
	struct ordering *ordering = &console->ordering;

	ordering->verb = verb;
	snprintf(ordering->typed, sizeof(ordering->typed), "%s", argument);
	send_or_ask(console, verb);
}

void ordering_ask(struct console *console, enum control_verb verb)
{
	char line[32], why[256];

	if (find_obstacle(console, verb, NULL, why, sizeof(why))) {
		journal_add(&console->journal, GUEST_WARNING, why);
	} else if (ordering_needs_argument(verb)) {
		snprintf(line, sizeof(line), "%s ", control_verb_name(verb));
		command_line_ask(console, line);
	} else if (verb == CONTROL_RESTORE) {
		ordering_take(console, verb, "");
	} else {
		send(console, verb, NULL, false);
	}
}

void ordering_try_again(struct console *console)
{
	console->ordering.refused[0] = '\0';
}

void ordering_reset(struct console *console)
{
	memset(&console->ordering, 0, sizeof(console->ordering));
}

/* ---- while one types ---- */

void ordering_check(struct console *console, enum control_verb verb, const char *text,
		    struct prompt_verdict *verdict)
{
	const struct ordering *ordering = &console->ordering;
	const char *list = ordering_words(ordering, verb);

	verdict->at = PROMPT_NOWHERE;
	if (find_obstacle(console, verb, text, verdict->why, sizeof(verdict->why)) ||
	    ordering_find_fault(verb, text, verdict->why, sizeof(verdict->why), &verdict->at)) {
		verdict->state = PROMPT_INVALID;
	} else if (ordering->refused[0] && ordering->verb == verb &&
		   !strcmp(text, ordering->typed)) {
		verdict->state = PROMPT_INVALID;
		snprintf(verdict->why, sizeof(verdict->why), "%s", ordering->refused);
	} else if (list[0] && (verb == CONTROL_CLOCK || verb == CONTROL_TRACER)) {
		snprintf(verdict->why, sizeof(verdict->why), "there are %s", list);
	}
}

void ordering_complete(struct console *console, enum control_verb verb, const char *text,
		       size_t length, struct completion *completion)
{
	const char *list = ordering_words(&console->ordering, verb);

	if (verb == CONTROL_TRIGGER) {
		if (!memchr(text, ' ', length))
			enabled_complete(console->views[VIEW_ENABLED], text, length, completion);
		return;
	}
	completion_begin(completion, verb == CONTROL_KPROBE ? ordering_probe_word(text, &list) : 0,
			 '\0');
	if (length < completion->from)
		return;
	text += completion->from;
	length -= completion->from;
	ordering_add_words(completion, list, text, length);
	if (!list[0] && (verb == CONTROL_CLOCK || verb == CONTROL_TRACER))
		completion->pending = console->guest && !send(console, verb, NULL, true);
}
