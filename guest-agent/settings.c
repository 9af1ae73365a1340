// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/control.h"
#include "guest-agent/buffer_memory.h"
#include "guest-agent/name_list.h"
#include "guest-agent/snapshot.h"

#define TEXT_MAX (4 << 20) /* names of 50,000 functions take 1 MiB */

enum form {
	FORM_WORD,
	FORM_CHOICE, /* all that it can be, the one that it is in brackets */
	FORM_NUMBER,
	FORM_LIST, /* a line each */
};

static const struct {
	const char *verb, *file;
	enum form form;
	const char *available; /* the file that says what it can be, or NULL */
} kinds[] = {
	[SETTING_TRACER] = {"tracer", "current_tracer", FORM_WORD, "available_tracers"},
	[SETTING_FTRACE_FILTER] = {"ftrace-filter", "set_ftrace_filter", FORM_LIST, NULL},
	[SETTING_PID] = {"pid", "set_event_pid", FORM_LIST, NULL},
	[SETTING_CLOCK] = {"clock", "trace_clock", FORM_CHOICE, "trace_clock"},
	[SETTING_SUBBUF_KB] = {"subbuf-kb", "buffer_subbuf_size_kb", FORM_NUMBER, NULL},
	[SETTING_BUFFER_KB] = {"buffer-kb", "buffer_size_kb", FORM_NUMBER, NULL},
};

const char *setting_verb(enum setting setting)
{
	return kinds[setting].verb;
}

const char *setting_file(enum setting setting)
{
	return kinds[setting].file;
}

bool setting_wants_stop(enum setting setting)
{
	return setting == SETTING_TRACER || setting == SETTING_SUBBUF_KB;
}

/* ---- what a file says ---- */

/* The first word of each line; not of remarks, and not of what stands in set_ftrace_filter for
 * commands, such as "schedule:traceoff:unlimited", which are no part of the list. In place. */
static void join_lines(char *text)
{
	char *out = text, *line = text;

	while (*line) {
		char *next = line + strcspn(line, "\n");
		size_t length = strcspn(line, " \t\n");

		next += *next == '\n';
		if (length > 0 && *line != '#' && !memchr(line, ':', length)) {
			if (out > text)
				*out++ = ' ';
			memmove(out, line, length);
			out += length;
		}
		line = next;
	}
	*out = '\0';
}

/* "1408" and, of a buffer that nothing has used yet, "7 (expanded: 1408)" (Linux,
 * kernel/trace/trace.c, tracing_entries_read). In place. */
static void cut_number(char *text)
{
	static const char mark[] = "(expanded: ";
	char *expanded = strstr(text, mark);

	if (expanded)
		memmove(text, expanded + strlen(mark), strlen(expanded + strlen(mark)) + 1);
	text[strcspn(text, " )\n")] = '\0';
}

/* Text of a file in the form of its kind. In place, but that "none" needs room. */
static int bring_into_form(enum form form, char **text)
{
	char *start;

	switch (form) {
	case FORM_WORD:
		(*text)[strcspn(*text, " \n")] = '\0';
		return 0;
	case FORM_NUMBER:
		cut_number(*text);
		return 0;
	case FORM_CHOICE:
		start = strchr(*text, '[');
		if (!start)
			return -EINVAL;
		start[strcspn(start, "]")] = '\0';
		memmove(*text, start + 1, strlen(start + 1) + 1);
		return 0;
	case FORM_LIST:
		join_lines(*text);
		if (**text)
			return 0;
		free(*text);
		*text = strdup("none");
		return *text ? 0 : -ENOMEM;
	}
	return -EINVAL;
}

int setting_read(const struct settings *settings, enum setting setting, char **value)
{
	size_t length;
	int err = tracefs_read(settings->tracefs->instance, kinds[setting].file, TEXT_MAX, value,
			       &length);

	if (err)
		return err;
	err = bring_into_form(kinds[setting].form, value);
	if (err) {
		free(*value);
		*value = NULL;
	}
	return err;
}

void setting_available(const struct settings *settings, enum setting setting, char *list,
		       size_t size)
{
	const struct tracefs *from = setting == SETTING_TRACER && settings->tracers
					     ? settings->tracers
					     : settings->tracefs;
	char *text, *word;
	size_t length;

	list[0] = '\0';
	if (!kinds[setting].available)
		return;
	/* An instance has not always a list of its own. */
	if (tracefs_read(from->instance, kinds[setting].available, TEXT_MAX, &text, &length) &&
	    tracefs_read(from->top, kinds[setting].available, TEXT_MAX, &text, &length))
		return;
	for (word = text; *(word += strspn(word, " []\n")); word += length) {
		length = strcspn(word, " []\n");
		name_list_add(list, size, word, length);
	}
	free(text);
}

/* ---- changes ---- */

/* O_TRUNC is what empties a list; other files do not mind. A line feed ends the last word: the
 * kernel looks at one without only when the file is closed, and tells nobody of its errors. */
static int write_value(const struct settings *settings, enum setting setting, const char *value)
{
	bool list = kinds[setting].form == FORM_LIST;
	char *line;
	int err;

	if (list && !strcmp(value, "none"))
		value = "";
	if (asprintf(&line, "%s%s", value, value[0] ? "\n" : "") < 0)
		return -ENOMEM;
	err = tracefs_write(settings->tracefs->instance, kinds[setting].file, O_TRUNC, line);
	free(line);
	return err;
}

