// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/triggers.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/event_list.h"
#include "guest-agent/buffer_memory.h"
#include "guest-agent/error_log.h"
#include "guest-agent/name_list.h"

#define TEXT_MAX   (1 << 20)
#define TEXT_BYTES (VTRACE_LINE_MAX - 512) /* of an answer */

/* "SYSTEM:EVENT", length bytes, to the path of its file. Names are of events, not of directories.
 */
static bool event_path(const char *event, size_t length, char *path, size_t size)
{
	const char *name = memchr(event, ':', length);
	size_t system;

	if (!name)
		return false;
	system = (size_t)(name++ - event);
	length -= system + 1;
	if (!event_list_name_ok(event, system) || !event_list_name_ok(name, length) ||
	    memchr(event, '/', system) || memchr(name, '/', length) || event[0] == '.' ||
	    name[0] == '.')
		return false;
	snprintf(path, size, "events/%.*s/%.*s/trigger", (int)system, event, (int)length, name);
	return true;
}

/* The triggers of an event, with "; " between. Returns how many there are, or -errno. available, if
 * not NULL, is what the kernel says there could be, which it does while there is none. */
static int read_triggers(const struct triggers *triggers, const char *path, char *text, size_t size,
			 char *available, size_t available_size)
{
	char *lines, *line;
	size_t length, used = 0;
	int count = 0, err;

	text[0] = '\0';
	err = tracefs_read(triggers->tracefs->instance, path, TEXT_MAX, &lines, &length);
	if (err)
		return err;
	for (line = lines; *line; line += length, line += *line == '\n') {
		length = strcspn(line, "\n");
		if (available && line[0] == '#' && !memchr(line, ':', length))
			snprintf(available, available_size, "%.*s", (int)length - 1, line + 1);
		if (length == 0 || line[0] == '#')
			continue;
		count++;
		if (used + length + 3 <= size)
			used += (size_t)snprintf(text + used, size - used, "%s%.*s",
						 used ? "; " : "", (int)length, line);
	}
	free(lines);
	return count;
}

/* The command of a trigger: its first word. */
static size_t command_length(const char *text)
{
	return strcspn(text, ": ");
}

static bool is_command(const char *text, const char *command)
{
	return command_length(text) == strlen(command) && !strncmp(text, command, strlen(command));
}

/* Of what stands before the condition. */
static size_t options_length(const char *text)
{
	const char *condition = strstr(text, " if ");

	return condition ? (size_t)(condition - text) : strlen(text);
}

/* The same command to change another trigger that is there, which could not be put back. */
static bool changes_another(const char *text)
{
	static const char *const words[] = {":pause", ":cont", ":clear"};
	size_t length = options_length(text);

	for (size_t i = 0; is_command(text, "hist") && i < sizeof(words) / sizeof(words[0]); i++) {
		const char *at = strstr(text, words[i]);

		if (at && at < text + length)
			return true;
	}
	return false;
}

/* "SYSTEM:EVENT", length bytes. */
static bool may_change(const struct triggers *triggers, const char *event, size_t length)
{
	char system[2 * VTRACE_EVENT_NAME_MAX];
	char *name;

	snprintf(system, sizeof(system), "%.*s", (int)length, event);
	name = strchr(system, ':');
	if (!name)
		return false;
	*name++ = '\0';
	return allowed_event(triggers->allowed, system, name);
}

/* The other event that some commands change, as "enable_event:SYSTEM:EVENT:COUNT"; or NULL. */
static const char *other_event(const char *text, size_t *length)
{
	static const char *const commands[] = {"enable_event", "disable_event", "enable_hist",
					       "disable_hist"};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!is_command(text, commands[i]))
			continue;
		text += strlen(commands[i]);
		text += strspn(text, ": ");
		*length = strcspn(text, ": ");
		if (text[*length] == ':')
			*length += 1 + strcspn(text + *length + 1, ": ");
		return text;
	}
	return NULL;
}

/* Whether it may be added, as far as that can be told without the kernel. */
static int check(const struct triggers *triggers, const char *event, size_t length,
		 const char *text, char *reason, size_t size)
{
	char name[2 * VTRACE_EVENT_NAME_MAX];
	size_t other_length = 0;
	const char *other = other_event(text, &other_length);

	if (changes_another(text)) {
		snprintf(reason, size,
			 "pause, cont and clear change a histogram that is there: not from here");
		return -EINVAL;
	}
	if (may_change(triggers, event, length)) {
		if (!other || may_change(triggers, other, other_length))
			return 0;
		event = other;
		length = other_length;
	}
	snprintf(name, sizeof(name), "%.*s", (int)length, event);
	snprintf(reason, size, ALLOWED_NOT_EVENT, name);
	return -EPERM;
}

/* ---- memory that the kernel takes for one ---- */

