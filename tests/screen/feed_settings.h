/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The settings that feed's guest has, and its answers about them: the words of trace-agent over a
 * table in the place of tracefs. A mark with a text of bad_answers[] is answered as no agent
 * should. Included by feed.c.
 */
#ifndef VTRACE_TESTS_FEED_SETTINGS_H
#define VTRACE_TESTS_FEED_SETTINGS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/control.h"

struct fed_setting {
	enum control_verb verb;
	const char *key, *first, *available; /* what it is at first; what it can be, or NULL */
	bool wants_stop;
	char value[256];
};

#define FED_SETTINGS 6

struct fed_settings {
	struct fed_setting setting[FED_SETTINGS];
	char probe[64]; /* one is enough; "": none */
	bool half;	/* the next answer to a ping follows half a line */
};

static inline void fed_settings_init(struct fed_settings *settings)
{
	static const struct fed_setting all[FED_SETTINGS] = {
		{CONTROL_CLOCK, "name", "local", "local,global,mono", false, "local"},
		{CONTROL_TRACER, "name", "nop", "function_graph,function,nop", true, "nop"},
		{CONTROL_BUFFER_KB, "kb", "1408", NULL, false, "1408"},
		{CONTROL_SUBBUF_KB, "kb", "4", NULL, true, "4"},
		{CONTROL_PID, "list", "none", NULL, false, "none"},
		{CONTROL_FTRACE_FILTER, "list", "none", NULL, false, "none"},
	};

	memset(settings, 0, sizeof(*settings));
	memcpy(settings->setting, all, sizeof(all));
}

static inline struct fed_setting *fed_setting_of(struct fed_settings *settings,
						 enum control_verb verb)
{
	for (unsigned i = 0; i < FED_SETTINGS; i++)
		if (settings->setting[i].verb == verb)
			return &settings->setting[i];
	return NULL;
}

static inline void fed_setting_answer(struct fed_setting *setting, const char *args, bool tracing,
				      char *answer, size_t size)
{
	const char *verb = control_verb_name(setting->verb);
	bool list = !strcmp(setting->key, "list");

	if (*args && tracing && setting->wants_stop) {
		snprintf(answer, size, "error %s pages are being sent: 0 first", verb);
		return;
	}
	if (*args && setting->available && !strstr(setting->available, args)) {
		snprintf(answer, size, "error %s the kernel does not take it; there are %s", verb,
			 setting->available);
		return;
	}
	if (*args)
		snprintf(setting->value, sizeof(setting->value), "%s", args);
	snprintf(answer, size, "ok %s %s%s=%s%s%s%s", verb,
		 !list				  ? ""
		 : strcmp(setting->value, "none") ? "count=1 "
						  : "count=0 ",
		 setting->key, setting->value,
		 setting->verb == CONTROL_CLOCK ? *args ? " reset=yes" : " reset=no" : "",
		 setting->available ? " available=" : "",
		 setting->available ? setting->available : "");
}

static inline void fed_probe_answer(struct fed_settings *settings, const char *args, char *answer,
				    size_t size)
{
	const char *name = strchr(args, ':');

	if (!*args && !settings->probe[0]) {
		snprintf(answer, size, "ok kprobe count=0 list= added=");
	} else if (!*args) {
		snprintf(answer, size, "ok kprobe count=1 list=%s added=%s", settings->probe,
			 settings->probe);
	} else if (strstr(args, "nosuch")) {
		snprintf(answer, size, "error kprobe Failed to look up the symbol, at character 9");
	} else if (!strncmp(args, "add ", 4) && name) {
		snprintf(settings->probe, sizeof(settings->probe), "vtrace:%.*s",
			 (int)strcspn(name + 1, " "), name + 1);
		snprintf(answer, size, "ok kprobe added=%s", settings->probe);
	} else {
		snprintf(answer, size, "ok kprobe removed=%s", settings->probe);
		settings->probe[0] = '\0';
	}
}

/* Returns how many settings there were that were not as at first. */
static inline unsigned fed_settings_restore(struct fed_settings *settings)
{
	unsigned count = 0;

	for (unsigned i = 0; i < FED_SETTINGS; i++) {
		struct fed_setting *setting = &settings->setting[i];

		count += strcmp(setting->value, setting->first) != 0;
		strcpy(setting->value, setting->first);
	}
	settings->probe[0] = '\0';
	return count;
}

/* What is answered to such a mark, in the place of "ok mark bytes=N"; bytes of it. -1: it is to be
 * answered well. */
static inline int fed_bad_answer(const char *text, char *answer, size_t size)
{
	static const char *const bad_answers[][2] = {
		{"never", ""},
		{"twice", "ok mark bytes=5\nok mark bytes=5\n"},
		{"rubbish", "mark mark mark\n\nok\nerror\n= = =\nok mark bytes=7\n"},
		{"binary", "ok mark \x01\x02\x9b\xff\nok mark bytes=6\n"},
		{"interleaved", "ok clock name=x\nok mark error mark note\n"},
		{"empty", "ok mark\n"},
		{"long", NULL}, /* longer than a line may be */
	};

	for (size_t i = 0; i < sizeof(bad_answers) / sizeof(bad_answers[0]); i++)
		if (!strcmp(text, bad_answers[i][0]))
			return bad_answers[i][1]
				       ? snprintf(answer, size, "%s", bad_answers[i][1])
				       : snprintf(answer, size, "ok mark %0*d\nok mark bytes=4\n",
						  VTRACE_LINE_MAX, 0);
	return -1;
}

#endif
