// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/allowed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/event_table.h"
#include "guest-agent/tracefs.h"

#define CONFIG_MAX 65536
#define SEPARATORS ", \t"

#define BIT(verb)  ((control_verb_set)1 << (verb))

/* Without these nothing can be traced; none changes more than whether the ring buffer records. */
static const control_verb_set always =
	BIT(CONTROL_START) | BIT(CONTROL_STOP) | BIT(CONTROL_HELLO) | BIT(CONTROL_EXPORT) |
	BIT(CONTROL_STATS) | BIT(CONTROL_FORMATS) | BIT(CONTROL_PING) | BIT(CONTROL_SYNC) |
	BIT(CONTROL_RESTORE) | BIT(CONTROL_MEMORY);

/* ---- lists ---- */

static bool word_is(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && !memcmp(text, word, length);
}

static enum control_verb verb_of(const char *text, size_t length)
{
	enum control_verb verb = 0;

	if (word_is(text, length, "start"))
		return CONTROL_START;
	if (word_is(text, length, "stop"))
		return CONTROL_STOP;
	while (verb < CONTROL_UNKNOWN && !word_is(text, length, control_verb_name(verb)))
		verb++;
	return verb;
}

static int add_pattern(struct allowed *allowed, const char *pattern, size_t length)
{
	size_t used = allowed->patterns ? strlen(allowed->patterns) : 0;
	char *patterns = realloc(allowed->patterns, used + length + 2);

	if (!patterns)
		return -ENOMEM;
	allowed->patterns = patterns;
	if (used > 0)
		patterns[used++] = ',';
	memcpy(patterns + used, pattern, length);
	patterns[used + length] = '\0';
	return 0;
}

/* "SYSTEM", "SYSTEM:EVENT": not so long that nothing could match it, no third part. */
static bool is_pattern(const char *text, size_t length)
{
	const char *colon = memchr(text, ':', length);

	for (size_t i = 0; i < length; i++)
		if (text[i] <= 0x20 || text[i] > 0x7e)
			return false;
	return length > 0 && length < 2 * VTRACE_EVENT_NAME_MAX && colon != text &&
	       !(colon && memchr(colon + 1, ':', length - (size_t)(colon - text) - 1));
}

/* A word as an error may show it. */
static void show(const char *text, size_t length, char *shown, size_t size)
{
	size_t i;

	for (i = 0; i < length && i + 1 < size; i++)
		shown[i] = (char)(text[i] < 0x20 || text[i] > 0x7e ? '?' : text[i]);
	shown[i] = '\0';
}

static int add_item(struct allowed *allowed, const char *item, size_t length, char *error,
		    size_t size)
{
	static const char events[] = "events:";
	enum control_verb verb = verb_of(item, length);
	char verbs[CONTROL_VERBS_BYTES], shown[64];

	if (verb != CONTROL_UNKNOWN) {
		allowed->verbs |= BIT(verb);
		allowed->all_events |= verb == CONTROL_EVENTS;
		return 0;
	}
	if (word_is(item, length, "all")) {
		allowed->verbs |= CONTROL_VERBS_ALL;
		return 0;
	}
	if (word_is(item, length, "none")) {
		allowed->none = true;
		return 0;
	}
	show(item, length, shown, sizeof(shown));
	if (length >= strlen(events) && !memcmp(item, events, strlen(events))) {
		item += strlen(events);
		length -= strlen(events);
		if (is_pattern(item, length)) {
			allowed->verbs |= BIT(CONTROL_EVENTS);
			return add_pattern(allowed, item, length);
		}
		snprintf(error, size,
			 "\"%s\" has no pattern of events, as events:sched or "
			 "events:irq:irq_handler_* have",
			 shown);
		return -EINVAL;
	}
	control_verbs(CONTROL_VERBS_ALL & ~always, ' ', verbs, sizeof(verbs));
	snprintf(error, size,
		 "\"%s\" is nothing that can be allowed; there are all none events:PATTERN %s",
		 shown, verbs);
	return -EINVAL;
}