/* Linux, kernel/trace/trace_events_hist.c and tracing_map.h: entries are allocated when a histogram
 * is made, TRACING_MAP_BITS_DEFAULT of them or as many as size= says, up to TRACING_MAP_BITS_MAX.
 * Each has its key and values, and STR_VAR_LEN_MAX bytes for each text that is kept in it. */
#define HIST_ENTRIES	 (1u << 11)
#define HIST_ENTRIES_MAX (1u << 17)
#define HIST_ENTRY_BYTES 512
#define HIST_TEXT_BYTES	 256
#define HIST_TEXTS_MAX	 64

/* KiB at most, of which more is guessed than it can be: each name may be a text's. */
static uint64_t hist_kb(const char *text)
{
	static const char mark[] = "size=";
	size_t length = options_length(text), names = 0;
	uint64_t entries = HIST_ENTRIES;

	if (!is_command(text, "hist"))
		return 0;
	for (const char *at = text; (at = strstr(at, mark)) && at < text + length;) {
		unsigned long number = strtoul(at += strlen(mark), NULL, 0);

		if (number > HIST_ENTRIES_MAX)
			number = HIST_ENTRIES_MAX;
		/* The kernel makes a power of two of it. */
		while (entries < number)
			entries *= 2;
	}
	for (size_t i = 0; i < length; i++)
		names += text[i] == '=' || text[i] == ',';
	if (names > HIST_TEXTS_MAX)
		names = HIST_TEXTS_MAX;
	return entries * (HIST_ENTRY_BYTES + names * HIST_TEXT_BYTES) / 1024;
}

static int check_memory(const struct triggers *triggers, const char *text, char *reason,
			size_t size)
{
	uint64_t have = 0, more = hist_kb(text), all;
	int err;

	for (size_t i = 0; more && i < triggers->count; i++)
		have += hist_kb(triggers->added[i].text);
	err = more ? memory_check(have, more, &all) : 0;
	if (err)
		snprintf(reason, size,
			 "histograms may take %" PRIu64 " KiB with it, more than half of the "
			 "guest's %" PRIu64 "; give it a smaller size=, or remove others",
			 have + more, all);
	return err;
}

/* A snapshot is taken, which the kernel allocates: also by "hist:...:onmax($VARIABLE).snapshot()".
 */
static bool takes_snapshot(const char *text)
{
	const char *action = strstr(text, ".snapshot");

	return is_command(text, "snapshot") ||
	       (is_command(text, "hist") && action && action < text + options_length(text));
}

/* ---- what was added ---- */

static int remember(struct triggers *triggers, const char *event, size_t length, const char *text)
{
	struct trigger *added =
		realloc(triggers->added, (triggers->count + 1) * sizeof(*triggers->added));

	if (!added)
		return -ENOMEM;
	triggers->added = added;
	added += triggers->count;
	snprintf(added->event, sizeof(added->event), "%.*s", (int)length, event);
	added->text = strdup(text);
	if (!added->text)
		return -ENOMEM;
	triggers->count++;
	return 0;
}

static void forget(struct triggers *triggers, size_t i)
{
	free(triggers->added[i].text);
	triggers->count--;
	memmove(&triggers->added[i], &triggers->added[i + 1],
		(triggers->count - i) * sizeof(triggers->added[0]));
}

/* With O_APPEND, since O_TRUNC would remove all of some kinds. */
static int write_trigger(const struct triggers *triggers, const char *path, const char *mark,
			 const char *text)
{
	char order[VTRACE_LINE_MAX + 2];

	snprintf(order, sizeof(order), "%s%s\n", mark, text);
	return tracefs_write(triggers->tracefs->instance, path, O_APPEND, order);
}

/* Whether a word of length bytes is among words with blanks between. */
static bool is_among(const char *words, const char *word, size_t length)
{
	while (*(words += strspn(words, " "))) {
		size_t next = strcspn(words, " ");

		if (next == length && !memcmp(words, word, length))
			return true;
		words += next;
	}
	return false;
}

/* The error log has an entry for histograms, for conditions in kernels newer than 6.1, and not for
 * the rest.
 */
static void explain(const struct triggers *triggers, const char *log, int err, const char *text,
		    const char *available, char *reason, size_t size)
{
	int length = (int)command_length(text);
	char plain[128];

	error_log_explain(triggers->tracefs->instance, log, err, reason, size);
	snprintf(plain, sizeof(plain), "%s", strerror(-err));
	if (strcmp(reason, plain))
		return;
	if (err == -EEXIST)
		snprintf(reason, size, "the event has one of that kind already");
	else if (err == -EINVAL && is_among(available, text, (size_t)length))
		snprintf(reason, size, "the kernel does not take what stands behind %.*s", length,
			 text);
	else if (err == -EINVAL)
		snprintf(reason, size, "the kernel does not take it%s%s",
			 available[0] ? "; there are" : "", available);
	else
		snprintf(reason, size, "the kernel says: %s", plain);
}

