// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/ordering_words.h"

#include <stdio.h>
#include <string.h>

/* ---- answers ---- */

/* A value, "?" where the agent has left it out. */
struct value {
	char text[320];
};

static struct value value_of(const char *keys, const char *key)
{
	struct value value = {"?"};

	if (control_value(keys, key, value.text, sizeof(value.text)) <= 0)
		value = (struct value){"?"};
	return value;
}

static bool is_none(const char *keys)
{
	return !strcmp(value_of(keys, "count").text, "0");
}

static void say_choice(const char *what, bool set, const char *keys, char *sentence, size_t size)
{
	struct value name = value_of(keys, "name"), available = value_of(keys, "available");

	if (set)
		snprintf(sentence, size, "the guest's %s is %s now", what, name.text);
	else
		snprintf(sentence, size, "the guest's %s is %s; there are %s", what, name.text,
			 available.text);
}

static void say_size(const char *what, const char *keys, char *sentence, size_t size)
{
	struct value kb = value_of(keys, "kb");

	if (!strcmp(kb.text, "X"))
		snprintf(sentence, size, "%s are of different sizes", what);
	else
		snprintf(sentence, size, "%s have %s KiB each", what, kb.text);
}

static void say_probes(const char *keys, char *sentence, size_t size)
{
	struct value added = value_of(keys, "added"), removed = value_of(keys, "removed");
	struct value count = value_of(keys, "count"), list = value_of(keys, "list");

	if (!strcmp(count.text, "0"))
		snprintf(sentence, size,
			 "the guest's kernel has no probes; :kprobe add p:NAME FUNCTION adds one");
	else if (count.text[0] != '?')
		snprintf(sentence, size, "the guest's kernel has %s probe%s: %s%s%s", count.text,
			 strcmp(count.text, "1") ? "s" : "", list.text,
			 added.text[0] != '?' ? "; from here: " : "",
			 added.text[0] != '?' ? added.text : "");
	else if (removed.text[0] != '?')
		snprintf(sentence, size, "the probe %s is removed", removed.text);
	else
		snprintf(sentence, size,
			 "the probe %s is added, and its format asked for; :enable %s enables it",
			 added.text, added.text);
}

static void say_restored(const char *keys, char *sentence, size_t size)
{
	struct value settings = value_of(keys, "settings"), probes = value_of(keys, "kprobes");
	struct value triggers = value_of(keys, "triggers");

	if (settings.text[0] == '?')
		snprintf(sentence, size, "put back in the guest: events %s",
			 value_of(keys, "restored").text);
	else
		snprintf(sentence, size,
			 "put back in the guest: events %s, settings %s, probes %s, triggers %s",
			 value_of(keys, "events").text, settings.text, probes.text,
			 triggers.text[0] == '?' ? "0" : triggers.text);
}

static void say_triggers(const char *keys, char *sentence, size_t size)
{
	const char *text = control_rest(keys, "text");
	struct value event = value_of(keys, "event");

	if (is_none(keys))
		snprintf(sentence, size, "%s has no trigger in the guest", event.text);
	else
		snprintf(sentence, size, "triggers of %s in the guest: %s", event.text,
			 text ? text : "?");
}

static void say_snapshot(bool set, const char *keys, char *sentence, size_t size)
{
	if (strcmp(value_of(keys, "state").text, "allocated"))
		snprintf(sentence, size, "there is no snapshot in the guest");
	else
		snprintf(sentence, size, "%s in the guest: its file snapshot in tracefs has it",
			 set ? "a snapshot was taken" : "there is room for a snapshot");
}

#define FUNCTIONS_SHOWN 120 /* bytes of their names: the message line has room for no more */

/* As many names as the message line has room for. */
static void say_functions(const char *count, const char *list, char *sentence, size_t size)
{
	size_t all = strlen(list), length = all;

	if (all > FUNCTIONS_SHOWN)
		for (length = FUNCTIONS_SHOWN; length && list[length] != ',';)
			length--;
	snprintf(sentence, size, "the guest's tracer traces %s functions: %.*s%s", count,
		 (int)length, list, length < all ? ", ..." : "");
}

