// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/kprobes.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/control.h"
#include "guest-agent/error_log.h"
#include "guest-agent/name_list.h"

#define TEXT_MAX   (1 << 20)
#define LIST_BYTES 1900 /* two of them in an answer */

static const char file[] = "kprobe_events";

static bool copy_name(char *to, const char *from, size_t length)
{
	if (length == 0 || length >= KPROBE_NAME_MAX || isdigit((unsigned char)from[0]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)from[i]) && from[i] != '_')
			return false;
	memcpy(to, from, length);
	to[length] = '\0';
	return true;
}

/* "NAME", "GROUP/NAME" or "GROUP:NAME", length bytes. */
static bool parse_name(const char *text, size_t length, struct kprobe *probe)
{
	size_t group = 0;

	while (group < length && text[group] != '/' && text[group] != ':')
		group++;
	if (group == length) {
		strcpy(probe->group, KPROBE_GROUP);
		return copy_name(probe->name, text, length);
	}
	return copy_name(probe->group, text, group) &&
	       copy_name(probe->name, text + group + 1, length - group - 1);
}

/* "p:NAME SYMBOL ...", "r:" or "rN:" likewise. Where the name starts and what stands behind it. */
static bool parse_definition(const char *text, struct kprobe *probe, size_t *name,
			     const char **rest)
{
	size_t length = strcspn(text, " ");

	*name = strcspn(text, ":") + 1;
	*rest = text + length;
	if ((text[0] != 'p' && text[0] != 'r') || *name >= length ||
	    1 + strspn(text + 1, "0123456789") != *name - 1)
		return false;
	return (*rest)[strspn(*rest, " ")] && parse_name(text + *name, length - *name, probe);
}

static struct kprobe *find(const struct kprobes *kprobes, const struct kprobe *probe)
{
	for (size_t i = 0; i < kprobes->count; i++)
		if (!strcmp(kprobes->added[i].group, probe->group) &&
		    !strcmp(kprobes->added[i].name, probe->name))
			return &kprobes->added[i];
	return NULL;
}

static void forget(struct kprobes *kprobes, struct kprobe *added)
{
	*added = kprobes->added[--kprobes->count];
}

static void event_path(const struct kprobe *probe, const char *of, char *path, size_t size)
{
	snprintf(path, size, "events/%s/%s%s", probe->group, probe->name, of);
}

static bool exists(const struct kprobes *kprobes, const struct kprobe *probe)
{
	char path[2 * KPROBE_NAME_MAX + 16];

	event_path(probe, "", path, sizeof(path));
	return !faccessat(kprobes->tracefs->top, path, F_OK, 0);
}

static void answer_add(struct kprobes *kprobes, const char *definition, struct answers *answers)
{
	struct kprobe probe, *added;
	char line[VTRACE_LINE_MAX + KPROBE_NAME_MAX], reason[256], *log;
	const char *rest;
	size_t name;
	int err;

	if (!parse_definition(definition, &probe, &name, &rest)) {
		answers_add(answers,
			    "error kprobe add is followed by a definition with a name, as "
			    "in p:opened do_sys_openat2 or r:" KPROBE_GROUP "/done vfs_read");
		return;
	}
	/* The kernel would add another place to it. */
	if (exists(kprobes, &probe)) {
		answers_add(answers, "error kprobe there is an event %s:%s already", probe.group,
			    probe.name);
		return;
	}
	added = realloc(kprobes->added, (kprobes->count + 1) * sizeof(*added));
	if (!added) {
		answers_add(answers, "error kprobe %s", strerror(ENOMEM));
		return;
	}
	kprobes->added = added;
	snprintf(line, sizeof(line), "%.*s%s/%s%s\n", (int)name, definition, probe.group,
		 probe.name, rest);
	log = error_log_read(kprobes->tracefs->top);
	/* Without O_TRUNC, which would remove all. */
	err = tracefs_write(kprobes->tracefs->top, file, O_APPEND, line);
	if (err == -ENOENT && !log) {
		answers_add(answers, "error kprobe this guest's kernel has no %s", file);
	} else if (err) {
		error_log_explain(kprobes->tracefs->top, log, err, reason, sizeof(reason));
		answers_add(answers, "error kprobe %s", reason);
	} else {
		kprobes->added[kprobes->count++] = probe;
		answers_add(answers, "ok kprobe added=%s:%s", probe.group, probe.name);
	}
	free(log);
}