static int add(struct triggers *triggers, const char *event, size_t length, const char *path,
	       const char *text, char *reason, size_t size)
{
	bool snapshot = takes_snapshot(text);
	char all[TEXT_BYTES], available[256] = "", *log;
	int err = check(triggers, event, length, text, reason, size), before;

	if (!err)
		err = check_memory(triggers, text, reason, size);
	if (!err && snapshot)
		err = snapshot_check(triggers->snapshot, reason, size);
	if (err)
		return err;
	before = read_triggers(triggers, path, all, sizeof(all), available, sizeof(available));
	/* Before it is written: what can not be remembered is left undone. */
	err = remember(triggers, event, length, text);
	if (err) {
		snprintf(reason, size, "%s", strerror(-err));
		return err;
	}
	log = error_log_read(triggers->tracefs->instance);
	err = write_trigger(triggers, path, "", text);
	if (err)
		explain(triggers, log, err, text, available, reason, size);
	else if (snapshot)
		snapshot_made(triggers->snapshot);
	free(log);
	/* One that the kernel has made a part of another is no new one. */
	if (err || read_triggers(triggers, path, all, sizeof(all), NULL, 0) <= before)
		forget(triggers, triggers->count - 1);
	return err;
}

/* The trigger that text means: the same, or the only one with that command. -1: there is none. */
static int find(const struct triggers *triggers, const char *event, size_t length, const char *text)
{
	int only = -1, count = 0;

	for (size_t i = 0; i < triggers->count; i++) {
		const struct trigger *added = &triggers->added[i];

		if (strlen(added->event) != length || memcmp(added->event, event, length))
			continue;
		if (!strcmp(added->text, text))
			return (int)i;
		if (command_length(text) != command_length(added->text) ||
		    memcmp(text, added->text, command_length(text)))
			continue;
		only = (int)i;
		count++;
	}
	return count == 1 && !text[command_length(text)] ? only : -1;
}

/* 0 when it is gone, by whom ever. */
static int take_away(const struct triggers *triggers, const struct trigger *trigger)
{
	char path[2 * VTRACE_EVENT_NAME_MAX + 32];
	int err;

	if (!event_path(trigger->event, strlen(trigger->event), path, sizeof(path)))
		return 0;
	err = write_trigger(triggers, path, "!", trigger->text);
	return err == -ENOENT || err == -ENODEV ? 0 : err;
}

static int take_out(struct triggers *triggers, const char *event, size_t length, const char *text,
		    char *reason, size_t size)
{
	int i = find(triggers, event, length, text), err;

	if (i < 0) {
		snprintf(reason, size, "the host has not added it");
		return -ENOENT;
	}
	err = take_away(triggers, &triggers->added[i]);
	if (err)
		snprintf(reason, size, "the kernel says: %s", strerror(-err));
	else
		forget(triggers, (size_t)i);
	return err;
}

void trigger_answer(struct triggers *triggers, const char *args, struct answers *answers)
{
	char path[2 * VTRACE_EVENT_NAME_MAX + 32], text[TEXT_BYTES], reason[512];
	size_t length = strcspn(args, " ");
	const char *order = args + length + strspn(args + length, " ");
	int count, err = 0;

	if (!event_path(args, length, path, sizeof(path))) {
		answers_add(answers, "error trigger say of which event, as in sched:sched_switch "
				     "stacktrace");
		return;
	}
	count = read_triggers(triggers, path, text, sizeof(text), NULL, 0);
	if (count == -ENOENT) {
		answers_add(answers, "error trigger there is no event %.*s", (int)length, args);
		return;
	}
	if (order[0] == '!')
		err = take_out(triggers, args, length, order + 1, reason, sizeof(reason));
	else if (order[0])
		err = add(triggers, args, length, path, order, reason, sizeof(reason));
	if (err) {
		answers_add(answers, "error trigger %s", reason);
		return;
	}
	count = read_triggers(triggers, path, text, sizeof(text), NULL, 0);
	if (count < 0)
		answers_add(answers, "error trigger cannot read it: %s", strerror(-count));
	else
		answers_add(answers, "ok trigger event=%.*s count=%d text=%s", (int)length, args,
			    count, count ? text : "none");
}

void triggers_restore(struct triggers *triggers, struct triggers_result *result)
{
	*result = (struct triggers_result){0};
	for (size_t i = triggers->count; i-- > 0;) {
		const char *event = triggers->added[i].event;

		if (take_away(triggers, &triggers->added[i])) {
			name_list_add(result->refused, sizeof(result->refused), event,
				      strlen(event));
			continue;
		}
		result->removed++;
		forget(triggers, i);
	}
}

void triggers_release(struct triggers *triggers)
{
	while (triggers->count > 0)
		forget(triggers, triggers->count - 1);
	free(triggers->added);
	triggers->added = NULL;
}