static int check_buffer(const struct settings *settings, const char *before, const char *value,
			char *reason, size_t size)
{
	uint64_t have, want;
	bool spare;
	int err;

	if (control_number(before, &have)) {
		snprintf(reason, size,
			 "the CPUs' buffers differ in size, which could not be put "
			 "back");
		return -EBUSY;
	}
	if (control_number(value, &want) || want <= have)
		return 0;
	/* A snapshot grows with it (Linux, kernel/trace/trace.c, __tracing_resize_ring_buffer). */
	spare = !snapshot_allocated(settings->tracefs, &spare) && spare;
	err = buffer_memory_check(settings->tracefs, have << spare, (want - have) << spare, reason,
				  size);
	if (err) {
		size_t used = strlen(reason);

		if (used < size)
			snprintf(reason + used, size - used, "; each has %" PRIu64 " KiB", have);
	}
	return err;
}

/* Whether a number became smaller than what was asked for. */
static bool fell_short(enum setting setting, const char *now, const char *value)
{
	uint64_t have, want;

	return kinds[setting].form == FORM_NUMBER && !control_number(value, &want) &&
	       (control_number(now, &have) || have < want);
}

static void explain(const struct settings *settings, enum setting setting, int err, char *reason,
		    size_t size)
{
	char list[1024];

	setting_available(settings, setting, list, sizeof(list));
	if (err == -ENOENT)
		snprintf(reason, size, "this guest's kernel has no %s", kinds[setting].file);
	else if (err == -EINVAL)
		snprintf(reason, size, "the kernel does not take it%s%s",
			 list[0] ? "; there are " : "", list);
	else if (err == -EBUSY && setting == SETTING_TRACER)
		snprintf(reason, size, "somebody reads the trace in the guest, as trace_pipe does");
	else
		snprintf(reason, size, "the kernel says: %s", strerror(-err));
}

/* Keep what it was, and what it is now. Takes both values. */
static void remember(struct settings *settings, enum setting setting, char *before, char *now)
{
	if (!settings->changed[setting].before)
		settings->changed[setting].before = before;
	else
		free(before);
	free(settings->changed[setting].ours);
	settings->changed[setting].ours = now;
}

int setting_change(struct settings *settings, enum setting setting, const char *value, char *reason,
		   size_t size)
{
	char *before = NULL, *now = NULL, *buffer = NULL;
	int err = setting_read(settings, setting, &before);

	if (!err && setting == SETTING_BUFFER_KB) {
		err = check_buffer(settings, before, value, reason, size);
		if (err)
			goto out;
	}
	if (!err && setting == SETTING_SUBBUF_KB)
		setting_read(settings, SETTING_BUFFER_KB, &buffer);
	if (!err)
		err = write_value(settings, setting, value);
	if (!err)
		err = setting_read(settings, setting, &now);
	if (!err && fell_short(setting, now, value))
		err = -ENOMEM;
	if (err) {
		explain(settings, setting, err, reason, size);
		/* A list that is not taken is emptied all the same. */
		if (before)
			write_value(settings, setting, before);
		goto out;
	}
	remember(settings, setting, before, now);
	before = now = NULL;
	/* It is rounded to whole sub-buffers, which is a change as well. */
	if (buffer && !setting_read(settings, SETTING_BUFFER_KB, &now)) {
		remember(settings, SETTING_BUFFER_KB, buffer, now);
		buffer = now = NULL;
	}
out:
	free(before);
	free(now);
	free(buffer);
	return err;
}

static void forget(struct settings *settings, enum setting setting)
{
	free(settings->changed[setting].before);
	free(settings->changed[setting].ours);
	settings->changed[setting].before = settings->changed[setting].ours = NULL;
}

static void restore(struct settings *settings, enum setting setting, struct settings_result *result)
{
	const char *verb = kinds[setting].verb;
	char *now;

	if (setting_read(settings, setting, &now)) {
		name_list_add(result->refused, sizeof(result->refused), verb, strlen(verb));
		return;
	}
	if (strcmp(now, settings->changed[setting].ours)) {
		name_list_add(result->left, sizeof(result->left), verb, strlen(verb));
		forget(settings, setting);
	} else if (strcmp(now, settings->changed[setting].before) &&
		   write_value(settings, setting, settings->changed[setting].before)) {
		name_list_add(result->refused, sizeof(result->refused), verb, strlen(verb));
	} else {
		result->restored++;
		forget(settings, setting);
	}
	free(now);
}

bool settings_changed(const struct settings *settings)
{
	for (enum setting setting = 0; setting < SETTINGS; setting++)
		if (settings->changed[setting].before)
			return true;
	return false;
}

void settings_restore(struct settings *settings, bool stopped, struct settings_result *result)
{
	*result = (struct settings_result){0};
	for (enum setting setting = 0; setting < SETTINGS; setting++) {
		bool busy = !stopped && setting_wants_stop(setting);

		if (!settings->changed[setting].before)
			continue;
		/* Without its filter a tracer that is still there would take all functions. */
		if (setting == SETTING_FTRACE_FILTER && settings->changed[SETTING_TRACER].before)
			busy = true;
		if (busy)
			name_list_add(result->refused, sizeof(result->refused), kinds[setting].verb,
				      strlen(kinds[setting].verb));
		else
			restore(settings, setting, result);
		/* That rounded the buffer: it is still ours. */
		if (setting == SETTING_SUBBUF_KB && settings->changed[SETTING_BUFFER_KB].ours) {
			char *now;

			if (setting_read(settings, SETTING_BUFFER_KB, &now))
				continue;
			free(settings->changed[SETTING_BUFFER_KB].ours);
			settings->changed[SETTING_BUFFER_KB].ours = now;
		}
	}
}

void settings_release(struct settings *settings)
{
	for (enum setting setting = 0; setting < SETTINGS; setting++)
		forget(settings, setting);
}
