// SPDX-License-Identifier: GPL-2.0-only
#include "tui/guest/chosen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void forget(struct chosen *chosen, size_t at)
{
	free(chosen->choice[at].args);
	chosen->count--;
	memmove(&chosen->choice[at], &chosen->choice[at + 1],
		(chosen->count - at) * sizeof(*chosen->choice));
	if (at < chosen->next)
		chosen->next--;
}

void chosen_release(struct chosen *chosen)
{
	while (chosen->count)
		forget(chosen, chosen->count - 1);
	free(chosen->choice);
	*chosen = (struct chosen){0};
}

bool chosen_has(const struct chosen *chosen, enum control_verb verb)
{
	for (size_t i = 0; i < chosen->count; i++)
		if (chosen->choice[i].verb == verb)
			return true;
	return false;
}

static bool has_word(const char *args, const char *word)
{
	size_t length = strlen(word);

	return !strncmp(args, word, length) && (!args[length] || args[length] == ' ');
}

static const char *behind_word(const char *args)
{
	args += strcspn(args, " ");
	return args + strspn(args, " ");
}

/* ---- which order leaves nothing of an earlier one ---- */

/* Of two that name the same events the later decides, whatever came between them. */
static bool covers_events(const char *later, const char *earlier)
{
	if (has_word(later, "set"))
		return true;
	/* What was set decides of all other events too. */
	return !has_word(earlier, "set") && !strcmp(behind_word(earlier), behind_word(later));
}

static bool same_event(const char *later, const char *earlier)
{
	size_t length = strcspn(later, " ");

	return strcspn(earlier, " ") == length && !strncmp(earlier, later, length);
}

/* The name in "opened", "GROUP:opened", "GROUP/opened", and in a definition's first word, as in
 * "p:GROUP/opened" or "r8:opened" (Linux, Documentation/trace/kprobetrace.rst). */
static const char *probe_name(const char *text, size_t *length)
{
	const char *start = text;

	*length = strcspn(text, " ");
	for (size_t i = 0; i < *length; i++)
		if (text[i] == ':' || text[i] == '/')
			start = text + i + 1;
	*length -= (size_t)(start - text);
	return start;
}

/* Is what one adds or removes a probe of the same name? */
static bool same_probe(const char *later, const char *earlier)
{
	size_t length, other;
	const char *name = probe_name(behind_word(later), &length);
	const char *its = probe_name(behind_word(earlier), &other);

	return length == other && !strncmp(name, its, length);
}

/* "SYSTEM:EVENT TRIGGER" or, to remove one, "SYSTEM:EVENT !TRIGGER", whose command alone is enough,
 * as
 * "!stacktrace" for "stacktrace:5". */
static bool removes_trigger(const char *args)
{
	return *behind_word(args) == '!';
}

static bool same_trigger(const char *later, const char *earlier)
{
	const char *trigger = behind_word(later), *its = behind_word(earlier);
	size_t length;

	trigger += *trigger == '!';
	length = strlen(trigger);
	if (!same_event(later, earlier) || strncmp(trigger, its, length))
		return false;
	return !its[length] ||
	       (removes_trigger(later) && (its[length] == ':' || its[length] == ' '));
}

static bool covers(enum control_verb verb, const char *later, const struct choice *earlier)
{
	if (earlier->verb != verb)
		return false;
	switch (verb) {
	case CONTROL_EVENTS:
		return covers_events(later, earlier->args);
	case CONTROL_FILTER:
		return same_event(later, earlier->args);
	case CONTROL_KPROBE:
		return same_probe(later, earlier->args);
	case CONTROL_TRIGGER:
		return same_trigger(later, earlier->args);
	default:
		return true; /* a setting has one value */
	}
}

/* Is it put back by what this verb puts back? */
static bool is_restored(enum control_verb verb, const struct choice *choice)
{
	return verb == CONTROL_RESTORE || choice->verb == CONTROL_EVENTS ||
	       choice->verb == CONTROL_FILTER;
}

static bool restores(enum control_verb verb, const char *args)
{
	return verb == CONTROL_RESTORE || (verb == CONTROL_EVENTS && has_word(args, "restore"));
}

/* What was removed is not to be removed of a guest that never had it, and a snapshot is of a
 * moment. */
static bool leaves_something(enum control_verb verb, const char *args)
{
	if (verb == CONTROL_KPROBE)
		return !has_word(args, "remove");
	if (verb == CONTROL_TRIGGER)
		return !removes_trigger(args);
	return verb != CONTROL_SNAPSHOT && !restores(verb, args);
}

int chosen_note(struct chosen *chosen, enum control_verb verb, const char *args)
{
	struct choice *grown;
	char *copy;

	for (size_t i = chosen->count; i > 0; i--)
		if (restores(verb, args) ? is_restored(verb, &chosen->choice[i - 1])
					 : covers(verb, args, &chosen->choice[i - 1]))
			forget(chosen, i - 1);
	if (!leaves_something(verb, args))
		return 0;
	copy = strdup(args);
	if (!copy)
		return -ENOMEM;
	grown = reallocarray(chosen->choice, chosen->count + 1, sizeof(*grown));
	if (!grown) {
		free(copy);
		return -ENOMEM;
	}
	chosen->choice = grown;
	grown[chosen->count++] = (struct choice){.verb = verb, .args = copy};
	return 0;
}

void chosen_rewind(struct chosen *chosen)
{
	chosen->next = 0;
}

const struct choice *chosen_next(struct chosen *chosen)
{
	return chosen->next < chosen->count ? &chosen->choice[chosen->next++] : NULL;
}