void ordering_sentence(enum control_verb verb, bool set, const char *keys, char *sentence,
		       size_t size)
{
	switch (verb) {
	case CONTROL_TRACER:
		say_choice("tracer", set, keys, sentence, size);
		break;
	case CONTROL_CLOCK:
		say_choice("trace clock", set, keys, sentence, size);
		break;
	case CONTROL_BUFFER_KB:
		say_size("the ring buffers of the guest's CPUs", keys, sentence, size);
		break;
	case CONTROL_SUBBUF_KB:
		say_size("the pages of the guest's ring buffer", keys, sentence, size);
		break;
	case CONTROL_PID:
		if (is_none(keys))
			snprintf(sentence, size, "events of all tasks are recorded in the guest");
		else
			snprintf(sentence, size, "only events of these tasks are recorded: %s",
				 value_of(keys, "list").text);
		break;
	case CONTROL_FTRACE_FILTER:
		if (is_none(keys))
			snprintf(sentence, size, "the guest's tracer traces all functions");
		else
			say_functions(value_of(keys, "count").text, value_of(keys, "list").text,
				      sentence, size);
		break;
	case CONTROL_KPROBE:
		say_probes(keys, sentence, size);
		break;
	case CONTROL_TRIGGER:
		say_triggers(keys, sentence, size);
		break;
	case CONTROL_SNAPSHOT:
		say_snapshot(set, keys, sentence, size);
		break;
	case CONTROL_MARK:
		snprintf(sentence, size, "a mark of %s bytes is in the guest's trace",
			 value_of(keys, "bytes").text);
		break;
	case CONTROL_RESTORE:
		say_restored(keys, sentence, size);
		break;
	default:
		snprintf(sentence, size, "%s: %s", control_verb_name(verb), keys);
		break;
	}
}

/* ---- arguments ---- */

static bool is_probe(const char *text)
{
	static const char add[] = "add ", remove[] = "remove ";

	if (!strncmp(text, add, strlen(add)))
		return strpbrk(text + strlen(add), ":") != NULL;
	return !strncmp(text, remove, strlen(remove)) && text[strlen(remove)];
}

/* What is expected; NULL: it looks right. What it means the guest's kernel knows. */
static const char *expected(enum control_verb verb, const char *text)
{
	switch (verb) {
	case CONTROL_CLOCK:
	case CONTROL_TRACER:
		return control_is_word(text) ? NULL : "one name is expected: Tab lists them";
	case CONTROL_BUFFER_KB:
		return control_is_count(text, CONTROL_BUFFER_KB_MAX)
			       ? NULL
			       : "a number of KiB is expected";
	case CONTROL_SUBBUF_KB:
		return control_is_count(text, CONTROL_SUBBUF_KB_MAX)
			       ? NULL
			       : "a number of KiB from 1 to 1024 is expected";
	case CONTROL_PID:
		return control_is_tasks(text)
			       ? NULL
			       : "numbers of tasks are expected, as in 1,4711; or none";
	case CONTROL_KPROBE:
		return is_probe(text) ? NULL
				      : "add p:opened do_sys_openat2 looks like one, add r:done "
					"vfs_read, remove opened";
	case CONTROL_TRIGGER:
		return memchr(text, ':', strcspn(text, " "))
			       ? NULL
			       : "sched:sched_switch stacktrace looks like one; !stacktrace "
				 "behind the event removes it";
	case CONTROL_SNAPSHOT:
		return !strcmp(text, "take") || !strcmp(text, "free")
			       ? NULL
			       : "take or free is expected, or nothing";
	case CONTROL_MARK:
		return strlen(text) <= CONTROL_MARK_MAX
			       ? NULL
			       : "a text of at most 1024 bytes is expected";
	default:
		return NULL;
	}
}

_Static_assert(CONTROL_SUBBUF_KB_MAX == 1024, "expected() names the limit");

bool ordering_find_fault(enum control_verb verb, const char *text, char *why, size_t size,
			 size_t *at)
{
	const char *wanted;

	for (const char *c = text; *c; c++) {
		if (*c >= 0x20 && *c <= 0x7e)
			continue;
		*at = (size_t)(c - text);
		snprintf(why, size, "only ASCII can be sent to the guest");
		return true;
	}
	wanted = expected(verb, text);
	if (wanted)
		snprintf(why, size, "%s", wanted);
	return wanted;
}

bool ordering_needs_argument(enum control_verb verb)
{
	return verb == CONTROL_MARK || verb == CONTROL_TRIGGER;
}

/* ---- words ---- */

const char *ordering_words(const struct ordering *ordering, enum control_verb verb)
{
	switch (verb) {
	case CONTROL_CLOCK:
		return ordering->clocks;
	case CONTROL_TRACER:
		return ordering->tracers;
	case CONTROL_KPROBE:
		return ordering->probes;
	case CONTROL_PID:
	case CONTROL_FTRACE_FILTER:
		return "none";
	case CONTROL_SNAPSHOT:
		return "take,free";
	default:
		return "";
	}
}

size_t ordering_probe_word(const char *text, const char **list)
{
	static const char remove[] = "remove ";

	if (!strncmp(text, remove, strlen(remove)))
		return strlen(remove);
	*list = strchr(text, ' ') ? "" : "add,remove";
	return 0;
}

void ordering_add_words(struct completion *completion, const char *list, const char *text,
			size_t length)
{
	char word[128];

	for (size_t n; *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		snprintf(word, sizeof(word), "%.*s", (int)n, list);
		completion_add(completion, word, text, length);
	}
	completion_sort(completion);
}
