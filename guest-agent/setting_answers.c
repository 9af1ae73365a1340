// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/setting_answers.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/control.h"

#define LIST_BYTES (VTRACE_LINE_MAX - 128)

/* Colons make commands of them, which are no part of the list, and "!" takes them out of it. */
static bool is_functions(const char *args)
{
	return !strpbrk(args, ":!#");
}

/* What is expected of args, or NULL when they are as they should be. */
static const char *expected(enum setting setting, const char *args)
{
	switch (setting) {
	case SETTING_CLOCK:
		return control_is_word(args) ? NULL : "the name of a clock, or nothing";
	case SETTING_TRACER:
		return control_is_word(args) ? NULL : "the name of a tracer, or nothing";
	case SETTING_BUFFER_KB:
		return control_is_count(args, CONTROL_BUFFER_KB_MAX)
			       ? NULL
			       : "a number of KiB, or nothing";
	case SETTING_SUBBUF_KB:
		return control_is_count(args, CONTROL_SUBBUF_KB_MAX)
			       ? NULL
			       : "a number of KiB from 1 to 1024, or nothing";
	case SETTING_PID:
		return control_is_tasks(args) ? NULL : "numbers of tasks, none, or nothing";
	case SETTING_FTRACE_FILTER:
		return is_functions(args) ? NULL
					  : "names of functions, with * and ?, none, or nothing";
	case SETTINGS:
		break;
	}
	return NULL;
}

_Static_assert(CONTROL_SUBBUF_KB_MAX == 1024, "expected() names the limit");

static void replace(char *text, char old, char new)
{
	for (; *text; text++)
		if (*text == old)
			*text = new;
}

/* "a b c" as a list with commas, cut behind a name to fit a line. Returns how many there are. */
static unsigned list_of(const char *value, char *list, size_t size)
{
	unsigned count = 1;

	for (const char *c = value; *c; c++)
		count += *c == ' ';
	snprintf(list, size, "%s", value);
	if (strlen(value) >= size && strrchr(list, ' '))
		*strrchr(list, ' ') = '\0';
	replace(list, ' ', ',');
	return count;
}

static void answer_value(const struct settings *settings, enum setting setting, const char *value,
			 bool changed, struct answers *answers)
{
	const char *verb = setting_verb(setting);
	struct page_layout layout = {0};
	bool none = !strcmp(value, "none");
	char list[LIST_BYTES];
	unsigned count;

	switch (setting) {
	case SETTING_CLOCK:
	case SETTING_TRACER:
		setting_available(settings, setting, list, sizeof(list));
		answers_add(answers, "ok %s name=%s%s available=%s", verb, value,
			    setting == SETTING_TRACER ? ""
			    : changed		      ? " reset=yes"
						      : " reset=no",
			    list);
		break;
	case SETTING_BUFFER_KB:
		answers_add(answers, "ok %s kb=%s", verb, value);
		break;
	case SETTING_SUBBUF_KB:
		tracefs_layout(settings->tracefs, &layout);
		answers_add(answers, "ok %s kb=%s subbuf-size=%u", verb, value, layout.subbuf_size);
		break;
	case SETTING_PID:
	case SETTING_FTRACE_FILTER:
		count = list_of(value, list, sizeof(list));
		answers_add(answers, "ok %s count=%u list=%s", verb, none ? 0 : count, list);
		break;
	case SETTINGS:
		break;
	}
}

void setting_answer(struct settings *settings, enum setting setting, const char *args,
		    struct answers *answers)
{
	const char *wanted = args[0] ? expected(setting, args) : NULL;
	char reason[1280], order[VTRACE_LINE_MAX], *value;
	bool changed = false;
	int err;

	if (wanted) {
		answers_add(answers, "error %s takes %s", setting_verb(setting), wanted);
		return;
	}
	snprintf(order, sizeof(order), "%s", args);
	replace(order, ',', ' ');
	err = setting_read(settings, setting, &value);
	/* What it is already is not written: it would empty the buffer for nothing. */
	if (!err && order[0] && strcmp(order, value)) {
		free(value);
		if (setting_change(settings, setting, order, reason, sizeof(reason))) {
			answers_add(answers, "error %s %s", setting_verb(setting), reason);
			return;
		}
		changed = true;
		err = setting_read(settings, setting, &value);
	}
	if (err) {
		if (err == -ENOENT)
			answers_add(answers, "error %s this guest's kernel has no %s",
				    setting_verb(setting), setting_file(setting));
		else
			answers_add(answers, "error %s cannot read %s: %s", setting_verb(setting),
				    setting_file(setting), strerror(-err));
		return;
	}
	answer_value(settings, setting, value, changed, answers);
	free(value);
}