/* Disable and remove. */
static int take_away(const struct kprobes *kprobes, const struct kprobe *probe)
{
	char path[2 * KPROBE_NAME_MAX + 16], line[2 * KPROBE_NAME_MAX + 8];

	event_path(probe, "/enable", path, sizeof(path));
	/* When it stays enabled, the kernel says so of the next one. */
	tracefs_write(kprobes->tracefs->instance, path, 0, "0");
	snprintf(line, sizeof(line), "-:%s/%s\n", probe->group, probe->name);
	return tracefs_write(kprobes->tracefs->top, file, O_APPEND, line);
}

static void answer_remove(struct kprobes *kprobes, const char *name, struct answers *answers)
{
	struct kprobe probe, *added;
	int err;

	if (!parse_name(name, strlen(name), &probe)) {
		answers_add(answers,
			    "error kprobe remove is followed by the name of a probe, as in "
			    "opened or " KPROBE_GROUP ":opened");
		return;
	}
	added = find(kprobes, &probe);
	/* Those of our group were left by an agent that was killed. */
	if (!added && strcmp(probe.group, KPROBE_GROUP)) {
		answers_add(answers, "error kprobe %s:%s was not added by the host", probe.group,
			    probe.name);
		return;
	}
	err = take_away(kprobes, &probe);
	if (err == -ENOENT)
		answers_add(answers, "error kprobe there is no %s:%s", probe.group, probe.name);
	else if (err == -EBUSY)
		answers_add(answers, "error kprobe %s:%s is in use by somebody in the guest",
			    probe.group, probe.name);
	else if (err)
		answers_add(answers, "error kprobe %s", strerror(-err));
	else
		answers_add(answers, "ok kprobe removed=%s:%s", probe.group, probe.name);
	if (added && (!err || err == -ENOENT))
		forget(kprobes, added);
}

/* Names out of lines such as "p:vtrace/opened do_sys_openat2". */
static void answer_list(const struct kprobes *kprobes, struct answers *answers)
{
	char list[LIST_BYTES] = "", added[LIST_BYTES] = "", *text, *line;
	unsigned count = 0;
	size_t length;
	int err = tracefs_read(kprobes->tracefs->top, file, TEXT_MAX, &text, &length);

	if (err == -ENOENT)
		answers_add(answers, "error kprobe this guest's kernel has no %s", file);
	else if (err)
		answers_add(answers, "error kprobe cannot read %s: %s", file, strerror(-err));
	if (err)
		return;
	for (line = text; *line; line += length, line += *line == '\n') {
		struct kprobe probe;
		const char *rest;
		size_t name;

		length = strcspn(line, "\n");
		if (parse_definition(line, &probe, &name, &rest)) {
			name_list_add_event(list, sizeof(list), probe.group, probe.name);
			count++;
		}
	}
	free(text);
	for (size_t i = 0; i < kprobes->count; i++)
		name_list_add_event(added, sizeof(added), kprobes->added[i].group,
				    kprobes->added[i].name);
	answers_add(answers, "ok kprobe count=%u list=%s added=%s", count, list, added);
}

void kprobe_answer(struct kprobes *kprobes, const char *args, struct answers *answers)
{
	if (!args[0])
		answer_list(kprobes, answers);
	else if (!strncmp(args, "add ", 4))
		answer_add(kprobes, args + 4 + strspn(args + 4, " "), answers);
	else if (!strncmp(args, "remove ", 7))
		answer_remove(kprobes, args + 7 + strspn(args + 7, " "), answers);
	else
		answers_add(answers, "error kprobe takes add DEFINITION, remove NAME, or nothing");
}

void kprobes_restore(struct kprobes *kprobes, struct kprobes_result *result)
{
	size_t kept = 0;

	*result = (struct kprobes_result){0};
	for (size_t i = 0; i < kprobes->count; i++) {
		const struct kprobe probe = kprobes->added[i];
		int err = take_away(kprobes, &probe);

		result->removed += !err;
		if (err && err != -ENOENT) {
			name_list_add_event(result->refused, sizeof(result->refused), probe.group,
					    probe.name);
			kprobes->added[kept++] = probe;
		}
	}
	kprobes->count = kept;
}

void kprobes_release(struct kprobes *kprobes)
{
	free(kprobes->added);
	kprobes->added = NULL;
	kprobes->count = 0;
}