int allowed_add(struct allowed *allowed, const char *list, char *error, size_t size)
{
	bool empty = true;
	int err;

	allowed->limited = true;
	while (*(list += strspn(list, SEPARATORS))) {
		size_t length = strcspn(list, SEPARATORS);

		empty = false;
		err = add_item(allowed, list, length, error, size);
		if (err)
			return err;
		list += length;
	}
	if (empty)
		snprintf(error, size, "the list is empty; none allows no changes");
	else if (allowed->none && (allowed->verbs & ~always))
		snprintf(error, size, "none and other items contradict each other");
	else if (allowed->all_events && allowed->patterns)
		snprintf(error, size,
			 "events, which is all of them, and events:PATTERN contradict "
			 "each other");
	else
		return 0;
	return -EINVAL;
}

/* ---- files ---- */

/* One line, which ends with a NUL, without its remark. */
static int read_line(struct allowed *allowed, char *line, char *error, size_t size)
{
	static const char word[] = "allow";
	char shown[64];
	size_t length;

	line[strcspn(line, "#")] = '\0';
	length = strlen(line);
	if (length > 0 && line[length - 1] == '\r')
		line[length - 1] = '\0';
	line += strspn(line, " \t");
	length = strcspn(line, " \t");
	if (length == 0)
		return 0;
	if (word_is(line, length, word))
		return allowed_add(allowed, line + length, error, size);
	show(line, length, shown, sizeof(shown));
	snprintf(error, size, "\"%s\" is no setting; there is %s", shown, word);
	return -EINVAL;
}

int allowed_read(struct allowed *allowed, const char *given, char *error, size_t size)
{
	const char *path = given ? given : ALLOWED_CONFIG;
	unsigned number = 1;
	char *text, *line, reason[CONTROL_VERBS_BYTES + 256];
	size_t length;
	int err = tracefs_read(AT_FDCWD, path, CONFIG_MAX, &text, &length);

	if (err == -ENOENT && !given)
		return 0;
	if (err) {
		snprintf(error, size, "cannot read %s: %s", path,
			 err == -E2BIG ? "it is too long" : strerror(-err));
		return err;
	}
	if (strlen(text) != length) {
		snprintf(error, size, "%s is no text: it holds a NUL", path);
		err = -EINVAL;
	}
	for (line = text; !err && *line; number++) {
		char *end = line + strcspn(line, "\n");
		bool last = !*end;

		*end = '\0';
		err = read_line(allowed, line, reason, sizeof(reason));
		if (err)
			snprintf(error, size, "%s:%u: %s", path, number,
				 err == -EINVAL ? reason : strerror(-err));
		line = last ? end : end + 1;
	}
	free(text);
	return err;
}

void allowed_release(struct allowed *allowed)
{
	free(allowed->patterns);
	*allowed = (struct allowed){0};
}

/* ---- questions ---- */

control_verb_set allowed_verbs(const struct allowed *allowed)
{
	if (!allowed || !allowed->limited)
		return CONTROL_VERBS_ALL;
	return allowed->verbs | always;
}

bool allowed_only_asks(const struct control_request *request)
{
	const char *args = request->args;
	size_t length = strcspn(args, " ");

	if (request->verb == CONTROL_UNKNOWN || (always & BIT(request->verb)))
		return true;
	switch (request->verb) {
	case CONTROL_EVENTS:
		return length == 0 || word_is(args, length, "list") ||
		       word_is(args, length, "restore");
	case CONTROL_FILTER:
	case CONTROL_TRIGGER:
		return !args[length + strspn(args + length, " ")];
	default:
		return length == 0 && request->verb != CONTROL_MARK;
	}
}

bool allowed_request(const struct allowed *allowed, const struct control_request *request)
{
	return request->verb == CONTROL_UNKNOWN || allowed_only_asks(request) ||
	       (allowed_verbs(allowed) & BIT(request->verb));
}

bool allowed_event(const struct allowed *allowed, const char *system, const char *name)
{
	const struct event_entry entry = {.system = system, .name = name};
	const char *pattern;

	if (!allowed || !allowed->patterns)
		return true;
	for (pattern = allowed->patterns; *pattern; pattern += *pattern == ',') {
		size_t length = strcspn(pattern, ",");

		if (event_entry_matches(&entry, pattern, length))
			return true;
		pattern += length;
	}
	return false;
}
